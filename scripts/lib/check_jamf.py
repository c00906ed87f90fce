"""What `--target jamf` writes, read by programs that know nothing of prefsmith.

    check_jamf.py folder FOLDER TABLE          the files agree with each other, and with a table written by hand
    check_jamf.py schemas FOLDER PLAN          the forms are JSON schemas, take what the plan sets and refuse other types
    check_jamf.py regexes PREFSMITH SEED       smart groups by version against a comparison of our own
"""

import glob
import json
import os
import plistlib
import random
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

from settings import MCX, expected_settings, profile_settings, setting

OPERATORS = {
    "is", "is not", "like", "not like", "matches regex", "does not match regex", "greater than or equal", "less than",
}
LIMIT = 255
APPLE = {"com.apple.extensiblesso"}
wrong = []


def say(text):
    wrong.append(text)
    print(text)


def same(what, have, want):
    if have != want:
        say(f"{what}: {have!r}, not {want!r}")


def read(path, mode="r"):
    with open(path, mode, **({} if "b" in mode else {"encoding": "utf-8", "newline": ""})) as file:
        return file.read()


def parsed(path):
    """A body of the API: its root, and a function for the text at a path."""
    root = ET.parse(path).getroot()

    def text(where):
        found = root.findall(where)
        if len(found) != 1:
            say(f"{path}: {where} stands {len(found)} times")
            return ""
        return found[0].text or ""

    return root, text


def criteria(path, root, attributes):
    """The criteria of a group, in order: brackets close, do not nest, and what they name is there."""
    found, depth = [], 0
    for at, one in enumerate(root.findall("criteria/criterion")):
        get = lambda name, one=one: one.findtext(name) or ""
        same(f"{path}: priority", get("priority"), str(at))
        if get("and_or") not in ("and", "or") or (at == 0 and get("and_or") != "and"):
            say(f"{path}: and_or {get('and_or')!r}")
        if get("search_type") not in OPERATORS:
            say(f"{path}: search_type {get('search_type')!r}")
        depth += get("opening_paren") == "true"
        if depth > 1:
            say(f"{path}: brackets in brackets")
        depth -= get("closing_paren") == "true"
        if "regex" in get("search_type"):
            if not 0 < len(get("value")) <= LIMIT:
                say(f"{path}: an expression of {len(get('value'))} characters")
            re.compile(get("value"))
        if get("name") not in ("Application Title", "Application Version", "Operating System Version"):
            if get("name") not in attributes:
                say(f"{path}: there is no extension attribute {get('name')!r}")
        found.append((get("and_or"), get("name"), get("search_type"), get("value"), get("opening_paren") == "true"))
    if depth or not found:
        say(f"{path}: {depth} brackets left open, {len(found)} criteria")
    return found


def member(found, mac):
    """Whether a Mac is in a group: brackets of criteria, joined by `or`. `mac` says of one criterion whether it holds."""
    groups = []
    for and_or, name, operator, value, _ in found:
        if and_or == "or" or not groups:
            groups.append([])
        groups[-1].append((name, operator, value))
    return any(mac(group) for group in groups)


