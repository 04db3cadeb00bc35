"""What a description cannot say, for the cases that ought to be accepted: which models there are,
what each can do, what a picture is, and which addresses can be told something. Cases that ought to
be refused are sent as they were made."""

import base64
import itertools
import json
import os
import re
import struct
import unicodedata
import zlib

import schemathesis
from schemathesis.core.parameters import ParameterLocation

# Small: pictures are really drawn. One dialect makes none below 512 pixels a side.
SMALL, SMALL_AT_IMAROUTER = "64x64", "512x512"

# Draws the largest ones at once: most are asked for as jobs.
DRAWN = "/v1/image/generate"

JOBS = {DRAWN, "/v1/image/generate/async", "/v1/image/generate/batch", "/v1/image/batch"}

# One of each dialect: what reads a form there reads all.
FORMS = {
    "/v1/images/edits", "/v1/images/variations", "/v1/openai/images/edits", "/v1/image/batch",
    "/v2/images/generate", "/v2/uploads", "/api/v1/images",
}

# What may hold pictures, the mask last.
PICTURES = ("image", "images", "input_references")

# What other models know and the test model does not: `auto` asks it for nothing.
WORDS = ("input_fidelity", "magic_prompt", "negative_prompt", "style", "style_preset", "style_type")
OTHERS = ("guidance", "steps", "raw", "thinking")

# Where requests for pictures go.
WORK = ("/v1/image", "/v1/openai/images", "/v2/images", "/api/v1/images")

# What everything is asked under: without it nothing else would be seen.
OWN_KEY = os.environ.get("OWN_KEY", "")

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


# Stands for the bytes of a file until a form is written: bytes are no value of a schema.
FILE = "the bytes of a picture"


def picture(drawn, is_form):
    """A picture in the way that was drawn: a file, a text or an object around one."""
    if is_form:
        return FILE
    # One that was uploaded counts as a URL.
    text = uploads[-1] if uploads and next(numbers) % 2 else DATA_URL
    if not isinstance(drawn, dict):
        return text
    if "image_url" not in drawn:
        return {"url": text}
    return {"image_url": {"url": text} if isinstance(drawn["image_url"], dict) else text}


def indoors(drawn):
    """The same with a picture in the place of each address: nobody outside is called."""
    if isinstance(drawn, dict):
        return {
            name: value if "webhook" in name else indoors(value) for name, value in drawn.items()
        }
    if isinstance(drawn, list):
        return [indoors(item) for item in drawn]
    if isinstance(drawn, str) and re.match("https?://", drawn):
        return DATA_URL
    return drawn


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


# Names that people give: what is not seen is refused in them.
NAMES = ("name", "description")


def seen(text):
    """A name without what is not seen, and without blanks around it, which none may have."""
    kept = "".join(
        c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp", "Cs", "Zs")
    )
    return kept or "name"


def plain(value):
    """The same without what no body may hold, which JSON Schema has no words for: numbers out of range or
    of more than 38 digits, and names of more than 256 bytes."""
    if isinstance(value, dict):
        return {
            name: plain(item) for name, item in value.items() if len(json.dumps(name)) <= 256
        }
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, float) and value and not 1e-15 < abs(value) < 1e15:
        return 1.5
    return value


def settle(body, size, is_form):
    """Changes a request for work into one that the test model can do soon."""
    body["size"] = size
    # Beside a size these would have to say the same.
    for name in ("aspect_ratio", "resolution", "width", "height"):
        body.pop(name, None)
    if body.get("n") is not None:
        body["n"] = min(body["n"], 2 if size == SMALL else 1)
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
    # A stream is to show something on its way.
    if body.get("stream") and body.get("partial_images") is not None:
        body["partial_images"] = max(1, body["partial_images"])
    settle_pictures(body, is_form)
    return body


# OpenAI's paths, which need no model where an operator has set a default. Here there is none.
WITH_DEFAULT = ("/images/generations", "/images/edits", "/images/variations")


def work(case):
    """The body of a request for pictures, settled."""
    at_imarouter = case.path.startswith("/v1/image/") and not case.path.endswith(WITH_DEFAULT)
    is_form = case.media_type == "multipart/form-data"
    size = SMALL_AT_IMAROUTER if at_imarouter else SMALL
    body = plain(case.body)
    body["model"] = "test/test"
    if case.path == "/v2/images/generate":
        # Pictures in an object are written as JSON, in a form too.
        body["parameters"] = settle(dict(body.get("parameters") or {}), size, False)
    else:
        if is_form and case.path.endswith("/images/edits"):
            # Needed, which the form's schema leaves to words.
            body.setdefault("image", [FILE])
        settle(body, size, is_form)
    if case.path.endswith("/images/variations"):
        return body
    prompt = "a fox"
    if case.path in JOBS and next(numbers) % 16:
        # Of the many jobs most fail without a picture: drawing them all would hold up the rest.
        prompt = "sandbox:moderated"
        if case.path == DRAWN:
            case.headers["Prefer"] = "respond-async"
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


