"""Archives of a few megabytes that inflate to gigabytes, in a folder with a Mac: audit refuses them and judges the Mac.

audit_bombs.py DOCS WORK: DOCS holds office.toml and macs/anna; PREFSMITH names the binary.
"""

import json
import os
import pathlib
import resource
import subprocess
import sys
import tarfile
import zlib

MEBIBYTE = 1 << 20
# Of files that come to four gigabytes.
FILES = 4096
# The address space that audit may have.
MEMORY = 1536 * MEBIBYTE
# How much processor time: what is behind 256 MiB must not be inflated.
SECONDS = 240


def member(data: bytes) -> bytes:
    """One member of gzip; members one behind the other are one stream."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.USTAR_FORMAT)


def small_files(first: bytes) -> bytes:
    zeros = member(bytes(MEBIBYTE))
    parts = [member(first)]
    for number in range(FILES):
        parts += [member(header(f"Library/Preferences/f{number}.plist", MEBIBYTE)), zeros]
    return b"".join(parts) + member(bytes(1024))


def bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def main() -> None:
    docs, work = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    work.mkdir()
    about = (docs / "macs/anna/prefsmith-snapshot.plist").read_bytes()
    padded = about + bytes(-len(about) % 512)
    (work / "bare.tar.gz").write_bytes(small_files(b""))
    (work / "snapshot.tar.gz").write_bytes(
        small_files(header("./prefsmith-snapshot.plist", len(about)) + padded)
    )
    sizes = [path.stat().st_size for path in work.iterdir()]
    assert max(sizes) < 16 * MEBIBYTE, sizes
    with tarfile.open(work / "zen.tar.gz", "w:gz") as archive:
        archive.add(docs / "macs/anna", ".")
    command = [os.environ["PREFSMITH"], "audit", docs / "office.toml", work, "--format", "json", "--no-project"]
    done = subprocess.run(command, capture_output=True, preexec_fn=bounded, check=False)
    assert done.returncode == 3, (done.returncode, done.stderr)
    told = json.loads(done.stdout)
    assert (told["macs"], told["compliant"], told["unreadable"]) == (3, 1, 2), told
    for unread in told["unread"]:
        assert "256 MiB" in unread["why"], unread
    names = sorted(pathlib.Path(unread["snapshot"]).name for unread in told["unread"])
    assert names == ["bare.tar.gz", "snapshot.tar.gz"], names


main()
