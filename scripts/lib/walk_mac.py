"""The layers of one preference on a folder shaped like a Mac, walked from strongest to weakest as docs/diff.md and
Apple's "Preferences Programming Topics" describe them, with plistlib and the file system alone.

    walk(root, domain, key, user) -> Ladder

It knows nothing of prefsmith, and no other script of this folder writes what it reads.
"""

import os
import plistlib
import re
from dataclasses import dataclass, field

MANAGED = "/Library/Managed Preferences"
GLOBAL = ".GlobalPreferences"
# Where a user's preferences lie, for domains of which Microsoft says it; None: in no container. Of any other domain a
# container of its name is taken for its app's.
CONTAINERS = {
    "com.microsoft.Word": "com.microsoft.Word",
    "com.microsoft.Outlook": "com.microsoft.Outlook",
    "com.microsoft.autoupdate2": None,
    "com.microsoft.office": None,
}
FILES = {"com.microsoft.officeprefs": "Library/Group Containers/UBF8T346G9.Office/com.microsoft.officeprefs.plist"}
# Keys that macOS writes into managed files beside the preferences.
META = ("PayloadUUID", "_manualProfile")
NOTHING = object()


class Unreadable(Exception):
    pass


@dataclass
class Rung:
    layer: str
    path: str
    value: object = NOTHING
    unreadable: bool = False


@dataclass
class Ladder:
    rungs: list = field(default_factory=list)
    strays: list = field(default_factory=list)

    def winner(self):
        """The rung in effect; none if there is none, or if one that may win cannot be read."""
        if not self.rungs or self.rungs[0].unreadable:
            return None
        return self.rungs[0]

    def doubtful(self):
        return bool(self.rungs) and self.rungs[0].unreadable


def whole(root, path):
    """The dictionary in a file of the Mac, or None if there is no file."""
    try:
        with open(root + path, "rb") as file:
            content = plistlib.load(file)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except Exception as error:
        raise Unreadable from error
    if not isinstance(content, dict):
        raise Unreadable
    return content


def about(root):
    return whole(root, "/prefsmith-snapshot.plist") or {}


def missed(root, path):
    """Whether a snapshot says that it could not collect a path, or a folder above it."""
    listed = about(root).get("unreadable", {})
    return any(path == folder or path.startswith(folder + "/") for folder in listed)


def same(one, other):
    """Equal with types: Python takes 1 for True."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def ask(root, layer, path, key):
    """What a file says of a key: a list of no rung, or of one."""
    try:
        content = whole(root, path)
    except Unreadable:
        return [Rung(layer, path, unreadable=True)]
    if content is None:
        return [Rung(layer, path, unreadable=True)] if missed(root, path) else []
    if key not in content or (layer.startswith("managed") and key in META):
        return []
    return [Rung(layer, path, content[key])]


def by_host(root, layer, folder, domain, key):
    """The same of the ByHost file: by the hardware UUID, or the only one where that is not known."""
    folder += "/ByHost"
    uuid = about(root).get("hardware-uuid")
    if uuid:
        return ask(root, layer, f"{folder}/{domain}.{uuid}.plist", key)
    try:
        names = os.listdir(root + folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
    pattern = re.compile(re.escape(domain) + r"\.[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\.plist")
    names = [name for name in names if pattern.fullmatch(name)]
    if len(names) > 1:
        return [Rung(layer, folder, unreadable=True)]
    return ask(root, layer, f"{folder}/{names[0]}", key) if names else []


def own(root, domain, key, home):
    """The user's own files of a domain: those that count, and those that the app does not look at."""
    plain = home + "/Library/Preferences"
    if domain in FILES:
        return ask(root, "user", f"{home}/{FILES[domain]}", key), []

    def both(folder):
        host = by_host(root, "user-host", folder, domain, key)
        return host + ask(root, "user", f"{folder}/{domain}.plist", key)

    container = CONTAINERS.get(domain, domain)
    if container is None:
        return both(plain), []
    container = f"{home}/Library/Containers/{container}"
    if os.path.isdir(root + container):
        strays = [rung for rung in both(plain) if not rung.unreadable]
        return both(container + "/Data/Library/Preferences"), strays
    if missed(root, container):
        return [Rung("user", container, unreadable=True)], []
    return both(plain), []


def walk(root, domain, key, user):
    home = f"/Users/{user}"
    found = Ladder()
    if domain != GLOBAL:
        mine = ask(root, "managed-user", f"{MANAGED}/{user}/{domain}.plist", key) if user else []
        theirs = ask(root, "managed-computer", f"{MANAGED}/{domain}.plist", key)
        # macOS copies what is enforced for the Mac into the folder of each user.
        if mine and theirs and not mine[0].unreadable and not theirs[0].unreadable:
            if same(mine[0].value, theirs[0].value):
                mine = []
        found.rungs += mine + theirs
    if user:
        found.rungs += ask(root, "managed-global", f"{MANAGED}/{user}/{GLOBAL}.plist", key)
    found.rungs += ask(root, "managed-global", f"{MANAGED}/{GLOBAL}.plist", key)
    if user:
        if domain != GLOBAL:
            rungs, found.strays = own(root, domain, key, home)
            found.rungs += rungs
        preferences = home + "/Library/Preferences"
        found.rungs += by_host(root, "user-global-host", preferences, GLOBAL, key)
        found.rungs += ask(root, "user-global", f"{preferences}/{GLOBAL}.plist", key)
    if domain != GLOBAL:
        found.rungs += ask(root, "computer", f"/Library/Preferences/{domain}.plist", key)
    found.rungs += ask(root, "computer-global", f"/Library/Preferences/{GLOBAL}.plist", key)
    return found


# ---------------------------------------------------------------------------------------------------------
# Verdicts, by the table of docs/diff.md, for keys of which no catalogue says anything.


def lenient(wanted, actual):
    """Whether CFPreferences' getters give an app the same for both."""
    flags = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
    for one, other in ((wanted, actual), (actual, wanted)):
        if isinstance(one, bool):
            if isinstance(other, (int, float)) and not isinstance(other, bool) and other == int(one):
                return True
            if isinstance(other, str) and flags.get(other.lower()) is one:
                return True
        elif isinstance(one, int) and isinstance(other, str) and other.strip() == str(one):
            return True
    return False


def verdict(root, domain, key, user, enforcement, wanted):
    """The verdict and the ladder on which it rests."""
    ladder = walk(root, domain, key, user)
    world = domain == GLOBAL
    if enforcement == "set-once":
        layers = ("user-global", "user-global-host") if world else ("user", "user-host")
        ladder.rungs = [rung for rung in ladder.rungs if rung.layer in layers]
    if enforcement == "default":
        layer = "computer-global" if world else "computer"
        ladder.rungs = [rung for rung in ladder.rungs if rung.layer == layer]
    if enforcement == "unset":
        if any(not rung.unreadable for rung in ladder.rungs):
            return "unwanted", ladder
        nobody = user is None and bool(os.listdir(root + "/Users"))
        return ("unreadable" if ladder.rungs or nobody else "absent"), ladder
    if enforcement == "set-once" and user is None:
        return "unreadable", ladder
    if ladder.doubtful():
        return "unreadable", ladder
    winner = ladder.winner()
    if winner is None:
        return "missing", ladder
    if winner.layer.startswith("managed"):
        if same(wanted, winner.value):
            return "enforced", ladder
        return ("wrong-type" if lenient(wanted, winner.value) else "differs"), ladder
    near = same(wanted, winner.value) or lenient(wanted, winner.value)
    return ("set" if near else "differs"), ladder
