"""What a description cannot say, for the cases that ought to be accepted: which models there are,
what each can do, and which addresses can be told something. Cases that ought to be refused are
sent as they were made."""

import itertools
import re

import schemathesis
from schemathesis.core.parameters import ParameterLocation

# Small: pictures are really drawn. One dialect makes none below 512 pixels a side.
SMALL, SMALL_AT_IMAROUTER = "64x64", "512x512"

JOBS = {"/v1/image/generate/async", "/v1/image/generate/batch", "/v1/image/batch"}

numbers = itertools.count(1)
pictures = []


def settle(body, size):
    """Changes a request for work into one that the test model can do soon."""
    body["size"] = size
    # Beside a size these would have to say the same.
    body.pop("aspect_ratio", None)
    body.pop("resolution", None)
    if body.get("n") is not None:
        body["n"] = min(body["n"], 2)
    # What the test model refuses: it draws from words alone, opaquely and at once.
    body.pop("input_references", None)
    if body.get("background") == "transparent":
        body["background"] = "opaque"
    if body.get("stream"):
        body["stream"] = False
    # PNG takes no other.
    if body.get("output_compression") is not None:
        body["output_compression"] = 100
    return body


def work(case):
    """The body of a request for pictures, settled."""
    at_imarouter = case.path.startswith("/v1/image/")
    size = SMALL_AT_IMAROUTER if at_imarouter else SMALL
    body = dict(case.body)
    body["model"] = "test/test"
    if case.path == "/v2/images/generate":
        body["parameters"] = settle(dict(body.get("parameters") or {}), size)
    else:
        settle(body, size)
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
    if isinstance(case.body, dict):
        if "model" in case.body:
            case.body = work(case)
        elif case.path.startswith("/v1/webhooks") and case.body.get("url") is not None:
            case.body = case.body | {"url": "https://hooks.example.com/atelier"}
    return case


@schemathesis.hook
def after_call(context, case, response):
    pictures.extend(re.findall(rb"/i/([\w.-]+)", response.content)[:1])
