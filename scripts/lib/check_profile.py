#!/usr/bin/env python3
"""Checks the profiles of one build: the envelope by Apple's schema, the settings against a table.

    check_profile.py --expect TABLE.csv --form mcx|domain [--split] PROFILE…

All PROFILEs together must set exactly what the table says. Exit status: 0, 1 faults (one a line), 2 usage.
"""

import argparse
import datetime
import os
import re
import sys

from settings import (CHANNELS, MCX, PAYLOAD_KEYS, Unreadable, differences, expected_settings, load,
                      profile_settings)

# Apple's schema of the top level: every documented key and its type.
TOP_KEYS = {
    **PAYLOAD_KEYS,
    "PayloadContent": list,
    "PayloadScope": str,
    "PayloadRemovalDisallowed": bool,
    "TargetDeviceType": int,
    "IsEncrypted": bool,
    "EncryptedPayloadContent": bytes,
    "HasRemovalPasscode": bool,
    "RemovalDate": datetime.datetime,
    "DurationUntilRemoval": float,
    "PayloadExpirationDate": datetime.datetime,
    "ConsentText": dict,
}
NEEDED = ["PayloadIdentifier", "PayloadType", "PayloadUUID", "PayloadVersion"]
NEEDED_TOP = NEEDED + ["PayloadContent", "PayloadDisplayName", "PayloadScope", "TargetDeviceType"]
# Version 5 of the RFC's variant, in capitals, as uuidgen of macOS writes it.
UUID = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-5[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}")
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")
# Payloads of Apple's own that policies make, from Apple's schema: their keys with their types, and those that macOS needs.
APPLE = {
    "com.apple.extensiblesso": (
        {
            "ExtensionIdentifier": str, "TeamIdentifier": str, "Type": str, "Realm": str, "ExtensionData": dict,
            "URLs": list, "Hosts": list, "ScreenLockedBehavior": str, "DeniedBundleIdentifiers": list,
            "AuthenticationMethod": str, "RegistrationToken": str, "PlatformSSO": dict,
        },
        ["ExtensionIdentifier", "TeamIdentifier", "Type"],
    ),
}
HEAD = (b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" '
        b'"http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n')


def bytes_faults(data):
    """What a picky MDM looks at before it parses."""
    if not data.startswith(HEAD):
        yield "does not start with the XML declaration and Apple's document type"
    if b"\r" in data:
        yield "has a carriage return"
    if not data.endswith(b"</plist>\n"):
        yield "does not end with </plist> and a newline"


def typed(dictionary, known, needed, where):
    """Keys that are missing, unknown, or of another type than Apple's schema gives."""
    for key in needed:
        if key not in dictionary:
            yield f"{where}: no {key}"
    for key, value in dictionary.items():
        if key not in known:
            yield f"{where}: {key} is in no schema of Apple's"
        elif type(value) is not known[key]:
            yield f"{where}: {key} is {type(value).__name__}, not {known[key].__name__}"
        elif known[key] is str and not value.strip():
            yield f"{where}: {key} is empty"


def common_faults(dictionary, where):
    if dictionary.get("PayloadVersion") != 1:
        yield f"{where}: PayloadVersion is {dictionary.get('PayloadVersion')!r}, not 1"
    if not UUID.fullmatch(str(dictionary.get("PayloadUUID"))):
        yield f"{where}: PayloadUUID {dictionary.get('PayloadUUID')!r} is no UUID of version 5 in capitals"
    if not IDENTIFIER.fullmatch(str(dictionary.get("PayloadIdentifier"))):
        yield f"{where}: PayloadIdentifier {dictionary.get('PayloadIdentifier')!r} is no reverse-DNS name"


def top_faults(root, where):
    yield from typed(root, TOP_KEYS, NEEDED_TOP, where)
    yield from common_faults(root, where)
    for key, values in (("PayloadType", ["Configuration"]), ("PayloadScope", list(CHANNELS)),
                        ("TargetDeviceType", [5])):
        if root.get(key) not in values:
            yield f"{where}: {key} is {root.get(key)!r}"


