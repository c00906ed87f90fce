"""scripts/on-a-mac on folders shaped like Macs, in which each doubtful fact is as prefsmith takes it, or is not.

The stand-ins of scripts/stand-ins are joined here by what only this script needs: `osascript` answers what CFPreferences
would, by an order of layers that a test may turn around.
"""

import os
import plistlib
import re
import shutil
import subprocess
import unittest
import tempfile

from on_mac import Folder, STAND_INS

SCRIPT = os.path.join(os.path.dirname(STAND_INS), "on-a-mac")
DOMAIN = "com.example.prefsmith-facts"
LAYERS = ("managed-user managed-computer managed-global user-host user user-global-host user-global computer "
          "computer-global").split()

# Facts of the Mac stand in its facts.json, beside mac.json: `order`, `letter_case`, `stray`, `home`.
OSASCRIPT = r'''#!/usr/bin/env python3
import json, os, plistlib, sys
mac = os.environ["STAND_IN_MAC"]
facts = json.load(open(mac + "/facts.json"))
flags, domain, key = sys.argv[1:4], sys.argv[5], sys.argv[6]
assert flags[:2] == ["-l", "JavaScript"] and flags[2] == "-e" and "CFPreferencesCopyAppValue" in sys.argv[4]
user = os.environ["STAND_IN_USER"]
assert user != "root" and os.environ.get("STAND_IN_BOOTSTRAP")
managed, home = mac + "/Library/Managed Preferences", mac + "/Users/" + user
own = home + "/Library/Preferences"
box = home + "/Library/Containers/" + domain + "/Data/Library/Preferences"
inside = box if os.path.isdir(box) and not facts["stray"] else own
host = "." + facts["uuid"]
def named(folder, name):
    if facts["letter_case"] and os.path.isdir(folder):
        for found in os.listdir(folder):
            if found.lower() == name.lower():
                return folder + "/" + found
    return folder + "/" + name
files = {
    "managed-user": named(managed + "/" + user, domain + ".plist"), "managed-computer": named(managed, domain + ".plist"),
    "managed-global": managed + "/.GlobalPreferences.plist", "user-host": inside + "/ByHost/" + domain + host + ".plist",
    "user": inside + "/" + domain + ".plist", "user-global-host": own + "/ByHost/.GlobalPreferences" + host + ".plist",
    "user-global": own + "/.GlobalPreferences.plist", "computer": mac + "/Library/Preferences/" + domain + ".plist",
    "computer-global": mac + "/Library/Preferences/.GlobalPreferences.plist",
}
for layer in facts["order"]:
    try:
        value = plistlib.load(open(files[layer], "rb")).get(key)
    except FileNotFoundError:
        continue
    if value is not None:
        print(value + (" forced" if layer.startswith("managed") and facts["forces"] else ""))
        break
else:
    print("nothing")
'''

# `defaults` for the current host, and with the faults that a test asks for; all else is the stand-in's.
DEFAULTS = r'''#!/usr/bin/env python3
import json, os, plistlib, sys
mac, arguments = os.environ["STAND_IN_MAC"], sys.argv[1:]
facts = json.load(open(mac + "/facts.json"))
if arguments[0] != "-currentHost":
    if arguments[0] == "import" and not facts["merges"]:
        subject = [sys.argv[0], "delete", arguments[1]]
        os.spawnv(os.P_WAIT, STAND_IN, subject)
    os.execv(STAND_IN, [STAND_IN, *arguments])
verb, domain, *rest = arguments[1:]
name = ".GlobalPreferences" if domain == "NSGlobalDomain" else domain
path = f"{mac}/Users/{os.environ['STAND_IN_USER']}/Library/Preferences/ByHost/{name}.{facts['uuid']}.plist"
content = plistlib.load(open(path, "rb")) if os.path.exists(path) else {}
if verb == "write":
    key, flag, value = rest
    assert flag == "-string"
    content[key] = value
elif verb == "delete" and rest:
    content.pop(rest[0], None)
elif verb == "delete":
    content = {}
else:
    sys.exit(255)
os.makedirs(os.path.dirname(path), exist_ok=True)
plistlib.dump(content, open(path, "wb"))
'''
SHOWN = {"_computerlevel": [{"ProfileIdentifier": "com.example.x"}]}


