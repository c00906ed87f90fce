"""check_munki.py PKGINFO TABLE SHELL [all]: reads a pkginfo as Munki does, and runs its scripts in a shell.

The table has channel, domain, key, type and value, written by hand: what /Library/Preferences then holds. A Mac on which
all is right answers 1 to the check, any other 0; nothing of a user's is touched; the uninstall script brings back what was
there.
"""

import csv
import os
import plistlib
import sys
import tempfile

from on_mac import Folder
from settings import setting

TYPES = {
    "name": str, "version": str, "display_name": str, "description": str, "catalogs": list, "installer_type": str,
    "unattended_install": bool, "unattended_uninstall": bool, "uninstallable": bool, "uninstall_method": str,
    "installcheck_script": str, "postinstall_script": str, "uninstall_script": str,
}
MORE = {"category": str, "developer": str, "installable_condition": str}


def fail(text):
    sys.exit(f"check_munki: {text}")


def pkginfo(path):
    with open(path, "rb") as file:
        entries = plistlib.load(file, fmt=plistlib.FMT_XML)
    for key, value in entries.items():
        if type(value) is not (TYPES | MORE).get(key):
            fail(f"{key}: {value!r}")
    if set(TYPES) - set(entries) or entries["installer_type"] != "nopkg" or entries["uninstall_method"] != "uninstall_script":
        fail(f"{sorted(entries)}")
    return entries


class Item:
    """The scripts of an item, on a Mac."""

    def __init__(self, entries, top, shell):
        self.mac, self.shell, self.scripts = Folder(top), shell, {}
        for name in ("installcheck_script", "postinstall_script", "uninstall_script"):
            self.scripts[name] = os.path.join(top, name)
            with open(self.scripts[name], "w", encoding="utf-8", newline="") as file:
                file.write(entries[name])

    def run(self, name, status):
        ran = self.mac.run(self.scripts[name], shell=self.shell)
        if ran.status != status or ran.errors:
            fail(f"{name}: status {ran.status}, not {status}\n{ran.output}{ran.errors}")
        return ran.words()


def held(mac, expected):
    found = set()
    for domain in {domain for domain, *_ in expected}:
        for key, value in mac.read("computer", domain).items():
            _, _, _, kind, text, _ = setting("device", domain, key, value)
            found.add((domain, key, kind, text))
    return found


def mended(item, domain, key):
    """A value that has changed, and a file that cannot be read, are not right."""
    content = item.mac.read("computer", domain)
    item.mac.write("computer", domain, content | {key: "changed since"})
    item.run("installcheck_script", 0)
    item.run("postinstall_script", 0)
    if item.mac.read("computer", domain) != content:
        fail("what has changed was not mended")
    with open(item.mac.file("computer", domain), "wb") as file:
        file.write(b"no property list")
    item.run("installcheck_script", 0)
    item.mac.write("computer", domain, content)


def main():
    path, table, shell, *more = sys.argv[1:]
    entries = pkginfo(path)
    with open(table, encoding="utf-8", newline="") as file:
        expected = {(row["domain"], row["key"], row["type"], row["value"]) for row in csv.DictReader(file)}
    with tempfile.TemporaryDirectory() as top:
        item = Item(entries, top, shell)
        # Nobody at the screen, as it mostly is when Munki runs.
        item.mac.save(console="root", sessions=[])
        domain, key = sorted(expected)[0][:2]
        item.mac.write("alice", domain, {key: "hers"})
        item.mac.write("computer", domain, {key: "before"})
        before = item.mac.everything()
        item.run("installcheck_script", 0)
        if item.mac.everything() != before:
            fail("the check changed something")
        item.run("postinstall_script", 0)
        if held(item.mac, expected) != expected:
            fail(f"/Library/Preferences does not hold the table: {sorted(held(item.mac, expected) ^ expected)}")
        if item.mac.read("alice", domain) != {key: "hers"}:
            fail("a user's own preferences were touched")
        if set(item.run("installcheck_script", 1)) != {"ok"}:
            fail("the check does not say that all is right")
        if more:
            mended(item, domain, key)
        item.run("uninstall_script", 0)
        left = {key for _, key, *_ in held(item.mac, expected)}
        if left - {key}:
            fail(f"the uninstall script left {left}")


main()
