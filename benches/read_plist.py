"""Times Python's plistlib: read_plist.py FILE SAMPLES prints the seconds of one reading, a line for each sample."""

import plistlib
import sys
import time

with open(sys.argv[1], "rb") as file:
    bytes_ = file.read()
count = 1
while True:
    start = time.perf_counter()
    for _ in range(count):
        plistlib.loads(bytes_)
    if time.perf_counter() - start > 0.002:
        break
    count *= 2
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    for _ in range(count):
        plistlib.loads(bytes_)
    print((time.perf_counter() - start) / count)
