"""One edit in each dialect, and what it cost beside what it was said to cost.

usage: edits.py BASE_URL TEST_KEY

Writes claims as `claims.py` has them.
"""

import base64
import json
import sys
import time
import urllib.error
import urllib.request

from claims import claim, equal, png

base, key = sys.argv[1:]
small, large = png(512, 512), png(1024, 768)


def data(picture):
    return "data:image/png;base64," + base64.b64encode(picture).decode()


def asked(path, body=None, type="application/json"):
    """What is answered, with amounts as they are written."""
    request = urllib.request.Request(
        base + path, body, {"Authorization": f"Bearer {key}", "Content-Type": type}
    )
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            told = answer.read().decode()
    except urllib.error.HTTPError as error:
        claim(f"{path} is answered", False, error.read())
        return {}
    if told.startswith(("event:", "data:", ":")):
        return told
    return json.loads(told, parse_float=str, parse_int=str)


def sent(path, **members):
    return asked(path, json.dumps(members).encode())


def form(path, *parts):
    body = b""
    for name, content in parts:
        file = isinstance(content, bytes)
        head = f'--bee\r\nContent-Disposition: form-data; name="{name}"'
        body += head.encode() + (b'; filename="a.png"' if file else b"") + b"\r\n\r\n"
        body += (content if file else content.encode()) + b"\r\n"
    return asked(path, body + b"--bee--\r\n", "multipart/form-data; boundary=bee")


def log():
    return asked("/v1/generations?limit=100")["generations"]


def edit(name, dialect, hold, ask, count=1):
    """Claims that `ask` leads to one line in the log, which held and cost `hold`."""
    before = {line["id"] for line in log()}
    ask()
    patience = time.monotonic() + 120
    while True:
        new = [line for line in log() if line["id"] not in before]
        if all(line["ended_at"] for line in new) or time.monotonic() > patience:
            break
        time.sleep(0.05)
    equal(f"{name}: lines of the log", len(new), count)
    for line in new:
        equal(f"{name}: its end", (line["status"], line["dialect"]), ("completed", dialect))
        equal(f"{name}: held as estimated", line["held"], hold)
        equal(f"{name}: charged as estimated", line["cost"], hold)


def uploaded(picture):
    return form("/v2/uploads", ("file", picture))["url"]


def of_two(model, prompt="a fox"):
    """An edit of two pictures, in every shape that it can be asked for in."""
    common = {"model": model, "prompt": prompt, "size": "512x512"}
    texts = list(common.items())
    links = [data(small), data(large)]
    estimate = sent("/v1/image/estimate", **common, images=links)
    hold = estimate["hold_usd"]
    plain = sent("/v1/image/estimate", **common)["hold_usd"]
    claim("pictures to start from cost", float(hold) > float(plain) > 0, (hold, plain))
    billables = {line["billable"]: line["total_usd"] for line in estimate["lines"]}
    claim("and stand on a line", "input_reference" in billables, billables)
    genuine, router = "/v1/images/edits", "/v1/openai/images/edits"
    files = [("image[]", small), ("image[]", large)]
    objects = [{"image_url": link} for link in links]
    references = [{"type": "image_url", "image_url": {"url": link}} for link in links]
    edit("(a) JSON", "imagerouter", hold, lambda: sent(router, **common, image=links))
    edit("(a) form", "imagerouter", hold, lambda: form(router, *texts, *files))
    edit("(b) JSON", "openai", hold, lambda: sent(genuine, **common, images=objects))
    edit("(b) form", "openai", hold, lambda: form(genuine, *texts, *files))
    edit(
        "(b) stream", "openai", hold,
        lambda: form(genuine, *texts, *files, ("stream", "true"), ("partial_images", "2")),
    )
    edit("(c)", "imarouter", hold, lambda: sent("/v1/image/generate", **common, images=links))
    edit(
        "(c) job", "imarouter", hold,
        lambda: sent("/v1/image/generate/async", **common, images=links),
    )
    batch = {"model": model, "size": "512x512", "images": links, "prompts": [prompt, "an owl"]}
    edit("(c) batch", "imarouter", hold, lambda: sent("/v1/image/batch", **batch), count=2)
    edit(
        "(d)", "openrouter", hold,
        lambda: sent("/api/v1/images", **common, input_references=references),
    )
    names = [uploaded(small), uploaded(large)]
    edit(
        "(e)", "jobs", hold,
        lambda: sent(
            "/v2/images/generate", model=model, prompt=prompt,
            fluxParams={"width": 512, "height": 512, "input_images": names},
        ),
    )
    one = sent("/v1/image/estimate", **common, images=links[1:])["hold_usd"]
    claim("one costs less than two", float(one) < float(hold), (one, hold))
    edit(
        "(b) variation", "openai", one,
        lambda: form(
            "/v1/images/variations", ("model", model), ("size", "512x512"), ("image", large)
        ),
    )


def with_mask():
    """A mask is for the dialects that know one."""
    common = {"model": "test/paid", "prompt": "a fox", "size": "512x512"}
    texts, mask = list(common.items()), png(512, 512, alpha=True)
    whole = {"images": [data(small)], "mask": data(mask)}
    hold = sent("/v1/image/estimate", **common, **whole)["hold_usd"]
    for name, dialect, path in [
        ("(a) mask", "imagerouter", "/v1/openai/images/edits"),
        ("(b) mask", "openai", "/v1/images/edits"),
    ]:
        files = [("image[]", small), ("mask", mask)]
        edit(name, dialect, hold, lambda: form(path, *texts, *files))
    edit("(c) mask", "imarouter", hold, lambda: sent("/v1/image/generate", **common, **whole))


of_two("flux-2-pro")
with_mask()
balance = asked("/v1/balance")
equal("nothing is held", balance["held"], "0")
