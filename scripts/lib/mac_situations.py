"""What `prefsmith diff POLICY MAC` says of Macs on which profiles are installed, scripts have run, nothing is, or
something is wrong. PREFSMITH names the binary, REPO the repository."""

import csv
import io
import json
import os
import plistlib
import resource
import stat
import subprocess
import tarfile
import tempfile
import unittest

import door
from install_profile import install, settings
from on_mac import Folder

PREFSMITH = os.environ["PREFSMITH"]
REPO = os.environ["REPO"]
POLICIES = sorted(name[: -len(".toml")] for name in os.listdir(REPO + "/profiles") if name.endswith(".toml"))
APPS = {
    "Microsoft Word": "com.microsoft.Word", "Microsoft Excel": "com.microsoft.Excel",
    "Microsoft PowerPoint": "com.microsoft.Powerpoint", "Microsoft Outlook": "com.microsoft.Outlook",
    "Microsoft OneNote": "com.microsoft.onenote.mac",
}
MAU = "/Library/Application Support/Microsoft/MAU2.0/Microsoft AutoUpdate.app"


def limits():
    """600 MB of addresses; the stack as small as a shell may set it."""
    resource.setrlimit(resource.RLIMIT_AS, (600_000_000, 600_000_000))
    resource.setrlimit(resource.RLIMIT_STACK, (512 << 10, 512 << 10))


def write(path, content, fmt=plistlib.FMT_BINARY):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        plistlib.dump(content, file, fmt=fmt)


def info(root, app, bundle, version):
    short = ".".join(version.split(".")[:-1])
    write(f"{root}{app}/Contents/Info.plist",
          {"CFBundleIdentifier": bundle, "CFBundleVersion": version, "CFBundleShortVersionString": short})


def apps(root, office, autoupdate="4.75.24101000"):
    for name, bundle in APPS.items():
        info(root, f"/Applications/{name}.app", bundle, office)
    info(root, MAU, "com.microsoft.autoupdate2", autoupdate)


def expected(policy):
    """The keys of a ready-made policy, from the table that was written by hand."""
    with open(f"{REPO}/tests/expect/{policy}.csv", newline="", encoding="utf-8") as file:
        return {(row["domain"], row["key"]) for row in csv.DictReader(file)}


class Case(unittest.TestCase):
    def setUp(self):
        top = tempfile.TemporaryDirectory(dir=os.environ.get("WORK"))
        self.addCleanup(top.cleanup)
        self.top = top.name
        os.chmod(self.top, 0o755)
        self.root = self.top + "/mac"
        os.makedirs(self.root)

    def prefsmith(self, *arguments, status=0, **more):
        command = [PREFSMITH, *arguments]
        ran = subprocess.run(command, capture_output=True, check=False, timeout=120, cwd=self.top, **more)
        self.assertEqual(ran.returncode, status, ran.stdout.decode()[-2000:] + ran.stderr.decode()[-2000:])
        self.said = ran.stderr.decode()
        return ran.stdout.decode()

    def diff(self, policy, mac, *options, status=0):
        document = json.loads(self.prefsmith("diff", "--format", "json", policy, mac, *options, status=status))
        return {(one["domain"], one["key"], one["user"]): one for one in document["settings"]}

    def policy(self, text, name="policy"):
        path = f"{self.top}/{name}.toml"
        with open(path, "w", encoding="utf-8") as file:
            file.write('[policy]\nid = "com.example.test"\nset-once-stamp = 2026-01-31T00:00:00Z\n\n' + text)
        return path


