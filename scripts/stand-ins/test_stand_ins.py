"""The stand-ins have the quirks of the commands they stand for: a lenient one would be a check that cannot fail."""

import datetime
import os
import plistlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "lib"))
from on_mac import Folder


class StandIns(unittest.TestCase):
    def setUp(self):
        self.top = tempfile.TemporaryDirectory()
        self.addCleanup(self.top.cleanup)
        self.mac = Folder(self.top.name)

    def run_as(self, user, *command, data=b""):
        environment = {
            "STAND_IN_MAC": self.mac.mac,
            "STAND_IN_USER": user,
            "PATH": f"{self.mac.bin}:/usr/bin:/bin",
        }
        return subprocess.run(command, input=data, env=environment, capture_output=True, check=False)

    def alice(self, *command, data=b""):
        return self.run_as("alice", *command, data=data)

    def stored(self, *flags, key="k"):
        self.assertEqual(self.alice("defaults", "write", "com.example.a", key, *flags).returncode, 0)
        return self.mac.read("alice", "com.example.a")[key]

    def test_int_of_no_number_is_0(self):
        for text, number in [("abc", 0), ("5abc", 5), ("-3", -3), ("9223372036854775808", 2**63 - 1)]:
            self.assertEqual(self.stored("-int", text), number)

    def test_without_a_flag_a_number_is_a_string(self):
        self.assertEqual(self.stored("1"), "1")
        self.assertEqual(self.stored("true"), "true")
        self.assertEqual(self.stored("<dict><key>a</key><true/></dict>"), {"a": True})
        self.assertEqual(self.alice("defaults", "write", "com.example.a", "k", "<dict>").returncode, 255)

    def test_a_string_is_taken_literally(self):
        for text in ["-x", "<true/>", "(a,b)", "", "a\nb", "é$(x)"]:
            self.assertEqual(self.stored("-string", text), text)

    def test_bool_takes_four_words_and_two_digits(self):
        self.assertIs(self.stored("-bool", "YES"), True)
        self.assertIs(self.stored("-bool", "false"), False)
        self.assertEqual(self.alice("defaults", "write", "com.example.a", "k", "-bool", "on").returncode, 255)

    def test_floats_are_single(self):
        self.assertNotEqual(self.stored("-float", "0.1"), 0.1)
        self.assertEqual(self.stored("-float", "0.5"), 0.5)

    def test_array_add_is_not_idempotent(self):
        self.stored("-array", "a")
        self.assertEqual(self.stored("-array-add", "a"), ["a", "a"])

    def test_a_key_with_a_hyphen_is_an_option(self):
        self.assertEqual(self.alice("defaults", "write", "com.example.a", "-k", "-bool", "true").returncode, 255)
        self.assertEqual(self.alice("defaults", "delete", "com.example.a", "-k").returncode, 255)

    def test_import_leaves_other_keys(self):
        self.stored("-int", "1", key="other")
        data = plistlib.dumps({"k": [1.5, b"x", datetime.datetime(2026, 1, 31)]})
        self.assertEqual(self.alice("defaults", "import", "com.example.a", "-", data=data).returncode, 0)
        self.assertEqual(
            self.mac.read("alice", "com.example.a"), {"other": 1, "k": [1.5, b"x", datetime.datetime(2026, 1, 31)]}
        )
        for bad in [b"", b"<plist><array/></plist>", b"no"]:
            self.assertEqual(self.alice("defaults", "import", "com.example.a", "-", data=bad).returncode, 1)

    def test_the_disk_lags_behind_what_export_knows(self):
        self.stored("-int", "1")
        self.mac.save(unsaved={"alice com.example.a": {"k": 2}})
        export = self.alice("defaults", "export", "com.example.a", "-")
        self.assertEqual(plistlib.loads(export.stdout), {"k": 2})
        self.assertEqual(self.mac.read("alice", "com.example.a"), {"k": 1})

    def test_export_is_xml_with_types(self):
        self.stored("-string", "a < b & \"c\"")
        text = self.alice("defaults", "export", "com.example.a", "-").stdout
        self.assertIn(b'<string>a &lt; b &amp; "c"</string>', text)
        self.assertEqual(plistlib.loads(text), {"k": 'a < b & "c"'})

    def test_reals_have_seventeen_digits(self):
        self.mac.write("alice", "com.example.a", {"k": 0.1})
        self.assertIn(b"<real>0.10000000000000001</real>", self.alice("defaults", "export", "com.example.a", "-").stdout)

    def test_a_missing_domain(self):
        ran = self.alice("defaults", "export", "com.example.none", "-")
        self.assertEqual((ran.returncode, plistlib.loads(ran.stdout)), (0, {}))
        self.mac.save(missing="error")
        ran = self.alice("defaults", "export", "com.example.none", "-")
        self.assertEqual(ran.returncode, 1)
        self.assertIn(b"does not exist", ran.stderr)
        self.assertEqual(self.alice("defaults", "delete", "com.example.none", "k").returncode, 1)

    def test_the_container_is_where_values_go_if_it_is_there(self):
        for user in ("alice", "bob"):
            ran = self.run_as(user, "defaults", "write", "com.microsoft.Word", "k", "-bool", "true")
            self.assertEqual(ran.returncode, 0, ran.stderr)
        paths = sorted(self.mac.everything())
        self.assertEqual(
            paths,
            [
                "Users/alice/Library/Containers/com.microsoft.Word/Data/Library/Preferences/com.microsoft.Word.plist",
                "Users/bob smith/Library/Preferences/com.microsoft.Word.plist",
            ],
        )

    def test_root_alone_writes_roots_preferences(self):
        self.assertEqual(self.run_as("root", "defaults", "write", "com.example.a", "k", "-bool", "true").returncode, 0)
        self.assertEqual(self.mac.read("root", "com.example.a"), {"k": True})

    def test_a_path_is_a_file_that_only_its_owner_reads_after(self):
        path = "/Library/Preferences/com.example.a"
        self.assertEqual(self.alice("defaults", "write", path, "k", "-int", "1").returncode, 1)
        self.assertEqual(self.run_as("root", "defaults", "write", path, "k", "-int", "1").returncode, 0)
        file = self.mac.file("computer", "com.example.a")
        self.assertEqual(os.stat(file).st_mode & 0o777, 0o600)
        self.assertEqual(self.run_as("root", "chmod", "644", path + ".plist").returncode, 0)
        self.assertEqual(os.stat(file).st_mode & 0o777, 0o644)

    def test_sudo_alone_is_in_the_wrong_session(self):
        write = ("defaults", "write", "com.example.a", "k", "-int", "1")
        sudo = ("sudo", "-u", "alice", "-H", *write)
        self.assertEqual(self.run_as("root", *sudo).returncode, 1)
        self.assertEqual(self.run_as("root", "launchctl", "asuser", "501", *sudo).returncode, 0)
        self.assertEqual(self.run_as("root", "sudo", "-u", "bob", "-H", *write).returncode, 0)
        self.assertEqual(self.run_as("root", "launchctl", "asuser", "502", "true").returncode, 125)
        # asuser changes the session, not the user.
        self.assertEqual(self.run_as("root", "launchctl", "asuser", "501", *write).returncode, 0)
        self.assertEqual(self.mac.read("root", "com.example.a"), {"k": 1})
        self.assertEqual(self.run_as("alice", *sudo).returncode, 1)

    def test_gnu_options_are_refused(self):
        for command in [
            ("stat", "-c", "%U", "/dev/console"),
            ("stat", "--format=%U", "/dev/console"),
            ("id", "--user"),
            ("plutil", "--help"),
            ("chmod", "--reference=a", "b"),
            ("sudo", "--user=alice", "-H", "true"),
            ("launchctl", "--help"),
        ]:
            self.assertNotEqual(self.run_as("root", *command).returncode, 0, command)

    def test_plutil_parts_key_paths_at_dots(self):
        file = os.path.join(self.top.name, "a.plist")
        with open(file, "wb") as out:
            plistlib.dump({"a.b": 1, "a": {"b": 2}}, out)
        get = lambda path: self.alice("plutil", "-extract", path, "raw", "-o", "-", file).stdout
        self.assertEqual((get("a.b"), get("a\\.b")), (b"2\n", b"1\n"))
        self.assertEqual(self.alice("plutil", "-extract", "none", "raw", "-o", "-", file).returncode, 1)
        self.assertEqual(self.alice("plutil", "-convert", "xml1", "-o", "-", "/none").returncode, 1)
        self.assertEqual(self.alice("plutil", "-convert", "json5", "-o", "-", file).returncode, 1)

    def test_plutil_looks_at_every_file_and_one_that_is_wrong_is_enough(self):
        good, bad = os.path.join(self.top.name, "good.plist"), os.path.join(self.top.name, "bad.plist")
        for path, data in ((good, plistlib.dumps({"a": 1})), (bad, b"<plist><dict>")):
            with open(path, "wb") as out:
                out.write(data)
        self.assertEqual(self.alice("plutil", "-lint", good, good).stdout, f"{good}: OK\n{good}: OK\n".encode())
        ran = self.alice("plutil", "-lint", "-s", "--", bad, good)
        self.assertEqual((ran.returncode, ran.stdout.count(b"\n")), (1, 1))
        self.assertEqual(self.alice("plutil", "-convert", "xml1", good, good).returncode, 1)

    def test_preferences_of_this_host(self):
        path = f"{self.mac.mac}/Users/alice/Library/Preferences/ByHost"
        os.makedirs(path)
        with open(f"{path}/com.example.a.{self.mac.facts['udid']}.plist", "wb") as out:
            plistlib.dump({"k": 1}, out)
        export = lambda *options: self.alice("defaults", *options)
        self.assertEqual(plistlib.loads(export("-currentHost", "export", "com.example.a", "-").stdout), {"k": 1})
        self.assertEqual(plistlib.loads(export("export", "com.example.a", "-").stdout), {})
        # Behind the verb it is taken for a domain.
        self.assertEqual(export("export", "-currentHost", "com.example.a", "-").returncode, 255)

    def test_profiles_are_shown_to_root_and_are_a_sentence_where_there_are_none(self):
        show = ("profiles", "show", "-all", "-output", "stdout-xml")
        ran = self.run_as("root", *show)
        self.assertEqual((ran.returncode, ran.stdout[:9]), (0, b"There are"))
        with open(f"{self.mac.mac}/profiles.plist", "wb") as out:
            plistlib.dump({"_computerlevel": []}, out)
        self.assertEqual(plistlib.loads(self.run_as("root", *show).stdout), {"_computerlevel": []})
        self.assertEqual(self.alice(*show).returncode, 1)
        self.assertEqual(self.run_as("root", "profiles", "show", "--all").returncode, 1)

    def test_what_macos_protects_from_root_too(self):
        file = f"{self.mac.mac}/Users/alice/Library/x"
        with open(file, "w", encoding="utf-8") as out:
            out.write("text")
        head = ("head", "-c", "2", file)
        self.assertEqual(self.run_as("root", *head).stdout, b"te")
        self.assertEqual(self.run_as("root", "ls", "-d", "--", file).returncode, 0)
        self.assertIn(b"No such file", self.run_as("root", "ls", "-d", "--", file + "y").stderr)
        with open(f"{self.mac.mac}/denied.txt", "w", encoding="utf-8") as out:
            out.write("/Users/alice/Library\n")
        for command in (head, ("ls", "-d", "--", file), ("ls", "-d", "--", file + "/none")):
            ran = self.run_as("root", *command)
            self.assertEqual(ran.returncode, 1)
            self.assertIn(b"Operation not permitted", ran.stderr)
        self.assertEqual(self.run_as("root", "ls", "-l", file).returncode, 1)

    def test_who_is_there(self):
        root = lambda *command: self.run_as("root", *command)
        self.assertEqual(root("id", "-u").stdout, b"0\n")
        self.assertEqual(self.alice("id", "-un").stdout, b"alice\n")
        self.assertEqual(root("id", "-u", "nobody-here").returncode, 1)
        self.assertEqual(root("stat", "-f", "%Su", "/dev/console").stdout, b"alice\n")
        listed = root("dscl", ".", "-list", "/Users", "UniqueID").stdout.decode()
        for name in ("root", "Guest", "_mbsetupuser", "alice", "hidden"):
            self.assertIn(name, listed)
        home = root("dscl", "/Search", "-read", "/Users/bob", "NFSHomeDirectory").stdout.decode()
        self.assertEqual(home, f"NFSHomeDirectory:\n {self.mac.mac}/Users/bob smith\n")
        self.assertEqual(root("dscl", ".", "-read", "/Users/nobody-here", "RealName").returncode, 56)
        self.assertEqual(root("launchctl", "print", "gui/501").returncode, 0)
        self.assertEqual(root("launchctl", "print", "gui/502").returncode, 113)
        self.assertEqual(root("launchctl", "print", "gui/50").returncode, 113)


if __name__ == "__main__":
    unittest.main()