def settle_key(body):
    """Terms that a key can be given: in the future, of models that there are, bursts of a rate."""
    body = dict(body)
    if "mode" in body:
        # A test key, as this one is, manages test keys alone.
        body["mode"] = "test"
    if body.get("expires_at") is not None:
        body["expires_at"] = "2099-01-31T12:00:00Z"
    if not isinstance(body.get("limits"), dict):
        return body
    limits = body["limits"] = dict(body["limits"])
    for burst, rate in (
        ("request_burst", "requests_per_minute"),
        ("image_burst", "images_per_minute"),
    ):
        if limits.get(burst) is not None:
            limits[rate] = limits.get(rate) or 60
    for cap in ("day_cap", "month_cap"):
        if limits.get(cap) is not None:
            limits[cap] = 2.5
    if limits.get("models") is not None:
        limits["models"] = ["test/test"]
    return body


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Leaves out what would be tested twice over."""
    for path, methods in raw_schema["paths"].items():
        request = methods.get("post", {}).get("requestBody", {})
        bodies = request.get("content", {})
        # The document tells of some forms beside the bodies, for generators that know one body alone.
        if path in FORMS and "x-form" in request:
            bodies["multipart/form-data"] = request["x-form"]
        # An example tells of a file by its name, and files are made here.
        bodies.get("multipart/form-data", {}).pop("example", None)
        if path == "/v2/images/generate":
            # The test model is of no family: all that can be seen is that their objects are unknown.
            for body in bodies.values():
                name = body["schema"]["$ref"].rsplit("/", 1)[-1]
                members = raw_schema["components"]["schemas"][name]["properties"]
                for name in [name for name in members if name.endswith("Params")]:
                    members.pop(name)


@schemathesis.hook
def map_case(context, case):
    meta = case.meta
    if meta is None:
        return case
    header = meta.components.get(ParameterLocation.HEADER)
    if "Idempotency-Key" in case.headers and (header is None or header.mode.is_positive):
        # The few that are drawn would soon all be used, and nothing else would be looked at.
        case.headers["Idempotency-Key"] = f"case-{next(numbers)}"
    if case.path.startswith(WORK) and isinstance(case.body, dict):
        case.body = indoors(case.body)
    if not meta.generation.mode.is_positive:
        return case
    if case.path == "/v2/models" and case.query.get("modality"):
        # The filters are another dialect's: they go without it.
        case.query = {"modality": case.query["modality"]}
    if case.path == "/v1/usage":
        # A range of days has an order, and an end.
        days = {"from": "2026-11-01", "to": "2026-11-30"}
        case.query = {name: days.get(name, value) for name, value in case.query.items()}
    if re.fullmatch(r"/v1/((openai|imagerouter)/)?models/\{id\}", case.path):
        case.path_parameters = {"id": "test/test"}
    if "{slug}" in case.path:
        case.path_parameters = {"author": "test", "slug": "test"}
    if case.path == "/i/{name}" and pictures:
        case.path_parameters = {"name": pictures[-1].decode()}
    if case.path == "/u/{name}" and uploads:
        case.path_parameters = {"name": uploads[-1].rsplit("/", 1)[-1]}
    if isinstance(case.body, dict):
        if case.media_type == "multipart/form-data":
            # A part needs a name, and clients differ in how they write an odd one.
            case.body = {
                name: value for name, value in case.body.items() if re.fullmatch(r"\w+", name)
            }
        for name in NAMES:
            if isinstance(case.body.get(name), str):
                case.body = case.body | {name: seen(case.body[name])}
        if "model" in case.body or case.path.endswith(WITH_DEFAULT):
            case.body = work(case)
        elif case.path.startswith("/v1/keys"):
            case.body = settle_key(case.body)
        elif case.path == "/v2/uploads":
            case.body = case.body | {"file": FILE}
        elif case.path.startswith("/v1/webhooks") and case.body.get("url") is not None:
            case.body = case.body | {"url": "https://hooks.example.com/atelier"}
    return case


@schemathesis.hook
def before_call(context, case, kwargs):
    """Spares the key that is used, and writes a form with its files."""
    if case.path.startswith("/v1/keys/") and case.method.upper() != "GET":
        if str((case.path_parameters or {}).get("id")).lower() == OWN_KEY:
            case.path_parameters = {"id": "00000000-0000-7000-8000-000000000000"}
    if case.media_type != "multipart/form-data" or not isinstance(case.body, dict):
        return
    parts = [
        (name, value)
        for name, values in case.body.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    if any(value == FILE for _, value in parts):
        kwargs["files"] = [(name, part(value)) for name, value in parts]


def part(value):
    """What `requests` makes a part of: a name of a file or none, and its content."""
    if value == FILE:
        return ("photo.png", PHOTO)
    if isinstance(value, str):
        return (None, value)
    return (None, json.dumps(value), "application/json" if isinstance(value, dict) else None)


@schemathesis.hook
def after_call(context, case, response):
    pictures.extend(re.findall(rb"/i/([\w.-]+)", response.content)[:1])
    if case.path == "/v2/uploads" and response.status_code == 201:
        uploads.append(response.json()["url"])
