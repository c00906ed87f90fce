"""Installs a profile on a folder shaped like a Mac, as macOS does: what it enforces goes into /Library/Managed
Preferences, for a device profile also into the folder of each user; what it sets once into the users' own preferences.

    install(profile, root, users, fmt) -> the values that are enforced, by domain

What `profiles show` prints of it goes where a snapshot keeps that. It reads the profile with plistlib and knows nothing of prefsmith. macOS writes binary files, with keys of its own
beside the preferences, and one file that sums them up.
"""

import os
import plistlib
import uuid

MCX = "com.apple.ManagedClient.preferences"
ENVELOPE = {
    "PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID", "PayloadEnabled", "PayloadDisplayName",
    "PayloadDescription", "PayloadOrganization", "PayloadContent", "PayloadScope",
}


def settings(profile):
    """What a profile enforces and what it sets once: domain -> key -> value, twice."""
    forced, once = {}, {}
    for payload in profile["PayloadContent"]:
        if payload["PayloadType"] != MCX:
            own = {key: value for key, value in payload.items() if key not in ENVELOPE}
            forced.setdefault(payload["PayloadType"], {}).update(own)
            continue
        for domain, states in payload["PayloadContent"].items():
            for state in states.get("Forced", []):
                forced.setdefault(domain, {}).update(state["mcx_preference_settings"])
            for state in states.get("Set-Once", []):
                once.setdefault(domain, {}).update(state["mcx_preference_settings"])
    return forced, once


def merge(path, values, fmt):
    content = {}
    if os.path.exists(path):
        with open(path, "rb") as file:
            content = plistlib.load(file)
    content.update(values)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        plistlib.dump(content, file, fmt=fmt)


def show(path, user, profile):
    """Adds a profile to what `profiles show -all -output stdout-xml` prints."""
    names = {"PayloadIdentifier", "PayloadUUID", "PayloadType", "PayloadVersion", "PayloadDisplayName"}
    items = []
    for payload in profile["PayloadContent"]:
        own = payload.get("PayloadContent", {key: value for key, value in payload.items() if key not in ENVELOPE})
        items.append({key: value for key, value in payload.items() if key in names} | {"PayloadContent": own})
    renamed = {"Profile" + key[len("Payload"):]: profile[key] for key in sorted(names) if key in profile}
    content = {}
    if os.path.exists(path):
        with open(path, "rb") as file:
            content = plistlib.load(file)
    content.setdefault(user, []).append(renamed | {"ProfileItems": items})
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        plistlib.dump(content, file)


def install(path, root, users, fmt=plistlib.FMT_BINARY):
    with open(path, "rb") as file:
        profile = plistlib.load(file)
    forced, once = settings(profile)
    device = profile.get("PayloadScope", "User") == "System"
    managed = root + "/Library/Managed Preferences"
    own = {"PayloadUUID": str(uuid.UUID(int=7)).upper(), "_manualProfile": True}
    folders = [f"{managed}/{user}" for user in users] + ([managed] if device else [])
    for domain, values in forced.items():
        for folder in folders:
            merge(f"{folder}/{domain}.plist", values | own, fmt)
    for user in ["_computerlevel"] if device else users:
        show(f"{root}/evidence/profiles.plist", user, profile)
    for folder in folders:
        merge(f"{folder}/complete.plist", {domain: {"Forced": values} for domain, values in forced.items()}, fmt)
    for domain, values in once.items():
        for user in users:
            home = f"{root}/Users/{user}"
            container = f"{home}/Library/Containers/{domain}/Data"
            base = container if os.path.isdir(container) else home
            merge(f"{base}/Library/Preferences/{domain}.plist", values, fmt)
    return forced
