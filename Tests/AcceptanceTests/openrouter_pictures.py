"""The stock `openrouter` package: pictures from pictures, streams, and the whole catalogue.

usage: openrouter_pictures.py BASE_URL TEST_KEY

Writes claims as `claims.py` has them. The package validates what it reads; what it does not
accept it raises, and the script ends.
"""

import base64
import io
import sys

from openrouter import OpenRouter, components, errors

from claims import claim, equal, kind, png, size

base, key = sys.argv[1:]
ours = OpenRouter(api_key=key, server_url=base + "/api/v1")
asked = {"model": "test/paid", "prompt": "a fox", "size": "64x48"}


def reference(picture):
    url = "data:image/png;base64," + base64.b64encode(picture).decode()
    return {"type": "image_url", "image_url": {"url": url}}


def references():
    two = [reference(png(64, 48)), reference(png(32, 32))]
    made = ours.images.generate(**asked, input_references=two)
    equal("references: a picture", size(base64.b64decode(made.data[0].b64_json)), asked["size"])
    equal("references: what it cost", made.usage.cost, 0.004)
    refused("no picture", {"input_references": [reference(b"text")]}, "BadRequestResponseError")
    refused("seventeen", {"input_references": two[1:] * 17}, "BadRequestResponseError")
    nowhere = {"type": "image_url", "image_url": {"url": "http://169.254.169.254/a.png"}}
    refused("a private address", {"input_references": [nowhere]}, "BadRequestResponseError")


def refused(name, more, error):
    try:
        claim(f"{name}: is refused", False, ours.images.generate(**{**asked, **more}))
    except errors.OpenRouterError as seen:
        equal(f"{name}: its class", type(seen).__name__, error)
        field = (seen.data.error.metadata or {}).get("field", "")
        claim(f"{name}: names the field", field.startswith("input_references["), seen.body)


def events_of(**more):
    with ours.images.generate(**{**asked, "stream": True, **more}) as stream:
        return list(stream)


def streams():
    for name, more in [("generate", {}), ("edit", {"input_references": [reference(png(64, 48))]})]:
        events = events_of(**more)
        views = [e for e in events if type(e) is components.ImageGenPartialImageEvent]
        whole = [e for e in events if type(e) is components.ImageGenCompletedEvent]
        equal(f"{name}: one picture", len(whole), 1)
        claim(f"{name}: partial ones before", 1 <= len(views) <= 3, events)
        equal(f"{name}: nothing else", events, views + whole)
        for event in events:
            picture = base64.b64decode(event.b64_json, validate=True)
            equal(f"{name}: of its size", size(picture), asked["size"])
        equal(f"{name}: in order", [e.partial_image_index for e in views], list(range(len(views))))
        equal(f"{name}: its type", whole[0].media_type, "image/png")
        equal(f"{name}: what it cost", whole[0].usage.cost, 0.004)
    events = events_of(prompt="sandbox:moderated a fox")
    equal("moderated: one event", len(events), 1)
    claim("moderated: an error", type(events[0]) is components.ImageGenStreamErrorEvent, events)
    claim("moderated: a sentence", "refused" in events[0].error.message, events[0].error)
    try:
        claim("before the stream: is refused", False, events_of(model="no/such"))
    except errors.BadRequestResponseError as seen:
        equal("before the stream: typed", seen.data.error.code, 400)


def account():
    told = ours.api_keys.get_current_key_metadata().data
    claim("key: what was spent", told.usage > 0, told)
    credits = ours.credits.get_credits().data
    claim("credits", credits.total_credits > credits.total_usage > 0, credits)


def catalogue():
    """Every model and its endpoints; and pictures of the first of each author."""
    listed = ours.images.list_models().data
    claim("catalogue: dozens of models", len(listed) > 60, len(listed))
    for model in listed:
        author, slug = model.id.split("/")
        told = ours.images.list_model_endpoints(author=author, slug=slug)
        equal(f"{model.id}: itself", told.id, model.id)
        claim(f"{model.id}: has endpoints", told.endpoints, told)
        claim(f"{model.id}: prices", all(one.pricing for one in told.endpoints), told)
    general = ours.models.list(output_modalities="image").result.data
    equal("catalogue: both lists", sorted(m.id for m in general), sorted(m.id for m in listed))
    # One of each kind of endpoint that has a size of its own to be asked for; small ones, as a
    # picture of 4096 pixels a side takes its time.
    kinds = {}
    for model in listed:
        names = model.supported_parameters
        if not model.id.startswith(("test/", "local/")):
            kinds.setdefault(tuple(name in names for name in KNOBS), model)
    claim("catalogue: kinds", len(kinds) >= 5, list(kinds))
    for model in list(kinds.values())[:5]:
        # What does nothing without a picture to start from is given one.
        least = model.supported_parameters.get("input_references")
        more = {"input_references": [reference(png(512, 512))]} if least and least.min else {}
        made = generated(model.id, more)
        if made:
            format = kind(base64.b64decode(made.data[0].b64_json))
            equal(f"{model.id}: as it says", made.data[0].media_type, f"image/{format}")
            claim(f"{model.id}: costs", made.usage.cost > 0, made.usage)


# What tells kinds of endpoints apart.
KNOBS = ["size", "resolution", "aspect_ratio", "input_references", "quality", "output_format"]


def generated(id, more):
    try:
        return ours.images.generate(model=id, prompt="a fox", **more)
    except errors.OpenRouterError as seen:
        claim(f"{id}: makes a picture", False, seen.body)


def generation():
    ids = []
    client = ours.sdk_configuration.client
    client.event_hooks = {"response": [lambda r: ids.append(r.headers["x-generation-id"])]}
    ours.images.generate(**asked, input_references=[reference(png(64, 48))])
    client.event_hooks = {}
    line = ours.generations.get_generation(id=ids[0]).data
    equal("generation", (line.id, line.total_cost, line.model), (ids[0], 0.004, "test/paid"))


references()
streams()
generation()
account()
catalogue()
