"""check_collector.py POLICY SHELL SEED…: the collector and the check of a policy, on random Macs.

Of every Mac, the snapshot that the collector writes must give the verdicts that its folder gives, hold nothing that was
not asked for, and no name of a user if pseudonyms are asked for; the check must say what `diff` says. PREFSMITH names
the binary.
"""

import base64
import io
import json
import os
import plistlib
import subprocess
import sys
import tarfile
import tempfile

from random_macs import CANARY, World

PREFSMITH = os.environ["PREFSMITH"]
EXITS = {0: "compliant", 1: "drift", 3: "undecided"}


def fail(text):
    sys.exit(f"check_collector: {text}")


def prefsmith(*arguments, statuses=(0,)):
    ran = subprocess.run([PREFSMITH, *arguments], capture_output=True, check=False)
    if ran.returncode not in statuses:
        fail(f"{arguments}: status {ran.returncode}\n{ran.stderr.decode()}")
    return ran.returncode, ran.stdout


def diff(policy, actual, *options):
    status, text = prefsmith("diff", policy, actual, "--format", "json", "--show-secrets", *options, statuses=(0, 1, 3))
    return status, json.loads(text)


def told(found, names=None):
    """What a diff says, without what a folder cannot know and without the words of reasons."""
    text = json.dumps(found)
    for name, other in (names or {}).items():
        text = text.replace(f"/Users/{other}/", f"/Users/{name}/").replace(f"Preferences/{other}/", f"Preferences/{name}/")
        text = text.replace(f'"user": "{other}"', f'"user": "{name}"')
    found = json.loads(text)
    rows = []
    for row in found["settings"]:
        ladder = [(rung["layer"], rung["path"], json.dumps(rung["value"]), bool(rung["unreadable"])) for rung in row["ladder"]]
        strays = [(stray["path"], json.dumps(stray["value"])) for stray in row["strays"]]
        rows.append((row["domain"], row["key"], row["user"], row["verdict"], row["standing"], row["layer"], row["path"],
                     json.dumps(row["actual"]), tuple(row["profiles"]), tuple(ladder), tuple(strays)))
    extra = [(e["domain"], e["key"], e["user"], e["layer"], json.dumps(e["actual"]), tuple(e["profiles"])) for e in found["extra"]]
    rules = [json.dumps(rule, sort_keys=True) for rule in found["rules"]]
    return rows, extra, found["standing"], found["decided"], rules


def same(what, folder, snapshot):
    # A snapshot has the policy's keys only: of the rules it says no more than the folder, and maybe less.
    *folder, of_folder = folder
    *snapshot, of_snapshot = snapshot
    if not set(of_snapshot) <= set(of_folder):
        fail(f"{what}: rules that the folder does not know of: {set(of_snapshot) - set(of_folder)}")
    for one, other in zip(folder, snapshot):
        if one != other:
            for a, b in zip(one, other) if isinstance(one, list) else [(one, other)]:
                if a != b:
                    fail(f"{what}\nfolder   {a}\nsnapshot {b}")
            fail(f"{what}: {len(one)} and {len(other)}")


def files(archive):
    """Every file of an archive, by its name."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            if member.mode & 0o077:
                fail(f"{member.name} is open to others: {member.mode:o}")
            found[member.name] = tar.extractfile(member).read() if member.isfile() else b""
    # Who wants to know which Mac it is reads no further.
    if next(iter(found)) != "./prefsmith-snapshot.plist":
        fail(f"{next(iter(found))} comes first")
    return found


def texts(value):
    """Every text in a property list, what lies inside its data included."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, bytes):
        yield value.decode("latin-1")
    else:
        yield str(value)


def holds(archive, word):
    """Where a word stands in an archive: in names, raw bytes, or in what property lists decode to."""
    for name, content in files(archive).items():
        raw = word.encode() in content or word.encode("utf-16-be") in content or word in name
        decoded = name.endswith(".plist") and content and not raw and sound(content)
        if raw or decoded and any(word in text for text in texts(decoded)):
            yield name


def sound(content):
    try:
        return plistlib.loads(content)
    except Exception:
        return None


