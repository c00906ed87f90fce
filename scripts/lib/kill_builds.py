#!/usr/bin/env python3
"""Kills builds at all moments, and looks whether the next one mends the folder.

    kill_builds.py PREFSMITH FIRST.toml SECOND.toml FOLDER

FIRST and SECOND are two states of one policy (the same file name). FIRST is built, a build of SECOND over it is
killed, then SECOND is built to the end: the folder must be what a build of SECOND into an empty folder gives.
Goes on until ten kills have left a folder that is neither FIRST nor SECOND.
"""

import os
import shutil
import signal
import subprocess
import sys
import time

import tree

WANTED = 10
MOST = 600


def main(prefsmith, first, second, folder):
    out = os.path.join(folder, "out")

    def command(policy, into):
        return [prefsmith, "build", policy, "--split", "--out", into]

    def build(policy, into):
        subprocess.run(command(policy, into), check=True, capture_output=True)
        return tree.listing(os.path.dirname(into))

    os.makedirs(folder)
    whole = []
    for policy in (first, second):
        whole.append(build(policy, out))
        shutil.rmtree(folder)
    if whole[0] == whole[1]:
        sys.exit("the two policies give the same files")
    build(first, out)
    start = time.monotonic()
    build(second, out)
    usual = time.monotonic() - start

    killed = halfway = 0
    for run in range(MOST):
        build(first, out)
        process = subprocess.Popen(command(second, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # Moments spread over the whole run, no two the same.
        time.sleep(usual * ((run * 0.6180339887) % 1.0))
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        left = tree.listing(folder)
        halfway += left not in whole
        done = subprocess.run(command(second, out), capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"run {run}: the next build ends with {done.returncode}: {done.stderr}")
        if tree.listing(folder) != whole[1]:
            lost = sorted(set(tree.listing(folder)) ^ set(whole[1]))
            sys.exit(f"run {run}: the next build leaves another folder: {lost[:5]}")
        if halfway >= WANTED:
            return
    sys.exit(f"{killed} of {MOST} builds were killed, only {halfway} half-way: this proves too little")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
