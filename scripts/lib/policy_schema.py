"""policy_schema.py SCHEMA valid|invalid FILE…: each policy against the JSON Schema of policies, by jsonschema.

TOML's dates become texts as they are written in JSON, which is what editors make of them too. A file that is no TOML
is invalid without asking the schema. Says of each invalid policy why; fails where one is not as it should be.
"""
import datetime
import json
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


def main(schema, wanted, *paths):
    with open(schema, encoding="utf-8") as file:
        schema = json.load(file)
    if schema["$schema"] != "http://json-schema.org/draft-07/schema#":
        sys.exit(f"another draft: {schema['$schema']}")
    Draft7Validator.check_schema(schema)
    validator = Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)
    if wanted not in ("valid", "invalid") or not paths:
        sys.exit(__doc__)
    odd = 0
    for path in paths:
        found = complaints(validator, path)
        if wanted == "valid" and found:
            odd += 1
            print(f"{path}: should be valid", *found, sep="\n  ")
        elif wanted == "invalid" and not found:
            odd += 1
            print(f"{path}: should be invalid")
    print(f"{len(paths)} files, {odd} odd")
    sys.exit(1 if odd else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
