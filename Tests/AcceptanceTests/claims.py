"""What the scripts beside this one have in common: claims that are checked, and pictures."""

import json
import random
import struct
import sys
import zlib


def claim(text, holds, seen=None):
    """Writes one line that says whether `text` holds, and what was seen."""
    print(json.dumps({"claim": text, "holds": bool(holds), "seen": repr(seen)[:600]}), flush=True)


def equal(text, seen, wanted):
    claim(text, seen == wanted, (seen, wanted))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, alpha=False, noise=None):
    """A PNG of one colour; `noise` is a seed for one that cannot be made smaller."""
    channels = 4 if alpha else 3
    row = bytes(channels * width)
    rows = b"".join(
        b"\0" + (random.Random(noise * 65_537 + y).randbytes(len(row)) if noise else row)
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 6 if alpha else 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 0 if noise else 6))
        + chunk(b"IEND", b"")
    )


def bomb(side):
    """The beginning of a PNG that would be `side` pixels wide and high."""
    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99)))


def kind(picture):
    """The format of a picture by its first bytes."""
    if picture.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if picture.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    return "webp" if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP" else None


def size(picture):
    """Pixels of a PNG, as `WIDTHxHEIGHT`."""
    return "%dx%d" % struct.unpack(">II", picture[16:24]) if kind(picture) == "png" else None


def port(base):
    return int(base.rsplit(":", 1)[1])


__all__ = [name for name in dir() if not name.startswith("_") and name != "sys"]
