"""Which addresses Office 2016 for Mac contacts under five preferences: a model of Microsoft's page, build by build, which
knows nothing of prefsmith. The page's table is tests/fixtures/endpoints-2016.csv.

    endpoints_model.py write TABLE DIR     policies, and DIR/expected.json with the state of every address
    endpoints_model.py compare DIR         reads DIR/*.csv, which `prefsmith endpoints --format csv` wrote

The page, in short:

  UseOnlineContent = 0              Word, Excel and PowerPoint from 15.25 (160726) do not sign in, activate online, look
                                    up or use add-ins, and contact neither odc.officeapps.live.com nor
                                    *.firstpartyapps.oaspapps.com
  SendAllTelemetryEnabled = false   each app for itself: no usage telemetry, the heartbeat to nexus stays; no crash
                                    reports either, unless IsMerpEnabled is true
  IsAttachFilesEnabled              changes what is in a crash report, not where it goes
  HowToCheck = "Manual"             AutoUpdate does not look at officecdn.microsoft.com by itself; users still do

What the page does not say is taken from elsewhere, and is all of that: nobody vouches for UseOnlineContent after 16.16;
SendAllTelemetryEnabled is read up to 16.27; cdn.odc.officeapps.live.com is contacted from 15.40 on.

A range of versions is a handful of builds, one for each stretch between two facts: no algebra of ranges is needed.
"""

import csv
import itertools
import json
import pathlib
import sys

BUILDS = [(15, 20, 160101), (15, 25, 160630), (15, 25, 160817), (15, 39, 170101), (15, 40, 171001), (16, 16, 180801),
          (16, 17, 180901), (16, 27, 190715), (16, 28, 190812), (16, 90, 241001)]
MACS = {
    "16.16.x": lambda b: b[:2] == (16, 16),
    "15.25 [160726] .. 16.16.x": lambda b: (15, 25, 160726) <= b and b[:2] <= (16, 16),
    "15.10 .. 15.24": lambda b: b[:2] <= (15, 24),
    "15.20 .. 15.39": lambda b: b[:2] <= (15, 39),
    "16.28 ..": lambda b: b[:2] >= (16, 28),
    None: lambda b: True,
}
LICENCES = [None, ["volume"]]
AUTOUPDATE = [None, "none"]
VALUES = {
    "UseOnlineContent": [None, 0, 2],
    "SendAllTelemetryEnabled": [None, False, True],
    "IsAttachFilesEnabled": [None, False],
    "IsMerpEnabled": [None, False, True],
    "HowToCheck": [None, "Manual", "AutomaticDownload"],
}
OFFLINE = {"sign-in", "product-activation", "smart-lookup", "office-add-ins"}


def one(row, app, build, settings, autoupdate):
    """What becomes of the contacts of one build of an app with an address."""
    host = row["host"]
    if row["from"] and build[:2] < tuple(map(int, row["from"].split("."))):
        return None
    if app in ("Word", "Excel", "PowerPoint") and settings["UseOnlineContent"] == 0:
        first_party = host.endswith(".firstpartyapps.oaspapps.com")
        if row["section"] in OFFLINE or host == "odc.officeapps.live.com" or first_party:
            if build > (16, 16, 999999):
                return "unknown"
            if build >= (15, 25, 160726):
                return "stopped"
    quiet = settings["SendAllTelemetryEnabled"] is False and build[:2] <= (16, 27) and app is not None
    if quiet and row["section"] == "crash-reporting" and settings["IsMerpEnabled"] is not True:
        return "stopped"
    if quiet and host == "nexus.officeapps.live.com":
        return "lessened"
    if host == "officecdn.microsoft.com" and settings["HowToCheck"] == "Manual" and autoupdate != "none":
        return "lessened"
    return "contacted"


def state(row, settings, licence, macs, autoupdate):
    """The state of an address; none if no Mac contacts it anyway."""
    if licence and row["licences"] and not set(licence) & set(row["licences"].split()):
        return None
    apps = row["apps"].split() or [None]
    found = {one(row, app, build, settings, autoupdate) for app in apps for build in BUILDS if MACS[macs](build)}
    found.discard(None)
    if not found:
        return None
    contacted = found & {"contacted", "lessened"}
    kept = found & {"stopped", "lessened"}
    if contacted:
        return "partly" if kept else "contacted"
    return "unknown" if "unknown" in found else "stopped"


def toml(value):
    return ("true" if value else "false") if isinstance(value, bool) else json.dumps(value)


def combinations():
    """Every combination of the settings with every range of versions; licences and AutoUpdate take turns."""
    keys = list(VALUES)
    turns = itertools.cycle(itertools.product(LICENCES, AUTOUPDATE))
    number = 0
    for values in itertools.product(*VALUES.values()):
        # One turn is left out between two combinations, so that no range of versions always meets the same.
        next(turns)
        for macs in MACS:
            licence, autoupdate = next(turns)
            number += 1
            yield f"e{number:03}", dict(zip(keys, values)), licence, macs, autoupdate


def policy(name, settings, licence, macs, autoupdate):
    lines = ["[policy]", f'id = "com.example.{name}"', "", "[macs]"]
    lines += [f'Office = "{macs}"'] if macs else []
    lines += ['AutoUpdate = "none"'] if autoupdate else []
    lines += [f"licence = {json.dumps(licence)}"] if licence else []
    lines += ["", "[settings]"]
    lines += [f"{key} = {toml(value)}" for key, value in settings.items() if value is not None]
    return "\n".join(lines) + "\n"


def write(table, folder):
    with open(table, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    folder = pathlib.Path(folder)
    expected = {}
    for name, *facts in combinations():
        (folder / f"{name}.toml").write_text(policy(name, *facts))
        states = {f"{row['section']} {row['url']} {row['type']}": state(row, *facts) for row in rows}
        expected[name] = {key: one for key, one in states.items() if one}
    (folder / "expected.json").write_text(json.dumps(expected))
    print(len(expected), len(rows))


def compare(folder):
    folder = pathlib.Path(folder)
    wrong = 0
    for name, expected in json.loads((folder / "expected.json").read_text()).items():
        with open(folder / f"{name}.csv", newline="", encoding="utf-8") as file:
            said = {f"{row['section']} {row['url']} {row['source_type']}": row["state"] for row in csv.DictReader(file)}
        for key in sorted(expected.keys() | said.keys()):
            if said.get(key) != expected.get(key):
                wrong += 1
                if wrong <= 20:
                    print(f"{name}: {key}: said {said.get(key)}, and the page comes to {expected.get(key)}")
    if wrong:
        sys.exit(f"{wrong} addresses differ")


if __name__ == "__main__":
    {"write": write, "compare": compare}[sys.argv[1]](*sys.argv[2:])
