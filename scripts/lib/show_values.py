#!/usr/bin/env python3
"""show_values.py PREFSMITH MAC…: what `show` says of each Mac, against its files as plistlib reads them.

Every value that is shown stands in the file that is named; every managed key is shown; of two files of a user the
one in the container counts. Exit status: 0, 1 faults.
"""

import json
import os
import plistlib
import subprocess
import sys

from settings import as_json, canonical
from check_json import MASK, check, plain

META = {"PayloadUUID", "_manualProfile"}


def content(mac, path):
    with open(mac + path, "rb") as file:
        return plistlib.load(file)


def same(value, shown):
    return shown["value"] == MASK or canonical(plain(as_json(value))) == canonical(shown["value"])


def managed(mac, users):
    """Every key that profiles enforce, with its domain."""
    folder = mac + "/Library/Managed Preferences"
    for where in [folder] + [os.path.join(folder, user) for user in users]:
        for name in sorted(os.listdir(where)) if os.path.isdir(where) else []:
            domain, end = os.path.splitext(name)
            if end == ".plist" and domain != "complete":
                yield from ((domain, key) for key in content(where, "/" + name) if key not in META)


def faults(mac, shown):
    yield from check("show", shown)
    seen = set()
    for entry in shown["keys"]:
        seen.add((entry["domain"], entry["key"]))
        for rung in entry["ladder"] + entry["strays"]:
            value = content(mac, rung["path"]).get(entry["key"])
            if value is None or not same(value, rung["value"]):
                yield f"{entry['domain']} {entry['key']}: {rung['path']} has {value!r}, not {rung['value']}"
        for stray in entry["strays"]:
            home = stray["path"].split("/Library/")[0]
            if not os.path.isdir(f"{mac}{home}/Library/Containers/{entry['domain']}"):
                yield f"{entry['domain']} {entry['key']}: {stray['path']} is no stray: there is no container"
    for missing in set(managed(mac, shown["mac"]["users"])) - seen:
        yield f"{missing} is managed, and not shown"


def main(prefsmith, macs):
    wrong = 0
    for mac in macs:
        command = [prefsmith, "show", mac, "--user", "all", "--format", "json"]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            print(f"{mac}: status {ran.returncode}: {ran.stderr}")
            wrong += 1
            continue
        for fault in faults(mac, json.loads(ran.stdout)):
            print(f"{mac}: {fault}")
            wrong += 1
    return 1 if wrong or not macs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
