#!/usr/bin/env python3
"""Changes a profile in one way, for tests of what compares profiles: tamper.py CHANGE PROFILE..."""

import plistlib
import sys

MCX = "com.apple.ManagedClient.preferences"


def tamper(change, root):
    """The profile with another value, type, state, payload or channel; also where the direct form carries it."""
    payloads = root["PayloadContent"]
    if change == "channel":
        root["PayloadScope"] = "User"
    elif change == "payload":
        foreign = [one for one in payloads if "Services" in one]
        foreign[0]["Services"]["AddressBook"][0]["Allowed"] = False
    else:
        for payload in payloads:
            domains = payload["PayloadContent"] if payload["PayloadType"] == MCX else {}
            for states in domains.values():
                settings = states.get("Forced", [{}])[0].get("mcx_preference_settings", {})
                if "SendAllTelemetryEnabled" not in settings:
                    continue
                if change == "value":
                    settings["SendAllTelemetryEnabled"] = True
                elif change == "type":
                    settings["SendAllTelemetryEnabled"] = 0
                else:
                    states["Set-Once"] = states.pop("Forced")
                return


def main(change, paths):
    for path in paths:
        with open(path, "rb") as file:
            root = plistlib.load(file)
        tamper(change, root)
        with open(path, "wb") as file:
            plistlib.dump(root, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
