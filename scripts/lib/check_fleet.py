"""check_fleet.py FOLDER: reads what `--target fleet` wrote, with PyYAML, as `fleetctl gitops` would find it.

Each file that a fragment names is there, and each file is named; policies, reports and labels have the fields that Fleet
wants, once each name; SQLite understands every query; no `$` is left for fleetctl to replace.
"""

import os
import plistlib
import sys

import yaml

from osquery_tables import database

FIELDS = {
    "policies": ({"name", "description", "resolution", "query", "platform", "critical"}, {"labels_include_any", "labels_exclude_any", "run_script"}),
    "reports": ({"name", "description", "query", "platform", "interval", "automations_enabled"}, set()),
    "labels": ({"name", "description", "query", "platform", "label_membership_type"}, set()),
}
NEW = {"settings": "apple_settings", "profiles": "configuration_profiles", "reports": "reports", "teams": "fleets", "lib": "platforms/macos"}
OLD = {"settings": "macos_settings", "profiles": "custom_settings", "reports": "queries", "teams": "teams", "lib": "lib/macos"}


def fail(text):
    sys.exit(f"check_fleet: {text}")


def load(path):
    with open(path, encoding="utf-8") as file:
        source = file.read()
    if "$" in source:
        fail(f"{path}: fleetctl would replace what follows `$`")
    return yaml.safe_load(source)


def entries(path, kind, names):
    required, more = FIELDS[kind]
    base = database()
    for entry in load(path):
        fields = set(entry)
        if not required <= fields <= required | more:
            fail(f"{path}: {entry.get('name')}: {sorted(fields ^ required)}")
        if entry["name"] in names:
            fail(f"{path}: twice {entry['name']}")
        names.add(entry["name"])
        if entry["platform"] != "darwin":
            fail(f"{path}: {entry['name']} is not for Macs")
        base.execute(entry["query"])
        script = entry.get("run_script", {}).get("path")
        if script and not os.path.isfile(os.path.join(os.path.dirname(path), script)):
            fail(f"{path}: no {script}")
        yield entry


def lists(fragment, words):
    """(kind, path) of each entry of a fragment."""
    controls = fragment.get("controls", {})
    if set(controls) - {words["settings"], "scripts"}:
        fail(f"controls: {sorted(controls)}")
    for entry in controls.get(words["settings"], {}).get(words["profiles"], []):
        if len(set(entry) - {"path"}) > 1:
            fail(f"{entry}: Fleet takes one list of labels")
        yield "profile", entry["path"]
    for kind, found in [("script", controls.get("scripts", []))] + [
        (kind, fragment.get(words[kind] if kind == "reports" else kind, [])) for kind in ("policies", "reports", "labels")
    ]:
        for entry in found:
            yield kind, entry["path"]


def check(folder):
    words = OLD if os.path.isdir(f"{folder}/lib") else NEW
    fragments = [f"{folder}/{words['teams']}/{name}" for name in os.listdir(f"{folder}/{words['teams']}")]
    if os.path.exists(f"{folder}/default.fragment.yml"):
        fragments.append(f"{folder}/default.fragment.yml")
    named, counts = set(), {}
    for path in fragments:
        fragment = load(path)
        if {"name", "agent_options", "org_settings"} & set(fragment):
            fail(f"{path} looks like a complete file")
        for kind, place in lists(fragment, words):
            file = os.path.normpath(os.path.join(os.path.dirname(path), place))
            named.add(file)
            if kind == "profile":
                with open(file, "rb") as profile:
                    plistlib.load(profile, fmt=plistlib.FMT_XML)
                found = [file]
            else:
                found = [file] if kind == "script" else list(entries(file, kind, set()))
            counts[kind] = counts.get(kind, 0) + len(found)
    for top, _, names in os.walk(folder):
        for name in names:
            path = os.path.normpath(os.path.join(top, name))
            if path not in named and not name.endswith(".fragment.yml") and name != "README.txt":
                fail(f"nothing names {path}")
    print(", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())))


check(sys.argv[1].rstrip("/"))
