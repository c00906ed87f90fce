"""osquery_worlds.py PREFSMITH POLICY COUNT FOLDER: do the queries say of a Mac what `prefsmith diff` says?

COUNT Macs are drawn: for each setting of the policy the right value, another, none, one of another type that reads the
same, from the computer's managed file, the user's, /Library/Preferences or the user's own file; apps of random releases
or none. Every policy of `--target fleet` passes and every query of `--target osquery` is silent exactly where
`prefsmith diff --user alice` finds no drift. What osquery cannot see is not drawn: docs/targets/osquery.md lists it, and
osquery_blind.py tries the entries of that list.
"""

import copy
import json
import os
import plistlib
import random
import subprocess
import sys

import yaml

from osquery_tables import tables

APPS = {
    "/Applications/Microsoft Word.app": "com.microsoft.Word",
    "/Applications/Microsoft Excel.app": "com.microsoft.Excel",
    "/Applications/Microsoft PowerPoint.app": "com.microsoft.Powerpoint",
    "/Applications/Microsoft Outlook.app": "com.microsoft.Outlook",
    "/Applications/Microsoft OneNote.app": "com.microsoft.onenote.mac",
}
UPDATE = "/Library/Application Support/Microsoft/MAU2.0/Microsoft AutoUpdate.app"
RELEASES = [
    "15.18.160109", "15.25.160725", "15.25.160726", "15.25.16072600", "15.33.17040900", "16.9.18011602",
    "16.10.18021001", "16.16.26.20091400", "16.16.27", "16.27.19071500", "16.28", "16.28.19081202", "16.77.23091003",
    "16.90.1.24101387", "16.100.25081015", "16.100.3", "16.9b4", "16..1", "",
]
UPDATES = ["3.18.18041000", "4.13.19071800", "4.48.22051100", "4.70.24031100", "4.76.24101387", "4.100"]


def fail(text):
    sys.exit(f"osquery_worlds: {text}")


def run(*command):
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode not in (0, 1, 3):
        fail(f"{command}: {result.stderr}")
    return result.stdout


def value_of(setting):
    document = f'<plist version="1.0">{setting["plist"]}</plist>'
    return plistlib.loads(document.encode(), fmt=plistlib.FMT_XML)


def other(value, random):
    """Another value, which also reads as another."""
    if isinstance(value, bool):
        return random.choice([not value, "maybe", 7])
    if isinstance(value, (int, float)):
        return random.choice([value + 1, -value - 3, "many", [value, value]])
    if isinstance(value, str):
        return random.choice([value + "x", value.swapcase() + "é", 42, {"a": value}])
    if isinstance(value, list):
        return random.choice([value + ["more"], value[:-1] + ["else"], {"a": 1}, "text"])
    if isinstance(value, dict):
        changed = copy.deepcopy(value)
        changed.pop(sorted(changed)[0], None)
        more = copy.deepcopy(value) | {"More": 1}
        return random.choice([changed, more, {}, ["a", "b", "c", "d"], "text"])
    return random.choice(["text", 3])


def alike(value):
    """Of another type, and the same for an app that is lenient."""
    if isinstance(value, bool):
        return [int(value), float(value), "YES" if value else "No", "true" if value else "false"]
    if isinstance(value, int):
        return [float(value), str(value)]
    return [value]


def place(files, path, key, value):
    files.setdefault(path, {})[key] = value


def draw(settings, random):
    """The files of a Mac: path to content."""
    files = {}
    for setting in settings:
        domain, key = setting["domain"], setting["key"]
        managed = f"Library/Managed Preferences/{domain}.plist"
        users = f"Library/Managed Preferences/alice/{domain}.plist"
        computer, own = f"Library/Preferences/{domain}.plist", f"Users/alice/Library/Preferences/{domain}.plist"
        if setting["plist"] is None:
            if random.random() < 0.5:
                place(files, random.choice([managed, users, computer, own]), key, random.choice([True, "x", [1]]))
            continue
        value = value_of(setting)
        if setting["enforcement"] == "default":
            if random.random() < 0.7:
                place(files, computer, key, random.choice([value, other(value, random)]))
            continue
        right = random.choice([value, value, random.choice(alike(value))])
        kind = random.choice(["right", "right", "both", "wrong", "user wrong", "low", "none", "wrong, right for the user"])
        if kind in ("right", "both", "user wrong"):
            place(files, managed, key, right)
        if kind == "both":
            place(files, users, key, value)
        if kind == "user wrong":
            place(files, users, key, other(value, random))
        if kind == "wrong":
            place(files, managed, key, other(value, random))
        if kind == "low":
            place(files, random.choice([computer, own]), key, value)
    return files


