"""Large forms against a server, and what becomes of its memory and its disk.

usage: uploads.py BASE_URL KEY PID INPUTS_DIRECTORY

Writes claims as `claims.py` has them, and a last line of figures to its standard error. It speaks
HTTP by hand, so that a body is neither copied nor kept from being sent whole.
"""

import base64
import concurrent.futures
import http.client
import json
import os
import sys
import threading
import time
import urllib.request

from claims import bomb, claim, equal, png, port

base, key, pid, inputs = sys.argv[1:]
MIB = 1 << 20
# Resident memory may grow by so much while 256 MiB of uploads are under way at once.
growth_max = 150 * MIB
authorization = {"Authorization": f"Bearer {key}"}


def part(name, content, filename=None):
    head = f'--bee\r\nContent-Disposition: form-data; name="{name}"'
    if filename is not None:
        head += f'; filename="{filename}"\r\nContent-Type: image/png'
    return head.encode() + b"\r\n\r\n" + content + b"\r\n"


def texts(**more):
    fields = {"model": "test/paid", "prompt": "a fox", "size": "64x64", **more}
    return [part(name, text.encode()) for name, text in fields.items()]


def sent(parts, path="/v1/images/edits"):
    """The status and body that a form is answered with."""
    return posted(b"".join(parts) + b"--bee--\r\n", "multipart/form-data; boundary=bee", path)


def posted(body, type, path):
    connection = http.client.HTTPConnection("127.0.0.1", port(base), timeout=120)
    try:
        connection.request("POST", path, body, {"Content-Type": type, **authorization})
    except (BrokenPipeError, ConnectionResetError):
        # The server has answered before it read everything: the answer is there to be read.
        pass
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    return answer.status, told


def get(path):
    request = urllib.request.Request(base + path, headers=authorization)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def resident():
    """Bytes of memory of the server's own, without files that it has mapped."""
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    return 0


class Watch:
    """The most that was resident while it ran."""

    def __enter__(self):
        self.peak = resident()
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.look)
        self.thread.start()
        return self

    def look(self):
        while not self.done.wait(0.005):
            self.peak = max(self.peak, resident())

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


def files():
    """What lies below the directory, half written or whole."""
    return [name for _, _, names in os.walk(inputs) for name in names]


def large_edits():
    picture = png(1180, 1180, noise=1)
    claim("a picture of 4 MB", 4_000_000 < len(picture) < 4.3 * MIB, len(picture))
    mask = part("mask", png(1180, 1180, alpha=True), "mask.png")
    # One body for all: the test's own memory is not what is measured.
    form = texts() + [part("image[]", picture, f"{index}.png") for index in range(16)]
    body = b"".join(form) + b"--bee--\r\n"
    type = "multipart/form-data; boundary=bee"
    # What a first request brings is not growth.
    sent(texts() + [part("image[]", picture, "0.png"), mask])
    before = resident()
    with Watch() as watch:
        answers = [posted(body, type, "/v1/images/edits")]
        with concurrent.futures.ThreadPoolExecutor(max_workers=4) as threads:
            together = [
                threads.submit(posted, body, type, "/v1/images/edits") for _ in range(4)
            ]
            answers += [one.result() for one in together]
    after = resident()
    equal("sixteen of 4 MB are an edit", [status for status, _ in answers], [200] * 5)
    figures = f"before {before // MIB} MiB, peak {watch.peak // MIB} MiB, after {after // MIB} MiB"
    claim(f"memory stays flat: {figures}", watch.peak - before < growth_max, figures)
    claim("and is given back", after - before < growth_max, figures)
    print(f"RssAnon with {len(body) // MIB} MiB a form, four at once: {figures}", file=sys.stderr)


def refused(name, parts, status, field, path="/v1/images/edits"):
    seen, told = sent(parts, path)
    equal(f"{name}: its status", seen, status)
    error = told.get("error", told)
    equal(f"{name}: the field it names", error.get("param"), field)
    claim(f"{name}: a sentence", len(error["message"]) > 10, error)


def bad_pictures():
    small, jpeg = png(64, 64), drawn_jpeg()
    image = part("image[]", small, "a.png")
    for path in ["/v1/images/edits", "/v1/openai/images/edits"]:

        def told(name, parts, *wanted):
            refused(f"{name} at {path}", texts() + parts, *wanted, path)

        told("a seventeenth", [image] * 17, 400, "image[]")
        told("an eighteenth file", [image] * 18, 400, "image[]")
        told("17 MB", [part("image", small + bytes(17_000_000), "a.png")], 413, "image")
        told("a text called .png", [part("image", b"just a text", "a.png")], 400, "image")
        told("a bomb", [part("image[]", bomb(30_000), "a.png")], 400, "image[]")
        told("a bomb among others", [image, part("image", bomb(30_000), "b.png")], 400, "image")
        told(
            "a mask of another size",
            [image, part("mask", png(32, 64, alpha=True), "m.png")], 400, "mask",
        )
        told("a mask that is a JPEG", [image, part("mask", jpeg, "m.png")], 400, "mask")
        told("a bomb as a mask", [image, part("mask", bomb(30_000), "m.png")], 400, "mask")
        if path != "/v1/images/edits":
            continue
        told("two masks", [image] + [part("mask", small, "m.png")] * 2, 400, "mask")
        told("a piece of a picture", [part("image", small[:20], "a.png")], 400, "image")
        told("nothing in it", [part("image", b"", "a.png")], 400, "image")
        fourteen = part("image[]", small + bytes(14 * MIB), "a.png")
        told("70 MB in all", [fourteen] * 5, 413, None)


def bad_json():
    def told(name, members, status, field):
        body = json.dumps({"model": "test/paid", "prompt": "a fox", **members}).encode()
        seen, answer = posted(body, "application/json", "/v1/images/edits")
        equal(f"{name}: its status", seen, status)
        equal(f"{name}: the field it names", answer["error"]["param"], field)

    def link(picture):
        return {"image_url": "data:image/png;base64," + base64.b64encode(picture).decode()}

    told("JSON, a seventeenth", {"images": [link(png(8, 8))] * 17}, 400, "images[16].image_url")
    large = link(png(8, 8) + bytes(17_000_000))
    told("JSON, 17 MB", {"images": [link(png(8, 8)), large]}, 413, "images")
    told("JSON, a text", {"images": [link(b"a text")]}, 400, "images[0].image_url")
    told("JSON, a bomb", {"images": [link(bomb(30_000))]}, 400, "images[0].image_url")
    whole = {"images": [link(png(8, 8) + bytes(12 << 20))] * 4}
    told("JSON, 64 MB in all", whole, 413, None)


def drawn_jpeg():
    """A JPEG of 64 pixels a side, which the server draws."""
    body = json.dumps(
        {"model": "test/test", "prompt": "a fox", "size": "64x64", "output_format": "jpeg"}
    ).encode()
    status, told = posted(body, "application/json", "/v1/images/generations")
    equal("a JPEG", status, 200)
    return base64.b64decode(told["data"][0]["b64_json"])


large_edits()
posted_before = get("/v1/balance")
bad_pictures()
bad_json()
equal("nothing was held or charged", get("/v1/balance"), posted_before)
equal("nothing is held", float(get("/v1/balance")["held"]), 0.0)
patience = time.monotonic() + 60
while files() and time.monotonic() < patience:
    # A generation forgets its pictures when it has ended, which may be after its answer.
    time.sleep(0.05)
equal("nothing is left on the disk", files(), [])
