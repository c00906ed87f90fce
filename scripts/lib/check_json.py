#!/usr/bin/env python3
"""Checks what a verb prints as JSON against the shape that the documentation gives.

    check_json.py check|plan|diff|show|sarif < OUTPUT

`check` and `sarif` must hold at least one finding: an empty list has every shape. Exit status: 0, 1 faults.
"""

import json
import plistlib
import re
import sys

from settings import canonical, type_name, as_json

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MASK = "••••••"
TYPES = {"boolean", "integer", "real", "string", "date", "data", "array", "dictionary"}


def shape(value, fields, where):
    """A dictionary that has these fields, of these types; None stands for `null` too. More fields may come."""
    if not isinstance(value, dict):
        yield f"{where}: no object"
        return
    for name, kinds in fields.items():
        kinds = kinds if isinstance(kinds, tuple) else (kinds,)
        if name not in value:
            yield f"{where}: no {name}"
        elif not any(type(value[name]) is kind for kind in kinds):
            yield f"{where}: {name} is {type(value[name]).__name__}"
        elif value[name] == "":
            yield f"{where}: {name} is empty"
        elif name in ("line", "column", "startLine", "startColumn") and value[name] < 1:
            yield f"{where}: {name} is {value[name]}, but they count from 1"


def path_faults(path, where):
    """Paths are relative and with `/`."""
    if not isinstance(path, str) or path.startswith("/") or "\\" in path or ".." in path.split("/"):
        yield f"{where}: the path {path!r}"


def finding_faults(finding):
    where = f"finding {finding.get('code')}"
    yield from shape(finding, {"code": str, "severity": str, "message": str, "file": str, "line": int,
                               "column": int, "help": (list, str, type(None))}, where)
    if not CODE.fullmatch(str(finding.get("code"))):
        yield f"{where}: no kebab-case word"
    if finding.get("severity") not in ("error", "warning", "note"):
        yield f"{where}: severity {finding.get('severity')!r}"
    yield from path_faults(finding.get("file"), where)


def check_faults(root):
    yield from shape(root, {"version": int, "findings": list}, "check")
    if not root.get("findings"):
        yield "check: no finding"
    for finding in root.get("findings", []):
        yield from finding_faults(finding)


def plain(value):
    """Canonical JSON without the marks of nested dates and data, which the interface does not have."""
    if isinstance(value, dict):
        if set(value) in ({"$date"}, {"$data"}):
            return next(iter(value.values()))
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def value_faults(entry, where):
    """`type`, `value` and `plist` say the same."""
    if entry.get("type") not in TYPES:
        yield f"{where}: type {entry.get('type')!r}"
        return
    try:
        value = plistlib.loads(b"<plist>" + entry["plist"].encode() + b"</plist>")
    except Exception as error:  # plistlib raises whatever its parsers raise
        yield f"{where}: plist {entry.get('plist')!r}: {error}"
        return
    if type_name(value) != entry["type"]:
        yield f"{where}: plist is {type_name(value)}, type {entry['type']}"
    if canonical(plain(as_json(value))) != canonical(entry.get("value")):
        yield f"{where}: plist and value differ"


def setting_faults(entry, where):
    where = f"{where} {entry.get('domain')} {entry.get('key')}"
    yield from shape(entry, {"channel": str, "domain": str, "key": str, "type": str, "plist": str,
                             "enforcement": str, "reads": list, "origin": dict, "overrides": list}, where)
    if entry.get("channel") not in ("device", "user"):
        yield f"{where}: channel {entry.get('channel')!r}"
    if entry.get("enforcement") not in ("forced", "set-once", "default", "unset"):
        yield f"{where}: enforcement {entry.get('enforcement')!r}"
    yield from shape(entry.get("origin"), {"file": str, "line": int}, f"{where} origin")
    yield from path_faults((entry.get("origin") or {}).get("file"), f"{where} origin")
    for read in entry.get("reads", []):
        yield from shape(read, {"product": str, "ranges": list}, f"{where} reads")
    if entry.get("enforcement") != "unset":
        yield from value_faults(entry, where)


def plan_faults(root):
    yield from shape(root, {"version": int, "policy": dict, "left_out": list, "settings": list}, "plan")
    yield from shape(root.get("policy"), {"id": str, "name": str, "channel": str}, "plan policy")
    if not root.get("settings"):
        yield "plan: no setting"
    for entry in root.get("settings", []):
        yield from setting_faults(entry, "plan")


