#!/usr/bin/env python3
"""Do imported profiles have the effect of the rebuilt ones? Read by Python's plistlib, nothing of prefsmith.

    same_effect.py PREFSMITH FOLDER [--markdown] FILE...

Each FILE is imported into a policy of its own in FOLDER, the policy is built in both payload forms, and what each
profile sets is compared with what the original sets: channel, domain, key, type, value, state. Payloads that are no
preferences must be the same key for key, the envelope included. Prints one line for each file that is not the same,
and the counts by outcome. Exit status: 1 if a profile has another effect, or prefsmith refuses what plistlib reads
without the reason being counted here.

A file that plistlib does not read is no profile for this script; what prefsmith says of it is counted.
"""

import collections
import os
import plistlib
import subprocess
import sys
import xml.parsers.expat

from settings import MCX, Unreadable, as_json, canonical, profile_settings


def plain(data):
    """A profile without the signature around it, and without the NULs and spaces that editors leave around it."""
    if data[:1] == b"0":
        command = ["openssl", "cms", "-verify", "-noverify", "-inform", "DER"]
        data = subprocess.run(command, input=data, capture_output=True, check=True).stdout
    return data.strip(b"\0 \n")


def read(path):
    """The profile; else why plistlib does not read it."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        root = plistlib.loads(plain(data))
    except (plistlib.InvalidFileException, xml.parsers.expat.ExpatError, ValueError, AttributeError, TypeError) as error:
        return None, f"{type(error).__name__}"
    if not isinstance(root, dict) or "PayloadContent" not in root:
        return None, "no profile"
    # Apple: a profile that does not say is one for the user.
    if root.get("PayloadScope") != "System":
        root["PayloadScope"] = "User"
    return root, None


def effect(root):
    """What a profile sets. One setting twice is one."""
    return sorted(set(profile_settings(root)))


def identity(key, root):
    """How often each identifier or UUID stands in a profile."""
    return collections.Counter(str(one.get(key)).upper() for one in [root, *root["PayloadContent"]])


def passed(root, original, kinds):
    """The payloads of some types, as text: without an identifier that is no valid one in the original, because it
    stands there twice, and without the one that prefsmith makes in its place."""
    payloads = []
    for payload in root["PayloadContent"]:
        if payload.get("PayloadType") in kinds:
            payload = dict(payload)
            for key in ("PayloadIdentifier", "PayloadUUID"):
                if identity(key, original)[str(payload.get(key)).upper()] != 1:
                    payload.pop(key, None)
            payloads.append(canonical(as_json(payload)))
    return sorted(payloads)


def contradicts(settings):
    """Whether one key has two values."""
    keys = [item[:3] for item in settings]
    return len(keys) != len(set(keys))


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


def first_error(text):
    lines = [line for line in text.splitlines() if line.startswith(("error", "prefsmith:"))]
    return lines[0] if lines else text.strip().splitlines()[-1]


def compare(original, built):
    """What is different; nothing if it is the same."""
    before, after = effect(original), effect(built)
    kinds = {payload["PayloadType"] for payload in built["PayloadContent"]} - {MCX}
    own = {payload.get("PayloadType") for payload in original["PayloadContent"]}
    lines = [f"only in the original: {item}" for item in before if item not in after]
    lines += [f"only in the rebuilt: {item}" for item in after if item not in before]
    if not kinds <= own:
        # In the direct form a domain becomes the type of a payload.
        kinds &= own
    return lines, kinds


def one(prefsmith, folder, path, number):
    """The outcomes of a file: one for the import, one for each form."""
    original, why = read(path)
    place = os.path.join(folder, str(number))
    imported = run(prefsmith, "import", path, "--each", place)
    policies = [name for name in os.listdir(place) if name.endswith(".toml")] if os.path.isdir(place) else []
    if original is None:
        outcome = "prefsmith reads it" if policies else "prefsmith says why, with the place"
        return [("import", f"plistlib does not read it ({why}): {outcome}", False, first_error(imported.stderr))]
    if imported.returncode == 2 or len(policies) != 1:
        return [("import", "refused, but plistlib reads it", True, first_error(imported.stderr))]
    outcomes = []
    if imported.returncode == 1:
        outcomes.append(("import", "not all of it can be expressed", False, first_error(imported.stderr)))
    else:
        outcomes.append(("import", "everything expressed", False, ""))
    policy = os.path.join(place, policies[0])
    stem = policies[0].removesuffix(".toml")
    for form in ("mcx", "domain"):
        out = os.path.join(place, "out-" + form)
        built = run(prefsmith, "build", policy, "--form", form, "--out", out)
        if built.returncode != 0:
            refused = form == "domain" and "form-refused" in built.stderr
            outcome = "the form cannot carry it" if refused else "not built"
            outcomes.append((form, outcome, not refused, first_error(built.stderr)))
            continue
        again, _ = read(os.path.join(out, stem + ".mobileconfig"))
        if contradicts(effect(original)):
            outcomes.append((form, "the original contradicts itself", False, ""))
            continue
        lines, kinds = compare(original, again)
        if form == "mcx":
            # All that is no preferences, the envelope included.
            if passed(original, original, kinds) != passed(again, original, kinds):
                lines.append("a payload that is no preferences is another")
        outcomes.append((form, "another effect" if lines else "the same effect", bool(lines), "; ".join(lines)))
    return outcomes


def main(arguments):
    markdown = "--markdown" in arguments
    arguments = [argument for argument in arguments if argument != "--markdown"]
    if len(arguments) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    prefsmith, folder, *files = arguments
    counts = collections.Counter()
    failed = False
    for number, path in enumerate(files):
        try:
            outcomes = one(prefsmith, folder, path, number)
        except Unreadable as error:
            outcomes = [("import", "not comparable", True, str(error))]
        for step, outcome, bad, detail in outcomes:
            counts[step, outcome] += 1
            failed |= bad
            if detail and not markdown:
                print(f"{os.path.basename(path)}: {step}: {outcome}: {detail}")
    order = ["import", "mcx", "domain"]
    rows = sorted(counts.items(), key=lambda row: (order.index(row[0][0]), -row[1]))
    if markdown:
        print("| step | outcome | files |\n| --- | --- | ---: |")
    for (step, outcome), count in rows:
        print(f"| {step} | {outcome} | {count} |" if markdown else f"{count:5}  {step}: {outcome}")
    print(f"{len(files)} files", file=sys.stderr if markdown else sys.stdout)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
