"""audit_many_files.py DOCS WORK: a folder with 100,000 files, hard links of a few snapshots and of what is none. PREFSMITH names
the binary. Audit comes to what is known of them, in bounded memory, and writes a row of each Mac once."""
import collections
import csv
import io
import json
import os
import pathlib
import resource
import subprocess
import sys
import tarfile
import time

# A multiple of twenty.
FILES = int(os.environ.get("FILES", "100000"))
# The address space that audit may have. The names alone of a million files are less than a tenth of it.
MEMORY = 512 << 20
SECONDS = 600
# By the totals of docs/audit.md: what each Mac of the documents counts as.
MACS = {"anna": "compliant", "cleo": "drifted", "emil": "undecided"}


def bounded():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def audit(policy, folder, form, **more):
    command = [os.environ["PREFSMITH"], "audit", policy, folder, "--format", form, "--no-project"]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, preexec_fn=bounded, check=False, **more)
    took, used = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{form}: {took:.1f} s, {used.ru_maxrss >> 10} MiB")
    return done


def main(docs, work):
    docs, work = pathlib.Path(docs).resolve(), pathlib.Path(work)
    folder = work / "macs"
    folder.mkdir(parents=True)
    kinds = []
    for mac in MACS:
        path = work / f"{mac}.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            archive.add(docs / "macs" / mac, ".")
        kinds.append((path, "tar.gz"))
    (work / "broken").write_bytes(b"no archive")
    (work / "notes").write_bytes(b"no snapshot")
    # Of twenty files three are snapshots, so that the check is quick.
    broken, notes = [(work / "broken", "tar.gz")] * 13, [(work / "notes", "txt")] * 4
    kinds += broken + notes
    for number in range(FILES):
        path, ending = kinds[number % len(kinds)]
        # A file has so many names on some disks, and not more: then it is copied.
        copy = work / f"{number // 30000} {path.name}"
        if not copy.exists():
            copy.write_bytes(path.read_bytes())
        os.link(copy, folder / f"a-mac-with-a-name-of-usual-length-{number:07}.{ending}")
    each = FILES // len(kinds)
    done = audit(docs / "office.toml", folder, "json")
    assert done.returncode == 1, (done.returncode, done.stderr)
    told = json.loads(done.stdout)
    unread = len(broken) * each
    assert told["snapshots"] == unread + 3 * each, told["snapshots"]
    assert told["older"] == 3 * (each - 1), told["older"]
    assert told["unreadable"] == unread, told["unreadable"]
    assert [told[state] for state in ("compliant", "drifted", "undecided")] == [1, 1, 1], told["macs"]
    assert len(told["unread"]) == min(unread, 1000)
    done = audit(docs / "office.toml", folder, "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    states = collections.Counter(row["state"] for row in rows)
    assert states == {"compliant": 1, "drifted": 1, "undecided": 1, "unreadable": unread}, states


main(*sys.argv[1:])
