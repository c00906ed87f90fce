#!/usr/bin/env python3
"""Lists a folder: kind, SHA-256 and path of everything in it, sorted; two equal listings are equal trees."""

import hashlib
import os
import stat
import sys


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def listing(folder):
    lines = []
    for top, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(top, name)
            shown = os.path.relpath(path, folder)
            mode = os.lstat(path).st_mode
            if stat.S_ISREG(mode):
                lines.append(f"{shown}\tfile\t{sha256(path)}")
            elif stat.S_ISDIR(mode):
                lines.append(f"{shown}\tfolder")
            else:
                lines.append(f"{shown}\tneither file nor folder")
    return sorted(lines)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not os.path.isdir(sys.argv[1]):
        sys.exit(f"{__doc__}\nusage: tree.py FOLDER")
    print("\n".join(listing(sys.argv[1])))