class OnAMac(unittest.TestCase):
    def setUp(self):
        top = tempfile.TemporaryDirectory()
        self.addCleanup(top.cleanup)
        self.mac = Folder(top.name)
        self.facts = {"order": LAYERS, "letter_case": False, "stray": False, "forces": True, "merges": True,
                      "uuid": "6D1F36B5-0C35-5D9C-9B8E-58F08A1D7C42"}
        self.shown = plistlib.dumps(SHOWN).decode()
        stand_in = os.path.join(STAND_INS, "defaults")
        self.command("osascript", OSASCRIPT)
        self.command("defaults", DEFAULTS.replace("STAND_IN,", f"{stand_in!r},").replace("[STAND_IN", f"[{stand_in!r}"))
        for name in ("killall", "sleep"):
            self.command(name, "#!/bin/sh\nexit 0\n")
        # The script is given the folder as its root, so the paths that it names are this machine's.
        for name in ("chmod", "ls"):
            self.command(name, f'#!/bin/sh\nexec {shutil.which(name)} "$@"\n')

    def command(self, name, text):
        path = os.path.join(self.mac.bin, name)
        if os.path.lexists(path):
            os.remove(path)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)

    def run_script(self, *options, shell="dash", status=0, user="root", **facts):
        import json
        self.facts.update(facts)
        with open(self.mac.mac + "/facts.json", "w", encoding="utf-8") as file:
            json.dump(self.facts, file)
        self.command("profiles", "#!/bin/sh\n[ \"$*\" = 'show -all -output stdout-xml' ] || exit 1\n"
                                 f"cat <<'SHOWN'\n{self.shown}\nSHOWN\n")
        with open(SCRIPT, encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(text.count("\nroot=\n"), 1)
        script = os.path.join(self.mac.top, "on-a-mac.sh")
        with open(script, "w", encoding="utf-8") as file:
            file.write(text.replace("\nroot=\n", f"\nroot='{self.mac.mac}'\n"))
        before = self.files()
        ran = self.mac.run(script, *options, shell=shell, user=user)
        self.assertEqual(ran.status, status, ran.output + ran.errors)
        self.assertEqual(self.files(), before, "something is left")
        rows = [line.strip("| ").split(" | ") for line in ran.output.splitlines() if line.startswith("| ")]
        self.errors = ran.errors
        return {row[0]: row[1:] for row in rows if row[0] not in ("fact", "---")}

    def files(self):
        """Every folder, and every file of preferences with keys in it."""
        found = {}
        for folder, _, names in os.walk(self.mac.mac):
            if "ByHost" not in folder:
                found[folder] = None
            for name in names:
                path = os.path.join(folder, name)
                if name.endswith(".plist"):
                    with open(path, "rb") as file:
                        if content := plistlib.load(file):
                            found[path] = content
                elif name not in ("facts.json", "mac.json", "who.txt", "sessions.txt"):
                    found[path] = None
        return found

    def wrong(self, rows):
        return {fact: row[1] for fact, row in rows.items() if row[2:] == ["**no**"]}

    def test_a_mac_as_prefsmith_takes_it(self):
        rows = self.run_script(shell="bash")
        self.assertEqual(len(rows), 25)
        self.assertEqual(self.wrong(rows), {})
        not_tried = {fact for fact, row in rows.items() if row[1].startswith("not tried")}
        self.assertEqual(not_tried, {"profile-computer-file", "profile-user-copy", "set-once-written",
                                     "set-once-kept", "profile-removal"})

    def test_layers_in_another_order(self):
        rows = self.run_script(shell="zsh", status=1, order=LAYERS[::-1])
        turned = {f"order-{one}": f"{other} over {one}" for one, other in zip(LAYERS, LAYERS[1:])}
        self.assertEqual(self.wrong(rows), turned)

    def test_other_facts_that_are_not_so(self):
        order = LAYERS[:4] + [LAYERS[5], LAYERS[4]] + LAYERS[6:]
        rows = self.run_script(status=1, forces=False, letter_case=True, merges=False, stray=True, order=order)
        self.assertEqual(self.wrong(rows), {
            "managed-file-forces": "value", "managed-file-letter-case": "value", "order-user": "user-global-host over user",
            "import-merges": "the other key goes", "container-stray": "read",
        })

    def test_commands_that_do_otherwise(self):
        self.shown = "There are no configuration profiles installed"
        self.command("sudo", '#!/bin/sh\nexec </dev/null\nexec "' + os.path.join(STAND_INS, "sudo") + '" "$@"\n')
        rows = self.run_script(status=1)
        self.assertEqual(rows["asuser-standard-input"][1], "it is lost")
        self.assertIn("profiles-show", self.wrong(rows))

    def test_what_is_managed_already_is_left_alone(self):
        # And a domain that does not exist is an error, as it may be.
        self.mac.save(missing="error")
        path = self.mac.mac + "/Library/Managed Preferences/.GlobalPreferences.plist"
        os.makedirs(os.path.dirname(path))
        with open(path, "wb") as file:
            plistlib.dump({"Own": 1}, file)
        rows = self.run_script()
        self.assertRegex(rows["order-managed-computer"][1], "^not tried")
        self.assertEqual(self.wrong(rows), {})

    def test_where_it_cannot_be_tried(self):
        self.run_script(user="alice", status=2)
        self.assertIn("only root", self.errors)
        self.mac.save(console="loginwindow")
        self.run_script(status=2)
        self.assertIn("nobody is logged in", self.errors)
        self.run_script("--lost", status=2)

    def test_every_fact_has_its_place_in_the_documents(self):
        listed = subprocess.run(["sh", SCRIPT, "--list"], capture_output=True, check=True, text=True).stdout
        script = re.findall(r"^\| ([a-z-]+) \| (.*?) \|", listed, re.M)
        page = os.path.join(os.path.dirname(os.path.dirname(STAND_INS)), "docs/facts.md")
        with open(page, encoding="utf-8") as file:
            told = re.findall(r"^\| `([a-z-]+)` \| (.*?) \|", file.read(), re.M)
        self.assertEqual([row for row in script if row[0] not in ("fact", "---")], told)


if __name__ == "__main__":
    unittest.main()
