"""What the collector and the check do where something is not as usual. PREFSMITH names the binary, SCRIPT_SHELL the shell."""

import os
import plistlib
import subprocess
import tarfile
import unittest

from situations import SHELL, OnMac

POLICY = """[policy]
id = "com.example.test"
name = "It's $(a) test"

[settings.AutoUpdate]
HowToCheck = "Manual"

[settings.Word]
DisableResumeAssistant = true
"""
MAU = "com.microsoft.autoupdate2"
WORD = "com.microsoft.Word"
MANAGED = "/Library/Managed Preferences"
AUDIT = "/Library/Preferences/org.com.example.test.audit.plist"


class Situations(OnMac):
    def setUp(self):
        super().setUp()
        self.build(POLICY)

    def build(self, policy):
        self.out = self.built(policy, "collector,check-script")

    def put(self, path, content):
        real = self.mac.mac + path
        os.makedirs(os.path.dirname(real), exist_ok=True)
        with open(real, "wb") as file:
            file.write(content if isinstance(content, bytes) else plistlib.dumps(content))

    def deny(self, *paths):
        with open(f"{self.mac.mac}/denied.txt", "w", encoding="utf-8") as file:
            file.write("".join(f"{path}\n" for path in paths))

    def collect(self, *options, status=0, user="root"):
        """What the script said, and every file of the snapshot."""
        target = f"{self.top}/snapshot.tar.gz"
        ran = self.mac.run(f"{self.out}/collector/collect.sh", "--out", target, *options, shell=SHELL, user=user, timeout=400)
        self.assertEqual((ran.status, ran.errors), (status, ""), ran.output)
        with tarfile.open(target) as tar:
            found = {member.name.removeprefix("."): tar.extractfile(member).read() for member in tar if member.isfile()}
        self.about = plistlib.loads(found["/prefsmith-snapshot.plist"])
        return ran.output, found

    def check(self, *options, status=0, user="root", errors=""):
        ran = self.mac.run(f"{self.out}/check-script/check.sh", *options, shell=SHELL, user=user, timeout=400)
        self.assertEqual((ran.status, ran.errors), (status, errors), ran.output)
        return ran.output

    def install(self):
        self.put("/Applications/Microsoft Word.app/Contents/Info.plist",
                 {"CFBundleIdentifier": WORD, "CFBundleVersion": "16.60.22041000"})
        self.put("/Library/Application Support/Microsoft/MAU2.0/Microsoft AutoUpdate.app/Contents/Info.plist",
                 {"CFBundleIdentifier": MAU, "CFBundleVersion": "4.70.240301"})

    def manage(self, mau="Manual", word=True):
        self.put(f"{MANAGED}/{MAU}.plist", {"HowToCheck": mau})
        self.put(f"{MANAGED}/{WORD}.plist", {"DisableResumeAssistant": word})

    # The collector.

    def test_what_a_snapshot_says_of_itself(self):
        self.collect()
        about = self.about
        self.assertEqual((about["format"], about["collector"], about["policy"]), (1, "1", "com.example.test"))
        self.assertEqual(about["serial"], "C02STANDIN")
        self.assertEqual(about["hardware-uuid"], "00000000-0000-1000-8000-000000000001")
        self.assertEqual(about["name"], "Ada's \"Mac\" <1>")
        self.assertEqual(about["console-user"], "alice")
        self.assertEqual(about["collected"][MAU], ["HowToCheck"])
        self.assertEqual(about["unreadable"], {})

    def test_at_the_login_window_users_are_collected_from_the_disk(self):
        self.mac.save(console="loginwindow", sessions=[])
        self.mac.write("alice", MAU, {"HowToCheck": "AutomaticCheck", "Other": 1})
        _, found = self.collect()
        self.assertNotIn("console-user", self.about)
        self.assertEqual(plistlib.loads(found[f"/Users/alice/Library/Preferences/{MAU}.plist"]), {"HowToCheck": "AutomaticCheck"})

    def test_of_who_is_logged_in_defaults_knows_better_than_the_disk(self):
        """`defaults` is asked in the session of the user: the stand-in refuses everything else."""
        self.mac.write("alice", MAU, {"HowToCheck": "AutomaticCheck"})
        self.mac.save(hangs=[MAU])
        said, found = self.collect("--timeout", "1")
        # It hangs, so that the disk is asked after all.
        self.assertEqual(plistlib.loads(found[f"/Users/alice/Library/Preferences/{MAU}.plist"]), {"HowToCheck": "AutomaticCheck"})
        self.assertEqual(said.count("\n"), 1)

    def test_missing_and_denied_are_told_apart(self):
        container = f"/Users/alice/Library/Containers/{WORD}"
        self.mac.save(denied=[WORD])
        self.put(f"{container}/Data/Library/Preferences/{WORD}.plist", {"DisableResumeAssistant": True})
        self.deny(container)
        said, found = self.collect()
        path = f"{container}/Data/Library/Preferences/{WORD}.plist"
        why = "permission denied (Operation not permitted): give Full Disk Access to whatever runs this script"
        self.assertEqual(self.about["unreadable"][path], why)
        self.assertIn(f"not read: {path}: {why}\n", said)
        self.assertNotIn(path, found)
        # Of bob there is no such file, which is nothing to tell.
        self.assertFalse([one for one in self.about["unreadable"] if "/bob" in one])

    def test_a_container_of_which_nobody_may_know(self):
        self.deny("/Users/bob smith/Library/Containers")
        self.collect()
        self.assertIn(f"/Users/bob/Library/Containers/{WORD}", self.about["unreadable"])

    def test_files_that_are_no_preferences(self):
        os.mkfifo(f"{self.mac.mac}/Library/Preferences/{MAU}.plist")
        os.symlink("/nowhere", f"{self.mac.mac}/Library/Preferences/{WORD}.plist")
        self.put(f"/Users/alice/Library/Preferences/{MAU}.plist", plistlib.dumps(["HowToCheck"]))
        self.put(f"/Users/bob smith/Library/Preferences/{MAU}.plist", b"<plist><dict>")
        self.mac.save(sessions=[], console="root")
        self.collect()
        self.assertEqual(self.about["unreadable"], {
            f"/Library/Preferences/{MAU}.plist": "it is no regular file",
            f"/Library/Preferences/{WORD}.plist": "a link leads nowhere",
            f"/Users/alice/Library/Preferences/{MAU}.plist": "it is no dictionary of preferences",
            f"/Users/bob/Library/Preferences/{MAU}.plist": "it is no property list that plutil reads",
        })

    def test_too_large(self):
        self.put(f"/Library/Preferences/{MAU}.plist", b" " * (16 * 2**20 + 1))
        self.collect()
        self.assertEqual(self.about["unreadable"], {f"/Library/Preferences/{MAU}.plist": "it is larger than 16 MiB"})

    def test_managed_files_are_whole_even_if_they_are_broken(self):
        self.put(f"{MANAGED}/{MAU}.plist", b"<plist><dict><key>half")
        _, found = self.collect()
        self.assertEqual(found[f"{MANAGED}/{MAU}.plist"], b"<plist><dict><key>half")

    def test_one_user(self):
        for who, names in [("bob", ["bob"]), ("console", ["alice"]), ("all", ["alice", "bob"])]:
            target = f"{self.top}/snapshot.tar.gz"
            self.collect("--user", who)
            with tarfile.open(target) as tar:
                found = sorted(name for name in tar.getnames() if name.count("/") == 2 and name.startswith("./Users/"))
            self.assertEqual(found, [f"./Users/{name}" for name in names])

    def test_nobody_at_the_screen(self):
        self.mac.save(console="loginwindow", sessions=[])
        self.collect("--user", "console")
        self.assertEqual(self.about["unreadable"], {"/Users": "nobody was at the screen, and nobody else was asked for"})

    def test_pseudonyms_are_those_of_all_users(self):
        """Also of a single one, and in paths, values, evidence, and what is said."""
        self.put(f"/Users/bob smith/Library/Preferences/{MAU}.plist", {"HowToCheck": "/Users/bob smith/x and /Users/bob smithy"})
        self.put("/profiles.plist", {"bob": [{"ProfileIdentifier": "p", "ProfileItems": []}], "eve": []})
        self.put(f"{MANAGED}/bob/{MAU}.plist", {"a": "file:///Users/bob smith/b"})
        self.deny(f"/Users/bob smith/Library/Preferences/{WORD}.plist")
        self.put(f"/Users/bob smith/Library/Preferences/{WORD}.plist", {})
        said, found = self.collect("--pseudonymise", "--user", "bob")
        self.assertEqual(plistlib.loads(found[f"/Users/user-2/Library/Preferences/{MAU}.plist"]),
                         {"HowToCheck": "/Users/user-2/x and /Users/bob smithy"})
        self.assertEqual(plistlib.loads(found[f"{MANAGED}/user-2/{MAU}.plist"]), {"a": "file:///Users/user-2/b"})
        self.assertEqual(set(plistlib.loads(found["/evidence/profiles.plist"])), {"user-2", "user-0"})
        self.assertNotIn("name", self.about)
        self.assertNotIn("console-user", self.about)
        self.assertIn(f"not read: /Users/user-2/Library/Preferences/{WORD}.plist", said)
        self.assertNotIn("bob", said)

    def test_profiles_that_cannot_be_shown(self):
        _, found = self.collect()
        self.assertNotIn("/evidence/profiles.plist", found)
        self.put("/profiles.plist", b"<plist><dict><key>_computerlevel</key>")
        self.collect()
        self.assertEqual(self.about["unreadable"], {"/evidence/profiles.plist": "what was taken from it is no property list"})

    def test_somebody_who_is_not_root_collects_their_own(self):
        self.mac.write("bob", MAU, {"HowToCheck": "AutomaticCheck"})
        _, found = self.collect(user="bob")
        self.assertIn(f"/Users/bob/Library/Preferences/{MAU}.plist", found)
        self.assertEqual(self.about["unreadable"], {"/evidence/profiles.plist": "only root sees all profiles"})
        target = f"{self.top}/none.tar.gz"
        ran = self.mac.run(f"{self.out}/collector/collect.sh", "--user", "alice", "--out", target, shell=SHELL, user="bob")
        self.assertEqual((ran.status, ran.output), (2, ""))
        self.assertFalse(os.path.exists(target))

    def test_where_it_goes(self):
        script = f"{self.out}/collector/collect.sh"
        name = "com.example.test-C02STANDIN.tar.gz"
        folder = f"{self.mac.mac}/Library/Application Support/prefsmith"
        ran = self.mac.run(script, "/", "Ada's Mac", "alice", "", shell=SHELL)
        self.assertEqual((ran.status, ran.output), (0, f"wrote {folder}/{name}\n"))
        self.assertEqual(os.stat(folder).st_mode & 0o777, 0o700)
        self.assertEqual(os.listdir(folder), [name])
        # A link is replaced, not followed.
        target = f"{self.top}/precious"
        with open(target, "w", encoding="utf-8") as file:
            file.write("precious")
        os.symlink(target, f"{self.top}/link.tar.gz")
        ran = self.mac.run(script, f"--out={self.top}/link.tar.gz", "--quiet", shell=SHELL)
        self.assertEqual((ran.status, ran.output), (0, ""))
        with open(target, encoding="utf-8") as file:
            self.assertEqual(file.read(), "precious")
        self.assertFalse(os.path.islink(f"{self.top}/link.tar.gz"))
        ran = self.mac.run(script, "--out", f"{self.top}/no/such/folder/x", shell=SHELL)
        self.assertEqual(ran.status, 1)
        self.assertIn("could not be written", ran.errors)

    def test_wrong_options(self):
        script = f"{self.out}/collector/collect.sh"
        for options in [["--user"], ["--user", "root"], ["--user", "eve"], ["all"], ["--out="], ["--stdout", "--out", "x"],
                        ["--timeout", "0"], ["--fix"]]:
            self.assertEqual(self.mac.run(script, *options, shell=SHELL).status, 2, options)
        self.assertIn("--pseudonymise", self.mac.run(script, "--help", shell=SHELL).output)

    def test_every_key_that_the_catalogue_knows(self):
        self.mac.write("alice", "com.microsoft.OneDrive", {"DisableTutorial": True, "Recent": 1})
        path = "/Users/alice/Library/Preferences/com.microsoft.OneDrive.plist"
        _, found = self.collect()
        self.assertNotIn(path, found)
        _, found = self.collect("--catalogue")
        self.assertEqual(plistlib.loads(found[path]), {"DisableTutorial": True})
        self.assertIn("DisableTutorial", self.about["collected"]["com.microsoft.OneDrive"])

    # The check.

    def test_the_words(self):
        self.assertEqual(self.check(status=3), "Not installed\n")
        self.install()
        # By domain, and capitals come first.
        self.assertEqual(self.check(status=1), "Drift: DisableResumeAssistant, HowToCheck\n")
        self.manage()
        self.assertEqual(self.check(), "Compliant\n")
        self.manage(mau="AutomaticCheck")
        self.assertEqual(self.check("--result", status=1), "<result>Drift: HowToCheck</result>\n")
        self.assertEqual(self.check("--exit-zero"), "Drift: HowToCheck\n")
        self.assertEqual(self.check("--quiet", status=1), "")
        self.manage(word=1)
        self.assertEqual(self.check(), "Compliant\n")
        self.assertEqual(self.check("--strict-types", status=1), "Drift: DisableResumeAssistant\n")
        self.put(f"{MANAGED}/{MAU}.plist", b"broken")
        line = f"Unknown: HowToCheck: {MANAGED}/{MAU}.plist: it is no property list that plutil reads\n"
        self.assertEqual(self.check(status=3), line)

    def test_at_the_login_window(self):
        self.install()
        self.manage()
        self.mac.save(console="loginwindow", sessions=[])
        self.assertEqual(self.check(), "Compliant\n")

    def test_a_build_that_does_not_read_it(self):
        self.install()
        self.put("/Applications/Microsoft Word.app/Contents/Info.plist",
                 {"CFBundleIdentifier": WORD, "CFBundleVersion": "15.20.160316"})
        self.put(f"{MANAGED}/{MAU}.plist", {"HowToCheck": "Manual"})
        said = self.check("--list")
        self.assertRegex(said, "not-applicable com.microsoft.Word DisableResumeAssistant: Word 15.20.160316 does not read it")
        self.assertTrue(said.endswith("\nCompliant\n"))

    def test_below_the_profiles(self):
        self.install()
        self.mac.write("alice", MAU, {"HowToCheck": "Manual"})
        self.mac.write("computer", WORD, {"DisableResumeAssistant": False})
        said = self.check("--list", status=1)
        self.assertIn(f"not-enforced   {MAU} HowToCheck\n", said)
        said = self.check("--list", "--effective", status=1)
        self.assertIn(f"set            {MAU} HowToCheck\n", said)
        self.assertIn(f"differs        {WORD} DisableResumeAssistant\n", said)

    def test_the_audit_of_mscp(self):
        self.install()
        self.manage(mau="Other")
        self.put(f"{MANAGED}/org.com.example.test.audit.plist",
                 {f"{WORD}:DisableResumeAssistant": {"exempt": True, "exempt_reason": "A <test>."}})
        self.assertEqual(self.check("--stats", status=3, errors="no check was noted on this Mac\n"), "")
        self.assertEqual(self.check("--check", status=1), "Drift: HowToCheck\n")
        with open(self.mac.mac + AUDIT, "rb") as file:
            audit = plistlib.load(file)
        self.assertEqual(os.stat(self.mac.mac + AUDIT).st_mode & 0o777, 0o644)
        self.assertRegex(audit.pop("lastComplianceCheck"), r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d{4}$")
        self.assertEqual(audit, {
            f"{MAU}:HowToCheck": {"finding": True, "standing": "drifted", "verdict": "differs"},
            f"{WORD}:DisableResumeAssistant": {
                "finding": False, "standing": "exempt", "verdict": "enforced", "exempt": True, "exempt_reason": "A <test>."},
        })
        self.assertRegex(self.check("--stats"), "^0 compliant, 1 drifted, 0 undecided, 0 not applicable, 1 exempt, of 2; last check 20")
        self.assertEqual((self.check("--compliant"), self.check("--non_compliant")), ("0\n", "1\n"))
        self.manage()
        self.assertEqual(self.check("--check"), "Compliant\n")
        self.assertEqual(self.check("--non_compliant"), "0\n")
        self.check("--reset")
        self.assertFalse(os.path.exists(self.mac.mac + AUDIT))

    def test_nothing_is_noted_without_being_asked(self):
        self.install()
        self.check(status=1)
        self.check("--effective", status=1)
        self.assertFalse(os.path.exists(self.mac.mac + AUDIT))

    def test_a_plain_user_judges_and_notes_nothing(self):
        self.install()
        self.manage()
        self.assertEqual(self.check(user="bob"), "Compliant\n")
        self.check("--check", status=2, user="bob", errors="only root notes what was found\n")

    def test_what_is_not_done(self):
        self.check("--fix", status=2, errors="a script cannot enforce: the profile of this policy does\n")
        for options in [["--user", "eve"], ["--user"], ["--none"], ["--set", "user.upn=x"], ["-x"]]:
            ran = self.mac.run(f"{self.out}/check-script/check.sh", *options, shell=SHELL)
            self.assertEqual(ran.status, 2, options)

    def test_tokens(self):
        self.build(POLICY + '[settings.Office]\nOfficeActivationEmailAddress = "${user.upn}"\n'
                   '[custom."com.example.a"]\nSerial = "${device.serial}"\n')
        self.install()
        self.manage()
        self.put(f"{MANAGED}/com.microsoft.office.plist", {"OfficeActivationEmailAddress": "a&b@example.com"})
        self.put(f"{MANAGED}/com.example.a.plist", {"Serial": "C02STANDIN"})
        self.assertIn("Unknown: OfficeActivationEmailAddress: nobody said what ${user.upn} is", self.check(status=3))
        self.assertEqual(self.check("--set", "user.upn=a&b@example.com"), "Compliant\n")
        self.assertEqual(self.check("--set", "user.upn=c@example.com", status=1), "Drift: OfficeActivationEmailAddress\n")

    def test_values_are_compared_as_the_catalogue_says(self):
        self.build(POLICY + '[settings.AutoUpdate.Applications."/A.app"]\n"Application ID" = "MSWD2019"\n'
                   '[custom."com.example.a"]\nList = [1, 2]\nDict = { a = [true, 0.5], b = "x" }\nText = "<&>\'"\n'
                   '[custom."com.microsoft.Excel"]\nNumber = 1\n'
                   '[settings."com.microsoft.Powerpoint"]\nOUIWhatsNewShownItemIds = [10, 11]\n')
        self.install()
        self.put("/Applications/Microsoft PowerPoint.app/Contents/Info.plist",
                 {"CFBundleIdentifier": "com.microsoft.Powerpoint", "CFBundleVersion": "16.60.22041000"})
        right = {"apps": {"/B.app": {"x": 1}, "/A.app": {"LCID": 1, "Application ID": "MSWD2019"}}, "set": [11, 10],
                 "List": [1, 2], "Dict": {"b": "x", "a": [True, 0.5]}, "Text": "<&>'", "Number": 1}
        def there(**changed):
            all_of = right | changed
            self.put(f"{MANAGED}/{MAU}.plist", {"HowToCheck": "Manual", "Applications": all_of["apps"]})
            self.put(f"{MANAGED}/{WORD}.plist", {"DisableResumeAssistant": True})
            self.put(f"{MANAGED}/com.microsoft.Excel.plist", {"Number": all_of["Number"]})
            self.put(f"{MANAGED}/com.microsoft.Powerpoint.plist", {"OUIWhatsNewShownItemIds": all_of["set"]})
            self.put(f"{MANAGED}/com.example.a.plist", {key: all_of[key] for key in ("List", "Dict", "Text")})
        there()
        self.assertEqual(self.check(), "Compliant\n")
        wrong = [
            {"apps": {"/A.app": {"Application ID": "MSWD15"}}, "set": [10], "List": [2, 1], "Dict": {"a": [True, 0.5]},
             "Text": "<&>", "Number": 2},
            {"apps": {"/B.app": {}}, "set": [10, 11, 12], "List": [1, 2, 3], "Dict": {"a": [True, 0.5], "b": "x", "c": 1},
             "Text": 5, "Number": [1]},
        ]
        for values in wrong:
            there(**values)
            line = "Drift: Dict, List, Text, Number, OUIWhatsNewShownItemIds, Applications\n"
            self.assertEqual(self.check(status=1), line)
        there(Number="1", List=[1, "2"], Dict={"a": [1, 0.5], "b": "x"})
        self.assertEqual(self.check(), "Compliant\n")
        self.assertEqual(self.check("--strict-types", status=1), "Drift: Dict, List, Number\n")

    def test_many_that_drift(self):
        keys = "".join(f"Key{number:02} = {number}\n" for number in range(25))
        self.build(POLICY + f'[custom."com.example.a"]\n{keys}')
        line = self.check(status=1)
        self.assertTrue(line.startswith("Drift: Key00, Key01, "), line)
        self.assertTrue(line.endswith(", Key19 and 5 more\n"), line)

    def test_a_quick_command_is_none_that_hangs(self):
        """A signal that came while the watching shell started was lost, so that it watched until the time was over."""
        with open(f"{self.out}/check-script/check.sh", encoding="utf-8") as file:
            text = file.read()
        limits = text[text.index("# limited COMMAND"):text.index("# Why the last")]
        script = f'work={self.mac.temporary} how=self input=/dev/null seconds=9 n=0\n{limits}\n' \
                 'while [ $n -lt 150 ]; do limited true || echo late; n=$((n + 1)); done\n'
        shell = {"dash": ["dash"], "bash": ["bash", "--posix"], "zsh": ["zsh", "--emulate", "sh"]}[SHELL]
        busy = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(3)]
        try:
            ran = subprocess.run(shell + ["-c", script], capture_output=True, text=True, timeout=100, check=False)
        finally:
            for one in busy:
                one.kill()
        self.assertEqual((ran.stderr[:300], ran.stdout[:300]), ("", ""))


if __name__ == "__main__":
    unittest.main()
