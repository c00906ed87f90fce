#!/usr/bin/env python3
"""Does a plan in JSON hold exactly the settings of a table?

    check_plan.py PLAN.json TABLE.csv

Exit status: 0, 1 it does not (a line for each difference).
"""

import json
import sys

from check_manifest import setting_of
from settings import differences, expected_settings

if len(sys.argv) != 3:
    sys.exit(__doc__)
with open(sys.argv[1], encoding="utf-8") as file:
    found = [setting_of(entry) for entry in json.load(file)["settings"]]
lines = differences(found, expected_settings(sys.argv[2]), ("in the plan", "in the table"))
print("\n".join(lines), end="\n" if lines else "")
sys.exit(1 if lines else 0)
