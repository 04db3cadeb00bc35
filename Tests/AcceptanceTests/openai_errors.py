"""The stock `openai` package: every error as its own class, and how often it asks again.

usage: openai_errors.py BASE_URL KEY POOR_KEY READING_KEY

Writes claims as `claims.py` has them. Retries are as the package has them by default.
"""

import concurrent.futures
import json
import sys
import threading
import time
import urllib.request

import openai

from claims import claim, equal, png

base, key, poor_key, reading_key = sys.argv[1:]
GENUINE, ROUTER = "/v1", "/v1/openai"
asked = {"model": "test/paid", "prompt": "a fox", "size": "64x64"}

# How often each thread has asked since it was last asked for it.
asking = threading.local()


def client(api_key, path=GENUINE, **options):
    def count(_):
        asking.attempts = getattr(asking, "attempts", 0) + 1

    hooks = {"request": [count]}
    return openai.OpenAI(
        base_url=base + path,
        api_key=api_key,
        http_client=openai.DefaultHttpxClient(event_hooks=hooks),
        **options,
    )


def refused(name, call, error, status, tries, code=None, param=None, type=None):
    """Claims that `call` raises exactly `error`, after so many attempts."""
    asking.attempts = 0
    try:
        claim(f"{name}: is refused", False, call())
        return
    except openai.APIError as raised:
        seen = raised
    equal(f"{name}: its class", seen.__class__.__name__, error)
    if not isinstance(seen, openai.APIStatusError):
        return
    equal(f"{name}: its status", seen.status_code, status)
    equal(f"{name}: its attempts", asking.attempts, tries)
    equal(f"{name}: its code", seen.code, code)
    equal(f"{name}: its field", seen.param, param)
    if type:
        equal(f"{name}: its type", seen.type, type)
    claim(f"{name}: a sentence", len(seen.body["message"]) > 10, seen.body)
    claim(f"{name}: a request id", seen.request_id.startswith("req_"), seen.request_id)


def at_both(path):
    """What is refused alike at both base URLs."""
    images = client(key, path).images
    isRouter = path == ROUTER

    def told(name, call, *wanted, **more):
        refused(f"{name} at {path}", call, *wanted, **more)

    def generate(**options):
        return lambda: images.generate(**{**asked, **options})

    # OpenAI's client has no name of its own for these statuses.
    OTHER = "APIStatusError"
    told("400", generate(n=11), "BadRequestError", 400, 1, "invalid_value", "n")
    told(
        "401", lambda: client("sk-wrong", path).images.generate(**asked),
        "AuthenticationError", 401, 1, "invalid_api_key",
        type="unauthorized" if isRouter else "invalid_request_error",
    )
    told(
        "402", lambda: client(poor_key, path).images.generate(**asked), OTHER, 402, 1,
        "insufficient_credits", type="insufficient_credits" if isRouter else "insufficient_quota",
    )
    told(
        "403", lambda: client(reading_key, path).images.generate(**asked),
        "PermissionDeniedError", 403, 1, "scope_missing",
        type="access_denied" if isRouter else "permission_error",
    )
    if isRouter:
        wanted = "BadRequestError", 400, 1, "model_not_found", "model"
    else:
        wanted = "NotFoundError", 404, 1, "model_not_found"
    told("no such model", generate(model="no/such"), *wanted)
    told(
        "404", lambda: client(key, path).models.retrieve("no/such"),
        "NotFoundError", 404, 1, "model_not_found",
    )
    large = png(64, 64) + bytes(17 << 20)
    told(
        "413, a picture", lambda: images.edit(**asked, image=large), OTHER, 413, 1,
        "request_too_large", "image",
    )
    many = [png(64, 64) + bytes(14 << 20)] * 5
    told(
        "413, a body", lambda: images.edit(**asked, image=many), OTHER, 413, 1, "request_too_large"
    )
    told(
        "no picture", lambda: images.edit(**asked, image=b"not a picture"),
        "BadRequestError", 400, 1, "invalid_value", "image",
    )
    told(
        "moderated", generate(prompt="sandbox:moderated a fox"),
        "BadRequestError", 400, 1, "moderation_blocked", "prompt",
    )


def of_a_provider(name, word, *wanted, **more):
    """What a provider cannot do now is tried for some seconds, and then once more by the client."""
    images = client(key, max_retries=1).images
    prompt = f"sandbox:{word} a fox"
    refused(name, lambda: images.generate(**{**asked, "prompt": prompt}), *wanted, **more)


def of_fields():
    images = client(key).images
    refused(
        "unknown", lambda: images.generate(**asked, extra_body={"colour": "red"}),
        "BadRequestError", 400, 1, "unknown_parameter", "colour",
    )
    refused(
        "missing", lambda: images.generate(prompt="a fox"),
        "BadRequestError", 400, 1, "missing_required_parameter", "model",
    )
    picture = ("a.png", png(64, 64), "image/png")
    mask = ("m.png", png(32, 32, alpha=True), "image/png")
    refused(
        "a mask of another size", lambda: images.edit(**asked, image=picture, mask=mask),
        "BadRequestError", 400, 1, "invalid_value", "mask",
    )
    refused(
        "seventeen", lambda: images.edit(**asked, image=[picture] * 17),
        "BadRequestError", 400, 1, "invalid_value", "image[]",
    )
    refused(
        "a markup", lambda: images.edit(**asked, image=png(8, 8), extra_body={"markup": "x"}),
        "BadRequestError", 400, 1, "invalid_value", "markup",
    )


def is_running(n):
    """Whether a generation of so many pictures is under way."""
    request = urllib.request.Request(
        base + "/v1/generations", headers={"Authorization": f"Bearer {key}"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        lines = json.load(answer)["generations"]
    return any(line["status"] == "running" and line["n"] == n for line in lines)


def of_repeating():
    headers = {"Idempotency-Key": "order-17"}
    slow = {**asked, "n": 2, "prompt": "sandbox:slow=9 a fox", "extra_headers": headers}
    first = threads.submit(lambda: client(key).images.generate(**slow))
    patience = time.monotonic() + 60
    while not is_running(2) and time.monotonic() < patience:
        time.sleep(0.05)
    images = client(key).images
    refused(
        "409", lambda: images.generate(**slow), "ConflictError", 409, 3, "still_running",
        None, type="conflict_error",
    )
    patient = client(key, max_retries=40).images.with_raw_response.generate(**slow)
    pictures = [[item.b64_json for item in made.data] for made in [patient.parse(), first.result()]]
    equal("409: passes by itself", pictures[0], pictures[1])
    equal("409: the first answer again", patient.headers.get("idempotency-replayed"), "true")
    refused(
        "422", lambda: images.generate(**{**slow, "size": "128x128"}),
        "UnprocessableEntityError", 422, 1, "idempotency_key_reused",
        None, type="invalid_request_error",
    )


threads = concurrent.futures.ThreadPoolExecutor(max_workers=4)
slow = [
    threads.submit(
        of_a_provider, "429", "busy", "RateLimitError", 429, 2, "rate_limit_exceeded"
    ),
    threads.submit(of_a_provider, "5xx", "down", "InternalServerError", 502, 2, "upstream_error"),
    threads.submit(of_repeating),
]
for path in [GENUINE, ROUTER]:
    at_both(path)
of_fields()
for one in slow:
    one.result()