class Installed(Case):
    """Profiles of `build` give `enforced` for every setting, whatever is installed."""

    def test_every_ready_made_policy(self):
        for policy in POLICIES:
            path = f"{REPO}/profiles/{policy}.toml"
            for number, form in enumerate(("mcx", "domain")):
                for users in (["anna"], ["anna", "ben"]):
                    with self.subTest(policy=policy, form=form, users=users):
                        root = f"{self.top}/{policy}-{form}-{len(users)}"
                        for user in users:
                            os.makedirs(f"{root}/Users/{user}/Library/Preferences")
                        out = f"{self.top}/out-{policy}-{form}"
                        self.prefsmith("build", path, "--form", form, "--out", out)
                        forced = install(f"{out}/{policy}.mobileconfig", root, users,
                                         (plistlib.FMT_BINARY, plistlib.FMT_XML)[number])
                        keys = {(domain, key) for domain, values in forced.items() for key in values}
                        self.assertEqual(keys, expected(policy))
                        said = self.diff(path, root, "--user", "all")
                        self.assertEqual({place[:2] for place in said}, keys)
                        self.assertEqual(len(said), len(keys) * len(users))
                        for place, one in said.items():
                            self.assertEqual(one["verdict"], "enforced", place)
                            self.assertEqual(one["layer"], "managed-computer", place)

    def test_a_profile_of_the_user_channel(self):
        path = self.policy('[custom."com.example.app"]\nKey = true\n')
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("[policy]\n", '[policy]\nchannel = "user"\n'))
        self.prefsmith("build", path, "--out", self.top + "/out")
        for user in ("anna", "ben"):
            os.makedirs(f"{self.root}/Users/{user}/Library/Preferences")
        install(self.top + "/out/policy.mobileconfig", self.root, ["anna"])
        said = self.diff(path, self.root, "--user", "all", status=1)
        self.assertEqual({user: one["verdict"] for (_, _, user), one in said.items()},
                         {"anna": "enforced", "ben": "missing"})
        self.assertEqual(said["com.example.app", "Key", "anna"]["layer"], "managed-user")

    def test_one_value_less(self):
        """The stand-in can be told from a Mac that lacks something."""
        path = f"{REPO}/profiles/office-privacy.toml"
        self.prefsmith("build", path, "--out", self.top + "/out")
        install(self.top + "/out/office-privacy.mobileconfig", self.root, [])
        apps(self.root, "16.90.24101513")
        managed = self.root + "/Library/Managed Preferences/com.microsoft.office.plist"
        with open(managed, "rb") as file:
            content = plistlib.load(file)
        del content["DiagnosticDataTypePreference"]
        write(managed, content)
        said = self.diff(path, self.root, status=1)
        self.assertEqual([key for (_, key, _), one in said.items() if one["drift"]], ["DiagnosticDataTypePreference"])


class Scripts(Case):
    """Scripts of `build` give `set`, which is not `enforced`."""

    def test_every_ready_made_policy(self):
        for policy in POLICIES:
            if policy in ("outlook-managed", "entra-sso"):
                continue  # a script cannot enforce, and their keys count only when enforced
            path = f"{REPO}/profiles/{policy}.toml"
            out = f"{self.top}/out-{policy}"
            self.prefsmith("build", path, "--target", "defaults", "--out", out)
            met = set()
            # No build of Office reads all of it, where a policy is for any build.
            macs = [("16.90.24101513", "4.75.24101000"), ("16.16.26.20091400", "4.10.19041401")]
            wanted = {"office-privacy-any-build": macs, "office2016-quiet": macs[1:]}.get(policy, macs[:1])
            for office, autoupdate in wanted:
                with self.subTest(policy=policy, office=office):
                    mac = Folder(self.top)
                    apps(mac.mac, office, autoupdate)
                    ran = mac.run(f"{out}/defaults/apply.sh", "--users", "alice")
                    self.assertEqual(ran.status, 0, ran.output + ran.errors)
                    said = self.diff(path, mac.mac, "--user", "alice", status=1)
                    self.assertEqual({place[:2] for place in said}, expected(policy))
                    for place, one in said.items():
                        if one["verdict"] == "set":
                            self.assertEqual((one["layer"], one["drift"]), ("user", True), place)
                            met.add(place[:2])
                        else:
                            self.assertEqual(one["verdict"], "not-applicable", place)
                            self.assertIn("does not read it", one["detail"])
            self.assertEqual(met, expected(policy))


class Nothing(Case):
    """A Mac without anything is never in order."""

    def test_every_ready_made_policy(self):
        def plain(root):
            os.makedirs(root + "/Library/Preferences")

        def with_user(root):
            plain(root)
            os.makedirs(root + "/Users/anna/Library/Preferences")

        def with_apps(root):
            with_user(root)
            apps(root, "16.90.24101513")

        def with_others(root):
            with_user(root)
            info(root, "/Applications/Safari.app", "com.apple.Safari", "18.0.1")

        def snapshot(root):
            write(root + "/prefsmith-snapshot.plist", {"format": 1, "console-user": "anna"})

        for make in (plain, with_user, with_apps, with_others, snapshot):
            root = f"{self.top}/{make.__name__}"
            os.makedirs(root)
            make(root)
            archive = root + ".tar.gz"
            with tarfile.open(archive, "w:gz") as file:
                file.add(root, arcname=".")
            for policy in POLICIES:
                for mac in (root, archive):
                    ran = subprocess.run([PREFSMITH, "diff", f"{REPO}/profiles/{policy}.toml", mac],
                                         capture_output=True, check=False)
                    with self.subTest(policy=policy, mac=mac):
                        self.assertIn(ran.returncode, (1, 3), ran.stdout.decode() + ran.stderr.decode())
                        self.assertIn(b"0 compliant", ran.stdout)


