"""Holds prefsmith's reader of property lists against Python's plistlib.

door.py compare READER FOLDER   values that plistlib wrote, whole and damaged: where both read, both agree
door.py large FOLDER            writes files that grow when they are read; prints name, tab, what is to be said
"""

import base64
import datetime
import json
import pathlib
import plistlib
import random
import struct
import subprocess
import sys
import xml.parsers.expat

PIECES = [b"<dict>", b"</dict>", b"<array>", b"<key>a</key>", b"<string>", b"</string>", b"<string>x</string>", b"<true/>",
          b"<integer>7</integer>", b"<real>0.1</real>", b"&amp;", b"&#65;", b"<![CDATA[x]]>", b"\r\n", b" ", b"<!-- c -->",
          b"0x1F", b"-", b"+", b".5", b"e3", "é".encode(), b"<data>AAAA</data>", b"<date>2027-01-31T00:00:00Z</date>"]
MARKERS = [0x00, 0x08, 0x09, 0x10, 0x13, 0x14, 0x22, 0x23, 0x33, 0x4F, 0x51, 0x5F, 0x61, 0x6F, 0x80, 0xA1, 0xAF, 0xC1, 0xD1]


def text(dice, binary):
    """A string; in a binary property list it may hold what XML cannot carry."""
    letters = "abcXYZ 019&<>\"']\n\té€😀\u2028\x7f" + ("\0\x01\x1b\r\ufffe" if binary else "")
    return "".join(dice.choice(letters) for _ in range(dice.choice([0, 1, 3, 14, 15, 16, 40])))


def value(dice, binary, depth=0):
    """A random value of every type."""
    kind = dice.randrange(9 if depth < 5 else 7)
    if kind == 0:
        return dice.random() < 0.5
    if kind == 1:
        return dice.choice([0, 1, -1, 127, 128, 255, 256, 65535, 65536, 2**31, 2**32, 2**63 - 1, -2**63, 2**63, 2**64 - 1,
                            dice.randrange(-2**63, 2**64)])
    if kind == 2:
        return dice.choice([0.0, 1.5, -0.1, 1e300, 5e-324, dice.random(), struct.unpack("f", struct.pack("f", 0.1))[0]])
    if kind in (3, 4):
        return text(dice, binary)
    if kind == 5:
        whole = datetime.datetime(1, 1, 1) + datetime.timedelta(seconds=dice.randrange(0, 9998 * 365 * 86400))
        return whole.replace(microsecond=dice.choice([0, 0, 500_000])) if binary else whole
    if kind == 6:
        return dice.randbytes(dice.choice([0, 1, 15, 16, 300]))
    if kind == 7:
        return [value(dice, binary, depth + 1) for _ in range(dice.choice([0, 1, 3, 15, 17]))]
    return {text(dice, binary): value(dice, binary, depth + 1) for _ in range(dice.choice([0, 1, 3, 16]))}


def damaged(dice, bytes_, binary):
    """The same with a few bytes changed."""
    out = bytearray(bytes_)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(out))
        if binary and dice.random() < 0.8:
            at = dice.randrange(8, max(9, len(out) - 32))
            out[at] = dice.choice([out[at] ^ 1 << dice.randrange(8), dice.choice(MARKERS), dice.randrange(64)])
        else:
            kind = dice.randrange(4)
            if kind == 0:
                out[at] ^= 1 << dice.randrange(8)
            elif kind == 1:
                del out[at:at + dice.randrange(1, 20)]
            elif kind == 2:
                out[at:at] = dice.choice(PIECES)
            else:
                out[at:at] = out[at:at + 30]
        if not out:
            out = bytearray(b"x")
    return bytes(out)


def same(mine, other):
    """Whether a line of prefsmith's is plistlib's value. Dates are whole seconds, rounded down: as plistlib rounds to a
    microsecond, it may come to the second after."""
    (kind, held), = mine.items()
    if isinstance(other, bool):
        return kind == "boolean" and held == other
    if isinstance(other, int):
        return kind == "integer" and int(held) == other
    if isinstance(other, float):
        return kind == "real" and held == other
    if isinstance(other, str):
        return kind == "string" and held == other
    if isinstance(other, datetime.datetime):
        if kind != "date" or held.startswith("0000"):
            return False
        apart = other - datetime.datetime.strptime(held, "%Y-%m-%dT%H:%M:%SZ")
        return datetime.timedelta(0) <= apart < datetime.timedelta(seconds=1) or (
            apart == datetime.timedelta(seconds=1) and other.microsecond == 0)
    if isinstance(other, bytes):
        return kind == "data" and base64.b64decode(held) == other
    if isinstance(other, list):
        return kind == "array" and len(held) == len(other) and all(map(same, held, other))
    if isinstance(other, dict):
        return kind == "dictionary" and held.keys() == other.keys() and all(same(held[k], other[k]) for k in other)
    return False


