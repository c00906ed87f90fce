#!/usr/bin/env python3
"""managed_effect.py PREFSMITH FOLDER MAC…: does what `import` makes of a Mac enforce what is enforced there?

Each Mac is imported into policies in FOLDER, they are built, and what the profiles set is compared with the managed
files, all read by plistlib: channel, domain, key, type, value. What a user's folder repeats of the Mac's is the Mac's.
Exit status: 0, 1 another effect.
"""

import os
import plistlib
import subprocess
import sys

from settings import differences, profile_settings, setting

META = {"PayloadUUID", "_manualProfile"}


def files(folder, channel):
    """The settings of the managed files of a folder."""
    found = set()
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        domain, end = os.path.splitext(name)
        if end != ".plist" or domain == "complete":
            continue
        with open(os.path.join(folder, name), "rb") as file:
            content = plistlib.load(file)
        found |= {setting(channel, domain, key, value) for key, value in content.items() if key not in META}
    return found


def managed(mac, user):
    folder = mac + "/Library/Managed Preferences"
    of_mac = files(folder, "device")
    same = {item._replace(channel="user") for item in of_mac}
    return sorted(of_mac | (files(os.path.join(folder, user), "user") - same))


def built(prefsmith, folder, mac, user):
    name = os.path.basename(mac)
    policy = os.path.join(folder, f"{name}.toml")
    run = lambda *command: subprocess.run([prefsmith, *command], capture_output=True, text=True, check=True)
    run("import", mac, "--user", user, "--out", policy)
    found = []
    for path in (policy, os.path.join(folder, f"{name}-user.toml")):
        if os.path.exists(path):
            out = path.removesuffix(".toml")
            run("build", path, "--out", out)
            with open(os.path.join(out, os.path.basename(out) + ".mobileconfig"), "rb") as file:
                found += profile_settings(plistlib.load(file))
    return sorted(found)


def main(prefsmith, folder, macs):
    os.makedirs(folder)
    wrong = 0
    for mac in macs:
        try:
            expected, made = managed(mac, "anna"), built(prefsmith, folder, mac, "anna")
        except subprocess.CalledProcessError as error:
            print(f"{mac}: {error}\n{error.stderr}")
            wrong += 1
            continue
        if not expected:
            print(f"{mac}: nothing is managed there")
            wrong += 1
        for line in differences(expected, made, ("the Mac", "the profiles")):
            print(f"{mac}: {line}")
            wrong += 1
    return 1 if wrong or not macs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
