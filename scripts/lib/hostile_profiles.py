#!/usr/bin/env python3
"""Writes profiles with values that are hard to write as text, by Python's plistlib: hostile_profiles.py FOLDER."""

import datetime
import os
import plistlib
import sys
import uuid

HARD = {
    "lines": "one\ntwo\nthree",
    "quotes": "\"\"\" ''' \\ \\\" \"",
    "end": "]]\n[settings]\nX = 1\n# y",
    "tokens": "${user.upn} $${x} ${ $EMAIL {{mail}}",
    "letters": "\u00e9\u2028\u0085\u200b\U0001f600\ufeff",
    "spaces": "  tab\t \n  \n\ttrailing \n",
    "empty": "",
    "big": 2**64 - 1,
    "small": -(2**63),
    "real": 0.1,
    "large": 1.7976931348623157e308,
    "tiny": 5e-324,
    "date": datetime.datetime(1900, 1, 1, 0, 0, 0),
    "later": datetime.datetime(2999, 12, 31, 23, 59, 59),
    "data": b"\0\xff hello",
    "nothing": b"",
    "list": [],
    "mixed": [True, 1, 1.0, "1", b"1", {"a": [{"b": {}}]}],
    "dict": {},
    "$data": {"$data": "no data"},
    "wrapped": {"$dictionary": {"$data": "x", "y": 1}},
    "a.b.c": {"d.e": {"f g": {"\"h\"": {"i": {"j": {"k": "deep"}}}}}},
    "with space": {"": "no name"},
    "-": 1,
    "# no comment": "x",
    "[custom]": {"[settings]": [1]},
    "long": ["x" * 200, "y" * 200],
}


def nested(levels):
    value = "x"
    for level in range(levels):
        value = [value] if level % 2 else {"a \"b\"": value}
    return value


def payload(kind, number, **content):
    return {
        "PayloadType": kind,
        "PayloadVersion": 1,
        "PayloadIdentifier": f"com.example.hostile.{number}",
        "PayloadUUID": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{kind} {number}")).upper(),
        **content,
    }


def mcx(number, domains, state="Forced", stamp=None):
    content = {}
    for domain, settings in domains.items():
        entry = {"mcx_preference_settings": settings}
        if stamp:
            entry["mcx_data_timestamp"] = stamp
        content[domain] = {state: [entry]}
    return payload("com.apple.ManagedClient.preferences", number, PayloadContent=content)


def profile(payloads, scope="System"):
    return {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": "com.example.hostile",
        "PayloadUUID": "6F6E9C1A-2B1C-4C55-9E61-0B7C3D1D2E3F",
        "PayloadDisplayName": "Hostile\n[settings]\n\"\"\"",
        "PayloadScope": scope,
        "PayloadContent": payloads,
    }


def main(folder):
    os.makedirs(folder, exist_ok=True)
    unknown = ".GlobalPreferences"
    profiles = {
        "values": profile([mcx(1, {"com.example.app": HARD, "com.microsoft.Word": HARD, unknown: HARD})]),
        "direct": profile([payload("com.example.app", 1, **HARD)], "User"),
        "deep": profile([mcx(1, {"com.example.app": {"deep": nested(60)}})]),
        "once": profile(
            [
                mcx(1, {"com.microsoft.autoupdate2": {"ExtendedLogging": True, **HARD}}, "Set-Once",
                    datetime.datetime(2026, 1, 31)),
                mcx(2, {"com.microsoft.autoupdate2": {"HowToCheck": "Manual"}}),
            ]
        ),
        "refused": profile(
            [
                mcx(1, {"com.microsoft.autoupdate2": {"HowToCheck": "Never", "HowToChekc": 1, "ChannelName": 7}}),
                mcx(2, {"com.microsoft.autoupdate": {"HowToCheck": "Manual"}}),
            ]
        ),
        "passed": profile(
            [
                mcx(1, {"com.example.app": {"a": 1}}),
                payload("com.apple.TCC.configuration-profile-policy", 2, Services={"AddressBook": [HARD]}),
                payload("com.apple.notificationsettings", 3, NotificationSettings=[{"BundleIdentifier": "a"}]),
            ]
        ),
        "empty": profile([mcx(1, {"com.example.app": {}}), mcx(2, {"com.example.other": {"a": 1}})]),
    }
    for name, root in profiles.items():
        for ending, form in (("xml", plistlib.FMT_XML), ("binary", plistlib.FMT_BINARY)):
            with open(os.path.join(folder, f"{name}-{ending}.mobileconfig"), "wb") as file:
                plistlib.dump(root, file, fmt=form)


if __name__ == "__main__":
    main(sys.argv[1])