def states_faults(states, where):
    """The inside of the MCX form: only what Apple's schema knows, and Set-Once with its stamp."""
    if not states or not set(states) <= {"Forced", "Set-Once"}:
        yield f"{where}: states {sorted(states)}"
    for state, entries in states.items():
        keys = {"mcx_preference_settings"} | ({"mcx_data_timestamp"} if state == "Set-Once" else set())
        if len(entries) != 1 or set(entries[0]) != keys:
            yield f"{where}: {state} is not one dictionary of {sorted(keys)}"
        elif not entries[0]["mcx_preference_settings"]:
            yield f"{where}: {state} sets nothing"
        elif not isinstance(entries[0].get("mcx_data_timestamp", datetime.datetime.min), datetime.datetime):
            yield f"{where}: the stamp of {state} is no date"


def payload_faults(payload, form, where):
    kind = payload.get("PayloadType")
    yield from common_faults(payload, where)
    if kind in APPLE:
        keys, needed = APPLE[kind]
        yield from typed(payload, {**PAYLOAD_KEYS, **keys}, NEEDED + needed, where)
        return
    if form == "mcx":
        yield from typed(payload, {**PAYLOAD_KEYS, "PayloadContent": dict}, NEEDED + ["PayloadContent"], where)
        if kind != MCX:
            yield f"{where}: PayloadType is {kind!r}, not {MCX}"
        content = payload.get("PayloadContent", {})
        if len(content) != 1:
            yield f"{where}: {len(content)} domains in one payload"
        for domain, states in content.items():
            yield from states_faults(states, f"{where} {domain}")
        return
    if str(kind).startswith("com.apple.") or str(kind).startswith("."):
        yield f"{where}: PayloadType {kind!r} means something else to Apple"
    metadata = {key: value for key, value in payload.items() if key.startswith("Payload")}
    yield from typed(metadata, PAYLOAD_KEYS, NEEDED, where)
    if len(metadata) == len(payload):
        yield f"{where}: sets nothing"


def repeated(names, what):
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{what} {name} is there {names.count(name)} times"


def check(paths, expected, form, split):
    """Every fault of the profiles, one line each."""
    faults, settings, identifiers, uuids = [], [], [], []
    for path in paths:
        name = os.path.basename(path)
        try:
            data, root = load(path)
            settings += profile_settings(root, name)
        except Unreadable as error:
            faults.append(str(error))
            continue
        faults += [f"{name} {fault}" for fault in bytes_faults(data)]
        faults += top_faults(root, name)
        payloads = root["PayloadContent"]
        if split and len(payloads) != 1:
            faults.append(f"{name}: {len(payloads)} payloads, although split")
        for at, payload in enumerate(payloads):
            where = f"{name}: payload {at + 1}"
            faults += payload_faults(payload, form, where)
            identifier = str(payload.get("PayloadIdentifier"))
            if not identifier.startswith(f"{root.get('PayloadIdentifier')}."):
                faults.append(f"{where}: PayloadIdentifier {identifier} is not below its profile's")
        for part in [root, *payloads]:
            identifiers.append(part.get("PayloadIdentifier"))
            uuids.append(part.get("PayloadUUID"))
    faults += repeated(identifiers, "PayloadIdentifier")
    faults += repeated(uuids, "PayloadUUID")
    return faults + differences(settings, expected, ("in the profiles", "in the table"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--expect", required=True)
    parser.add_argument("--form", choices=["mcx", "domain"], required=True)
    parser.add_argument("--split", action="store_true")
    parser.add_argument("profiles", nargs="+")
    args = parser.parse_args()
    try:
        expected = expected_settings(args.expect)
    except Unreadable as error:
        sys.exit(f"{error}")
    if not args.split and len(args.profiles) != 1:
        sys.exit(f"{len(args.profiles)} profiles, although not split")
    faults = check(args.profiles, expected, args.form, args.split)
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
