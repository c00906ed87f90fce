"""Holds policies against the JSON Schema of policies, by the word of jsonschema.

policy_schema.py SCHEMA valid|invalid FILE…: each policy is as it should be.
policy_schema.py SCHEMA sees FOLDER BLIND: of the broken policies of FOLDER, the schema sees all but those that the table
BLIND lists, by their names or by the codes of all their findings, and of those none.

TOML's dates become texts as they are written in JSON, which is what editors make of them too. A file that is no TOML
is invalid without asking the schema. Says of each invalid policy why; fails where one is not as it should be.
"""
import csv
import datetime
import json
import pathlib
import re
import sys
import tomllib

from jsonschema import Draft7Validator


def plain(value):
    """A value of TOML as JSON has it."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime.datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return value


def complaints(validator, path):
    """What is wrong with a policy, in the order of its keys."""
    try:
        with open(path, "rb") as file:
            text = file.read().decode("utf-8-sig")
        policy = plain(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        return [f"no TOML: {error}"]
    return sorted(f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(policy))


def sees(validator, folder, blind):
    """What differs from the table."""
    with open(blind, encoding="utf-8", newline="") as file:
        unseen = {row["what"] for row in csv.DictReader(file)}
    used, odd, seen = set(), [], 0
    for path in sorted(pathlib.Path(folder).glob("[0-9]*.toml")):
        if path.stem.endswith(".good"):
            continue
        lines = path.with_suffix(".expect").read_text("utf-8").splitlines()
        codes = {line.split()[1] for line in lines if re.match(r"(error|warning|note) [a-z-]+ ", line)}
        if not codes:
            sys.exit(f"{path}: no findings are expected of it")
        name = {path.stem} & unseen
        wanted = not name and not codes <= unseen
        used |= name | (codes & unseen)
        found = bool(complaints(validator, path))
        seen += found
        if wanted and not found:
            odd.append(f"{path}: the schema does not see it: list it in {blind}, with the reason ({', '.join(sorted(codes))})")
        elif found and not wanted:
            odd.append(f"{path}: the schema sees it: take it out of {blind} ({', '.join(sorted(codes))})")
    odd.extend(f"{blind}: no broken policy is {what}" for what in sorted(unseen - used))
    print(f"{seen} broken policies are seen")
    return odd if seen > 100 else [*odd, "that is too few"]


def main(schema, wanted, *paths):
    with open(schema, encoding="utf-8") as file:
        schema = json.load(file)
    if schema["$schema"] != "http://json-schema.org/draft-07/schema#":
        sys.exit(f"another draft: {schema['$schema']}")
    Draft7Validator.check_schema(schema)
    validator = Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)
    if wanted == "sees":
        odd = sees(validator, *paths)
    elif wanted in ("valid", "invalid") and paths:
        odd = []
        for path in paths:
            found = complaints(validator, path)
            if bool(found) == (wanted == "valid"):
                odd.append("\n  ".join([f"{path}: should be {wanted}", *found]))
        print(f"{len(paths)} files")
    else:
        sys.exit(__doc__)
    print(*odd, sep="\n")
    sys.exit(1 if odd else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
