"""check_script.py DEFAULTS-FOLDER TABLE SHELL: runs the scripts of a policy on a Mac-shaped folder.

Afterwards the preference files hold exactly what the table says, by Python's plistlib, beside what was there; a
second run changes nothing; remove.sh brings back what was there; root's own preferences are as before.
"""

import csv
import sys
import tempfile

from on_mac import Folder
from settings import setting

OTHER = {"OtherKey": [1, "two", {"three": 3.5}]}


def fail(text):
    sys.exit(f"check_script: {text}")


def wanted(table):
    with open(table, encoding="utf-8", newline="") as file:
        return {(row["domain"], row["key"], row["type"], row["value"]) for row in csv.DictReader(file)}


def held(mac, who, domains):
    found = set()
    for domain in domains:
        for key, value in mac.read(who, domain).items():
            if key != "OtherKey":
                _, _, _, kind, text, _ = setting("device", domain, key, value)
                found.add((domain, key, kind, text))
    return found


def ran(mac, script, *options, shell, status=0, words=None):
    result = mac.run(script, *options, shell=shell)
    if result.status != status or result.errors or (words is not None and set(result.words()) != words):
        fail(f"{script} {options}: status {result.status}, {result.words()}\n{result.output}{result.errors}")
    return result


def before_and_after(folder, table, shell, options, who, top):
    mac = Folder(top)
    expected = wanted(table)
    domains = sorted({domain for domain, *_ in expected})
    for place in ("root", who):
        mac.write(place, domains[0], dict(OTHER))
        # A value that is there before, of another type, must come back in the end.
        mac.write(place, expected_first(expected, domains[-1])[0], {expected_first(expected, domains[-1])[1]: "mine"} | OTHER)
    before = mac.everything()
    ran(mac, f"{folder}/apply.sh", "--dry-run", *options, shell=shell, status=4, words={"would"})
    if mac.everything() != before:
        fail("--dry-run changed something")
    ran(mac, f"{folder}/apply.sh", *options, shell=shell, words={"changed"})
    if held(mac, who, domains) != expected:
        fail(f"the files do not hold the table: {sorted(held(mac, who, domains) ^ expected)}")
    for domain in (domains[0], domains[-1]):
        if mac.read(who, domain).get("OtherKey") != OTHER["OtherKey"]:
            fail(f"another key of {domain} is gone")
    after = mac.everything()
    ran(mac, f"{folder}/apply.sh", *options, shell=shell, words={"ok"})
    ran(mac, f"{folder}/apply.sh", "--quiet", *options, shell=shell, words=set())
    for domain in domains:
        ran(mac, f"{folder}/{domain}.sh", *options, shell=shell, words={"ok"})
    if mac.everything() != after:
        fail("a second run changed something")
    roots = {path: content for path, content in after.items() if path.startswith("var/root")}
    if roots != {path: content for path, content in before.items() if path.startswith("var/root")}:
        fail("root's own preferences were touched")
    ran(mac, f"{folder}/remove.sh", "--dry-run", *options, shell=shell, status=4, words={"would"})
    ran(mac, f"{folder}/remove.sh", *options, shell=shell, words={"removed", "restored"})
    if mac.everything() != before:
        fail(f"remove.sh did not bring back what was there: {before} {mac.everything()}")


def expected_first(expected, domain):
    return next((d, key) for d, key, _, _ in sorted(expected) if d == domain and not key.startswith("-"))


def main():
    folder, table, shell = sys.argv[1:]
    with tempfile.TemporaryDirectory() as top:
        before_and_after(folder, table, shell, [], "alice", top)
        if shell == "dash":
            before_and_after(folder, table, shell, ["--users", "bob"], "bob", top)
            before_and_after(folder, table, shell, ["--level", "computer"], "computer", top)


main()
