"""Times Python's plistlib: read_plist.py FILE SAMPLES prints what one reading takes of a processor, and a line for each
sample with what it takes by the clock, in seconds."""

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
samples = []
before = time.process_time()
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    for _ in range(count):
        plistlib.loads(bytes_)
    samples.append((time.perf_counter() - start) / count)
print((time.process_time() - before) / count / len(samples))
print("\n".join(map(str, samples)))
