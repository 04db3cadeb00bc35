"""The stock `openai` package: pictures changed, varied, streamed, and models looked up.

usage: openai_pictures.py BASE_URL KEY

Writes claims as `claims.py` has them.
"""

import asyncio
import base64
import io
import pathlib
import sys
import tempfile

import openai
from openai.types.image_edit_completed_event import ImageEditCompletedEvent
from openai.types.image_edit_partial_image_event import ImageEditPartialImageEvent
from openai.types.image_gen_completed_event import ImageGenCompletedEvent
from openai.types.image_gen_partial_image_event import ImageGenPartialImageEvent

from claims import claim, equal, kind, png, size

base, key = sys.argv[1:]
GENUINE, ROUTER = "/v1", "/v1/openai"
asked = {"model": "test/test", "prompt": "a fox", "size": "64x48"}


def client(path, of=openai.OpenAI):
    return of(base_url=base + path, api_key=key, max_retries=0)


def decoded(item):
    return base64.b64decode(item.b64_json, validate=True)


def shown(name, made, path, count=1):
    """Claims that an edit was answered as its path answers by default."""
    equal(f"{name} at {path}: as many as asked for", len(made.data), count)
    claim(f"{name} at {path}: a request id", made._request_id.startswith("req_"), made._request_id)
    for item in made.data:
        if path == GENUINE:
            equal(f"{name} at {path}: a PNG of that size", size(decoded(item)), asked["size"])
        else:
            claim(f"{name} at {path}: a URL", item.url.endswith(".webp"), item.url)


def edits(path):
    images = client(path).images
    one, two = png(64, 48), png(32, 32)
    mask = ("mask.png", png(64, 48, alpha=True), "image/png")
    files = [("a.png", one, "image/png"), ("b.png", two, "image/png")]
    with tempfile.TemporaryDirectory() as folder:
        name = pathlib.Path(folder) / "a.png"
        name.write_bytes(one)
        shown("edit of a path", images.edit(**asked, image=name), path)
        with name.open("rb") as opened:
            shown("edit of a file", images.edit(**asked, image=opened), path)
    shown("edit of a list of one", images.edit(**asked, image=files[:1]), path)
    shown("edit of a list of two", images.edit(**asked, image=files), path)
    shown("edit of bytes", images.edit(**asked, image=one), path)
    shown("edit of a BytesIO", images.edit(**asked, image=io.BytesIO(one)), path)
    shown("edit with a mask", images.edit(**asked, image=files, mask=mask), path)
    sixteen = [(f"{index}.png", two, "image/png") for index in range(16)]
    shown("edit of sixteen", images.edit(**asked, image=sixteen), path)
    shown("two edits", images.edit(**asked, image=one, n=2), path, count=2)
    whole = images.edit(**asked, image=one, response_format="b64_json", output_format="jpeg")
    equal(f"edit at {path}: a JPEG when asked", kind(decoded(whole.data[0])), "jpeg")


def variations():
    images = client(GENUINE).images
    varied = {"model": "test/test", "image": png(64, 64), "size": "256x256"}
    made = images.create_variation(**varied, n=2)
    equal("variations: two", len(made.data), 2)
    claim("variations: URLs", all(item.url and not item.b64_json for item in made.data), made)
    made = images.create_variation(**varied, response_format="b64_json")
    equal("variation: a PNG of its size", size(decoded(made.data[0])), "256x256")
    made = images.create_variation(model="test/test", image=io.BytesIO(png(64, 64)))
    claim("variation of a BytesIO", made.data[0].url, made)


def watched(name, events, partials, partial, completed, count=1):
    """Claims that a stream told of so many partial pictures, and of the pictures."""
    pictures = [event for event in events if type(event) is completed]
    views = [event for event in events if type(event) is partial]
    equal(f"{name}: its pictures, as their class", len(pictures), count)
    claim(f"{name}: what is shown before", 0 <= len(views) <= partials * count, len(views))
    if partials:
        claim(f"{name}: something is shown before", views, events)
    equal(f"{name}: nothing else", len(events), len(views) + len(pictures))
    claim(f"{name}: pictures are last", events[-count:] == pictures, [e.type for e in events])
    for event in events:
        equal(f"{name}: a picture of its size", size(decoded(event)), asked["size"])
        equal(f"{name}: and it says so", (event.size, event.output_format), (asked["size"], "png"))
        # Its model knows neither, and nobody says what was chosen.
        equal(f"{name}: what was chosen", (event.quality, event.background), ("auto", "auto"))
        claim(f"{name}: seconds", 1_700_000_000 < event.created_at < 10_000_000_000)
    equal(f"{name}: views in order", [e.partial_image_index for e in views], list(range(len(views))))
    for event in pictures:
        claim(f"{name}: usage", event.usage.total_tokens >= 0, event.usage)
        claim(f"{name}: its parts", event.usage.input_tokens_details.image_tokens >= 0)
        completed.model_validate(event.to_dict(), strict=True)
    for event in views:
        partial.model_validate(event.to_dict(), strict=True)