class Case:
    def __init__(self, policy, shell, seed, top):
        self.policy, self.shell, self.top = policy, shell, top
        self.out = f"{top}/out"
        prefsmith("build", policy, "--target", "collector,check-script", "--out", self.out)
        settings = json.loads(prefsmith("plan", policy, "--format", "json")[1])["settings"]
        self.world = World(top, settings, seed)
        self.what = f"{os.path.basename(policy)}, {shell}, seed {seed}"

    def run_script(self, name, *options, statuses=(0,)):
        ran = self.world.run(f"{self.out}/{name}.sh", *options, shell=self.shell)
        if ran.status not in statuses or ran.errors:
            fail(f"{self.what}: {name} {options}: status {ran.status}\n{ran.output}{ran.errors}")
        return ran

    def collect(self, *options):
        target = f"{self.top}/snapshot.tar.gz"
        self.run_script("collector/collect", "--out", target, *options)
        if os.stat(target).st_mode & 0o077:
            fail("the snapshot is open to others")
        with open(target, "rb") as file:
            return target, file.read()

    def verdicts(self):
        target, archive = self.collect()
        for user in ("all", "alice"):
            folder = diff(self.policy, self.world.mac, "--user", user)
            snapshot = diff(self.policy, target, "--user", user)
            same(f"{self.what}, {user}", told(folder[1]), told(snapshot[1]))
            if folder[0] != snapshot[0]:
                fail(f"{self.what}, {user}: exit {folder[0]} and {snapshot[0]}")
        for name in holds(archive, CANARY):
            fail(f"{self.what}: {name} holds what was not asked for")
        return archive

    def pseudonyms(self):
        target, archive = self.collect("--pseudonymise")
        for user in self.world.facts["users"]:
            for name in holds(archive, user):
                fail(f"{self.what}: {name} holds the name of {user}")
        names = {user: f"user-{at + 1}" for at, user in enumerate(self.world.facts["users"])}
        for user, other in list(names.items())[-1:]:
            _, folder = diff(self.policy, self.world.mac, "--user", user)
            _, snapshot = diff(self.policy, target, "--user", other)
            # A value that names a home differs from one that names a pseudonym's.
            rows = lambda found: [
                (r["domain"], r["key"], r["verdict"], r["standing"], r["layer"])
                for r in found["settings"] if "/Users/" not in json.dumps(r["expected"])
            ]
            if rows(folder) != rows(snapshot):
                fail(f"{self.what}, {other}: {set(rows(folder)) ^ set(rows(snapshot))}")

    def managed(self):
        """--stdout: as the folder says, as far as profiles enforce it; what lies below is not known."""
        line = self.run_script("collector/collect", "--stdout").output
        if line.count("\n") != 1:
            fail("more than one line")
        attribute = f"{self.top}/attribute.txt"
        with open(attribute, "w", encoding="utf-8") as file:
            file.write(line)
        archive = base64.b64decode(line, validate=False)
        for name in files(archive):
            if "/Users/" in name and "Applications" not in name and "Preferences" in name:
                fail(f"{self.what}: --stdout has {name}")
        for name in holds(archive, CANARY):
            fail(f"{self.what}: --stdout: {name} holds what was not asked for")
        user = next(iter(self.world.facts["users"]))
        _, folder = diff(self.policy, self.world.mac, "--user", user)
        _, snapshot = diff(self.policy, f"{attribute}", "--user", user)
        for one, other in zip(folder["settings"], snapshot["settings"]):
            managed = one["layer"] and one["layer"].startswith("managed")
            if managed and one["verdict"] != other["verdict"]:
                fail(f"{self.what}: --stdout: {one} {other}")
            if one["enforcement"] == "forced" and one["standing"] != "undecided" and one["standing"] != other["standing"]:
                fail(f"{self.what}: --stdout: {one} {other}")
            if one["enforcement"] != "forced" and not managed and other["standing"] == "compliant":
                fail(f"{self.what}: --stdout says more than it knows: {other}")
        return len(line)

    def check(self):
        """The check's words against those of `diff`."""
        before = self.everything()
        for user in list(self.world.facts["users"])[-1:]:
            status, wanted = diff(self.policy, self.world.mac, "--user", user)
            for effective in (True, False):
                options = ["--user", user, "--json"] + ["--effective"] * effective
                ran = self.run_script("check-script/check", *options, statuses=(0, 1, 3))
                found = json.loads(ran.output)
                rows = {(row["domain"], row["key"]): row for row in found["settings"]}
                if len(rows) != len(wanted["settings"]):
                    fail(f"{self.what}: {len(rows)} settings, not {len(wanted['settings'])}")
                for row in wanted["settings"]:
                    self.row(row, rows[row["domain"], row["key"]], effective)
                if effective and ran.status != status:
                    fail(f"{self.what}: exit {ran.status}, and diff {status}: {found['result']}")
                if not effective and ran.status == 0 and status != 0:
                    fail(f"{self.what}: the check is content, and diff exits with {status}")
                self.result(found, ran.status)
        if self.everything() != before:
            fail(f"{self.what}: the check changed something")

    def everything(self):
        found = {}
        for folder, _, names in os.walk(self.world.mac):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    found[os.path.join(folder, name)] = file.read()
        return found

    def row(self, wanted, found, effective):
        words = [(row["verdict"], row["standing"]) for row in (wanted, found)]
        managed = wanted["layer"] and wanted["layer"].startswith("managed")
        if effective or managed or wanted["enforcement"] == "default":
            fine = words[0] == words[1] and (wanted["verdict"] == "default" or wanted["layer"] == found["layer"])
        elif wanted["enforcement"] == "forced" and wanted["standing"] != "undecided":
            fine = wanted["standing"] == found["standing"] and found["verdict"] in ("not-enforced", "not-applicable")
        else:
            fine = found["standing"] in ("undecided", wanted["standing"])
        if not fine:
            fail(f"{self.what}: effective {effective}\ndiff  {wanted}\ncheck {found}")

    def result(self, found, status):
        line = found["result"]
        fits = {
            0: line == "Compliant" and found["compliant"] + found["exempt"] > 0,
            1: line.startswith("Drift: ") and found["drifted"] > 0,
            3: line.startswith("Unknown: ") or line == "Not installed",
        }
        if not fits[status]:
            fail(f"{self.what}: status {status} and {line}")


def main():
    policy, shell, *seeds = sys.argv[1:]
    sizes = []
    for seed in map(int, seeds):
        with tempfile.TemporaryDirectory() as top:
            case = Case(policy, shell, seed, top)
            case.verdicts()
            case.pseudonyms()
            sizes.append(case.managed())
            case.check()
    # Intune's custom attributes take 20 KB.
    if max(sizes) > 20_000:
        fail(f"a line of {max(sizes)} characters")


main()
