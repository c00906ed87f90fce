"""versions_agree.py PREFSMITH FOLDER: whether a build reads a setting, by everything that compares versions: Rust
(`diff`), the check script in three shells by turns, osquery's SQL and Jamf's regular expressions, and a comparison written apart.

More than a thousand pairs of an installed version and the ranges that read a key, at random and at the bounds: hotfixes,
builds and holes among them.
"""

import glob
import json
import os
import plistlib
import random
import subprocess
import sys
import xml.etree.ElementTree as ET

from check_jamf import Version, around, engines, inside, member, some_ranges
from on_mac import Folder
from osquery_tables import tables

APP = "/Applications/Sheet.app"
DOMAIN = "com.example.sheet"
KEYS, MACS = 46, 22
SHELLS = ["dash", "bash", "zsh"]
CATALOG = f"""[[source]]
id = "own"
kind = "first-party"
title = "A source"

[[product]]
name = "Sheet"
title = "Sheet"
app = ["{APP}"]
bundle-ids = ["{DOMAIN}"]
version-key = "CFBundleVersion"
sources = ["own"]

[[domain]]
name = "{DOMAIN}"
alias = "Sheet"
title = "Sheet"
product = "Sheet"
summary = "An app."
sources = ["own"]
"""


def fail(text):
    sys.exit(f"versions_agree: {text}")


def run(*command, status=(0,)):
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode not in status:
        fail(f"{' '.join(command)}: {ran.stdout}{ran.stderr}")
    return ran.stdout


def written(folder, wanted):
    """A catalogue with a key for each list of ranges, and a policy that sets them all."""
    with open(f"{folder}/catalog.toml", "w", encoding="utf-8") as file:
        file.write(CATALOG)
        for key, ranges in wanted.items():
            works = ", ".join(json.dumps(f"{low or ''} .. {high or ''}".strip()) for low, high in ranges)
            file.write(f'\n[[key]]\nname = "{key}"\ndomains = ["{DOMAIN}"]\ntype = "boolean"\nworks = [{works}]\n'
                       'confidence = "first-party"\nsummary = "A key."\nsources = ["own"]\n')
    with open(f"{folder}/policy.toml", "w", encoding="utf-8") as file:
        file.write('[policy]\nid = "com.example.v"\nname = "V"\n[macs]\nSheet = ".."\n[settings.Sheet]\n')
        file.write("".join(f"{key} = true\n" for key in wanted))


def groups(out):
    """The criteria of the smart group of each key's profile."""
    found = {}
    for path in glob.glob(f"{out}/jamf/policy.*.mobileconfig"):
        slug = os.path.basename(path).removeprefix("policy.").removesuffix(".mobileconfig")
        root = ET.parse(f"{out}/jamf/api/group-profile-{slug}.xml").getroot()
        text = lambda one, name: one.findtext(name) or ""
        criteria = [
            (text(one, "and_or"), text(one, "name"), text(one, "search_type"), text(one, "value"), False)
            for one in root.findall("criteria/criterion")
        ]
        with open(path, "rb") as file:
            payloads = plistlib.load(file)["PayloadContent"]
        for payload in payloads:
            for forced in payload["PayloadContent"][DOMAIN]["Forced"]:
                found.update(dict.fromkeys(forced["mcx_preference_settings"], criteria))
    return found


def by_jamf(found, version, short):
    """The keys whose group the Mac is in: its inventory has the short version, an extension attribute the build."""
    keys = set()
    patterns = {value for group in found.values() for _, _, operator, value, _ in group if operator == "matches regex"}
    matched = {
        "Application Version": engines(patterns, [short]),
        "Sheet build": engines(patterns, [version]),
    }

    def holds(group):
        return all(
            bool(matched[name][value]) if operator == "matches regex" else (name, value) == ("Application Title", "Sheet.app")
            for name, operator, value in group
        )

    for key, group in found.items():
        if member(group, holds):
            keys.add(key)
    return keys


def mac(folder, version):
    """A Mac with this version, and nothing set."""
    made = Folder(folder)
    path = f"{made.mac}{APP}/Contents/Info.plist"
    os.makedirs(os.path.dirname(path))
    parts = version.split(".")
    short = ".".join(parts[:-1]) if len(parts) > 1 and len(parts[-1]) in (6, 8) else version
    with open(path, "wb") as file:
        plistlib.dump({"CFBundleIdentifier": DOMAIN, "CFBundleVersion": version, "CFBundleShortVersionString": short}, file)
    return made, short


def answers(prefsmith, folder, version, group, sql, shell):
    """Which keys the installed build reads, by each of them."""
    made, short = mac(folder, version)
    diff = run(prefsmith, "--catalog", f"{folder}/catalog.toml", "diff", f"{folder}/policy.toml", made.mac, "--format", "json",
               status=(0, 1, 3))
    rust = {row["key"] for row in json.loads(diff)["settings"] if row["verdict"] != "not-applicable"}
    said = made.run(f"{folder}/out/check-script/check.sh", "--list", shell=shell, timeout=400)
    lines = [line.split() for line in said.output.splitlines() if f" {DOMAIN} " in line]
    if len(lines) != KEYS:
        fail(f"the check says {len(lines)} settings: {said.output}{said.errors}")
    base = tables(made.mac)
    return {
        "diff": rust,
        "the check": {words[2] for words in lines if words[0] != "not-applicable"},
        "SQL": {row[1] for one in sql for row in base.execute(one).fetchall()},
        "Jamf": by_jamf(group, version, short),
    }


def main():
    prefsmith, folder = sys.argv[1:]
    os.makedirs(folder)
    draw = random.Random("versions agree")
    wanted = {}
    while len(wanted) < KEYS:
        ranges = some_ranges(draw, len(wanted) % 2 == 1)
        # A key that all versions read is for every Mac.
        if not any(inside(Version(text), *map(lambda one: one and Version(one), pair))
                   for text in ("0", "99.999") for pair in ranges):
            wanted[f"K{len(wanted):02}"] = ranges
    bounds = {key: [(low and Version(low), high and Version(high)) for low, high in ranges] for key, ranges in wanted.items()}
    written(folder, wanted)
    out = f"{folder}/out"
    run(prefsmith, "--catalog", f"{folder}/catalog.toml", "build", f"{folder}/policy.toml", "--by-build",
        "--target", "jamf,osquery,check-script", "--out", out)
    group = groups(out)
    with open(glob.glob(f"{out}/osquery/*.json")[0], encoding="utf-8") as file:
        sql = [query["query"] for query in json.load(file)["queries"].values()]
    texts = sorted({text for ranges in wanted.values() for text in around(draw, ranges, True)})
    pairs, read, wrong = 0, 0, []
    for at, version in enumerate(draw.sample(texts, MACS)):
        found = answers(prefsmith, folder, version, group, sql, SHELLS[at % len(SHELLS)])
        truth = {key for key, pair in bounds.items() if any(inside(Version(version), *one) for one in pair)}
        for who, keys in found.items():
            wrong += [f"{version} in {wanted[key]}: {who} says {key in keys}" for key in sorted(keys ^ truth)]
        pairs, read = pairs + KEYS, read + len(truth)
    print("\n".join(wrong) or f"{pairs} pairs, {read} read; all four agree")
    if wrong or pairs < 1000 or not pairs // 10 < read < pairs * 9 // 10:
        fail("they differ, or the pairs show little")


if __name__ == "__main__":
    main()
