"""What a profile sets, read by Python's plistlib and nothing of prefsmith.

A setting is (channel, domain, key, type, value, state). `value` is canonical JSON: sorted keys, no spaces. A
date is a string such as "2026-01-31T00:00:00Z", data is base64; inside arrays and dictionaries, where no type
stands beside them, they are {"$date": …} and {"$data": …}. `state` is "Forced", or "Set-Once" and its stamp.
"""

import base64
import csv
import datetime
import json
import math
import plistlib
import xml.etree.ElementTree
from typing import NamedTuple

MCX = "com.apple.ManagedClient.preferences"
# The keys that every payload may carry; in the direct form they share a dictionary with the preference keys.
PAYLOAD_KEYS = {
    "PayloadType": str,
    "PayloadVersion": int,
    "PayloadIdentifier": str,
    "PayloadUUID": str,
    "PayloadDisplayName": str,
    "PayloadDescription": str,
    "PayloadOrganization": str,
}
COLUMNS = ["channel", "domain", "key", "type", "value"]
CHANNELS = {"System": "device", "User": "user"}


class Unreadable(Exception):
    """An input that is not what its name says; the text names the place."""


class Setting(NamedTuple):
    channel: str
    domain: str
    key: str
    type: str
    value: str
    state: str = "Forced"

    def __str__(self):
        return f"{self.channel} {self.domain} {self.key} = {self.value} ({self.type}, {self.state})"


def type_name(value):
    """The property list's word for the type of a value; `True` is no integer."""
    if isinstance(value, bool):
        return "boolean"
    for kind, name in (
        (int, "integer"),
        (float, "real"),
        (str, "string"),
        (datetime.datetime, "date"),
        (bytes, "data"),
        (list, "array"),
        (dict, "dictionary"),
    ):
        if isinstance(value, kind):
            return name
    raise Unreadable(f"a value of an unknown type: {type(value).__name__}")


def as_json(value, nested=False):
    """A property list's value as JSON's nearest."""
    kind = type_name(value)
    if kind == "date":
        text = value.strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"$date": text} if nested else text
    if kind == "data":
        text = base64.b64encode(value).decode("ascii")
        return {"$data": text} if nested else text
    if kind == "array":
        return [as_json(item, True) for item in value]
    if kind == "dictionary":
        return {key: as_json(item, True) for key, item in value.items()}
    if kind == "real" and not math.isfinite(value):
        raise Unreadable("a real number that is not finite")
    return value


def canonical(value):
    """The one way to write a value of JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def setting(channel, domain, key, value, state="Forced"):
    return Setting(channel, domain, key, type_name(value), canonical(as_json(value)), state)


def twice(data):
    """Keys that stand twice in one <dict> of an XML property list: plistlib silently takes the last."""
    found = []
    for dictionary in xml.etree.ElementTree.fromstring(data).iter("dict"):
        keys = [child.text or "" for child in dictionary if child.tag == "key"]
        found += sorted({key for key in keys if keys.count(key) > 1})
    return found


def load(path):
    """The bytes of a property list, and its root."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        root = plistlib.loads(data)
        double = [] if data.startswith(b"bplist") else twice(data)
    except RecursionError as error:
        raise Unreadable(f"{path}: nested too deep") from error
    except Exception as error:  # plistlib raises whatever its parsers raise
        raise Unreadable(f"{path}: no property list: {error}") from error
    if double:
        raise Unreadable(f"{path}: twice in one dictionary: {', '.join(double)}")
    return data, root


def need(value, kind, where):
    if type(value) is not kind:
        raise Unreadable(f"{where}: {type(value).__name__} instead of {kind.__name__}")
    return value


def mcx_settings(channel, domain, states, where):
    for state, entries in need(states, dict, where).items():
        for entry in need(entries, list, f"{where} {state}"):
            stamp = need(entry, dict, f"{where} {state}").get("mcx_data_timestamp")
            label = state if stamp is None else f"{state} {as_json(stamp)}"
            values = need(entry.get("mcx_preference_settings"), dict, f"{where} {state} mcx_preference_settings")
            for key, value in values.items():
                yield setting(channel, domain, key, value, label)


def payload_settings(channel, payload, where):
    """The settings of one payload, in either form."""
    kind = need(payload.get("PayloadType"), str, f"{where} PayloadType")
    if kind == MCX:
        content = need(payload.get("PayloadContent"), dict, f"{where} PayloadContent")
        for domain, states in content.items():
            yield from mcx_settings(channel, domain, states, f"{where} {domain}")
        return
    for key, value in payload.items():
        if key not in PAYLOAD_KEYS and key != "PayloadEnabled":
            yield setting(channel, kind, key, value)


def profile_settings(root, where="profile"):
    """Every setting of a profile, sorted; one that stands twice is there twice."""
    need(root, dict, where)
    scope = root.get("PayloadScope", "System")
    if scope not in CHANNELS:
        raise Unreadable(f"{where}: PayloadScope {scope!r}")
    found = []
    for at, payload in enumerate(need(root.get("PayloadContent"), list, f"{where}: PayloadContent")):
        place = f"{where}: payload {at + 1}"
        found += payload_settings(CHANNELS[scope], need(payload, dict, place), place)
    return sorted(found)


def expected_settings(path):
    """The settings of a table written by hand. It must be written in the one way, so that a slip shows."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if not rows or rows[0] != COLUMNS:
        raise Unreadable(f"{path}: the first line is not {','.join(COLUMNS)}")
    found = []
    for number, row in enumerate(rows[1:], 2):
        where = f"{path}:{number}"
        if len(row) != len(COLUMNS):
            raise Unreadable(f"{where}: {len(row)} columns")
        line = Setting(*row)
        value = json.loads(line.value)
        if canonical(value) != line.value:
            raise Unreadable(f"{where}: write {canonical(value)}")
        if line.type not in ("date", "data") and type_name(value) != line.type:
            raise Unreadable(f"{where}: {line.value} is no {line.type}")
        found.append(line)
    if not found or found != sorted(set(found)):
        raise Unreadable(f"{path}: empty, not sorted, or with a line twice")
    return found


def differences(left, right, names):
    """One line for each setting that is not on both sides; duplicates count."""
    lines = []
    for item in sorted(set(left) | set(right)):
        if left.count(item) > right.count(item):
            lines.append(f"only {names[0]}: {item}")
        elif left.count(item) < right.count(item):
            lines.append(f"only {names[1]}: {item}")
    return lines
