"""What `prefsmith diff mac.toml MAC` must do at least, with tarfile and plistlib: the value in effect of thirty keys, from
twelve files, against what is wanted. read_mac.py FOLDER|ARCHIVE"""

import os
import plistlib
import sys
import tarfile

source = sys.argv[1]
if os.path.isdir(source):
    def read(path):
        try:
            with open(f"{source}/{path}", "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None
else:
    with tarfile.open(source) as archive:
        members = {item.name: archive.extractfile(item).read() for item in archive if item.isfile()}
    read = members.get

files = {}


def keys(path):
    if path not in files:
        data = read(path)
        files[path] = {} if data is None else plistlib.loads(data)
    return files[path]


faults = 0
for app in range(6):
    domain = f"com.example.app{app}"
    for number in range(5):
        for path in (
            f"Library/Managed Preferences/anna/{domain}.plist",
            f"Library/Managed Preferences/{domain}.plist",
            "Library/Managed Preferences/.GlobalPreferences.plist",
            f"Users/anna/Library/Preferences/{domain}.plist",
            "Users/anna/Library/Preferences/.GlobalPreferences.plist",
            f"Library/Preferences/{domain}.plist",
            "Library/Preferences/.GlobalPreferences.plist",
        ):
            value = keys(path).get(f"Key{number}")
            if value is not None:
                break
        faults += value != f"value {number}"
        print(domain, number, "enforced" if "Managed" in path else "set")
sys.exit(1 if faults else 0)