def folder(top, table):
    expected = expected_settings(table)
    files = sorted(os.path.relpath(path, top) for path in glob.glob(f"{top}/**", recursive=True) if os.path.isfile(path))
    profiles = {name: read(f"{top}/{name}") for name in files if name.endswith(".mobileconfig")}
    have = []
    for name, text in profiles.items():
        root = plistlib.loads(text.encode())
        kinds = {payload["PayloadType"] for payload in root["PayloadContent"]}
        if not kinds <= {MCX} | APPLE:
            say(f"{name}: payload types {sorted(kinds)}")
        have += profile_settings(root, name)
    same("the profiles", sorted(one for one in have if one.state == "Forced"), expected)
    for one in have:
        if one.state != "Forced" and not one.state.startswith("Set-Once 20"):
            say(f"the profiles: {one}")
    have = []
    for name in files:
        if name.endswith(".plist"):
            values = plistlib.loads(read(f"{top}/{name}", "rb"))
            have += [setting(expected[0].channel, name.removesuffix(".plist"), key, value) for key, value in values.items()]
    # A payload of Apple's is no preference, and has no plist.
    same("the plists", sorted(have), [one for one in expected if one.domain not in APPLE])

    bodies, attributes = {}, {}
    for name in files:
        if name.startswith("api/"):
            root, text = parsed(f"{top}/{name}")
            bodies.setdefault(root.tag, []).append((name, root, text))
            if root.tag == "computer_extension_attribute":
                attributes[text("name")] = text
    payloads = []
    for name, root, text in bodies.get("os_x_configuration_profile", []):
        payloads.append(text("general/payloads"))
        same(f"{name}: level", text("general/level"), {"device": "Computer", "user": "User"}[expected[0].channel])
        same(f"{name}: user_removable", text("general/user_removable"), "false")
        if not text("general/name"):
            say(f"{name}: no name")
    same("payloads of bodies", sorted(payloads), sorted(profiles.values()))
    scripts = {read(f"{top}/{name}") for name in files if name.startswith("scripts/")}
    same("scripts of bodies", {text("script_contents") for _, _, text in bodies.get("script", [])}, scripts)
    if not scripts:
        say("no scripts")
    contents = {read(f"{top}/{name}") for name in files if name.startswith("attributes/")}
    same("attributes of bodies", {text("input_type/script") for text in attributes.values()}, contents)
    for name, text in attributes.items():
        same(f"{name}: input", (text("input_type/type"), text("input_type/platform"), text("data_type")), ("script", "Mac", "String"))
    names = [text("name") for _, _, text in bodies.get("computer_group", [])]
    same("names of groups that stand twice", sorted({name for name in names if names.count(name) > 1}), [])
    for name, root, text in bodies.get("computer_group", []):
        same(f"{name}: is_smart", text("is_smart"), "true")
        criteria(name, root, attributes)
    known = ("api/", "scripts/", "attributes/", "schemas/")
    other = [name for name in files if not name.startswith(known) and not name.endswith((".plist", ".mobileconfig"))]
    same("other files", other, ["README.txt"])


WORDS = {
    "title", "description", "type", "properties", "property_order", "options", "enum", "items", "minimum", "maximum",
    "multipleOf", "pattern", "additionalProperties",
}
OTHER = {"boolean": "yes", "integer": "one", "number": "one", "string": 1, "array": "one", "object": "one"}


def words(schema, where):
    """Only keywords that Jamf's forms and published forms know, and every property has its title."""
    for word in set(schema) - WORDS:
        say(f"{where}: the keyword {word}")
    if "property_order" in schema and not schema.get("title"):
        say(f"{where}: no title")
    titles = schema.get("options", {}).get("enum_titles")
    if ("enum" in schema) != (titles is not None) or (titles and len(titles) != len(schema["enum"])):
        say(f"{where}: titles of the enumeration")
    for name, inner in schema.get("properties", {}).items():
        words(inner, f"{where}.{name}")
    for word in ("items", "additionalProperties"):
        if word in schema:
            words(schema[word], f"{where}[]")


def fits(plist, value):
    """Whether Jamf's forms can hold a value: no dates, no data, no lists of several types."""
    if isinstance(value, list) and len({type(item) for item in value}) > 1:
        return False
    inside = value if isinstance(value, list) else value.values() if isinstance(value, dict) else []
    return "<date>" not in plist and "<data>" not in plist and all(fits("", item) for item in inside)


