#!/usr/bin/env python3
"""Does `prefsmith diff` say what plistlib says? Of every pair of the profiles named, in both orders.

    diff_profiles.py PREFSMITH APPLE.TOML PROFILE…

APPLE.TOML is the catalogue's list of Apple's payload types: what has one of these types is no preferences. A
profile that one of the two cannot read must be one that neither can read, or one that is signed. Exit status: 0
they agree on every pair, 1 not, 2 nothing could be compared.
"""

import json
import plistlib
import subprocess
import sys
import tomllib

from settings import MCX, PAYLOAD_KEYS, Unreadable, as_json, canonical, profile_settings, twice

HEAD = (set(PAYLOAD_KEYS) | {"PayloadEnabled"}) - {"PayloadContent"}


def apple_types(path):
    with open(path, "rb") as file:
        catalogue = tomllib.load(file)
    lists = catalogue["list"]
    found = lists["apple-payload-types"]["domains"] if isinstance(lists, dict) else None
    if found is None:
        found = next(entry["domains"] for entry in lists if entry["name"] == "apple-payload-types")
    return set(found) - {MCX}


def renamed(value, names):
    """A copy in which a payload that another speaks of stands by its type instead of by its UUID."""
    if isinstance(value, str):
        return names.get(value.lower(), value)
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    if isinstance(value, dict):
        return {key: renamed(item, names) for key, item in value.items()}
    return value


# Types of Apple's whose keys are settings, where a profile has one payload of the type.
DESCRIBED = {"com.apple.extensiblesso"}


def is_foreign(payload, payloads, apple):
    """Whether a payload is compared as a whole."""
    kind = payload["PayloadType"]
    only = sum(other["PayloadType"] == kind for other in payloads) == 1
    return kind in apple and not (only and kind in DESCRIBED)


class Profile:
    def __init__(self, path, apple):
        self.path = path
        with open(path, "rb") as file:
            data = file.read()
        # White space before the declaration is met in real profiles; plistlib does not take it.
        root = plistlib.loads(data if data.startswith(b"bplist") else data.lstrip())
        if not data.startswith(b"bplist") and twice(data.lstrip()):
            raise Unreadable(f"{path}: a key stands twice")
        # A profile that does not say, or says no known word, is one for users.
        if root.get("PayloadScope") not in ("System", "User"):
            root["PayloadScope"] = "User"
        if not isinstance(root.get("PayloadContent"), list):
            raise Unreadable(f"{path}: no payloads")
        payloads = root["PayloadContent"]
        foreign = [payload for payload in payloads if is_foreign(payload, payloads, apple)]
        root["PayloadContent"] = [payload for payload in payloads if not is_foreign(payload, payloads, apple)]
        self.settings = {}
        for item in profile_settings(root, path):
            state = item.state.split()[0]
            self.channel = item.channel
            said = self.settings.setdefault((item.domain, item.key), set())
            said.add((item.type, item.value, state))
        self.channel = {"System": "device", "User": "user"}[root["PayloadScope"]]
        names = {}
        for payload in payloads:
            if isinstance(payload.get("PayloadUUID"), str):
                names[payload["PayloadUUID"].lower()] = "the payload " + payload["PayloadType"]
        self.foreign = {}
        for payload in foreign:
            content = {key: value for key, value in payload.items() if key not in HEAD}
            text = canonical(as_json(renamed(content, names), True))
            self.foreign.setdefault(payload["PayloadType"], set()).add(text)


def expected(one, other):
    """Every setting of both with its verdict, and the types of the payloads that differ."""
    verdicts = {}
    for name in one.settings.keys() | other.settings.keys():
        if name not in other.settings:
            verdicts[name] = "missing"
        elif name not in one.settings:
            verdicts[name] = "extra"
        elif one.settings[name] == other.settings[name] and one.channel == other.channel:
            verdicts[name] = "same"
        else:
            verdicts[name] = "differs"
    kinds = one.foreign.keys() | other.foreign.keys()
    def differ(kind):
        mine, theirs = one.foreign.get(kind), other.foreign.get(kind)
        return mine != theirs or one.channel != other.channel
    return verdicts, {kind for kind in kinds if differ(kind)}


def told(prefsmith, one, other):
    run = subprocess.run(
        [prefsmith, "diff", "--show-secrets", "--format", "json", one.path, other.path], capture_output=True, check=False
    )
    if run.returncode not in (0, 1, 3):
        return None
    result = json.loads(run.stdout)
    verdicts = {}
    for entry in result["settings"]:
        verdicts[entry["domain"], entry["key"]] = entry["verdict"]
    for entry in result["extra"]:
        verdicts[entry["domain"], entry["key"]] = "extra"
    kinds = {entry["type"] for entry in result["payloads"] if entry["drift"]}
    drift = any(verdict != "same" for verdict in verdicts.values()) or bool(kinds)
    if run.returncode != 3 and (run.returncode == 1) != drift:
        sys.exit(f"{one.path} {other.path}: status {run.returncode}, but what it says is {drift}")
    return verdicts, kinds


def readable(prefsmith, path, apple):
    """The profile; none if prefsmith cannot read it either, or if it is signed."""
    can = subprocess.run([prefsmith, "diff", path, path], capture_output=True, check=False).returncode
    try:
        profile = Profile(path, apple)
    except Exception as error:  # plistlib raises whatever its parsers raise
        with open(path, "rb") as file:
            signed = file.read(1) == b"\x30"
        if can != 2 and not signed:
            sys.exit(f"{path}: prefsmith reads it, plistlib does not: {error}")
        return None
    if can == 2:
        sys.exit(f"{path}: plistlib reads it, prefsmith does not")
    if can != 0:
        sys.exit(f"{path}: it differs from itself (status {can})")
    return profile


def main(arguments):
    prefsmith, apple, *paths = arguments
    apple = apple_types(apple)
    profiles = [profile for path in paths if (profile := readable(prefsmith, path, apple))]
    pairs = different = wrong = 0
    for one in profiles:
        for other in profiles:
            pairs += 1
            right, said = expected(one, other), told(prefsmith, one, other)
            different += right[0] != {name: "same" for name in right[0]} or bool(right[1])
            if right != said:
                wrong += 1
                print(f"{one.path} {other.path}:\n  plistlib:  {right}\n  prefsmith: {said}")
    print(f"{len(profiles)} of {len(paths)} profiles, {pairs} pairs, {different} different, {wrong} not agreed")
    if len(profiles) < 2 or not different:
        return 2
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
