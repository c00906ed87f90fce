"""Folders shaped like Macs, from a seed: every layer of preferences, at random.

    mac_worlds.py make DIR FIRST COUNT       DIR/<seed>/policy.toml, DIR/<seed>/wanted.plist, DIR/<seed>/mac/…
    mac_worlds.py compare DIR PREFSMITH      what prefsmith says of each against walk_mac.py, which reads the same
                                             folders; some of them from archives, made by tarfile and by `tar`
    mac_worlds.py archives DIR PREFSMITH     each folder says the same as its two archives

Each world has users, managed files, ByHost files of this Mac and of others, containers with and without a file, plain
files beside them, global files, files in XML and binary, some cut in the middle.

random_macs.py is another generator, for another question. Here a seed makes the Mac and its policy together, with keys that no
catalogue knows, so that walk_mac.py can say what each layer comes to by the documented order alone. There the policy is
given, and the Mac is one that scripts run on: users, sessions, apps, what they must not collect.
"""

import json
import os
import plistlib
import random
import subprocess
import sys
import tarfile

import walk_mac

UUIDS = ["6D1F36B5-0C35-5D9C-9B8E-58F08A1D7C42", "00000000-0000-5000-8000-000000000000"]
DOMAINS = [
    "com.microsoft.Word", "com.microsoft.Outlook", "com.microsoft.autoupdate2", "com.microsoft.office",
    "com.microsoft.officeprefs", "com.example.app", "com.example.other", ".GlobalPreferences",
]
KEYS = {"K1": "forced", "K2": "forced", "K3": "forced", "K4": "unset", "K5": "set-once"}
# The one key that the catalogue knows: only such keys can be in [defaults].
WEAK = ("com.microsoft.autoupdate2", "ExtendedLogging")
VALUES = [True, False, 0, 1, "1", "yes", "a text", "<&> \"'", ["a", "b"], {"a": "b", "c": ["d"]}, b"\x00\xff", 7]
AUTOUPDATE = "/Library/Application Support/Microsoft/MAU2.0/Microsoft AutoUpdate.app/Contents/Info.plist"


