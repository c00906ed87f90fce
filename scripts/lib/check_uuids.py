#!/usr/bin/env python3
"""Are the UUIDs of profiles what RFC 9562 makes of policy id, channel, domain, form and slice?

    check_uuids.py PROFILE…

The rule is an interface, written here again by hand: version 5, in the namespace below, of the five joined by
newlines; for a profile itself the form is `profile`, and for a whole one the domain is empty. Exit status: 0, 1 a
UUID is another (one a line).
"""

import sys
import uuid

from settings import CHANNELS, MCX, load

NAMESPACE = uuid.UUID("6d1f36b5-0c35-5d9c-9b8e-58f08a1d7c42")


def made(*parts):
    return str(uuid.uuid5(NAMESPACE, "\n".join(parts))).upper()


def expected(root):
    """(what, UUID as it should be, UUID as it is) of a profile and its payloads."""
    channel = CHANNELS[root["PayloadScope"]]
    payloads = root["PayloadContent"]
    split = all(payload["PayloadIdentifier"].endswith(".settings") for payload in payloads)
    identifier, whole = root["PayloadIdentifier"], "split" if split else "whole"
    policy, own = identifier, ""
    for payload in payloads:
        mcx = payload["PayloadType"] == MCX
        domain = next(iter(payload["PayloadContent"])) if mcx else payload["PayloadType"]
        if split:
            policy, own = identifier.removesuffix(f".{domain.lstrip('.')}"), domain
        yield domain, made(policy, channel, domain, "mcx" if mcx else "domain", whole), payload["PayloadUUID"]
    yield identifier, made(policy, channel, own, "profile", whole), root["PayloadUUID"]


def main(paths):
    if not paths:
        sys.exit(__doc__)
    faults = [f"{path}: {what}: {found} is not {wanted}" for path in paths
              for what, wanted, found in expected(load(path)[1]) if wanted != found]
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