def installed(files, random):
    for app, bundle in APPS.items():
        for top in ("", "/Users/alice"):
            if random.random() < (0.7 if not top else 0.1):
                version = random.choice(RELEASES)
                short = ".".join(version.split(".")[:2])
                files[f"{top}{app}/Contents/Info.plist".lstrip("/")] = {
                    "CFBundleIdentifier": bundle if random.random() < 0.95 else "com.example.other",
                    "CFBundleVersion": version,
                    "CFBundleShortVersionString": short,
                }
    if random.random() < 0.7:
        version = random.choice(UPDATES)
        files[f"{UPDATE}/Contents/Info.plist".lstrip("/")] = {
            "CFBundleIdentifier": "com.microsoft.autoupdate2", "CFBundleVersion": version, "CFBundleShortVersionString": version,
        }
    files["System/Library/CoreServices/SystemVersion.plist"] = {"ProductVersion": random.choice(["12.7.6", "15.1", "26.0"])}


def write(root, files):
    os.makedirs(f"{root}/Users/alice/Library/Preferences")
    for path, content in files.items():
        os.makedirs(os.path.dirname(f"{root}/{path}"), exist_ok=True)
        with open(f"{root}/{path}", "wb") as file:
            plistlib.dump(content, file)


def asked(folder, stem):
    with open(f"{folder}/fleet/platforms/macos/policies/{stem}.yml", encoding="utf-8") as file:
        policies = {tuple(entry["name"].rsplit(": ", 1)[1].split(" ", 1)): entry["query"] for entry in yaml.safe_load(file)}
    with open(f"{folder}/osquery/{stem}.json", encoding="utf-8") as file:
        pack = [query["query"] for query in json.load(file)["queries"].values()]
    return policies, pack


def judged(prefsmith, policy, root):
    found = json.loads(run(prefsmith, "diff", policy, root, "--user", "alice", "--format", "json"))
    return {(one["domain"], one["key"]): one for one in found["settings"]}


def compare(prefsmith, policy, root, policies, pack, count):
    base = tables(root)
    diff = judged(prefsmith, policy, root)
    passes = {name for name, query in policies.items() if base.execute(query).fetchall()}
    shown = {row[:2] for query in pack for row in base.execute(query).fetchall()}
    for name in policies:
        drift = diff[name]["drift"]
        if diff[name]["verdict"] in ("unreadable", "not-comparable"):
            fail(f"{root}: {name} is undecided: {diff[name]}")
        if (name in passes) == drift or (name in shown) != drift:
            fail(f"{root}: {name}: passes {name in passes}, a row {name in shown}, diff {diff[name]['verdict']} {diff[name]['detail']}\n{policies[name]}")
        count[diff[name]["verdict"]] = count.get(diff[name]["verdict"], 0) + 1


def main():
    prefsmith, policy, worlds, folder = sys.argv[1:]
    stem = os.path.basename(policy).removesuffix(".toml")
    run(prefsmith, "build", policy, "--target", "fleet,osquery", "--out", f"{folder}/out")
    policies, pack = asked(f"{folder}/out", stem)
    settings = json.loads(run(prefsmith, "plan", policy, "--format", "json"))["settings"]
    settings = [one for one in settings if (one["domain"], one["key"]) in policies]
    draws, count = random.Random(stem), {}
    for number in range(int(worlds)):
        root = f"{folder}/{number}"
        files = draw(settings, draws)
        installed(files, draws)
        write(root, files)
        compare(prefsmith, policy, root, policies, pack, count)
    print(f"{worlds} Macs: " + ", ".join(f"{number} {verdict}" for verdict, number in sorted(count.items())))
    for verdict in ("enforced", "differs", "missing"):
        if count.get(verdict, 0) < int(worlds) / 10:
            fail(f"hardly any {verdict}: {count}")


if __name__ == "__main__":
    main()
