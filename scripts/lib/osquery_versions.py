"""osquery_versions.py PREFSMITH FOLDER: labels by version agree with a comparison written by hand.

A thousand pairs of a version and a list of ranges, the bounds themselves, hotfixes, builds and holes among them.
"""

import os
import random
import subprocess
import sys

import yaml

from osquery_tables import database

BUILDS = ["160725", "160726", "16072600", "16072601", "99999999"]
INSERT = "INSERT INTO apps VALUES ('Microsoft Word.app', '/Applications/Microsoft Word.app', 'com.microsoft.word', ?, ?)"


def numbers(draw):
    return [draw.choice([0, 1, 2, 15, 16, 16, 17, 90, 100]) for _ in range(draw.choice([2, 2, 3, 3, 4]))]


def version(draw):
    """Numbers and perhaps a build."""
    return numbers(draw), draw.choice([None, None, *BUILDS])


def long(build):
    return int(build) * 100 if len(build) == 6 else int(build)


def first(bound):
    parts, build = bound
    return parts + [0] * (6 - len(parts)), long(build) if build else 0


def last(bound):
    """The last release that an upper bound holds: one build, or all that begins with its numbers."""
    parts, build = bound
    if build:
        return first(bound)
    return parts + [10**9] * (6 - len(parts)), 10**9


def holds(release, ranges):
    """Whether some build of a release lies in one of the ranges."""
    parts, build = release
    parts = parts + [0] * (6 - len(parts))
    low, high = (parts, long(build) if build else 0), (parts, long(build) if build else 99999999)
    return any((lower is None or high >= first(lower)) and (upper is None or low <= last(upper)) for lower, upper in ranges)


def written(bound):
    parts, build = bound
    return ".".join(map(str, parts)) + (f" [{build}]" if build else "")


def ranges(draw):
    found = []
    while len(found) < draw.choice([1, 2, 3]):
        lower, upper = draw.choice([None, version(draw)]), draw.choice([None, version(draw)])
        if (lower or upper) and (lower is None or upper is None or first(lower) <= last(upper)):
            found.append((lower, upper))
    return found


def query(prefsmith, folder, number, wanted):
    texts = ", ".join(f'"{written(low) if low else ""} .. {written(high) if high else ""}"' for low, high in wanted)
    policy = f"{folder}/{number}.toml"
    with open(policy, "w", encoding="utf-8") as file:
        file.write(f'[policy]\nid = "com.example.v"\n[macs]\nWord = [{texts}]\n[custom."com.example.v"]\nA = true\n')
    command = [prefsmith, "build", policy, "--target", "fleet", "--out", f"{folder}/{number}"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(f"osquery_versions: {texts}: {result.stderr}")
    path = f"{folder}/{number}/fleet/platforms/macos/labels/{number}.yml"
    with open(path, encoding="utf-8") as file:
        labels = [label for label in yaml.safe_load(file) if label["name"].startswith("Macs with Word ")]
    if len(labels) != 1:
        sys.exit(f"osquery_versions: {texts}: {len(labels)} labels")
    return labels[0]["query"], texts


def main():
    prefsmith, folder = sys.argv[1:]
    os.makedirs(folder)
    draw, base, pairs, inside = random.Random("versions"), database(), 0, 0
    for number in range(40):
        wanted = ranges(draw)
        sql, texts = query(prefsmith, folder, number, wanted)
        bounds = [bound for one in wanted for bound in one if bound]
        for _ in range(25):
            parts, build = draw.choice([version(draw), draw.choice(bounds)])
            text = ".".join(map(str, parts)) + (f".{build}" if build else "")
            base.execute("DELETE FROM apps")
            base.execute(INSERT, (".".join(map(str, parts)), text))
            found = bool(base.execute(sql).fetchall())
            if found != holds((parts, build), wanted):
                sys.exit(f"osquery_versions: {text} in {texts}: SQL says {found}\n{sql}")
            pairs, inside = pairs + 1, inside + found
    print(f"{pairs} pairs, {inside} inside")
    if not 200 < inside < 800:
        sys.exit("osquery_versions: the pairs show little")


main()
