"""Macs for a policy: folders shaped like the root of one, random by a seed, with what a snapshot must not hold.

Values lie in every layer of the documented order, right, nearly right, wrong or unreadable, in binary or XML; apps are
there in several copies, old or new. Every file of users and of the computer also holds keys that nobody asked for,
whose names and values begin with CANARY.

mac_worlds.py is another generator, for another question: see there.
"""

import os
import plistlib
import random

from on_mac import Folder

GLOBAL = ".GlobalPreferences"
MANAGED = "/Library/Managed Preferences"
CANARY = "CANARY-3f9d"
APPS = {
    "Word": ("/Applications/Microsoft Word.app", "com.microsoft.Word"),
    "Excel": ("/Applications/Microsoft Excel.app", "com.microsoft.Excel"),
    "PowerPoint": ("/Applications/Microsoft PowerPoint.app", "com.microsoft.Powerpoint"),
    "Outlook": ("/Applications/Microsoft Outlook.app", "com.microsoft.Outlook"),
    "OneNote": ("/Applications/Microsoft OneNote.app", "com.microsoft.onenote.mac"),
    "AutoUpdate": (
        "/Library/Application Support/Microsoft/MAU2.0/Microsoft AutoUpdate.app", "com.microsoft.autoupdate2",
    ),
}
# Those whose user files lie in a container, as the catalogue has it; of domains it does not know, the name counts.
PLAIN = ("com.microsoft.autoupdate2", "com.microsoft.office", "com.microsoft.autoupdate.fba", GLOBAL)
# Whose user files lie where the catalogue says.
ELSEWHERE = {"com.microsoft.officeprefs": "Library/Group Containers/UBF8T346G9.Office/com.microsoft.officeprefs.plist"}


def canaries(words):
    """What a file holds beside the policy's keys."""
    return {
        f"{CANARY} recent": [f"{CANARY}-{words}", {f"{CANARY}": [1, True]}],
        f"{CANARY} <&> key": plistlib.dumps({CANARY: words}, fmt=plistlib.FMT_BINARY),
    }