def compare(reader, folder):
    dice = random.Random(4)
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True)
    files, whole = {}, {}
    for number in range(300):
        for binary in (False, True):
            form = plistlib.FMT_BINARY if binary else plistlib.FMT_XML
            held = {"root": value(dice, binary), "more": [value(dice, binary) for _ in range(3)]}
            bytes_ = plistlib.dumps(held, fmt=form)
            name = str(folder / f"{number}-{form.name}")
            files[name], whole[name] = bytes_, held
            for damage in range(12):
                files[f"{name}-{damage}"] = damaged(dice, bytes_, binary)
    for name, bytes_ in files.items():
        pathlib.Path(name).write_bytes(bytes_)
    run = subprocess.run([reader], input="\n".join(files) + "\n", capture_output=True, text=True, check=True)
    lines = run.stdout.split("\n")[:-1]
    assert len(lines) == len(files), f"{len(lines)} lines for {len(files)} files"
    count = {"read": 0, "refused": 0, "read here alone": 0}
    for line in map(json.loads, lines):
        name = line["file"]
        if name in whole:
            assert "value" in line and same(line["value"], whole[name]), f"{name}: {line.get('error')}"
        if "error" in line:
            count["refused"] += 1
            continue
        # Only now: what is refused might fill the memory of plistlib.
        try:
            other = plistlib.loads(files[name])
        except (plistlib.InvalidFileException, xml.parsers.expat.ExpatError, ValueError, OverflowError):
            # Of the lines before <plist> expat asks more; the year 0 is none for Python.
            assert name not in whole and ("XML" in name or '"0000-' in json.dumps(line)), f"{name}: plistlib refuses it"
            count["read here alone"] += 1
            continue
        count["read"] += 1
        assert same(line["value"], other), f"{name}: {line['value']} is not {other}"
    print(f"{len(files)} files: {count}")
    assert count["read"] > 1500 and count["refused"] > 1500, "hardly anything was compared"


def plist(objects):
    """A binary property list of these objects, with references of three bytes."""
    body, table = bytearray(b"bplist00"), bytearray()
    for one in objects:
        table += len(body).to_bytes(4, "big")
        body += one
    trailer = struct.pack(">6xBBQQQ", 4, 3, len(objects), 0, len(body))
    return bytes(body + table + trailer)


def marker(kind, count):
    return bytes([kind | count]) if count < 15 else bytes([kind | 15, 0x13]) + count.to_bytes(8, "big")


def refs(numbers):
    return b"".join(number.to_bytes(3, "big") for number in numbers)


def array(*numbers):
    return marker(0xA0, len(numbers)) + refs(numbers)


def dictionary(keys, values):
    return marker(0xD0, len(keys)) + refs(keys) + refs(values)


def ascii_(string):
    return marker(0x50, len(string)) + string.encode()


def large(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True)
    values, texts, deep = "the file holds more than 500000 values", "larger than 64 MiB", "values nest deeper than"
    profile = "this is no configuration profile"
    true = b"\x09"
    long = 500_000
    data = marker(0x40, long) + bytes(long)
    wide = marker(0x60, long) + "€".encode("utf-16-be") * long

    def document(inner):
        return f"<plist>{inner}</plist>".encode()

    files = {
        "doubling-24": (plist([array(n, n) for n in range(1, 25)] + [true]), values),
        "doubling-40": (plist([array(n, n) for n in range(1, 41)] + [true]), values),
        "shared-data": (plist([array(*[1] * 20_000), data]), texts),
        "shared-text": (plist([array(*[1] * 20_000), ascii_("x" * long)]), texts),
        "shared-wide": (plist([array(*[1] * 20_000), wide]), texts),
        "shared-key": (plist([array(*[1] * 20_000), dictionary([2], [3]), ascii_("k" * long), true]), texts),
        "long-path": (plist([dictionary([1], [2]), ascii_("k" * (8 << 20)), array(*[3] * 400_000), true]), profile),
        "many-objects": (plist([array(*[1] * 499_999), true]), profile),
        "many-entries": (plist([array(*[1] * 29_000), dictionary(list(range(2, 18)), [18] * 16)]
                               + [ascii_(f"k{n}") for n in range(16)] + [true]), profile),
        "deep": (plist([array(n) for n in range(1, 100_000)] + [true]), deep),
        "xml-many": (document("<array>" + "<true/>" * 499_999 + "</array>"), profile),
        "xml-more": (document("<array>" + "<true/>" * 500_000 + "</array>"), values),
        "xml-keys": (document("<dict>" + "".join(f"<key>k{n}</key><true/>" for n in range(499_999)) + "</dict>"), profile),
        "xml-deep": (document("<array>" * 100_000 + "</array>" * 100_000), deep),
        "xml-long": (document("<string>" + "x" * (16_000_000) + "</string>"), profile),
        "xml-too-long": (document("<string>" + "x" * (200 << 20) + "</string>"), "larger than 16 MiB"),
        "utf-16": ("\ufeff".encode("utf-16-le") + document("<string>" + "x" * 8_000_000 + "</string>").decode().encode("utf-16-le"),
                   profile),
        "cms": (bytes.fromhex("308006092a864886f70d010702") + b"\x24\x80" * 8_000_000, "it ends too early"),
    }
    for name, (bytes_, said) in files.items():
        (folder / name).write_bytes(bytes_)
        print(f"{name}\t{said}")


if __name__ == "__main__":
    {"compare": compare, "large": large}[sys.argv[1]](*sys.argv[2:])
