"""A Mac for scripts to work on: a folder shaped like one, and who is asking.

STAND_IN_MAC names the folder. Its `mac.json` says what no file tells:

    users     name -> uid, home (a path inside the folder), full name, hidden
    sessions  the users who are logged in; `console` is the one at the screen, "root" at the login window
    serial, udid, name, macos
    denied    domains of which macOS refuses the container; `hangs`: of which it never answers
    readonly  users whose preferences cannot be written; `forgets`: writes that are said to be done are not kept
    rewrites  "domain key" -> the value that another process puts there after every write
    missing   what `defaults export` makes of a domain that does not exist: "empty" or "error"

STAND_IN_USER is who runs a command (root, unless `sudo` says otherwise), STAND_IN_BOOTSTRAP the session that
`launchctl asuser` has put it into. Stand-ins are written from what the real commands are known to do; where they
are strict, a script that works here does not depend on leniency.
"""

import base64
import datetime
import json
import os
import plistlib
import sys

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
    '<plist version="1.0">\n'
)
# What macOS keeps where; other paths are those of this machine.
ROOTS = ("/Applications", "/Library", "/Users", "/System", "/var/root")


class Mac:
    def __init__(self):
        self.folder = os.environ["STAND_IN_MAC"]
        with open(os.path.join(self.folder, "mac.json"), encoding="utf-8") as file:
            self.facts = json.load(file)
        self.user = os.environ.get("STAND_IN_USER", "root")

    def path(self, path):
        """A path of the Mac as one of this machine."""
        inside = path.startswith(self.folder + "/")
        if not inside and any(path == root or path.startswith(root + "/") for root in ROOTS):
            return self.folder + path
        return path

    def uid(self, name):
        if name == "root":
            return 0
        known = self.facts["users"].get(name)
        return None if known is None else known["uid"]

    def home(self, name):
        return self.folder + ("/var/root" if name == "root" else self.facts["users"][name]["home"])

    def has(self, what, item):
        return item in self.facts.get(what, [])


def fail(status, text):
    print(text, file=sys.stderr)
    sys.exit(status)


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def lines(value, indent):
    """The lines of a value as CoreFoundation writes them."""
    tabs = "\t" * indent
    if isinstance(value, bool):
        yield f"{tabs}<{'true' if value else 'false'}/>"
    elif isinstance(value, int):
        yield f"{tabs}<integer>{value}</integer>"
    elif isinstance(value, float):
        yield f"{tabs}<real>{value:.17g}</real>"
    elif isinstance(value, str):
        yield f"{tabs}<string>{escaped(value)}</string>"
    elif isinstance(value, datetime.datetime):
        yield f"{tabs}<date>{value.strftime('%Y-%m-%dT%H:%M:%SZ')}</date>"
    elif isinstance(value, bytes):
        yield f"{tabs}<data>"
        text = base64.b64encode(value).decode("ascii")
        width = max(16, 76 - 8 * indent)
        yield from (tabs + text[at : at + width] for at in range(0, len(text), width))
        yield f"{tabs}</data>"
    elif isinstance(value, list):
        if not value:
            yield f"{tabs}<array/>"
            return
        yield f"{tabs}<array>"
        for item in value:
            yield from lines(item, indent + 1)
        yield f"{tabs}</array>"
    else:
        if not value:
            yield f"{tabs}<dict/>"
            return
        yield f"{tabs}<dict>"
        for key in sorted(value):
            yield f"{tabs}\t<key>{escaped(key)}</key>"
            yield from lines(value[key], indent + 1)
        yield f"{tabs}</dict>"


def to_xml(value):
    return (HEAD + "\n".join(lines(value, 0)) + "\n</plist>\n").encode("utf-8")


def read_plist(path):
    """The root of a property list; None where there is no file."""
    try:
        with open(path, "rb") as file:
            return plistlib.load(file)
    except FileNotFoundError:
        return None
