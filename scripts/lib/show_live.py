"""`prefsmith show` on a Mac that runs: stand-ins answer for its commands, and know what the disk does not have yet."""

import json
import os
import plistlib
import subprocess
import tempfile
import time
import unittest

from on_mac import STAND_INS, Folder

UPDATES = "com.microsoft.autoupdate2"
WORD = "com.microsoft.Word"
KEY = f"{UPDATES}:HowToCheck"


class Live(unittest.TestCase):
    def setUp(self):
        self.top = tempfile.TemporaryDirectory()
        self.addCleanup(self.top.cleanup)
        self.mac = Folder(self.top.name)
        profiles = os.path.join(self.mac.bin, "profiles")
        if not os.path.lexists(profiles):
            os.symlink(os.path.join(STAND_INS, "profiles"), profiles)
        self.mac.write("alice", UPDATES, {"HowToCheck": "Manual"})

    def show(self, *arguments, user="root", wanted=0, live=True):
        home = "/var/root" if user == "root" else self.mac.facts["users"][user]["home"]
        environment = {
            "STAND_IN_MAC": self.mac.mac,
            "STAND_IN_USER": user,
            "HOME": self.mac.mac + home,
            "PATH": "/usr/bin:/bin",
        }
        command = [os.environ["PREFSMITH"], "show", self.mac.mac, *arguments, "--format", "json"]
        command += ["--commands", self.mac.bin] if live else []
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        self.assertEqual(ran.returncode, wanted, ran.stderr + ran.stdout)
        return json.loads(ran.stdout)

    def value(self, shown, key="HowToCheck"):
        (entry,) = [entry for entry in shown["keys"] if entry["key"] == key]
        return entry["value"] and entry["value"]["value"], entry["layer"]

    def notes(self, shown):
        return "\n".join(shown["notes"])

    def test_what_the_disk_does_not_have_yet(self):
        self.mac.save(unsaved={f"alice {UPDATES}": {"HowToCheck": "AutomaticCheck"}})
        shown = self.show(KEY)
        self.assertEqual(self.value(shown), ("AutomaticCheck", "user"))
        self.assertIn("macOS was asked for the preferences of alice", self.notes(shown))
        mac = shown["mac"]
        self.assertEqual((mac["live"], mac["snapshot"], mac["users"]), (True, False, ["alice"]))
        self.assertEqual((mac["name"], mac["serial"]), (self.mac.facts["name"], self.mac.facts["serial"]))
        # A folder that only looks like a Mac: nobody is asked, and the disk speaks.
        shown = self.show(KEY, "--user", "alice", live=False)
        self.assertEqual(self.value(shown), ("Manual", "user"))
        self.assertFalse(shown["mac"]["live"])

    def test_in_the_container_of_the_app(self):
        self.mac.write("alice", WORD, {"SendAllTelemetryEnabled": True})
        self.mac.save(unsaved={f"alice {WORD}": {"SendAllTelemetryEnabled": False}})
        shown = self.show(f"{WORD}:SendAllTelemetryEnabled")
        self.assertEqual(self.value(shown, "SendAllTelemetryEnabled"), (False, "user"))

    def test_for_this_mac_alone(self):
        folder = f"{self.mac.mac}/Users/alice/Library/Preferences/ByHost"
        os.makedirs(folder)
        for uuid, value in ((self.mac.facts["udid"], "AutomaticCheck"), ("0" * 8 + "-0000-0000-0000-" + "0" * 12, "old")):
            with open(f"{folder}/{UPDATES}.{uuid}.plist", "wb") as file:
                plistlib.dump({"HowToCheck": value}, file)
        self.assertEqual(self.value(self.show(KEY)), ("AutomaticCheck", "user-host"))

    def test_the_managed_layer_is_the_disks(self):
        os.makedirs(self.mac.mac + "/Library/Managed Preferences")
        with open(f"{self.mac.mac}/Library/Managed Preferences/{UPDATES}.plist", "wb") as file:
            plistlib.dump({"HowToCheck": "AutomaticDownload"}, file)
        self.assertEqual(self.value(self.show(KEY)), ("AutomaticDownload", "managed-computer"))

    def test_which_profile_enforces_a_key(self):
        item = {"PayloadType": UPDATES, "PayloadIdentifier": "com.example.one.1", "HowToCheck": "Manual"}
        profile = {"ProfileDisplayName": "One", "ProfileIdentifier": "com.example.one", "ProfileItems": [item]}
        item["PayloadContent"] = {"HowToCheck": "Manual"}
        with open(self.mac.mac + "/profiles.plist", "wb") as file:
            plistlib.dump({"_computerlevel": [profile]}, file)
        (entry,) = self.show(KEY)["keys"]
        self.assertEqual(entry["profiles"], ["One (com.example.one)"])
        # Where there are none macOS says so in words.
        os.remove(self.mac.mac + "/profiles.plist")
        shown = self.show(KEY)
        self.assertEqual(shown["keys"][0]["profiles"], [])
        self.assertNotIn("profile", self.notes(shown))

    def test_a_user_asks_for_herself(self):
        self.mac.save(unsaved={f"alice {UPDATES}": {"HowToCheck": "AutomaticCheck"}})
        shown = self.show(KEY, user="alice")
        self.assertEqual(self.value(shown), ("AutomaticCheck", "user"))
        self.assertIn("to root alone", self.notes(shown))

    def test_nobody_else_asks_for_her(self):
        self.mac.save(unsaved={f"alice {UPDATES}": {"HowToCheck": "AutomaticCheck"}})
        shown = self.show(KEY, user="bob")
        self.assertEqual(self.value(shown), ("Manual", "user"))
        self.assertIn("only root or alice may ask macOS", self.notes(shown))

    def test_who_is_not_logged_in_lags_behind_nothing(self):
        self.mac.save(sessions=[])
        shown = self.show(KEY)
        self.assertEqual(self.value(shown), ("Manual", "user"))
        self.assertNotIn("asked", self.notes(shown))

    def test_at_the_login_window_nobody_counts(self):
        self.mac.save(sessions=[], console="root")
        shown = self.show(KEY, wanted=3)
        self.assertEqual(shown["mac"]["users"], [])
        self.assertIn("who uses this Mac is not known", self.notes(shown))

    def test_where_macos_refuses_the_disk_speaks(self):
        self.mac.save(denied=[UPDATES])
        shown = self.show(KEY)
        self.assertEqual(self.value(shown), ("Manual", "user"))
        self.assertIn("Operation not permitted", self.notes(shown))

    def test_a_domain_that_does_not_exist(self):
        for missing in ("empty", "error"):
            self.mac.save(missing=missing)
            shown = self.show("Outlook:EnableNewOutlook")
            self.assertEqual(self.value(shown, "EnableNewOutlook"), (None, None))
            self.assertNotIn("no answer", self.notes(shown))

    def test_a_command_that_hangs_holds_nothing_up(self):
        self.mac.save(hangs=[UPDATES])
        start = time.monotonic()
        shown = self.show(KEY)
        self.assertLess(time.monotonic() - start, 30)
        self.assertEqual(self.value(shown), ("Manual", "user"))
        self.assertIn("did not answer within 10 seconds", self.notes(shown))


if __name__ == "__main__":
    unittest.main()