class Fix(Case):
    """`--fix`: the script that it writes is run, and the Mac judged again."""

    POLICY = """
[custom."com.example.app"]
Missing = true
Changed = "wanted"
Enforced = 1
ByHost = "wanted"
Kept = [1, 2]
[settings.Outlook]
DisableImport = true
[custom-set-once."com.example.app"]
Once = 5
[defaults.AutoUpdate]
UpdateCheckInterval = 360
[unset]
"com.example.app" = ["Own", "Everybody", "Both", "OfProfile", "Elsewhere"]
[why]
Missing = "a reason; with 'quotes' and $(more)"
"""

    def mac(self):
        mac = Folder(self.top)
        apps(mac.mac, "16.90.24101513")
        mac.write("alice", "com.example.app",
                  {"Changed": "by alice", "Own": 1, "Both": 1, "Kept": [1, 2], "Document": "alice's"})
        mac.write("computer", "com.example.app", {"Everybody": 1, "Both": 2, "Enforced": 2})
        write(mac.mac + "/Library/Managed Preferences/com.example.app.plist", {"Enforced": 3, "OfProfile": True})
        host = "/Users/alice/Library/Preferences/ByHost/com.example.app.6D1F36B5-0C35-5D9C-9B8E-58F08A1D7C42.plist"
        write(mac.mac + host, {"ByHost": "other", "Elsewhere": 1})
        return mac

    def verdicts(self, said):
        return {key: one["verdict"] for (_, key, _), one in said.items()}

    def test_what_a_script_can_mend(self):
        path = self.policy(self.POLICY)
        for shell in ("dash", "bash", "zsh"):
            with self.subTest(shell=shell):
                mac = self.mac()
                script = f"{mac.top}/mend it.sh"
                before = self.diff(path, mac.mac, "--user", "alice", "--fix", script, status=1)
                self.assertEqual(self.verdicts(before), {
                    "Missing": "missing", "Changed": "differs", "Enforced": "differs", "ByHost": "differs",
                    "Kept": "set", "DisableImport": "missing", "Once": "missing", "UpdateCheckInterval": "missing",
                    "Own": "unwanted", "Everybody": "unwanted", "Both": "unwanted", "OfProfile": "unwanted",
                    "Elsewhere": "unwanted",
                })
                self.assertIn("sets 4 and removes 4", self.said)
                self.assertIn("--users alice", self.said)
                for text in ("needs a profile, 7:", "DisableImport: the app takes it from profiles only",
                             "Enforced: a profile sets it otherwise", "OfProfile: a profile sets it: take it out",
                             "left to you, 2:", "ByHost"):
                    self.assertIn(text, self.said)
                ran = mac.run(script, "--users", "alice", shell=shell)
                self.assertEqual((ran.status, ran.errors), (0, ""), ran.output)
                after = self.verdicts(self.diff(path, mac.mac, "--user", "alice", status=1))
                self.assertEqual(after, {
                    "Missing": "set", "Changed": "set", "Enforced": "differs", "ByHost": "differs",
                    "Kept": "set", "DisableImport": "missing", "Once": "set", "UpdateCheckInterval": "set",
                    "Own": "absent", "Everybody": "absent", "Both": "absent", "OfProfile": "unwanted",
                    "Elsewhere": "unwanted",
                })
                # What the policy does not name stays, and a second run changes nothing.
                self.assertEqual(mac.read("alice", "com.example.app")["Document"], "alice's")
                again = mac.run(script, "--users", "alice", shell=shell)
                self.assertEqual(set(again.words()), {"ok"}, again.output)

    def test_nothing_to_mend(self):
        path = self.policy('[custom."com.example.app"]\nKey = true\n')
        write(self.root + "/Library/Managed Preferences/com.example.app.plist", {"Key": True})
        self.prefsmith("diff", path, self.root, "--fix", self.top + "/mend.sh")
        self.assertIn("nothing drifts", self.said)
        self.assertFalse(os.path.exists(self.top + "/mend.sh"))

    def test_what_only_a_profile_mends(self):
        path = self.policy("[settings.Outlook]\nDisableImport = true\n")
        apps(self.root, "16.90.24101513")
        os.makedirs(self.root + "/Users/anna/Library/Preferences")
        self.prefsmith("diff", path, self.root, "--fix", self.top + "/mend.sh", status=1)
        self.assertIn("no script can mend this", self.said)
        self.assertFalse(os.path.exists(self.top + "/mend.sh"))

    def test_a_file_that_is_there_is_left_alone(self):
        path = self.policy('[custom."com.example.app"]\nKey = true\n')
        os.makedirs(self.root + "/Library")
        with open(self.top + "/mend.sh", "w", encoding="utf-8") as file:
            file.write("mine")
        self.prefsmith("diff", path, self.root, "--fix", self.top + "/mend.sh", status=2)
        self.assertIn("is there already", self.said)
        with open(self.top + "/mend.sh", encoding="utf-8") as file:
            self.assertEqual(file.read(), "mine")


