"""What the server answers, beside its description: each answer is as its schema says, and has no member that
is not described. Writes claims.

usage: described_answers.py BASE KEY, of a live key that may everything
"""

import json
import sys
import urllib.error
import urllib.request

from jsonschema_rs import Draft202012Validator

from claims import claim

base, key = sys.argv[1:]


def call(method, path, body=None):
    """Status and JSON of an answer."""
    asked = urllib.request.Request(
        base + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": "Bearer " + key, "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.loads(refusal.read() or b"null")


document = call("GET", "/openapi.json")[1]
components = document["components"]


def resolved(schema):
    while "$ref" in schema:
        schema = components["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def wrong(value, schema):
    validator = Draft202012Validator({**schema, "components": components})
    return [error.message for error in validator.iter_errors(value)]


def undescribed(value, schema, place=""):
    """Places in `value` that the schema does not speak of."""
    schema = resolved(schema)
    if "anyOf" in schema:
        fitting = [choice for choice in map(resolved, schema["anyOf"]) if not wrong(value, choice)]
        schema = fitting[0] if fitting else {}
    if isinstance(value, list):
        return {p for item in value for p in undescribed(item, schema.get("items", {}), place + "[]")}
    if not isinstance(value, dict):
        return set()
    found = set()
    for name, item in value.items():
        if name in schema.get("properties", {}):
            found |= undescribed(item, schema["properties"][name], f"{place}.{name}")
        elif "properties" in schema:
            found.add(f"{place}.{name}")
        elif isinstance(schema.get("additionalProperties"), dict):
            found |= undescribed(item, schema["additionalProperties"], f"{place}.*")
    return found


def check(method, template, body=None, query="", **names):
    """Asks, holds the answer against its description, and answers it."""
    status, value = call(method, template.format(**names) + query, body)
    told = document["paths"][template][method.lower()]["responses"].get(str(status), {})
    contents = [m for t, m in told.get("content", {}).items() if t.endswith("json")]
    name = f"{method} {template}{query} {status}"
    claim(f"{name} is described", contents, value)
    if contents:
        claim(f"{name} is as described", not wrong(value, contents[0]["schema"]), value)
        found = undescribed(value, contents[0]["schema"])
        claim(f"{name} has nothing else", not found, sorted(found))
    return value


picture = {"model": "test/test", "prompt": "a fox", "size": "512x512"}
check("POST", "/v1/images/generations", picture)
check("POST", "/v1/images/generations", picture | {"response_format": "url", "user": "someone"})
check("POST", "/v1/openai/images/generations", picture)
check("POST", "/v1/image/generate", picture)
check("POST", "/v1/image/estimate", picture)
job = check("POST", "/v1/image/generate/async", picture | {"metadata": {"order": "17"}})
check("GET", "/v1/jobs/{id}", query="?wait=60", id=job["jobId"])
batch = check("POST", "/v1/image/batch", {"model": "test/test", "prompts": ["a fox", "an owl"]})
check("GET", "/v1/batches/{id}", query="?wait=60", id=batch["jobId"])
work = check("POST", "/v2/images/generate", {"model": "test/test", "prompt": "a fox"})
check("GET", "/v2/jobs/{id}", query="?wait=60", id=work["jobId"])
routed = check("POST", "/api/v1/images", {"model": "test/test", "prompt": "a fox", "session_id": "s"})
check("GET", "/api/v1/generation", query="?id=" + routed["id"])
check("GET", "/api/v1/images/models/{author}/{slug}/endpoints", author="test", slug="paid")
for path in (
    "/v2/jobs /v2/me /v2/models /api/v1/images/models /api/v1/models /api/v1/key /api/v1/credits "
    "/v1/balance /v1/generations /v1/usage /v1/models /v1/openai/models /v1/imagerouter/models "
    "/v1/keys /v1/webhooks /v1/webhooks/secret /v1/webhooks/deliveries /v1/invoices /healthz /readyz"
).split():
    check("GET", path)
for path, query in (("/v1/usage", "?group_by=key"), ("/v1/credits", "?by_api_key=true")):
    check("GET", path, query=query)
for path in ("/v1/auth/test", "/operations/get-popular-models"):
    check("POST", path)
issued = check("POST", "/v1/keys", {"name": "renders", "limits": {"day_cap": 1}})
check("POST", "/v1/keys/{id}/rotate", {}, id=issued["id"])
for method in ("GET", "DELETE"):
    check(method, "/v1/keys/{id}", id=issued["id"])
endpoint = check(
    "POST", "/v1/webhooks", {"url": "https://hooks.example/a", "events": ["generation.completed"]}
)
check("POST", "/v1/image/generate", picture)
check("GET", "/v1/webhooks/{id}", id=endpoint["id"])
sent = check("GET", "/v1/webhooks/deliveries")["deliveries"][0]
check("GET", "/v1/webhooks/deliveries/{id}", id=sent["id"])
# Refusals, in the words of every dialect.
for path in (
    "/v1/images/generations /v1/openai/images/generations /v1/image/generate /v2/images/generate "
    "/api/v1/images"
).split():
    check("POST", path, {"model": "no/such", "prompt": "a fox"})
    check("POST", path, {"model": "test/paid", "prompt": "a fox"} | {"prompt": 7})
