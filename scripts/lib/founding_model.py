"""What Microsoft's page on the network requests of Office 2016 for Mac says of five preferences: a model of that page
alone, and the policies that try it in every combination.

    founding_model.py write DIR      policies, and DIR/expected.json with what a check must say of each
    founding_model.py compare DIR    reads `prefsmith check --format json` of all of them from standard input

The page, in short:

  UseOnlineContent         Word, Excel, PowerPoint, from 15.25 (160726): 0 stops online activation, so that it fits
                           volume licences only
  SendAllTelemetryEnabled  five apps, AutoUpdate and a service, each process for itself: false stops usage telemetry,
                           and with it all crash reports of that process, unless IsMerpEnabled is true
  IsMerpEnabled            true keeps crash reports although usage telemetry is off
  IsAttachFilesEnabled     only matters while crash reports are on
  HowToCheck               stands by itself

What the page does not say is taken from elsewhere, and is all of that: the apps read SendAllTelemetryEnabled up to
16.27. The policies say that AutoUpdate is not installed, so that its own end (4.11) does not matter.
"""

import itertools
import json
import pathlib
import sys

# The versions that run out there: as [macs] says it, first and last as (major, minor), open at 99.99.
MACS = [
    ("16.16.x", (16, 16), (16, 16)),
    ("16.28 ..", (16, 28), (99, 99)),
    ("15.25 [160726] ..", (15, 25), (99, 99)),
    ("15.10 .. 15.24", (15, 10), (15, 24)),
]
LICENCES = [None, ["volume"], ["subscription"], ["volume", "subscription"]]
VALUES = {
    "UseOnlineContent": [None, 0, 2],
    "SendAllTelemetryEnabled": [None, False, True],
    "IsAttachFilesEnabled": [None, False, True],
    "IsMerpEnabled": [None, False, True],
    "HowToCheck": [None, "Manual", "AutomaticDownload"],
}
# The page names the five apps, AutoUpdate and this service.
APPS = 5
TELEMETRY_ENDS = (16, 27)
ONLINE_CONTENT_BEGINS = (15, 25)


def findings(settings, licence, macs):
    """The code and severity of each finding that the page asks for."""
    _, first, last = macs
    found = set()
    old_builds = first <= TELEMETRY_ENDS
    telemetry_off = old_builds and settings["SendAllTelemetryEnabled"] is False
    crash_reports = not telemetry_off or settings["IsMerpEnabled"] is True
    if not crash_reports:
        found.add(("crash-reports-lost", "warning"))
        if settings["IsAttachFilesEnabled"] is not None:
            found.add(("attach-moot", "note"))
    offline = settings["UseOnlineContent"] == 0 and last >= ONLINE_CONTENT_BEGINS
    if offline and licence is None:
        found.add(("offline-needs-volume-licence", "note"))
    elif offline and any(one != "volume" for one in licence):
        found.add(("offline-needs-volume-licence", "error"))
    return found


WATCHED = {
    "crash-reports-lost",
    "attach-moot",
    "offline-needs-volume-licence",
    # None of these can hold where every key goes to all of its domains at once.
    "telemetry-partly-off",
    "online-content-partly",
    "attach-key-alone",
}


def toml(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value)


def policy(name, settings, licence, macs):
    lines = ["[policy]", f'id = "com.example.{name}"', f'name = "{name}"', "", "[macs]"]
    lines += [f'Office = "{macs[0]}"', 'AutoUpdate = "none"']
    if licence is not None:
        lines.append(f"licence = {json.dumps(licence)}")
    lines += ["", "[settings]"]
    lines += [f"{key} = {toml(value)}" for key, value in settings.items() if value is not None]
    return "\n".join(lines) + "\n"


def combinations():
    keys = list(VALUES)
    number = 0
    for values in itertools.product(*VALUES.values()):
        for licence in LICENCES:
            for macs in MACS:
                number += 1
                yield f"p{number:04}", dict(zip(keys, values)), licence, macs


def write(folder):
    expected = {}
    for name, settings, licence, macs in combinations():
        (folder / f"{name}.toml").write_text(policy(name, settings, licence, macs))
        expected[f"{name}.toml"] = sorted(findings(settings, licence, macs))
    (folder / "expected.json").write_text(json.dumps(expected))
    print(len(expected))


def compare(folder, answer):
    """What is wrong in an answer, a line each."""
    expected = {name: {tuple(one) for one in list} for name, list in json.loads((folder / "expected.json").read_text()).items()}
    said = {name: set() for name in expected}
    for finding in answer["findings"]:
        if finding["code"] in WATCHED:
            said[pathlib.PurePosixPath(finding["file"]).name].add((finding["code"], finding["severity"]))
    for name in sorted(expected):
        if said[name] != expected[name]:
            yield f"{name}: said {sorted(said[name])}, and the page asks for {sorted(expected[name])}"


def main(verb, folder):
    folder = pathlib.Path(folder)
    if verb == "write":
        write(folder)
        return
    wrong = list(compare(folder, json.load(sys.stdin)))
    for line in wrong[:20]:
        print(line)
    if wrong:
        sys.exit(f"{len(wrong)} combinations differ")


if __name__ == "__main__":
    main(*sys.argv[1:])
