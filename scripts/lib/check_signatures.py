#!/usr/bin/env python3
"""Does `prefsmith check` judge signatures as openssl does?

    check_signatures.py PREFSMITH NOT-JUDGED FILE…

NOT-JUDGED is a file with the names of those that prefsmith must not judge, one a line. Every other FILE must have the
finding signature-broken exactly if `openssl cms -verify -noverify` refuses it. Exit status: 0 they agree, 1 not.
"""

import json
import os
import subprocess
import sys


def openssl_takes(path):
    form = "PEM" if open(path, "rb").read(5) == b"-----" else "DER"
    command = ["openssl", "cms", "-verify", "-noverify", "-binary", "-inform", form, "-in", path, "-out", os.devnull]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def codes(prefsmith, path, *more):
    run = subprocess.run([prefsmith, "check", "--format", "json", *more, path], capture_output=True, check=False)
    if run.returncode not in (0, 1):
        sys.exit(f"{path}: status {run.returncode}: {run.stderr.decode()}")
    found = [finding["code"] for finding in json.loads(run.stdout)["findings"]]
    return {code for code in found if code.startswith("signature-")}


def main(arguments):
    prefsmith, not_judged, *paths = arguments
    with open(not_judged, encoding="utf-8") as file:
        not_judged = set(file.read().split())
    wrong = taken = 0
    for path in paths:
        takes = openssl_takes(path)
        taken += takes
        if os.path.basename(path) in not_judged:
            right = {"signature-not-judged"}
        else:
            right = set() if takes else {"signature-broken"}
        said = codes(prefsmith, path)
        if said != right:
            wrong += 1
            print(f"{path}: openssl {'takes' if takes else 'refuses'} it, prefsmith says {sorted(said)}")
    print(f"{len(paths)} files, {taken} taken by openssl, {wrong} not agreed")
    return 1 if wrong or taken == 0 or taken == len(paths) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