class Wrong(Case):
    """Whatever is wrong is said, and never exit 0."""

    def setUp(self):
        super().setUp()
        self.wanted = self.policy('[custom."com.example.app"]\nKey = true\n[custom."com.example.other"]\nKey = true\n')
        managed = self.root + "/Library/Managed Preferences"
        self.managed = managed + "/com.example.app.plist"
        for domain in ("app", "other"):
            write(f"{managed}/com.example.{domain}.plist", {"Key": True})
        os.makedirs(self.root + "/Users/anna/Library/Preferences")

    def as_nobody(self, status, *options):
        """As somebody whom modes hold."""
        more = {"user": "nobody", "group": "nogroup"} if os.getuid() == 0 else {}
        return self.prefsmith("diff", self.wanted, self.root, *options, status=status, **more)

    def test_a_sound_one(self):
        self.as_nobody(0)

    def test_a_file_that_may_not_be_read(self):
        os.chmod(self.managed, 0)
        said = self.as_nobody(3)
        self.assertIn("com.example.app.plist: it may not be read", said)
        self.assertIn("1 compliant, 0 drifted, 1 undecided", said)

    def test_a_folder_that_may_not_be_read(self):
        for folder, status in (("/Library/Managed Preferences", 3), ("/Users", 2)):
            os.chmod(self.root + folder, 0)
            said = self.as_nobody(status) + self.said
            os.chmod(self.root + folder, 0o755)
            self.assertIn("it may not be read", said)
        # What is enforced wins, whatever the user has.
        for folder in ("/Users/anna/Library", "/Users/anna"):
            os.chmod(self.root + folder, 0)
            self.as_nobody(0)
            os.chmod(self.root + folder, 0o755)

    def test_a_user_folder_that_may_not_be_read_and_may_win(self):
        os.remove(self.managed)
        os.chmod(self.root + "/Users/anna/Library", 0)
        try:
            # Nobody knows what is in effect, and no profile enforces it.
            self.assertIn("it may not be read", self.as_nobody(1))
        finally:
            os.chmod(self.root + "/Users/anna/Library", 0o755)

    def test_half_a_file(self):
        for fmt in (plistlib.FMT_XML, plistlib.FMT_BINARY):
            data = plistlib.dumps({"Key": True, "Other": "x" * 200}, fmt=fmt)
            with open(self.managed, "wb") as file:
                file.write(data[: len(data) // 2])
            self.assertIn("1 compliant, 0 drifted, 1 undecided", self.prefsmith("diff", self.wanted, self.root, status=3))

    def test_what_is_no_file(self):
        os.remove(self.managed)
        os.mkfifo(self.managed)
        self.assertIn("it is no regular file", self.prefsmith("diff", self.wanted, self.root, status=3))
        os.remove(self.managed)
        os.symlink("/etc/passwd", self.managed)
        self.assertIn("a link leads out of the Mac", self.prefsmith("diff", self.wanted, self.root, status=3))
        os.remove(self.managed)
        os.symlink("nowhere", self.managed)
        self.assertIn("a link leads nowhere", self.prefsmith("diff", self.wanted, self.root, status=3))

    def test_no_mac(self):
        os.makedirs(self.top + "/empty")
        self.prefsmith("diff", self.wanted, self.top + "/empty", status=2)
        self.assertIn("it is not shaped like a Mac", self.said)
        self.prefsmith("diff", self.wanted, self.top + "/none", status=2)
        self.prefsmith("diff", self.wanted, self.top + "/none.tar.gz", status=2)
        self.assertIn("there is no such file", self.said)

    def test_an_unknown_user(self):
        self.prefsmith("diff", self.wanted, self.root, "--user", "eva", status=2)
        self.assertIn("no user `eva` has a home there; those are: anna", self.said)

    def archive(self, change=None):
        """An archive of the Mac, with an entry that should not be there."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as file:
            file.add(self.root, arcname=".")
            if change is not None:
                change(file)
        path = self.top + "/mac.tar.gz"
        with open(path, "wb") as file:
            file.write(buffer.getvalue())
        return path

    def refused(self, path, *texts):
        self.prefsmith("diff", self.wanted, path, status=2, preexec_fn=limits)
        for text in texts:
            self.assertIn(text, self.said)

    def test_a_sound_archive(self):
        self.prefsmith("diff", self.wanted, self.archive(), preexec_fn=limits)

    def test_archives_that_mean_harm(self):
        def entry(name, **fields):
            def change(file):
                item = tarfile.TarInfo(name)
                for field, value in fields.items():
                    setattr(item, field, value)
                file.addfile(item, io.BytesIO(b"\0" * item.size))
            return change

        self.refused(self.archive(entry("../../etc/cron.d/x", size=3)), "`../../etc/cron.d/x`", "no name that a snapshot has")
        self.refused(self.archive(entry("/etc/cron.d/x", size=3)), "no name that a snapshot has")
        self.refused(self.archive(entry("Library/x", type=tarfile.SYMTYPE, linkname="/etc")), "neither a file nor a folder")
        self.refused(self.archive(entry("Library/x", type=tarfile.LNKTYPE, linkname="../x")), "neither a file nor a folder")
        self.refused(self.archive(entry("dev/x", type=tarfile.CHRTYPE, devmajor=1)), "neither a file nor a folder")
        self.refused(self.archive(entry("dev/x", type=tarfile.FIFOTYPE)), "neither a file nor a folder")
        self.refused(self.archive(entry("./Library/Managed Preferences/com.example.app.plist", size=1)), "is twice in the archive")

    def test_archives_that_grow(self):
        def bomb(file):
            item = tarfile.TarInfo("zeros")
            item.size = 300 << 20
            with open("/dev/zero", "rb") as zeros:
                file.addfile(item, zeros)

        def many(file):
            for number in range(100_001):
                file.addfile(tarfile.TarInfo(f"Library/{number}"), None)

        self.refused(self.archive(bomb), "holds more than 256 MiB")
        self.refused(self.archive(many), "more than 100000 entries")

    def test_many_large_files_in_an_archive(self):
        def fifteen(file):
            for number in range(15):
                item = tarfile.TarInfo(f"Library/Preferences/{number}.plist")
                item.size = 16 << 20
                with open("/dev/zero", "rb") as zeros:
                    file.addfile(item, zeros)

        self.prefsmith("diff", self.wanted, self.archive(fifteen), preexec_fn=limits)

    def test_an_archive_that_is_cut(self):
        with open(self.archive(), "rb") as file:
            whole = file.read()
        for cut in (0, 1, 10, 11, len(whole) // 2, len(whole) - 9, len(whole) - 1):
            with open(self.top + "/cut.tar.gz", "wb") as file:
                file.write(whole[:cut])
            self.refused(self.top + "/cut.tar.gz", "the archive")

    def test_files_that_grow_when_they_are_read(self):
        folder = self.top + "/large"
        with open(os.devnull, "w", encoding="utf-8") as quiet:
            old, os.sys.stdout = os.sys.stdout, quiet
            try:
                door.large(folder)
            finally:
                os.sys.stdout = old
        places = [
            "/Library/Managed Preferences/com.example.app.plist", "/Library/Preferences/com.example.app.plist",
            "/Library/Managed Preferences/.GlobalPreferences.plist", "/evidence/profiles.plist",
            "/Users/anna/Library/Preferences/com.example.app.plist", "/prefsmith-snapshot.plist",
            "/Applications/Microsoft Word.app/Contents/Info.plist",
            "/System/Library/CoreServices/SystemVersion.plist",
        ]
        for number, name in enumerate(sorted(os.listdir(folder))):
            # Each place gets several files: all of all take minutes.
            for place in (places[number % 8], places[(number + 3) % 8]):
                path = self.root + place
                kept = None
                if os.path.exists(path):
                    with open(path, "rb") as file:
                        kept = file.read()
                os.makedirs(os.path.dirname(path), exist_ok=True)
                os.replace(f"{folder}/{name}", path)
                status = {places[0]: 3, places[5]: 2}.get(place, 0)
                with self.subTest(file=name, place=place):
                    # Of a file that is a dictionary, the key may just not be in it.
                    allowed = (1, 3) if place == places[0] else (status,)
                    ran = subprocess.run([PREFSMITH, "diff", self.wanted, self.root], capture_output=True, check=False,
                                         timeout=60, preexec_fn=limits)
                    self.assertIn(ran.returncode, allowed, ran.stdout.decode()[-500:] + ran.stderr.decode()[-500:])
                os.replace(path, f"{folder}/{name}")
                if kept is not None:
                    with open(path, "wb") as file:
                        file.write(kept)


if __name__ == "__main__":
    unittest.main()
