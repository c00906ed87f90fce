"""A Mac for scripts to work on: a folder shaped like one, and who is asking.

STAND_IN_MAC names the folder. Its `mac.json` says what no file tells:

    users     name -> uid, home (a path inside the folder), full name, hidden
    sessions  the users who are logged in; `console` is the one at the screen, "root" at the login window
    serial, udid, name, macos
    denied    domains of which macOS refuses the container; `hangs`: of which it never answers
    readonly  users whose preferences cannot be written; `forgets`: writes that are said to be done are not kept
    rewrites  "domain key" -> the value that another process puts there after every write
    unsaved   "user domain" -> what cfprefsd has beyond the file, which it has not written yet
    missing   what `defaults export` makes of a domain that does not exist: "empty" or "error"

STAND_IN_USER is who runs a command (root, unless `sudo` says otherwise), STAND_IN_BOOTSTRAP the session that
`launchctl asuser` has put it into. Stand-ins are written from what the real commands are known to do; where they
are strict, a script that works here does not depend on leniency.
"""

import json
import os
import sys

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