class World:
    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.users = self.dice.sample(["anna", "ben", "carl smith"], self.dice.choice([1, 1, 2, 3]))
        self.files = {}
        self.folders = set()
        self.wanted = {}
        for domain in DOMAINS:
            self.wanted[domain] = {key: self.dice.choice(VALUES) for key in KEYS}
        self.fill()

    def some(self, chance):
        return self.dice.random() < chance

    def content(self, domain):
        """Keys of a file: often the wanted value, so that it is in effect somewhere."""
        keys = dict(self.wanted[domain])
        if domain == WEAK[0]:
            keys[WEAK[1]] = False
        found = {}
        for key, wanted in keys.items():
            if self.some(0.3):
                found[key] = wanted if self.some(0.4) else self.dice.choice(VALUES)
        found["SomethingElse"] = self.dice.random()
        return found

    def put(self, path, content, chance=0.45):
        if not self.some(chance):
            return
        data = plistlib.dumps(content, fmt=self.dice.choice([plistlib.FMT_XML, plistlib.FMT_BINARY]))
        if self.some(0.04):
            data = data[: len(data) // 2]
        self.files[path] = data

    def own(self, folder, domain):
        self.put(f"{folder}/{domain}.plist", self.content(domain))
        if self.some(0.4):
            self.put(f"{folder}/ByHost/{domain}.{UUIDS[0]}.plist", self.content(domain))
        if self.some(0.15):
            self.put(f"{folder}/ByHost/{domain}.{UUIDS[1]}.plist", self.content(domain))

    def fill(self):
        for domain in DOMAINS:
            managed = self.content(domain)
            managed["PayloadUUID"] = UUIDS[1]
            self.put(f"/Library/Managed Preferences/{domain}.plist", managed, 0.3)
            for user in self.users:
                mine = managed if self.some(0.5) else self.content(domain)
                self.put(f"/Library/Managed Preferences/{user}/{domain}.plist", mine, 0.3)
                home = f"/Users/{user}"
                self.own(home + "/Library/Preferences", domain)
                if domain in walk_mac.FILES:
                    self.put(f"{home}/{walk_mac.FILES[domain]}", self.content(domain))
                container = f"{home}/Library/Containers/{domain}"
                if self.some(0.5):
                    self.folders.add(container + "/Data")
                    self.own(container + "/Data/Library/Preferences", domain)
            self.put(f"/Library/Preferences/{domain}.plist", self.content(domain))
        for user in self.users:
            self.folders.add(f"/Users/{user}/Library/Preferences")
        self.folders.add("/Users/Shared/x")
        self.folders.add("/Library/Preferences")
        version = {"CFBundleIdentifier": "com.microsoft.autoupdate2", "CFBundleVersion": "4.75.24101000"}
        self.put(AUTOUPDATE, version, 1)
        if self.some(0.6):
            self.about()

    def about(self):
        found = {"format": 1, "console-user": self.dice.choice(self.users + ["nobody"])}
        if self.some(0.6):
            found["hardware-uuid"] = UUIDS[0]
        missed = {}
        for user in self.users:
            for path in (f"/Users/{user}/Library/Containers/com.microsoft.Word",
                         f"/Users/{user}/Library/Containers/com.example.app",
                         f"/Users/{user}/Library/Preferences/ByHost",
                         "/Library/Preferences/com.example.other.plist"):
                if self.some(0.1):
                    missed[path] = "it may not be read"
        if missed:
            found["unreadable"] = missed
        self.files["/prefsmith-snapshot.plist"] = plistlib.dumps(found)

    def write(self, folder):
        root = folder + "/mac"
        for path in self.folders:
            os.makedirs(root + path, exist_ok=True)
        for path, data in self.files.items():
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            with open(root + path, "wb") as file:
                file.write(data)
        with open(folder + "/policy.toml", "w", encoding="utf-8") as file:
            file.write(self.policy())
        with open(folder + "/wanted.plist", "wb") as file:
            plistlib.dump(self.wanted, file)

    def policy(self):
        lines = ['[policy]', 'id = "com.example.worlds"', 'set-once-stamp = 2027-01-31T00:00:00Z', '']
        for word, table in (("forced", "custom"), ("set-once", "custom-set-once")):
            for domain, values in self.wanted.items():
                lines.append(f'[{table}."{domain}"]')
                lines += [f"{key} = {toml(values[key])}" for key, how in KEYS.items() if how == word]
        lines += ["[defaults.AutoUpdate]", f"{WEAK[1]} = false", "[unset]"]
        lines += [f'"{domain}" = ["K4"]' for domain in self.wanted]
        return "\n".join(lines) + "\n"


def toml(value):
    if isinstance(value, bytes):
        import base64
        return '{ "$data" = "%s" }' % base64.b64encode(value).decode()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def fragment(value):
    """The value that prefsmith's `plist` holds, or NOTHING."""
    if value is None:
        return walk_mac.NOTHING
    return plistlib.loads(f'<plist version="1.0">{value["plist"]}</plist>'.encode())


def run(prefsmith, folder, mac, users):
    command = [prefsmith, "diff", "--format", "json", f"{folder}/policy.toml", mac, *users]
    ran = subprocess.run(command, capture_output=True, check=False, timeout=120)
    if ran.returncode not in (0, 1, 3):
        sys.exit(f"{folder}: status {ran.returncode}: {ran.stderr.decode()}")
    return ran.returncode, json.loads(ran.stdout)


def archive(folder, how):
    path = f"{folder}/mac-{how}.tar.gz"
    if how == "tarfile":
        with tarfile.open(path, "w:gz") as file:
            file.add(folder + "/mac", arcname=".")
    else:
        subprocess.run(["tar", "czf", path, "-C", folder + "/mac", "."], check=True)
    return path


def compare(folder, prefsmith, number):
    root = folder + "/mac"
    with open(folder + "/wanted.plist", "rb") as file:
        wanted = plistlib.load(file)
    mac = [root, archive(folder, "tarfile"), archive(folder, "tar")][number % 3]
    users = sorted(name for name in os.listdir(root + "/Users") if name != "Shared")
    console = walk_mac.about(root).get("console-user")
    if number % 2:
        given, judged = ["--user", "all"], users
    elif console in users:
        given, judged = [], [console]
    else:
        given, judged = [], users if len(users) == 1 else [None]
    status, said = run(prefsmith, folder, mac, given)
    by_place = {(one["domain"], one["key"], one["user"]): one for one in said["settings"]}
    expected = {}
    for domain, keys in wanted.items():
        for key, how in KEYS.items():
            for user in judged:
                expected[domain, key, user] = (how, keys[key])
    for user in judged:
        expected[WEAK[0], WEAK[1], user] = ("default", False)
    if by_place.keys() != expected.keys():
        sys.exit(f"{folder}: other settings: {by_place.keys() ^ expected.keys()}")
    faults, seen = [], set()
    for place, (how, value) in expected.items():
        domain, key, user = place
        found = by_place[place]
        verdict, ladder = walk_mac.verdict(root, domain, key, user, how, value)
        seen.add(verdict)
        seen.update(rung.layer for rung in ladder.rungs)
        faults += [f"{folder} {place}: {fault}" for fault in differences(found, verdict, ladder)]
    drift = any(one["drift"] for one in said["settings"])
    if (status == 1) != drift:
        faults.append(f"{folder}: status {status}, drift {drift}")
    return faults, seen


def differences(found, verdict, ladder):
    if found["verdict"] != verdict:
        yield f"{found['verdict']}, not {verdict}"
    winner = ladder.winner()
    layer, path = (winner.layer, winner.path) if winner else (None, None)
    if (found["layer"], found["path"]) != (layer, path):
        yield f"{found['layer']} {found['path']}, not {layer} {path}"
    value = winner.value if winner else walk_mac.NOTHING
    if not walk_mac.same(fragment(found["actual"]), value):
        yield f"{found['actual']}, not {value!r}"
    rungs = [(one["layer"], one["path"], one["unreadable"] is not None) for one in found["ladder"]]
    if rungs != [(rung.layer, rung.path, rung.unreadable) for rung in ladder.rungs]:
        yield f"{rungs}, not {ladder.rungs}"
    for one, rung in zip(found["ladder"], ladder.rungs):
        if not walk_mac.same(fragment(one["value"]), rung.value):
            yield f"{one['value']}, not {rung.value!r}"
    strays = [(one["path"]) for one in found["strays"]]
    if strays != [rung.path for rung in ladder.strays]:
        yield f"{strays}, not {ladder.strays}"


def folders(top):
    return [f"{top}/{name}" for name in sorted(os.listdir(top), key=int)]


def main():
    verb, top, *rest = sys.argv[1:]
    if verb == "make":
        first, count = map(int, rest)
        for seed in range(first, first + count):
            os.makedirs(f"{top}/{seed}")
            World(seed).write(f"{top}/{seed}")
        return
    faults, seen, count = [], set(), 0
    for number, folder in enumerate(folders(top)):
        if verb == "compare":
            wrong, met = compare(folder, rest[0], number)
            faults += wrong
            seen |= met
        else:
            said = [run(rest[0], folder, mac, ["--user", "all"])
                    for mac in (folder + "/mac", archive(folder, "tarfile"), archive(folder, "tar"))]
            for status, document in said:
                document.pop("actual")
            if said[0] != said[1] or said[0] != said[2]:
                faults.append(f"{folder}: the archives say something else")
        count += 1
    if verb == "compare":
        layers = {"managed-user", "managed-computer", "managed-global", "user-host", "user", "user-global-host",
                  "user-global", "computer", "computer-global"}
        verdicts = {"enforced", "set", "differs", "missing", "unwanted", "absent", "wrong-type", "unreadable"}
        for never in sorted((layers | verdicts) - seen):
            faults.append(f"no world has {never}")
    if count == 0:
        faults.append("there are no worlds")
    print(f"{count} worlds")
    print("\n".join(faults[:40]))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
