#!/usr/bin/env python3
"""Do two profiles set the same? Whatever their form, identifiers and texts.

    compare_profiles.py A B

A and B are profiles (.mobileconfig), or tables of settings (.csv). Exit status: 0 the same, 1 not, each
difference on a line; 2 one of them cannot be read.
"""

import sys

from settings import Unreadable, differences, expected_settings, load, profile_settings


def settings_of(path):
    if path.endswith(".csv"):
        return expected_settings(path)
    return profile_settings(load(path)[1], path)


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        left, right = map(settings_of, arguments)
    except (OSError, Unreadable) as error:
        print(error, file=sys.stderr)
        return 2
    found = differences(left, right, [f"in {path}" for path in arguments])
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
