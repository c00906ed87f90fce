#!/usr/bin/env python3
"""Prints PayloadType, PayloadIdentifier and PayloadUUID of a profile and of each payload, one a line, with tabs."""

import sys

from settings import load

if len(sys.argv) != 2:
    sys.exit(f"{__doc__}\nusage: identifiers.py PROFILE")
root = load(sys.argv[1])[1]
for part in [root, *root["PayloadContent"]]:
    print(part["PayloadType"], part["PayloadIdentifier"], part["PayloadUUID"], sep="\t")