class World(Folder):
    """A Mac of one seed. `settings` are those of `prefsmith plan --format json`."""

    def __init__(self, top, settings, seed):
        super().__init__(top)
        self.random = random.Random(seed)
        self.settings = settings
        self.domains = sorted({setting["domain"] for setting in settings})
        self.wanted = {
            (s["domain"], s["key"]): plistlib.loads(f'<plist version="1.0">{s["plist"]}</plist>'.encode())
            for s in settings if s["plist"] is not None
        }
        self.plan_users(seed)
        self.plan_apps()
        self.plan_preferences()
        self.plan_evidence()

    def some(self, *choices):
        return self.random.choice(choices)

    def often(self, share):
        return self.random.random() < share

    def plan_users(self, seed):
        for name in ("alice", "bob smith", "hidden"):
            os.rename(f"{self.mac}/Users/{name}", f"{self.top}/was {name}")
        users = {"alice": {"uid": 501, "home": "/Users/alice", "full": "Alice"}}
        if seed % 2:
            users["bob"] = {"uid": 502, "home": "/Users/bob", "full": "Bob"}
        # At the login window, in a session, or out of it.
        console = self.some("alice", "loginwindow", *users)
        sessions = [name for name in users if name == console or self.often(0.3)]
        for name in users:
            os.makedirs(f"{self.mac}/Users/{name}/Library/Preferences/ByHost")
        self.save(users=users, console=console, sessions=sessions)

    def put(self, path, content):
        """Writes a property list, sometimes in XML."""
        real = self.mac + path
        os.makedirs(os.path.dirname(real), exist_ok=True)
        with open(real, "wb") as file:
            plistlib.dump(content, file, fmt=self.some(plistlib.FMT_BINARY, plistlib.FMT_XML))

    def spoil(self, path):
        """What is there, and cannot be read as preferences."""
        real = self.mac + path
        os.makedirs(os.path.dirname(real), exist_ok=True)
        with open(real, "wb") as file:
            file.write(self.some(b"", b"<plist><dict><key>a</key>", plistlib.dumps([1]), b"bplist00" + bytes(20)))

    def plan_apps(self):
        for path, bundle in APPS.values():
            if self.often(0.7):
                self.app(path, bundle)
            if path.startswith("/Applications/") and self.often(0.2):
                self.app("/Users/alice" + path, bundle)
        self.put("/System/Library/CoreServices/SystemVersion.plist", {"ProductVersion": self.some("12.7", "15.1", "26.0"), CANARY: CANARY})

    def app(self, path, bundle):
        version = self.some("15.20.160316", "16.16.26.20091400", "16.90.24101513", "4.5.181201", "4.70.240301", "odd", None)
        info = {"CFBundleIdentifier": self.some(bundle, bundle, bundle, bundle.upper(), "com.example.other"),
                "CFBundleShortVersionString": "16.90", "CFBundleName": CANARY}
        if version:
            info["CFBundleVersion"] = version
        self.put(f"{path}/Contents/Info.plist", info)
        if self.often(0.3):
            os.makedirs(f"{self.mac}{path}/Contents/_MASReceipt")

    def near(self, value):
        """The wanted value, something near it, or something else."""
        other = {bool: [1, 0, "yes", "NO", 1.0], int: [str(value), 77, float(value) if isinstance(value, int) else 0],
                 str: ["other", "", 5, True], float: [str(value), 2.5]}.get(type(value))
        if other is None and isinstance(value, dict):
            other = [value | {"other": 1}, {}, {key: "x" for key in value}, [value]]
        if other is None and isinstance(value, list):
            other = [value[::-1], value + value, [], value + ["more"], {"a": value}]
        return self.some(value, value, value, *(other or ["other"]))

    def content(self, domain, share):
        keys = [(d, k) for d, k in self.keys() if domain in (d, GLOBAL)]
        found = {}
        for at in keys:
            if self.often(share):
                value = self.wanted.get(at, "set")
                found[at[1]] = self.near(value)
                # What a pseudonym must also be put into.
                if isinstance(value, dict) and self.often(0.5):
                    found[at[1]] = value | {"/Users/alice/Applications/X.app": {"LCID": 1033}}
        return found

    def keys(self):
        return [(setting["domain"], setting["key"]) for setting in self.settings]

    def layer(self, path, domain, share, whole=False):
        """One file of a layer: absent, spoilt, or with some of the keys."""
        if self.often(0.35):
            return
        if self.often(0.04):
            self.spoil(path)
            return
        content = self.content(domain, share)
        if whole:
            content |= {"PayloadUUID": "X", "Beside": {"a": [1, 2.5, b"x"]}}
        else:
            content |= canaries(path)
        self.put(path, content)

    def plan_preferences(self):
        for domain in self.domains + [GLOBAL]:
            share = 0.08 if domain == GLOBAL else 0.5
            name = f"/{domain}.plist"
            self.layer(MANAGED + name, domain, 0.7 if domain != GLOBAL else 0.05, True)
            self.layer("/Library/Preferences" + name, domain, share)
            for user in self.facts["users"]:
                home = f"/Users/{user}"
                self.layer(f"{MANAGED}/{user}{name}", domain, 0.3 if domain != GLOBAL else 0.05, True)
                if domain in ELSEWHERE:
                    self.layer(f"{home}/{ELSEWHERE[domain]}", domain, share)
                    continue
                places = [f"{home}/Library/Preferences"]
                if domain not in PLAIN and self.often(0.6):
                    inside = f"{home}/Library/Containers/{domain}/Data/Library/Preferences"
                    os.makedirs(self.mac + inside)
                    places.append(inside)
                for place in places:
                    self.layer(place + name, domain, share)
                    self.layer(f"{place}/ByHost/{domain}.{self.facts['udid']}.plist", domain, 0.1)
        self.put("/Users/alice/Library/Preferences/com.example.diary.plist", canaries("diary"))
        self.put(f"{MANAGED}/com.example.secret.plist", canaries("another domain"))

    def plan_evidence(self):
        """What `profiles show` prints: wrapped and direct payloads of the policy's domains, and others."""
        def wrapped(domain, keys):
            return {"PayloadType": "com.apple.ManagedClient.preferences", "PayloadIdentifier": "w", "PayloadUUID": "U",
                    "PayloadContent": {"PayloadContentManagedPreferences": {
                        domain: {"Forced": [{"mcx_preference_settings": keys}]},
                        f"com.example.{CANARY}": {"Forced": [{"mcx_preference_settings": {CANARY: CANARY}}]}}}}

        def direct(domain, keys):
            return {"PayloadType": domain, "PayloadIdentifier": "d", "PayloadUUID": "V", "PayloadContent": keys}

        def profile(name, items):
            return {"ProfileIdentifier": name, "ProfileDisplayName": f"{name} <&>", "ProfileUUID": "P",
                    "ProfileType": "Configuration", "ProfileDescription": CANARY, "ProfileItems": items}

        wifi = {"PayloadType": "com.apple.wifi.managed", "PayloadIdentifier": "wifi", "PayloadUUID": "W",
                "PayloadContent": {"Password": f"{CANARY} password", "List": [{CANARY: [CANARY]}]}}
        shown = {"_computerlevel": [profile("com.example.wifi", [wifi])]}
        for at, domain in enumerate(self.domains):
            keys = {key: self.wanted.get((d, key), True) for d, key in self.keys() if d == domain}
            shape = self.some(wrapped, direct)
            shown["_computerlevel"].append(profile(f"com.example.{at}", [wifi, shape(domain, keys), dict(wifi)]))
        shown["alice"] = [profile("com.example.user", [wrapped(self.domains[0], {"Beside": 1})])]
        data = plistlib.dumps(shown)
        for place in ("profiles.plist", "evidence/profiles.plist"):
            os.makedirs(os.path.dirname(f"{self.mac}/{place}"), exist_ok=True)
            with open(f"{self.mac}/{place}", "wb") as file:
                file.write(data)
