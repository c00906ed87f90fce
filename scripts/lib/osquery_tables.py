"""osquery's tables for a folder shaped like a Mac's root, in SQLite, by osquery's published columns and text forms.

`managed_policies`, `plist`, `apps` and `os_version` show what osquery shows of the folder: booleans as 1 and 0, data as
base64, dates as seconds, lists and dictionaries flattened as its table `plist` flattens them. Where osquery compares
by a collation of its own, comparing is an error here: no query of prefsmith's may rest on it.
"""

import base64
import datetime
import os
import plistlib
import sqlite3

MANAGED = "Library/Managed Preferences"


class OwnCollation(Exception):
    """A query compares versions by osquery's collation."""


def text(value):
    """A value as NSNumber's stringValue and osquery's own forms write it."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return str(int(value.replace(tzinfo=datetime.timezone.utc).timestamp()))
    return value if isinstance(value, str) else ""


def inside(value, at):
    """Rows of what is inside a dictionary: (subkey, value)."""
    if isinstance(value, dict) and value:
        for key, entry in value.items():
            yield from inside(entry, f"{at}/{key}" if at else key)
    elif isinstance(value, list) and value:
        for number, entry in enumerate(value):
            yield from inside(entry, f"{at}/{number}")
    else:
        yield at, text(value)


def flat(value):
    """Rows of a key: the entries of a list at the top have no number."""
    if isinstance(value, list) and value:
        for entry in value:
            yield from inside(entry, "")
    else:
        yield from inside(value, "")


def read(path):
    try:
        with open(path, "rb") as file:
            root = plistlib.load(file)
    except (OSError, ValueError, plistlib.InvalidFileException):
        return {}
    return root if isinstance(root, dict) else {}


def plists(folder):
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if name.endswith(".plist"):
            yield name.removesuffix(".plist"), os.path.join(folder, name)


def managed(root):
    top = os.path.join(root, MANAGED)
    folders = [("", top)]
    for name in sorted(os.listdir(top)) if os.path.isdir(top) else []:
        if os.path.isdir(os.path.join(top, name)):
            # osquery takes the stem of the folder's name.
            folders.append((os.path.splitext(name)[0], os.path.join(top, name)))
    for user, folder in folders:
        for domain, path in plists(folder):
            entries = read(path)
            uuid = entries.pop("PayloadUUID", "")
            manual = int("_manualProfile" in entries)
            for key, value in entries.items():
                if key != "_manualProfile" and domain != "complete":
                    yield domain, uuid, key, text(value), user, manual


def all_plists(root):
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith(".plist") and "/Contents" not in folder:
                path = os.path.join(folder, name)
                for key, value in read(path).items():
                    for subkey, shown in flat(value):
                        yield key, subkey, shown, path.removeprefix(root)


def apps(root):
    for folder, names, _ in os.walk(root):
        for name in names:
            info = read(os.path.join(folder, name, "Contents", "Info.plist")) if name.endswith(".app") else {}
            if info:
                yield (
                    name,
                    os.path.join(folder, name).removeprefix(root),
                    info.get("CFBundleIdentifier", ""),
                    info.get("CFBundleShortVersionString", ""),
                    info.get("CFBundleVersion", ""),
                )


def refuse(one, other):
    raise OwnCollation(f"{one!r} is compared with {other!r} by osquery's collation")


def database():
    """The tables, empty."""
    base = sqlite3.connect(":memory:")
    base.create_collation("version", refuse)
    base.executescript(
        """
        CREATE TABLE managed_policies (domain TEXT COLLATE NOCASE, uuid TEXT COLLATE NOCASE, name TEXT, value TEXT,
          username TEXT, manual INTEGER);
        CREATE TABLE plist (key TEXT, subkey TEXT, value TEXT, path TEXT);
        CREATE TABLE apps (name TEXT, path TEXT, bundle_identifier TEXT COLLATE NOCASE,
          bundle_short_version TEXT COLLATE version, bundle_version TEXT COLLATE version);
        CREATE TABLE os_version (version TEXT COLLATE version);
        """
    )
    return base


def tables(root):
    """The tables of a folder."""
    root = root.rstrip("/")
    base = database()
    base.executemany("INSERT INTO managed_policies VALUES (?, ?, ?, ?, ?, ?)", managed(root))
    base.executemany("INSERT INTO plist VALUES (?, ?, ?, ?)", all_plists(root))
    base.executemany("INSERT INTO apps VALUES (?, ?, ?, ?, ?)", apps(root))
    system = read(root + "/System/Library/CoreServices/SystemVersion.plist")
    base.execute("INSERT INTO os_version VALUES (?)", (system.get("ProductVersion", ""),))
    return base
