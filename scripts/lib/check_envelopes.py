"""Counts by itself what prefsmith says of envelopes: plistlib reads the profiles, and knows nothing of prefsmith.

    check_envelopes.py PREFSMITH FOLDER

Counted are UUIDs that stand twice in a profile, UUIDs that two profiles share, payload identifiers that stand twice in
a profile, identifiers of profiles that are there twice, UUIDs that are none, and profiles without a scope; and files
that plistlib reads must be read.
"""

import collections
import json
import pathlib
import plistlib
import re
import subprocess
import sys

UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def text(holder, key):
    value = holder.get(key)
    return value if isinstance(value, str) and value.strip() else None


def profiles(folder):
    """Every file of the folder that plistlib reads and that is a profile, by its path."""
    for path in sorted(folder.rglob("*.mobileconfig")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        content = path.read_bytes()
        if content.startswith(b"0"):
            # A signature stands around the text, and leaves it as it is where it is short enough for one piece.
            content = content[content.find(b"<?xml") : content.rfind(b"</plist>") + len(b"</plist>")]
        try:
            root = plistlib.loads(content)
        except Exception:  # plistlib has an exception of its own for each way to be broken
            continue
        if isinstance(root, dict):
            yield path, root


def expected(folder):
    """How often each finding must be there, by code, severity and file."""
    counts = collections.Counter()
    first = {}
    owners = {}
    for path, root in profiles(folder):
        payloads = root.get("PayloadContent")
        payloads = [one for one in payloads if isinstance(one, dict)] if isinstance(payloads, list) else []
        identifier = text(root, "PayloadIdentifier")
        if "PayloadScope" not in root and "payloadScope" not in root:
            counts["scope-missing", "warning", path] += 1
        if identifier in first and identifier:
            counts["same-profile", "warning", path] += 1
        first.setdefault(identifier, path)
        own = set()
        names = set()
        for holder in [root, *payloads]:
            uuid = text(holder, "PayloadUUID")
            if uuid:
                if not UUID.fullmatch(uuid):
                    counts["bad-uuid", "warning", path] += 1
                key = uuid.upper()
                if key in own:
                    counts["same-uuid", "error", path] += 1
                elif key in owners and (not identifier or owners[key] != identifier):
                    counts["same-uuid", "warning", path] += 1
                owners.setdefault(key, identifier)
                own.add(key)
            name = text(holder, "PayloadIdentifier")
            if holder is not root and name:
                if name in names:
                    counts["same-identifier", "error", path] += 1
                names.add(name)
    return counts


def found(prefsmith, folder):
    """The same, as prefsmith has it; and the files that it could not read."""
    done = subprocess.run([prefsmith, "check", "--no-project", "--format", "json", folder], capture_output=True)
    if done.returncode not in (0, 1):
        sys.exit(f"prefsmith ended with {done.returncode}: {done.stderr.decode()}")
    findings = json.loads(done.stdout)["findings"]
    codes = {"scope-missing", "same-profile", "bad-uuid", "same-uuid", "same-identifier"}
    counts = collections.Counter(
        (one["code"], one["severity"], pathlib.Path(one["file"])) for one in findings if one["code"] in codes
    )
    return counts, {pathlib.Path(one["file"]) for one in findings if one["code"] == "unreadable-file"}


def main():
    prefsmith, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    wanted = expected(folder)
    said, unread = found(prefsmith, folder)
    wrong = [f"{key}: prefsmith {said[key]}, plistlib {wanted[key]}" for key in {*said, *wanted} if said[key] != wanted[key]]
    read = [path for path, _ in profiles(folder)]
    wrong += [f"{path}: plistlib reads it" for path in read if path in unread]
    if not read:
        wrong.append(f"no profile is in {folder}")
    if wrong:
        sys.exit("\n".join(map(str, wrong)))
    print(f"{len(read)} profiles, {sum(wanted.values())} findings of envelopes agree")


if __name__ == "__main__":
    main()