def streams():
    images = client(GENUINE).images
    for partials in [0, 3]:
        options = {**asked, "stream": True, "partial_images": partials}
        events = list(images.generate(**options))
        watched(
            f"generate, {partials} partials", events, partials,
            ImageGenPartialImageEvent, ImageGenCompletedEvent,
        )
        events = list(images.edit(**options, image=png(64, 48), mask=png(64, 48, alpha=True)))
        watched(
            f"edit, {partials} partials", events, partials,
            ImageEditPartialImageEvent, ImageEditCompletedEvent,
        )
    events = list(images.generate(**asked, stream=True))
    watched("generate, nothing said", events, 0, ImageGenPartialImageEvent, ImageGenCompletedEvent)
    events = list(images.generate(**asked, stream=True, n=2))
    watched(
        "two at once", events, 0, ImageGenPartialImageEvent, ImageGenCompletedEvent, count=2
    )
    raw = images.with_raw_response.generate(**asked, stream=True, partial_images=1)
    claim(
        "a stream's type", raw.headers["content-type"].startswith("text/event-stream"), raw.headers
    )
    body = raw.http_response.read().decode()
    claim("nothing but events ends it", "[DONE]" not in body and body.endswith("}\n\n"), body[-99:])
    claim("every event has data", all("data: " in one for one in body.strip().split("\n\n")))


def broken_streams():
    """An error before the first picture is one of HTTP or of the stream: both are raised."""
    images = client(GENUINE).images
    try:
        list(images.generate(**{**asked, "model": "no/such"}, stream=True))
        claim("an unknown model raises", False)
    except openai.NotFoundError as error:
        equal("before the stream: the typed error", error.code, "model_not_found")
    for name, call in [
        ("generate", lambda prompt: images.generate(**{**asked, "prompt": prompt}, stream=True)),
        (
            "edit",
            lambda prompt: images.edit(
                **{**asked, "prompt": prompt}, image=png(64, 48), stream=True
            ),
        ),
    ]:
        stream = call("sandbox:moderated a fox")
        equal(f"{name} within the stream: begun", stream.response.status_code, 200)
        try:
            claim(f"{name} within the stream: raises", False, list(stream))
        except openai.APIError as error:
            equal(f"{name} within the stream: its class", type(error), openai.APIError)
            equal(
                f"{name} within the stream: what it says",
                (error.code, error.type), ("moderation_blocked", "invalid_request_error"),
            )
            claim(f"{name} within the stream: a sentence", "refused" in error.message, error.message)


def models():
    for path in [GENUINE, ROUTER]:
        models = client(path).models
        ids = [model.id for model in models.list()]
        claim(f"models at {path}", {"test/test", "test/paid"} <= set(ids), ids)
        for name in ["test/test", "test/paid"]:
            model = models.retrieve(name)
            equal(f"model at {path}: a slash in its name", model.id, name)
            equal(f"model at {path}: what it is", (model.object, model.owned_by), ("model", "test"))


async def without_blocking():
    images = client(GENUINE, openai.AsyncOpenAI).images
    made, stream = await asyncio.gather(
        images.generate(**asked), images.generate(**asked, stream=True, partial_images=2)
    )
    equal("AsyncOpenAI: a picture", size(decoded(made.data[0])), asked["size"])
    events = [event async for event in stream]
    watched("AsyncOpenAI", events, 2, ImageGenPartialImageEvent, ImageGenCompletedEvent)


for path in [GENUINE, ROUTER]:
    edits(path)
variations()
streams()
broken_streams()
models()
asyncio.run(without_blocking())