def diff_faults(root):
    yield from shape(root, {"version": int, "drift": bool, "decided": bool, "summary": dict, "settings": list,
                            "extra": list}, "diff")
    for entry in root.get("settings", []):
        where = f"diff {entry.get('domain')} {entry.get('key')}"
        yield from shape(entry, {"channel": str, "domain": str, "key": str, "verdict": str, "drift": bool}, where)
        for side in ("expected", "actual"):
            if entry.get(side) is not None:
                yield from value_faults(entry[side], f"{where} {side}")


def show_faults(root):
    """Beside the shape: the layer of a value is the first of its ladder that counts and that could be read."""
    yield from shape(root, {"version": int, "mac": dict, "decided": bool, "notes": list, "domains": list, "keys": list,
                            "rules": list, "unreadable": list}, "show")
    if not root.get("keys"):
        yield "show: no key"
    for entry in root.get("keys", []):
        where = f"show {entry.get('domain')} {entry.get('key')}"
        yield from shape(entry, {"domain": str, "key": str, "known": bool, "state": str, "ladder": list, "strays": list,
                                 "profiles": list, "warnings": list, "read_detail": str}, where)
        counting = [rung for rung in entry.get("ladder", []) if rung.get("counts")]
        first = counting[0] if counting else None
        state = "unset" if first is None else "set" if first.get("unreadable") is None else "unknown"
        if entry.get("state") != state:
            yield f"{where}: {entry.get('state')}, but its ladder says {state}"
        if state == "set" and any(entry.get(name) != first.get(name) for name in ("value", "layer", "path")):
            yield f"{where}: what is in effect is not what the first layer has"
        for rung in entry.get("ladder", []) + entry.get("strays", []):
            if rung.get("value") is not None and rung["value"].get("value") != MASK:
                yield from value_faults(rung["value"], f"{where} {rung.get('path')}")


def location_faults(location, where):
    place = location.get("physicalLocation", {})
    artifact = place.get("artifactLocation", {})
    yield from shape(artifact, {"uri": str}, where)
    uri = artifact.get("uri", "")
    yield from path_faults(uri, where)
    if not re.fullmatch(r"[A-Za-z0-9._~%/+@!$&'()*,;=-]+", uri):
        yield f"{where}: {uri!r} is no URI reference"
    region = place.get("region")
    if region is None:
        return
    yield from shape(region, {"startLine": int}, where)
    start = (region.get("startLine", 0), region.get("startColumn", 1))
    end = (region.get("endLine", start[0]), region.get("endColumn", start[1]))
    if start[0] < 1 or start[1] < 1 or end < start:
        yield f"{where}: the region {region}"


def result_faults(result, rules):
    where = f"sarif result {result.get('ruleId')}"
    yield from shape(result, {"ruleId": str, "level": str, "message": dict, "locations": list}, where)
    yield from shape(result.get("message"), {"text": str}, where)
    if result.get("level") not in ("error", "warning", "note", "none"):
        yield f"{where}: level {result.get('level')!r}"
    if result.get("ruleId") not in rules:
        yield f"{where}: no such rule"
    elif "ruleIndex" in result and rules.index(result["ruleId"]) != result["ruleIndex"]:
        yield f"{where}: ruleIndex {result['ruleIndex']}"
    if not result.get("locations"):
        yield f"{where}: no place"
    for location in result.get("locations", []):
        yield from location_faults(location, where)


def sarif_faults(root):
    yield from shape(root, {"$schema": str, "version": str, "runs": list}, "sarif")
    if root.get("version") != "2.1.0":
        yield f"sarif: version {root.get('version')!r}"
    if not any(run.get("results") for run in root.get("runs", [])):
        yield "sarif: no result"
    for run in root.get("runs", []):
        driver = run.get("tool", {}).get("driver", {})
        yield from shape(driver, {"name": str, "rules": list}, "sarif driver")
        rules = [rule.get("id") for rule in driver.get("rules", [])]
        if len(set(rules)) != len(rules):
            yield "sarif driver: a rule twice"
        for rule in driver.get("rules", []):
            yield from shape(rule.get("shortDescription"), {"text": str}, f"sarif rule {rule.get('id')}")
        for result in run.get("results", []):
            yield from result_faults(result, rules)


SHAPES = {
    "check": check_faults,
    "plan": plan_faults,
    "diff": diff_faults,
    "show": show_faults,
    "sarif": sarif_faults,
}


def check(kind, root):
    """Every fault of one output, one line each."""
    faults = [] if isinstance(root, dict) else [f"{kind}: no object"]
    if not faults:
        if kind != "sarif" and root.get("version") != 1:
            faults.append(f"{kind}: version {root.get('version')!r}")
        faults += SHAPES[kind](root)
    return faults


def main(arguments):
    if len(arguments) != 1 or arguments[0] not in SHAPES:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        faults = check(arguments[0], json.load(sys.stdin))
    except ValueError as error:
        faults = [f"no JSON: {error}"]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
