"""The stock `openai` package against a server, unmodified: base URL and key are all that differs.

usage: openai_client.py BASE_URL KEY POOR_KEY

Writes one JSON value a line: {"step": name, ...what the client made of the answer}.
"""

import base64
import json
import sys

import openai

base, key, poor_key = sys.argv[1:]
attempts = []


def client(api_key, path="/v1"):
    """A client that counts its attempts; retries are as it has them by default."""
    hooks = {"request": [lambda request: attempts.append(request.url)]}
    return openai.OpenAI(
        base_url=base + path,
        api_key=api_key,
        http_client=openai.DefaultHttpxClient(event_hooks=hooks),
    )


def step(name, **seen):
    print(json.dumps({"step": name, **seen}), flush=True)


def refused(name, call):
    attempts.clear()
    try:
        call()
        step(name, error=None)
    except openai.APIStatusError as error:
        step(
            name,
            error=type(error).__name__,
            status=error.status_code,
            code=error.code,
            param=error.param,
            type=error.type,
            message=error.body["message"],
            requestID=error.request_id,
            attempts=len(attempts),
        )


def pictures(name, made, count):
    items = [base64.b64decode(item.b64_json) if item.b64_json else None for item in made.data]
    step(
        name,
        count=len(made.data) == count,
        urls=[item.url for item in made.data],
        png=all(item is None or item.startswith(b"\x89PNG") for item in items),
        base64=all(item is not None for item in items),
        cost=made.cost,
        created=made.created,
        requestID=made._request_id,
    )


ours = client(key)
asked = {"model": "test/paid", "prompt": "a fox", "size": "64x64"}
pictures("base64", ours.images.generate(**asked, n=2), 2)
pictures("url", ours.images.generate(**asked, response_format="url"), 1)
pictures("imagerouter", client(key, "/v1/openai").images.generate(**asked), 1)
pictures("extra", ours.images.generate(**asked, user="u", extra_body={"seed": 7}), 1)

raw = ours.images.with_raw_response.generate(**asked)
step(
    "headers",
    version=raw.headers["openai-version"],
    processing=raw.headers["openai-processing-ms"].isdigit(),
)

for path in ["/v1", "/v1/openai"]:
    listed = client(key, path).models.list()
    step("models" + path, ids=[model.id for model in listed.data], requestID=listed._request_id)
    model = client(key, path).models.retrieve("test/paid")
    step("model" + path, id=model.id, owner=model.owned_by, created=model.created)

refused("stranger", lambda: client("sk-wrong").images.generate(**asked))
refused("strangerModels", lambda: client("sk-wrong").models.list())
refused("poor", lambda: client(poor_key).images.generate(**asked))
refused("model", lambda: ours.images.generate(**{**asked, "model": "no/such"}))
refused("retrieve", lambda: ours.models.retrieve("no/such"))
refused("value", lambda: ours.images.generate(**{**asked, "n": 11}))
refused("unknown", lambda: ours.images.generate(**asked, extra_body={"colour": "red"}))
refused("missing", lambda: ours.images.generate(prompt="a fox"))
