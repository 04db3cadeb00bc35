"""The stock `openrouter` package against a server; its validation of answers is strict.

usage: openrouter_client.py BASE_URL KEY POOR_KEY

Writes one JSON value a line: {"step": name, ...what the client made of the answer}.
"""

import base64
import json
import sys

from openrouter import OpenRouter, errors

base, key, poor_key = sys.argv[1:]


def client(api_key):
    return OpenRouter(api_key=api_key, server_url=base + "/api/v1")


def step(name, **seen):
    print(json.dumps({"step": name, **seen}), flush=True)


def refused(name, call):
    try:
        call()
        step(name, error=None)
    except errors.OpenRouterError as error:
        seen = {"error": type(error).__name__, "status": error.status_code}
        data = getattr(error, "data", None)
        if data is not None:
            seen["code"] = data.error.code
            seen["message"] = data.error.message
            seen["metadata"] = data.error.metadata
        step(name, **seen)


ours = client(key)
asked = {"model": "test/paid", "prompt": "a fox", "size": "64x64"}

listed = ours.images.list_models()
step(
    "models",
    ids=[item.id for item in listed.data],
    parameters=sorted(listed.data[0].supported_parameters),
)
endpoints = ours.images.list_model_endpoints(author="test", slug="paid")
step(
    "endpoints",
    id=endpoints.id,
    prices=[
        [line.billable, line.unit, line.cost_usd]
        for endpoint in endpoints.endpoints
        for line in endpoint.pricing
    ],
)
general = ours.models.list(output_modalities="image")
step("general", ids=[item.id for item in general.result.data])

made = ours.images.generate(
    **asked,
    n=2,
    output_format="webp",
    session_id="session",
    user="u1",
    provider={"order": ["test"], "sort": "price", "options": {"test": {"steps": 4}}},
    http_referer="https://acme.example",
    x_open_router_title="Acme",
)
step(
    "images",
    webp=[base64.b64decode(item.b64_json)[8:12] == b"WEBP" for item in made.data],
    media=[item.media_type for item in made.data],
    cost=made.usage.cost,
    tokens=made.usage.total_tokens,
    created=made.created,
)
tiers = ours.images.generate(
    model="test/paid", prompt="a fox", resolution="512", aspect_ratio="16:9"
)
step("tiers", count=len(tiers.data) == 1)

told = ours.api_keys.get_current_key_metadata()
step("key", usage=told.data.usage, daily=told.data.usage_daily, label=told.data.label)
credits = ours.credits.get_credits()
step("credits", total=credits.data.total_credits, used=credits.data.total_usage)

generations = []


def remember(response):
    generations.append(response.headers["x-generation-id"])


ours.sdk_configuration.client.event_hooks = {"response": [remember]}
ours.images.generate(**asked)
ours.sdk_configuration.client.event_hooks = {}
line = ours.generations.get_generation(id=generations[0])
step(
    "generation",
    same=line.data.id == generations[0],
    cost=line.data.total_cost,
    model=line.data.model,
    reason=line.data.finish_reason,
)

refused("stranger", lambda: client("sk-wrong").images.generate(**asked))
refused("poor", lambda: client(poor_key).images.generate(**asked))
refused("model", lambda: ours.images.generate(**{**asked, "model": "no/such"}))
refused("value", lambda: ours.images.generate(**asked, n=11))
refused("endpointsOfNothing", lambda: ours.images.list_model_endpoints(author="no", slug="such"))
refused("generationOfNobody", lambda: ours.generations.get_generation(id="gen-7"))