def schemas(top, plan):
    from jsonschema import Draft7Validator, Draft202012Validator

    values = {}
    for one in json.loads(read(plan))["settings"]:
        if one["value"] is not None:
            values.setdefault(one["domain"], {})[one["key"]] = (one["plist"], one["value"])
    for domain in APPLE:
        values.pop(domain, None)
    found = {os.path.basename(path).removesuffix(".json"): path for path in glob.glob(f"{top}/schemas/*.json")}
    same("domains with a form", sorted(found), sorted(values))
    tried = 0
    for domain, path in found.items():
        schema = json.loads(read(path))
        Draft7Validator.check_schema(schema)
        Draft202012Validator.check_schema(schema)
        words(schema, domain)
        validator = Draft7Validator(schema)
        for key, (plist, value) in values[domain].items():
            inner = schema["properties"].get(key)
            if (inner is None) == fits(plist, value):
                say(f"{domain}: {'no' if inner is None else 'a'} form for {key}")
            if inner is None:
                continue
            for error in validator.iter_errors({key: value}):
                say(f"{domain}: {error.json_path}: {error.message}")
            if not list(validator.iter_errors({key: OTHER[inner["type"]]})):
                say(f"{domain}: {key} takes {OTHER[inner['type']]!r}")
            tried += 1
    if values and not tried:
        say("no value was held against a form")


class Version:
    """Numbers, and a build that counts only where they are equal; written without a look at prefsmith's own."""

    def __init__(self, text):
        parts = text.split(".")
        self.build = None
        if len(parts) > 1 and len(parts[-1]) in (6, 8):
            last = parts.pop()
            self.build = int(last) * (100 if len(last) == 6 else 1)
        self.parts = [int(part) for part in parts]
        self.numbers = tuple(self.parts + [0] * (6 - len(self.parts)))


def inside(version, low, high):
    """Whether some build of a version is from `low` to `high`, of which either may be None; `high` is a prefix."""
    if low is not None:
        if version.numbers < low.numbers:
            return False
        if version.numbers == low.numbers and low.build is not None and version.build is not None:
            if version.build < low.build:
                return False
    if high is not None and high.build is None:
        return version.numbers[: len(high.parts)] <= tuple(high.parts)
    if high is not None:
        if version.numbers != high.numbers:
            return version.numbers < high.numbers
        return version.build is None or version.build <= high.build
    return True


def number(draw):
    return draw.choice([0, 1, 2, 9, 10, 11, 15, 16, 17, 27, 28, 90, 99, 100, 101, 999, 1000, draw.randrange(300)])


def some_version(draw, build):
    # A first number above 99 is the name of a product, which prefsmith refuses.
    parts = [str(number(draw) % 100)] + [str(number(draw)) for _ in range(draw.randrange(4))]
    if build and draw.random() < 0.6:
        parts.append(draw.choice(["160726", "160725", "16072600", "16072601", "19071500", "25081015"]))
    return ".".join(parts)


def some_ranges(draw, builds):
    """A text for [macs], and the ranges in it: with holes, and hotfixes at both ends."""
    found = []
    for _ in range(draw.choice([1, 1, 2, 3])):
        low, high = (some_version(draw, builds) if draw.random() < 0.7 else None for _ in range(2))
        if low and high and not inside(Version(low), None, Version(high)):
            low, high = high, low
        if low and high and not inside(Version(low), None, Version(high)):
            high = None
        if low or high:
            found.append((low, high))
    return found or some_ranges(draw, builds)


APPS = {
    "Word": "Microsoft Word.app", "Excel": "Microsoft Excel.app", "PowerPoint": "Microsoft PowerPoint.app",
    "Outlook": "Microsoft Outlook.app", "OneNote": "Microsoft OneNote.app",
}


def around(draw, ranges, builds):
    """Versions to ask: at random, and those at the bounds and one beside them, where most mistakes lie."""
    texts = {some_version(draw, builds) for _ in range(12)}
    for bound in (text for pair in ranges for text in pair if text):
        parts = bound.split(".")
        if len(parts) > 1 and len(parts[-1]) in (6, 8):
            build = parts.pop()
            if builds:
                texts |= {".".join(parts + [f"{int(build) + step:0{len(build)}}"]) for step in (-1, 0, 1)}
        for step in (-1, 0, 1):
            last = int(parts[-1]) + step
            if last >= 0:
                texts.add(".".join(parts[:-1] + [str(last)]))
        texts |= {".".join(parts + ["0"]), ".".join(parts + ["1"]), ".".join(parts + ["0", "3"])}
        texts.add(".".join(f"0{part}" if draw.random() < 0.3 else part for part in parts))
    return sorted(texts)


