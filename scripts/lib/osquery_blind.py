"""osquery_blind.py PREFSMITH FOLDER: what docs/targets/osquery.md says that osquery cannot see is so.

For each entry a Mac on which the queries and `prefsmith diff` say different things. An entry that is no more true fails.
"""

import os
import sys

from osquery_tables import tables
from osquery_worlds import asked, fail, judged, run, write

POLICY = """[policy]
id = "com.example.blind"
[custom."com.example.blind"]
Array = ["one", "two"]
One = ["a"]
Empty = []
Date = 2027-01-31T00:00:00Z
Data = { "$data" = "aGVsbG8=" }
Text = "true"
Integer = 7
Real = 1.5
Dictionary = { a = { b = 1 } }
Boolean = true
[unset]
"com.example.other" = ["Gone"]
"""
DOMAIN = "com.example.blind"
MANAGED = f"Library/Managed Preferences/{DOMAIN}.plist"
# What, files, key, whether the query passes, the verdict.
BLIND = [
    ("a list in another order", {MANAGED: {"Array": ["two", "one"]}}, "Array", True, "differs"),
    ("a list of one entry, and that entry", {MANAGED: {"One": "a"}}, "One", True, "differs"),
    ("an empty text and an empty list", {MANAGED: {"Empty": ""}}, "Empty", True, "differs"),
    ("a date and a text that reads the same", {MANAGED: {"Date": "1801353600"}}, "Date", True, "differs"),
    ("data and a text that reads the same", {MANAGED: {"Data": "aGVsbG8="}}, "Data", True, "differs"),
    ("true where a text is wanted", {MANAGED: {"Text": True}}, "Text", False, "wrong-type"),
    ("a number as a text with blanks", {MANAGED: {"Integer": " 7 "}}, "Integer", False, "wrong-type"),
    ("reals that hardly differ", {MANAGED: {"Real": 1.5 + 1e-12}}, "Real", True, "differs"),
    ("a key with a slash", {MANAGED: {"Dictionary": {"a/b": 1}}}, "Dictionary", True, "differs"),
    ("only a user's managed file", {f"Library/Managed Preferences/alice/{DOMAIN}.plist": {"Boolean": True}}, "Boolean", False, "enforced"),
    ("managed .GlobalPreferences", {"Library/Managed Preferences/.GlobalPreferences.plist": {"Boolean": True}}, "Boolean", False, "enforced"),
    ("a file that cannot be read", {MANAGED: None}, "Boolean", False, "unreadable"),
    ("another user's preferences", {"Users/bob/Library/Preferences/com.example.other.plist": {"Gone": 1}, "Library/Preferences/x.plist": {"A": 1}}, "Gone", False, "absent"),
]


def main():
    prefsmith, folder = sys.argv[1:]
    os.makedirs(folder)
    policy = f"{folder}/blind.toml"
    with open(policy, "w", encoding="utf-8") as file:
        file.write(POLICY)
    run(prefsmith, "build", policy, "--target", "fleet,osquery", "--out", f"{folder}/out")
    policies, _ = asked(f"{folder}/out", "blind")
    for number, (what, files, key, passes, verdict) in enumerate(BLIND):
        root = f"{folder}/{number}"
        whole = {path: content for path, content in files.items() if content is not None}
        write(root, whole | {"System/Library/CoreServices/SystemVersion.plist": {"ProductVersion": "15.1"}})
        for path, content in files.items():
            if content is None:
                os.makedirs(os.path.dirname(f"{root}/{path}"), exist_ok=True)
                with open(f"{root}/{path}", "wb") as file:
                    file.write(b"no property list")
        domain = "com.example.other" if key == "Gone" else DOMAIN
        found = bool(tables(root).execute(policies[(domain, key)]).fetchall())
        said = judged(prefsmith, policy, root)[(domain, key)]["verdict"]
        if (found, said) != (passes, verdict):
            fail(f"{what}: the query passes {found}, diff says {said}")
    print(f"{len(BLIND)} differences that the page names")


main()
