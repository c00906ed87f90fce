"""Runs prefsmith's scripts in a shell, with stand-ins for the Mac's commands, on a folder shaped like a Mac."""

import json
import os
import plistlib
import shutil
import subprocess
import sys
import tempfile

STAND_INS = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "stand-ins")
NAMES = "defaults plutil id stat dscl sudo launchctl scutil sw_vers ioreg chmod profiles".split()
# The lines of a script that are changed before it runs here; the second only some have.
PATH = "\nPATH=/usr/bin:/bin:/usr/sbin:/sbin\n"
DISK = "\ndisk=''\n"
SHELLS = {"dash": ["dash"], "bash": ["bash", "--posix"], "zsh": ["zsh"]}


class Ran:
    def __init__(self, status, output, errors):
        self.status, self.output, self.errors = status, output, errors

    def words(self):
        """How many lines begin with each word."""
        count = {}
        for line in self.output.splitlines():
            word = line.split(" ")[0]
            if word:
                count[word] = count.get(word, 0) + 1
        return count


class Folder:
    """A Mac; the users are alice (at the screen, with containers of Word and Excel) and bob (no session, none)."""

    def __init__(self, top):
        self.top = tempfile.mkdtemp(dir=top, prefix="mac.")
        self.bin = os.path.join(self.top, "bin")
        self.mac = os.path.join(self.top, "Mac")
        self.temporary = os.path.join(self.top, "tmp")
        for folder in (self.bin, self.mac, self.temporary):
            os.makedirs(folder)
        for name in NAMES:
            os.symlink(os.path.join(STAND_INS, name), os.path.join(self.bin, name))
        for name in ("ls", "head"):
            os.symlink(os.path.join(STAND_INS, "guarded"), os.path.join(self.bin, name))
        python = os.path.join(self.bin, "python3")
        with open(python, "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\nexec "{sys.executable}" -S -E -B "$@"\n')
        os.chmod(python, 0o755)
        awk = os.environ.get("SCRIPT_AWK")
        if awk:
            os.symlink(shutil.which(awk), os.path.join(self.bin, "awk"))
        self.facts = {
            "users": {
                "alice": {"uid": 501, "home": "/Users/alice", "full": "Alice & Ada"},
                "bob": {"uid": 502, "home": "/Users/bob smith", "full": "Bob"},
                "hidden": {"uid": 550, "home": "/Users/hidden", "hidden": True},
                "homeless": {"uid": 503, "home": "/Users/gone"},
            },
            "console": "alice",
            "sessions": ["alice"],
            "serial": "C02STANDIN",
            "udid": "00000000-0000-1000-8000-000000000001",
            "name": "Ada's \"Mac\" <1>",
        }
        for home in ("/Users/alice", "/Users/bob smith", "/Users/hidden", "/var/root"):
            os.makedirs(self.mac + home + "/Library/Preferences")
        for bundle in ("com.microsoft.Word", "com.microsoft.Excel"):
            os.makedirs(f"{self.mac}/Users/alice/Library/Containers/{bundle}/Data/Library/Preferences")
        os.makedirs(self.mac + "/Library/Preferences")
        self.save()

    def save(self, **facts):
        self.facts.update(facts)
        with open(os.path.join(self.mac, "mac.json"), "w", encoding="utf-8") as file:
            json.dump(self.facts, file)
        users = self.facts["users"]
        with open(os.path.join(self.mac, "who.txt"), "w", encoding="utf-8") as file:
            file.write("".join(f"{user['uid']} {name} {user['home']}\n" for name, user in users.items()))
        with open(os.path.join(self.mac, "sessions.txt"), "w", encoding="utf-8") as file:
            file.write("".join(f"{users[name]['uid']}\n" for name in self.facts["sessions"]))

    def install(self, app, version, short=None):
        folder = f"{self.mac}{app}/Contents"
        os.makedirs(folder, exist_ok=True)
        with open(folder + "/Info.plist", "wb") as file:
            short = short or ".".join(version.split(".")[:2])
            plistlib.dump({"CFBundleVersion": version, "CFBundleShortVersionString": short}, file)

    def file(self, who, domain):
        """Where the preferences of a user are, or of `computer`."""
        if who == "computer":
            return f"{self.mac}/Library/Preferences/{domain}.plist"
        home = self.mac + ("/var/root" if who == "root" else self.facts["users"][who]["home"])
        container = f"{home}/Library/Containers/{domain}"
        base = container + "/Data" if os.path.isdir(container) else home
        return f"{base}/Library/Preferences/{domain}.plist"

    def read(self, who, domain):
        try:
            with open(self.file(who, domain), "rb") as file:
                return plistlib.load(file)
        except FileNotFoundError:
            return {}

    def write(self, who, domain, content):
        with open(self.file(who, domain), "wb") as file:
            plistlib.dump(content, file, fmt=plistlib.FMT_BINARY)

    def everything(self):
        """Every preference file that holds something, by its path."""
        found = {}
        for folder, _, names in os.walk(self.mac):
            for name in names:
                if name.endswith(".plist") and name != "Info.plist":
                    path = os.path.join(folder, name)
                    with open(path, "rb") as file:
                        content = plistlib.load(file)
                    if content:
                        found[os.path.relpath(path, self.mac)] = content
        return found

    def run(self, script, *arguments, shell="dash", user="root", timeout=120):
        with open(script, encoding="utf-8", newline="") as file:
            text = file.read()
        if text.count(PATH) != 1:
            raise AssertionError(f"{script}: its PATH is not set in the one line that is known")
        copy = os.path.join(self.top, "script.sh")
        with open(copy, "w", encoding="utf-8", newline="") as file:
            text = text.replace(PATH, f"\nPATH={self.bin}:/usr/bin:/bin\n")
            file.write(text.replace(DISK, f"\ndisk='{self.mac}'\n"))
        environment = {
            "STAND_IN_MAC": self.mac,
            "STAND_IN_USER": user,
            "HOME": self.mac + ("/var/root" if user == "root" else self.facts["users"][user]["home"]),
            "TMPDIR": self.temporary,
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
        }
        ran = subprocess.run(
            SHELLS[shell] + [copy, *arguments], env=environment, capture_output=True, stdin=subprocess.DEVNULL,
            timeout=timeout, check=False,
        )
        left = os.listdir(self.temporary)
        if left:
            raise AssertionError(f"temporary files are left: {left}")
        return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())
