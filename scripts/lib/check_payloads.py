#!/usr/bin/env python3
"""Does a build carry the payloads of some files key for key, with nothing made but what an envelope lacks?

    check_payloads.py POLICY-ID PROFILE… -- FILE…

FILE is a payload, or a profile with payloads, as a policy names them. Each of its payloads must be in one of the
profiles with every key, type and value; only PayloadVersion, PayloadIdentifier and PayloadUUID may be added, and the
two identities are what the rule below makes of the policy's id, the type, the name of the file and the number of the
payload among those of its type there. No profile may have another payload of Apple's that is no preferences. Exit
status: 0, 1 faults (one a line), 2 usage.
"""

import os
import re
import sys

from check_uuids import made
from settings import CHANNELS, MCX, as_json, canonical, load

MADE = {"PayloadVersion", "PayloadIdentifier", "PayloadUUID"}


def stem(path):
    """What is called after a file."""
    name = os.path.splitext(os.path.basename(path))[0]
    return re.sub(r"[^A-Za-z0-9._-]", "-", name).strip(".-").replace("..", ".") or "payload"


def identities(policy, channel, kind, name, number, split):
    """(PayloadIdentifier, PayloadUUID) that are made for a payload without them."""
    last = f".{number}" if number > 1 else ""
    below = f"{name}.{kind.lstrip('.')}" if split else f"{kind.lstrip('.')}.{name}"
    return (f"{policy}.{below}{last}",
            made(policy, channel, kind, "payload", name, str(number), "split" if split else "whole"))


def sources(paths):
    """(file, payload, its number among those of its type in the file), in the order of the paths."""
    for path in sorted(paths):
        root = load(path)[1]
        seen = {}
        for payload in root["PayloadContent"] if root["PayloadType"] == "Configuration" else [root]:
            kind = payload["PayloadType"]
            seen[kind] = seen.get(kind, 0) + 1
            yield path, payload, seen[kind]


def is_carried(kind):
    """The direct form of preferences has the domain of an app as its type."""
    return kind.startswith("com.apple.") and kind != MCX


def expected(policy, channel, path, payload, number, split):
    identifier, uuid = identities(policy, channel, payload["PayloadType"], stem(path), number, split)
    return {"PayloadVersion": 1, "PayloadIdentifier": identifier, "PayloadUUID": uuid, **payload}


def check(policy, profiles, files):
    """Every fault, one line each."""
    faults, found = [], []
    roots = [load(path)[1] for path in profiles]
    split = len(roots) > 1
    channels = {CHANNELS[root["PayloadScope"]] for root in roots}
    if len(channels) != 1:
        return [f"channels {sorted(channels)}"]
    for root in roots:
        own = [payload for payload in root["PayloadContent"] if is_carried(payload["PayloadType"])]
        if own != root["PayloadContent"][len(root["PayloadContent"]) - len(own):]:
            faults.append(f"{root['PayloadIdentifier']}: what is carried does not stand last")
        found += own
    channel = channels.pop()
    wanted = [(path, expected(policy, channel, path, payload, number, split))
              for path, payload, number in sources(files)]
    texts = [canonical(as_json(payload)) for payload in found]
    for path, payload in wanted:
        text = canonical(as_json(payload))
        if text in texts:
            texts.remove(text)
        else:
            faults.append(f"{path}: its {payload['PayloadType']} is not carried as it stands")
    faults += [f"a payload that no file has: {text[:200]}" for text in texts]
    order = [payload["PayloadType"] for _, payload in wanted]
    if not split and order != [payload["PayloadType"] for payload in found]:
        faults.append(f"another order than {order}")
    return faults


def main(arguments):
    if len(arguments) < 4 or "--" not in arguments:
        print(__doc__, file=sys.stderr)
        return 2
    at = arguments.index("--")
    faults = check(arguments[0], arguments[1:at], arguments[at + 1:])
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
