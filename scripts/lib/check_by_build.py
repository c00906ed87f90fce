"""check_by_build.py WHOLE PARTS PLAN: the profiles of a policy and those of `--by-build`, read by plistlib.

The parts hold together what the whole holds, each key once; no two have one identifier or UUID; what is in one part, and in no
other, is read by the same builds, as `plan --format json` has them. Each part but the policy's own has for Jamf a body whose
scope is a group that is there, and for Fleet a label that is there.
"""

import glob
import json
import os
import plistlib
import re
import sys
import xml.etree.ElementTree as ET

from settings import profile_settings

wrong = []


def load(path):
    with open(path, "rb") as file:
        return plistlib.load(file)


def names(profile):
    yield profile["PayloadIdentifier"], profile["PayloadUUID"]
    for payload in profile["PayloadContent"]:
        yield payload["PayloadIdentifier"], payload["PayloadUUID"]


def preferences(path):
    return profile_settings(load(path), path)


def main():
    whole, parts, plan = sys.argv[1:]
    (path,) = glob.glob(f"{whole}/*.mobileconfig")
    stem = os.path.basename(path).removesuffix(".mobileconfig")
    files = sorted(glob.glob(f"{parts}/*.mobileconfig"))
    together, seen = [], []
    for file in files:
        together += preferences(file)
        seen += [name for pair in names(load(file)) for name in pair]
    if sorted(together) != sorted(preferences(path)):
        wrong.append("the parts hold other settings than the whole")
    if len(seen) != len(set(seen)):
        wrong.append("an identifier or UUID stands twice")
    with open(plan, encoding="utf-8") as file:
        reads = {(row["domain"], row["key"]): json.dumps(row["reads"]) for row in json.load(file)["settings"]}
    cut = [file for file in files if os.path.basename(file) != f"{stem}.mobileconfig"]
    for file in cut:
        own = {reads[setting.domain, setting.key] for setting in preferences(file)}
        if len(own) != 1:
            wrong.append(f"{file}: settings of {len(own)} ranges of builds")
        slug = os.path.basename(file).removeprefix(f"{stem}.").removesuffix(".mobileconfig")
        body = ET.parse(f"{parts}/jamf/api/profile-{slug}.xml").getroot()
        (group,) = [one.text for one in body.findall("scope/computer_groups/computer_group/name")]
        there = [ET.parse(one).getroot().findtext("name") for one in glob.glob(f"{parts}/jamf/api/group-*.xml")]
        if there.count(group) != 1:
            wrong.append(f"{file}: the scope {group!r} is {there.count(group)} groups")
        with open(glob.glob(f"{parts}/fleet/fleets/*.yml")[0], encoding="utf-8") as yaml:
            found = re.search(rf'{re.escape(os.path.basename(file))}"\n +labels_include_(?:any|all):\n((?: {{10}}- .*\n)+)', yaml.read())
        labels = glob.glob(f"{parts}/fleet/platforms/macos/labels/*.yml")[0]
        with open(labels, encoding="utf-8") as yaml:
            made = re.findall(r"^- name: (.*)$", yaml.read(), re.M)
        if not found or made.count(found.group(1).splitlines()[-1].split("- ", 1)[1]) != 1:
            wrong.append(f"{file}: no label of its own")
    page = f"{parts}/{stem}.builds.txt"
    if bool(cut) != os.path.exists(page):
        wrong.append("a page without parts, or parts without a page")
    for file in files if cut else []:
        with open(page, encoding="utf-8") as text:
            if f"\n{os.path.basename(file).removesuffix('.mobileconfig')}: " not in text.read():
                wrong.append(f"{page} does not name {file}")
    print("\n".join(wrong) or f"{len(files)} profiles, {len(together)} settings")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
