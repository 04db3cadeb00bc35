"""Calls by the client that openapi-python-client makes of /openapi.json. Writes claims.

usage: calls.py BASE KEY PICTURE, with the client and claims.py on the path
"""

import base64
import sys

from atelier_client import AuthenticatedClient, Client
from atelier_client.api.account_and_pictures import get_balance, get_image, list_generations
from atelier_client.api.ima_router_and_jobs import create_batch, generate_image, get_batch
from atelier_client.api.image_router import list_image_router_models
from atelier_client.api.keys import list_keys
from atelier_client.api.open_ai_images import create_image, create_image_edit, list_models
from atelier_client.api.open_router import create_open_router_image
from atelier_client.api.v_2_job_api import create_v2_job, get_v2_job
from atelier_client.models import (
    CreateBatchBody,
    CreateImageBody,
    CreateImageEditForm,
    CreateOpenRouterImageBody,
    CreateV2JobBody,
    GenerateImageBody,
    OpenAIError,
)
from atelier_client.types import File

from claims import claim, equal, kind

base, key, picture = sys.argv[1:]
client = AuthenticatedClient(base_url=base, token=key)

models = list_models.sync(client=client)
claim("Python: models are OpenAI's list", models.object_ == "list" and len(models.data) > 1, models)
cards = list_image_router_models.sync(client=Client(base_url=base), name="test")
claim("Python: models are ImageRouter's map", "test/test" in cards.additional_properties, cards)

body = CreateImageBody(model="test/test", prompt="a fox", size="64x64")
made = create_image.sync(client=client, body=body)
equal("Python: an image is made", kind(base64.b64decode(made.data[0].b64_json)), "png")

with open(picture, "rb") as file:
    form = CreateImageEditForm(
        model="test/test", prompt="make it snow", image=[File(payload=file, file_name="a.png")]
    )
    edited = create_image_edit.sync_detailed(client=client, body=form)
equal("Python: a file is edited", (edited.status_code, len(edited.parsed.data)), (200, 1))

kept = generate_image.sync(client=client, body=GenerateImageBody(model="test/test", prompt="a fox"))
equal("Python: an image is kept", kept.width, 1024)
fetched = get_image.sync_detailed(kept.url.split("/")[-1], client=client)
equal("Python: a picture is fetched", kind(fetched.content), "png")

batch = create_batch.sync(
    client=client, body=CreateBatchBody(model="test/test", prompts=["a fox", "an owl"])
)
equal("Python: a batch is queued", batch.total, 2)
waiting = client.with_timeout(120)
equal("Python: it is made", get_batch.sync(batch.job_id, client=waiting, wait=60).completed_count, 2)

image = create_open_router_image.sync(
    client=client, body=CreateOpenRouterImageBody(model="test/test", prompt="a fox")
)
equal("Python: OpenRouter's shape is read", image.data[0].media_type, "image/png")

job = create_v2_job.sync(client=client, body=CreateV2JobBody(model="test/test", prompt="a fox"))
equal("Python: a job is done", get_v2_job.sync(job.job_id, client=waiting, wait=60).status, "COMPLETED")

claim("Python: the balance is read", get_balance.sync(client=client).available > 0)
equal("Python: the log is read", len(list_generations.sync(client=client, limit=3).generations), 3)
claim("Python: keys are read", list_keys.sync(client=client).keys)

body.model = "no/such"
refused = create_image.sync(client=client, body=body)
claim("Python: a refusal is read", isinstance(refused, OpenAIError) and refused.error.message, refused)
