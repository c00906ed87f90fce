#!/usr/bin/env python3
"""Kills builds at all moments, and looks whether the next one mends the folder.

    kill_builds.py PREFSMITH FIRST.toml SECOND.toml FOLDER

FIRST and SECOND are two states of one policy (the same file name). FIRST is built, a build of SECOND over it is
killed, then SECOND is built to the end: the folder must be what a build of SECOND into an empty folder gives. A
build that finds what a killed one left must say so, and one that finds nothing must not.

Goes on until ten kills have left traces, and three of them profiles of both states, or some missing.
"""

import os
import shutil
import signal
import subprocess
import sys
import time

import tree

WANTED = 10
WANTED_MIXED = 3
MOST = 600
# What a build keeps in the folder while it works, the lock apart, which says nothing about files.
TRACES = (".prefsmith-journal.json", ".prefsmith-done.json", ".prefsmith-staging", ".prefsmith-backup")


def profiles(listing):
    """Of a listing, what is meant for users: everything that does not begin with a dot."""
    return [line for line in listing if not line.split("/")[-1].startswith(".") and "/." not in line]


def wait(process, out, run, usual):
    """Moments spread over the whole run, no two the same; in turns also soon after new files are being written, and
    while files are being exchanged, which is a short time that a clock alone seldom meets."""
    part = (run * 0.6180339887) % 1.0
    trace, longest = ((None, usual), (".prefsmith-staging", usual / 5), (".prefsmith-backup/0", 0.002))[run % 3]
    while trace and process.poll() is None and not os.path.lexists(os.path.join(out, trace)):
        pass
    time.sleep(longest * part)


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

    killed = halfway = mixed = 0
    for run in range(MOST):
        build(first, out)
        process = subprocess.Popen(command(second, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait(process, out, run, usual)
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        left = tree.listing(folder)
        traces = any(os.path.lexists(os.path.join(out, name)) for name in TRACES)
        halfway += traces
        mixed += profiles(left) not in [profiles(state) for state in whole]
        done = subprocess.run(command(second, out), capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"run {run}: the next build ends with {done.returncode}: {done.stderr}")
        if traces != ("interrupted" in done.stderr):
            left = "traces" if traces else "no traces"
            sys.exit(f"run {run}: {left} were left, and the next build says: {done.stderr}")
        if tree.listing(folder) != whole[1]:
            lost = sorted(set(tree.listing(folder)) ^ set(whole[1]))
            sys.exit(f"run {run}: the next build leaves another folder: {lost[:5]}")
        if halfway >= WANTED and mixed >= WANTED_MIXED:
            print(f"{run + 1} builds, {killed} killed, {halfway} half-way, {mixed} with files of both or missing")
            return
    sys.exit(f"{killed} of {MOST} builds were killed, {halfway} half-way, {mixed} between files: too few to tell")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