def engines(patterns, texts):
    """Which of the texts each expression matches, by Python, by grep -E and by Perl."""
    lines = "".join(f"{text}\n" for text in texts)
    code = "my $r = shift; while (<STDIN>) { chomp; print qq($_\n) if /$r/ }"
    answers = {}
    for one in patterns:
        answers[one] = [text for text in texts if re.search(one, text)]
        for command in (["grep", "-E", "--", one], ["perl", "-e", code, one]):
            ran = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
            same(f"{command[0]} {one}: {ran.stderr}", ran.stdout.split(), answers[one])
    return answers


def regexes(prefsmith, seed):
    draw = random.Random(seed)
    asked, held, split = 0, 0, 0
    with tempfile.TemporaryDirectory() as work:
        for round_ in range(16):
            builds = round_ % 2 == 1
            want = {product: some_ranges(draw, builds) for product in APPS}
            lines = []
            for product, ranges in want.items():
                texts = [f'"{low or ""} .. {high or ""}"' for low, high in ranges]
                lines.append(f"{product} = [{', '.join(texts)}]")
            policy = f"{work}/p{round_}.toml"
            with open(policy, "w", encoding="utf-8") as file:
                file.write('[policy]\nid = "com.example.p"\nname = "P"\n[macs]\n' + "\n".join(lines))
                file.write('\n[custom."com.example.values"]\nOne = true\n')
            out = f"{work}/out{round_}"
            ran = subprocess.run([prefsmith, "build", policy, "--target", "jamf", "--out", out], capture_output=True, text=True, check=False)
            if ran.returncode:
                sys.exit(f"{ran.stderr}\n{read(policy)}")
            groups = {}
            for path in glob.glob(f"{out}/jamf/api/group-*.xml"):
                root, text = parsed(path)
                groups[text("name")] = criteria(path, root, {f"Microsoft {name} build" for name in APPS} | {"P"})
            for product, ranges in want.items():
                bounds = [(low and Version(low), high and Version(high)) for low, high in ranges]
                mine = [found for name, found in groups.items() if name.startswith(f"P - {product} ")]
                if len(mine) != 1:
                    # All versions, however they are written, need no group.
                    if not all(any(inside(Version(text), *pair) for pair in bounds) for text in around(draw, ranges, builds)):
                        say(f"{product} {ranges}: {len(mine)} groups")
                    continue
                by_build = any(name == f"Microsoft {product} build" for _, name, _, _, _ in mine[0])
                needs = any(Version(text).build is not None for pair in ranges for text in pair if text)
                if by_build and not needs:
                    say(f"{product} {ranges}: asks for a build, and needs none")
                split += len(mine[0]) > (1 if by_build else 2)
                texts = around(draw, ranges, by_build)
                patterns = [value for _, _, operator, value, _ in mine[0] if operator == "matches regex"]
                matched = engines(patterns, texts)
                for text in texts:

                    def holds(group, text=text, matched=matched, product=product):
                        return all(
                            text in matched[value] if operator == "matches regex" else value == APPS[product]
                            for _, operator, value in group
                        )

                    have = member(mine[0], holds)
                    wanted = any(inside(Version(text), *pair) for pair in bounds)
                    if have != wanted:
                        say(f"{text} in {ranges}: {have}, not {wanted}: {patterns}")
                    asked, held = asked + 1, held + have
    print(f"{asked} versions asked, {held} inside, {split} groups with an expression that was cut")
    if asked < 1000 or not asked // 10 < held < asked * 9 // 10 or not split:
        say("too few questions, or one answer is rare")


if __name__ == "__main__":
    {"folder": folder, "schemas": schemas, "regexes": regexes}[sys.argv[1]](*sys.argv[2:])
    sys.exit(1 if wrong else 0)
