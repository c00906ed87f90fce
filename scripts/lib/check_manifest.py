#!/usr/bin/env python3
"""Checks manifest.json of one build: every file with its SHA-256, every setting as in a table.

    check_manifest.py FOLDER TABLE.csv

Exit status: 0, 1 faults (one a line), 2 usage.
"""

import json
import os
import plistlib
import re
import sys

import tree
from check_json import path_faults, setting_faults, shape
from settings import Setting, Unreadable, as_json, canonical, differences, expected_settings, type_name

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
STATES = {"forced": "Forced", "set-once": "Set-Once"}


def files_faults(folder, files):
    """The manifest's files are the folder's files, itself apart."""
    listed = {}
    for entry in files:
        yield from shape(entry, {"path": str, "sha256": str, "target": str}, "files")
        path = entry.get("path", "")
        yield from path_faults(path, "files")
        if path in listed:
            yield f"files: {path} is listed twice"
        listed[path] = entry.get("sha256")
    there = {
        os.path.relpath(os.path.join(top, name), folder): os.path.join(top, name)
        for top, _, names in os.walk(folder) for name in names
    }
    there.pop("manifest.json", None)
    for path in sorted(set(listed) ^ set(there)):
        yield f"files: {path} is {'not there' if path in listed else 'not listed'}"
    for path in sorted(set(listed) & set(there)):
        if tree.sha256(there[path]) != listed[path]:
            yield f"files: {path} has another SHA-256"


def setting_of(entry):
    """The setting, by its XML fragment, which keeps every type."""
    value = plistlib.loads(b"<plist>" + entry["plist"].encode() + b"</plist>")
    return Setting(entry["channel"], entry["domain"], entry["key"], type_name(value),
                   canonical(as_json(value)), STATES.get(entry["enforcement"], "none"))


def without_values(manifest):
    """The manifest as text, without what the settings say: a place for a clock to show."""
    settings = [{key: item for key, item in entry.items() if key not in ("value", "plist")}
                for entry in manifest["settings"] if isinstance(entry, dict)]
    return canonical({**manifest, "settings": settings})


def check(folder, expected):
    """Every fault of a build's manifest, one line each."""
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    faults = list(shape(manifest, {"version": int, "policy": dict, "files": list, "settings": list}, "manifest"))
    if faults:
        return faults
    if DATE.search(without_values(manifest)):
        faults.append("manifest: holds a date and a time that no setting brings")
    faults += files_faults(folder, manifest["files"])
    found = []
    for entry in manifest["settings"]:
        wrong = list(setting_faults(entry, "settings"))
        faults += wrong
        if not wrong:
            found.append(setting_of(entry))
    return faults + differences(found, expected, ("in the manifest", "in the table"))


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        faults = check(arguments[0], expected_settings(arguments[1]))
    except (OSError, ValueError, Unreadable) as error:
        faults = [str(error)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
