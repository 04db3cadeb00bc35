"""What a description cannot say, for the cases that ought to be accepted: which models there are,
what each can do, what a picture is, and which addresses can be told something. Cases that ought to
be refused are sent as they were made."""

import base64
import itertools
import re
import struct
import zlib

import schemathesis
from schemathesis.core.parameters import ParameterLocation

# Small: pictures are really drawn. One dialect makes none below 512 pixels a side.
SMALL, SMALL_AT_IMAROUTER = "64x64", "512x512"

JOBS = {"/v1/image/generate/async", "/v1/image/generate/batch", "/v1/image/batch"}

# What may hold pictures, the mask last.
PICTURES = ("image", "images", "input_references")

# What other models know and the test model does not: `auto` asks it for nothing.
WORDS = ("input_fidelity", "magic_prompt", "negative_prompt", "style", "style_preset", "style_type")
OTHERS = ("guidance", "steps", "raw", "thinking")

numbers = itertools.count(1)
pictures = []
uploads = []


def photo(side):
    """A picture of one half, which may also be a mask."""

    def chunk(name, data):
        check = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)

    line = b"\0" + b"\x40\x80\xc0\xff" * (side // 2) + b"\0\0\0\0" * (side - side // 2)
    head = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(line * side))
        + chunk(b"IEND", b"")
    )


PHOTO = photo(16)
DATA_URL = "data:image/png;base64," + base64.b64encode(PHOTO).decode()


def picture(drawn, is_form):
    """A picture in the way that was drawn: a file, a text or an object around one."""
    if is_form:
        return PHOTO
    # One that was uploaded counts as a URL.
    text = uploads[-1] if uploads and next(numbers) % 2 else DATA_URL
    if not isinstance(drawn, dict):
        return text
    if "image_url" not in drawn:
        return {"url": text}
    return {"image_url": {"url": text} if isinstance(drawn["image_url"], dict) else text}


def settle_pictures(body, is_form):
    """Puts real pictures in the place of those that were drawn, two at most under each name."""
    for name in PICTURES:
        drawn = body.get(name)
        if isinstance(drawn, list):
            body[name] = [picture(item, is_form) for item in drawn[:2]]
        elif drawn is not None:
            body[name] = picture(drawn, is_form)
    if body.get("mask") is None:
        return
    # A mask belongs to a picture.
    if any(body.get(name) for name in PICTURES):
        body["mask"] = picture(body["mask"], is_form)
    else:
        body.pop("mask")


def settle(body, size, is_form):
    """Changes a request for work into one that the test model can do soon."""
    body["size"] = size
    # Beside a size these would have to say the same.
    for name in ("aspect_ratio", "resolution", "width", "height"):
        body.pop(name, None)
    if body.get("n") is not None:
        body["n"] = min(body["n"], 2)
    if body.get("quality") not in (None, "auto", "low", "medium", "high"):
        body["quality"] = "high"
    for name in WORDS:
        if body.get(name) is not None:
            body[name] = "auto"
    for name in OTHERS:
        body.pop(name, None)
    # JPEG has no transparency.
    if body.get("background") == "transparent":
        body.pop("output_format", None)
    # PNG takes no other.
    if body.get("output_compression") is not None:
        body["output_compression"] = 100
    # There is one provider of the test model.
    if isinstance(body.get("provider"), dict):
        body["provider"] = {
            name: value
            for name, value in body["provider"].items()
            if name not in ("only", "ignore")
        }
    settle_pictures(body, is_form)
    return body


def work(case):
    """The body of a request for pictures, settled."""
    at_imarouter = case.path.startswith("/v1/image/")
    is_form = case.media_type == "multipart/form-data"
    size = SMALL_AT_IMAROUTER if at_imarouter else SMALL
    body = dict(case.body)
    body["model"] = "test/test"
    if case.path == "/v2/images/generate":
        # The families' own objects are for their models.
        for name in [name for name in body if name.endswith("Params")]:
            body.pop(name)
        # Pictures in an object are written as JSON, in a form too.
        body["parameters"] = settle(dict(body.get("parameters") or {}), size, False)
    else:
        settle(body, size, is_form)
    if case.path == "/v1/images/variations":
        return body
    prompt = "a fox"
    if case.path in JOBS and next(numbers) % 4:
        # Of the many jobs most fail without a picture: drawing them all would hold up the rest.
        prompt = "sandbox:moderated"
    if body.get("prompts"):
        # Either one prompt or several.
        body.pop("prompt", None)
        body["prompts"] = [prompt for _ in body["prompts"][:2]]
    else:
        body.pop("prompts", None)
        body["prompt"] = prompt
    # Events without an address are refused, and so is an address that nobody has.
    for url, events in (("webhook_url", "webhook_events"), ("webhookUrl", "webhookEvents")):
        if body.get(url) is None:
            body.pop(events, None)
        else:
            body[url] = "https://hooks.example.com/atelier"
    return body


@schemathesis.hook
def map_case(context, case):
    meta = case.meta
    if meta is None:
        return case
    header = meta.components.get(ParameterLocation.HEADER)
    if "Idempotency-Key" in case.headers and (header is None or header.mode.is_positive):
        # The few that are drawn would soon all be used, and nothing else would be looked at.
        case.headers["Idempotency-Key"] = f"case-{next(numbers)}"
    if not meta.generation.mode.is_positive:
        return case
    if case.path == "/v2/models" and case.query.get("modality"):
        # The filters are another dialect's: they go without it.
        case.query = {"modality": case.query["modality"]}
    if case.path in ("/v1/models/{id}", "/v1/openai/models/{id}"):
        case.path_parameters = {"id": "test/test"}
    if "{slug}" in case.path:
        case.path_parameters = {"author": "test", "slug": "test"}
    if case.path == "/i/{name}" and pictures:
        case.path_parameters = {"name": pictures[-1].decode()}
    if case.path == "/u/{name}" and uploads:
        case.path_parameters = {"name": uploads[-1].rsplit("/", 1)[-1]}
    if isinstance(case.body, dict):
        if "model" in case.body:
            case.body = work(case)
        elif case.path == "/v2/uploads":
            case.body = case.body | {"file": PHOTO}
        elif case.path.startswith("/v1/webhooks") and case.body.get("url") is not None:
            case.body = case.body | {"url": "https://hooks.example.com/atelier"}
    return case


@schemathesis.hook
def after_call(context, case, response):
    pictures.extend(re.findall(rb"/i/([\w.-]+)", response.content)[:1])
    if case.path == "/v2/uploads" and response.status_code == 201:
        uploads.append(response.json()["url"])
