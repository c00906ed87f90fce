"""What the scripts do where something is not as usual. PREFSMITH names the binary, SCRIPT_SHELL the shell."""

import datetime
import os
import unittest

from situations import SHELL, OnMac

HEAD = '[policy]\nid = "com.example.test"\nname = "It\'s $(a) test"\nset-once-stamp = 2026-01-31T00:00:00Z\n\n'
WORD = "/Applications/Microsoft Word.app"
MAU = "/Library/Application Support/Microsoft/MAU2.0/Microsoft AutoUpdate.app"
ONE = '[custom."com.example.a"]\nFlag = true\n'


class Situations(OnMac):
    def build(self, policy, *options, name="policy", status=0, target="defaults", head=HEAD):
        self.out = self.built(head + policy, target, *options, name=name, status=status) + "/defaults"

    def run_script(self, name, *options, status=0, user="root", errors=False):
        ran = self.mac.run(f"{self.out}/{name}.sh", *options, shell=SHELL, user=user)
        self.assertEqual(ran.status, status, ran.output + ran.errors)
        if not errors:
            self.assertEqual(ran.errors, "")
        return ran

    def apply(self, *options, **more):
        return self.run_script("apply", *options, **more)

    def remove(self, *options, **more):
        return self.run_script("remove", *options, **more)

    # Who is there.

    def test_nobody_is_logged_in(self):
        self.build(ONE)
        for screen in ("root", "loginwindow", "_mbsetupuser", ""):
            self.mac.save(console=screen, sessions=[])
            self.assertEqual(self.apply(status=3).output, "nobody is logged in\n")
            self.assertEqual(self.apply("--nobody", "0").output, "nobody is logged in\n")
            self.apply("--nobody=75", "--quiet", status=75)
        self.assertEqual(self.mac.everything(), {})

    def test_nobody_is_logged_in_but_the_computer_gets_its_part(self):
        self.build(ONE + '[defaults.AutoUpdate]\nUpdateCheckInterval = 360\n')
        self.mac.save(console="root", sessions=[])
        ran = self.apply(status=3)
        self.assertEqual(ran.words(), {"changed": 1, "nobody": 1})
        self.assertEqual(self.mac.read("computer", "com.microsoft.autoupdate2"), {"UpdateCheckInterval": 360})
        file = self.mac.file("computer", "com.microsoft.autoupdate2")
        self.assertEqual(os.stat(file).st_mode & 0o777, 0o644)

    def test_every_user_one_with_containers_and_one_without(self):
        self.build('[custom."com.microsoft.Word"]\nBrandNew = true\n')
        self.assertEqual(self.apply("--users", "all").words(), {"changed": 2})
        self.assertEqual(
            sorted(path for path in self.mac.everything() if "prefsmith" not in path),
            [
                "Users/alice/Library/Containers/com.microsoft.Word/Data/Library/Preferences/com.microsoft.Word.plist",
                "Users/bob smith/Library/Preferences/com.microsoft.Word.plist",
            ],
        )
        self.assertEqual(self.apply("--users=all").words(), {"ok": 2})
        self.assertEqual(self.remove("--users=all").words(), {"removed": 2})
        self.assertEqual(self.mac.everything(), {})

    def test_a_plain_user_sets_only_their_own(self):
        self.build(ONE)
        self.apply("--users", "alice", user="bob", status=2, errors=True)
        self.apply("--users", "all", user="bob", status=2, errors=True)
        self.apply("--level", "computer", user="bob", status=2, errors=True)
        self.assertEqual(self.mac.everything(), {})
        self.apply(user="bob")
        self.assertEqual(self.mac.read("bob", "com.example.a"), {"Flag": True})
        self.assertEqual(self.mac.read("alice", "com.example.a"), {})

    def test_a_plain_user_cannot_set_what_is_for_everybody(self):
        self.build('[defaults.AutoUpdate]\nUpdateCheckInterval = 360\n')
        self.assertIn("only root", self.apply(user="bob", status=1).output)

    def test_root_is_no_user(self):
        self.build(ONE)
        self.apply("--users", "root", status=2, errors=True)
        self.apply("--users", "no-such", status=2, errors=True)
        self.assertEqual(self.mac.everything(), {})

    # Arguments.

    def test_arguments_of_jamf(self):
        self.build(ONE)
        self.assertEqual(self.apply("/", "Ada's Mac", "alice", "--users=bob", "", "", "").words(), {"changed": 1})
        self.assertEqual(self.mac.read("bob", "com.example.a"), {"Flag": True})

    def test_wrong_options_touch_nothing(self):
        self.build(ONE)
        for options in [
            ["--user", "bob"], ["all"], ["--users"], ["--level", "managed"], ["--nobody", "x"], ["--nobody", "256"],
            ["--timeout", "0"], ["--set", "user.upn"], ["--set", "user.none=x"], ["--left"],
        ]:
            self.apply(*options, status=2, errors=True)
        self.assertEqual(self.mac.everything(), {})

    def test_help_names_the_options_and_the_statuses(self):
        self.build(ONE)
        text = self.apply("--help").output
        for word in ["It's $(a) test", "--users all", "--nobody", "Exit status", "--dry-run"]:
            self.assertIn(word, text)
        self.assertNotIn("--left", text)
        self.assertIn("--left", self.remove("--help").output)

    # Builds.

    def policy_of_word(self):
        self.build("[settings.Word]\nUseOnlineContent = 0\n")

    def test_a_build_that_does_not_read_it(self):
        self.policy_of_word()
        self.mac.install(WORD, "15.24.160709")
        text = "set, but Word 15.24 [160709] does not read it: builds 15.25 [160726] to 16.16 do"
        self.assertIn(f"UseOnlineContent: {text}", self.apply().output)
        self.assertIn(f"UseOnlineContent: {text}", self.apply().output)
        self.assertEqual(self.mac.read("alice", "com.microsoft.Word"), {"UseOnlineContent": 0})

    def test_what_is_not_read_can_be_left_out(self):
        self.policy_of_word()
        self.mac.install(WORD, "15.24.160709")
        self.assertEqual(self.apply("--skip-unread").words(), {"skipped": 1})
        self.assertEqual(self.mac.everything(), {})

    def test_a_build_that_reads_it_and_none(self):
        self.policy_of_word()
        self.assertNotIn("does not read", self.apply("--dry-run", "--skip-unread", status=4).output)
        for version in ("15.25.160726", "15.25.16072600", "15.25", "16.16.26", "not a version"):
            self.mac.install(WORD, version)
            self.assertNotIn("does not read", self.apply("--dry-run", status=4).output, version)
        self.build("[settings.Word]\nSendAllTelemetryEnabled = false\n")
        self.mac.install(WORD, "16.90.24101387")
        self.assertIn("Word 16.90 [24101387] does not read it: builds 15.0 to 16.27 do", self.apply().output)

    def test_first_launch_is_not_held_back(self):
        self.mac.install(WORD, "15.10.150609")
        self.mac.install("/Applications/Microsoft Excel.app", "15.10.150609")
        self.build('[settings.Word]\nkSubUIAppCompletedFirstRunSetup1507 = true\n')
        self.assertEqual(self.apply("--skip-unread").words(), {"changed": 1})

    # Trouble.

    def test_a_home_that_cannot_be_written(self):
        self.build(ONE)
        self.mac.save(readonly=["alice"])
        self.assertIn("failed", self.apply(status=1).output)
        self.mac.save(readonly=[], forgets=["alice"])
        self.assertIn("failed   alice com.example.a Flag: macOS did not keep the value", self.apply(status=1).output)
        self.assertIn("failed", self.apply("--quiet", status=1).output)

    def test_another_process_changes_the_value_at_once(self):
        self.build(ONE)
        self.mac.save(rewrites={"com.example.a Flag": False})
        self.assertIn("failed   alice com.example.a Flag: another process changed it", self.apply(status=1).output)

    def test_defaults_that_hangs(self):
        self.build(ONE + 'Other = 1\n[custom."com.example.b"]\nFlag = true\n')
        self.mac.save(hangs=["com.example.a"])
        start = datetime.datetime.now()
        ran = self.apply("--timeout", "1", status=1)
        self.assertLess((datetime.datetime.now() - start).total_seconds(), 30)
        self.assertEqual(ran.words(), {"failed": 2, "changed": 1})
        self.assertIn("no answer in 1 seconds", ran.output)
        self.assertIn("Full Disk Access", ran.output)

    def test_access_that_is_refused(self):
        self.build(ONE)
        self.mac.save(denied=["com.example.a"])
        self.assertIn("macOS refused access", self.apply(status=1).output)

    def test_a_missing_domain_is_an_error_for_some_releases(self):
        self.build(ONE)
        self.mac.save(missing="error")
        self.assertEqual(self.apply().words(), {"changed": 1})
        self.assertEqual(self.remove().words(), {"removed": 1})

    # What is there already.

    def test_set_once(self):
        self.build('[set-once.AutoUpdate]\nExtendedLogging = false\n')
        self.mac.write("bob", "com.microsoft.autoupdate2", {"ExtendedLogging": True})
        ran = self.apply("--users", "all")
        self.assertEqual(ran.words(), {"changed": 1, "ok": 1})
        self.assertEqual(self.mac.read("bob", "com.microsoft.autoupdate2"), {"ExtendedLogging": True})
        self.mac.write("alice", "com.microsoft.autoupdate2", {"ExtendedLogging": True})
        self.assertIn("only once", self.apply().output)
        self.mac.write("alice", "com.microsoft.autoupdate2", {})
        self.assertIn("set once already", self.apply().output)
        self.assertEqual(self.mac.read("alice", "com.microsoft.autoupdate2"), {})
        self.build('[set-once.AutoUpdate]\nExtendedLogging = false\n', head=HEAD.replace("2026-01", "2026-03"))
        self.assertEqual(self.apply().words(), {"changed": 1})

    def test_dictionaries_are_merged(self):
        self.build('[settings.AutoUpdate.Applications."/Applications/Microsoft Word.app"]\n"Application ID" = "MSWD2019"\n')
        other = {"/Applications/Else.app": {"LCID": 1033}, "/Applications/Microsoft Word.app": {"Application ID": "MSWD15"}}
        self.mac.write("alice", "com.microsoft.autoupdate2", {"Applications": dict(other)})
        self.apply()
        self.assertEqual(
            self.mac.read("alice", "com.microsoft.autoupdate2")["Applications"],
            other | {"/Applications/Microsoft Word.app": {"Application ID": "MSWD2019"}},
        )
        self.assertEqual(self.apply().words(), {"ok": 1})
        # AutoUpdate adds an app of its own: still right, and not ours to remove.
        more = self.mac.read("alice", "com.microsoft.autoupdate2")
        more["Applications"]["/Applications/New.app"] = {"LCID": 1}
        self.mac.write("alice", "com.microsoft.autoupdate2", more)
        self.assertEqual(self.apply().words(), {"ok": 1})
        self.remove()
        self.assertEqual(
            self.mac.read("alice", "com.microsoft.autoupdate2"),
            {"Applications": other | {"/Applications/New.app": {"LCID": 1}}},
        )

    def test_remove_leaves_what_is_not_ours(self):
        self.build(ONE + "Same = 1\nChanged = 1\nGone = 1\n")
        self.mac.write("alice", "com.example.a", {"Same": 1})
        self.apply()
        content = self.mac.read("alice", "com.example.a")
        del content["Gone"]
        self.mac.write("alice", "com.example.a", content | {"Changed": 2})
        self.assertEqual(self.remove().words(), {"removed": 1, "kept": 2, "ok": 1})
        self.assertEqual(self.mac.everything()["Users/alice/Library/Preferences/com.example.a.plist"], {"Same": 1, "Changed": 2})
        self.assertEqual(len(self.mac.everything()), 1)

    def test_a_second_policy_does_not_forget_the_first_value(self):
        self.mac.write("alice", "com.example.a", {"Flag": "mine"})
        self.build(ONE)
        self.apply()
        self.build(ONE.replace("true", "false"))
        self.apply()
        self.assertEqual(self.remove().words(), {"restored": 1})
        self.assertEqual(self.mac.read("alice", "com.example.a"), {"Flag": "mine"})

    def test_unset(self):
        self.build(ONE + '[unset]\nOutlook = ["SendAllTelemetryEnabled"]\n')
        for script in (self.apply, self.remove):
            self.mac.write("alice", "com.microsoft.Outlook", {"SendAllTelemetryEnabled": True, "Other": 1})
            script("--dry-run", status=4)
            words = {"removed": 1, "changed": 1} if script == self.apply else {"removed": 2}
            self.assertEqual(script().words(), words)
            self.assertEqual(self.mac.read("alice", "com.microsoft.Outlook"), {"Other": 1})

    def test_what_left_the_policy(self):
        deadline = '[settings.AutoUpdate]\nHowToCheck = "AutomaticDownload"\n"UpdateDeadline.DaysBeforeForcedQuit" = 5\n'
        self.build(ONE + "Old = 1\n" + deadline, name="old")
        self.apply()
        self.build(ONE, "--previous", f"{self.top}/out-old/manifest.json", name="new")
        self.assertEqual(self.remove("--left").words(), {"removed": 2, "changed": 1})
        self.assertEqual(self.mac.read("alice", "com.example.a"), {"Flag": True})
        self.assertEqual(
            self.mac.read("alice", "com.microsoft.autoupdate2"), {"UpdateDeadline.DaysBeforeForcedQuit": 0}
        )
        self.assertEqual(self.remove("--left").words(), {"ok": 3})
        self.assertEqual(self.remove().words(), {"ok": 3, "removed": 1})

    def test_a_file_in_a_group_container(self):
        file = "Users/alice/Library/Group Containers/UBF8T346G9.Office/com.microsoft.officeprefs.plist"
        path = f"{self.mac.mac}/{file}"
        os.makedirs(os.path.dirname(path))
        self.mac.write("alice", "seed", {"DefaultsToLocalOpenSave": True})
        os.rename(self.mac.file("alice", "seed"), path)
        self.build('[unset]\nOfficePrefs = ["DefaultsToLocalOpenSave"]\n')
        self.assertEqual(self.apply().words(), {"removed": 1})
        self.assertEqual(self.mac.everything(), {})
        self.assertIn("failed", self.apply("--level", "computer", status=1).output)

    def test_what_no_profile_may_carry_goes_to_the_computer(self):
        self.build(
            '[defaults.AutoUpdate.ApplicationsSystem."/Applications/Microsoft Word.app"]\n"Application ID" = "MSWD2019"\n'
        )
        self.apply()
        self.assertEqual(
            self.mac.read("computer", "com.microsoft.autoupdate2"),
            {"ApplicationsSystem": {"/Applications/Microsoft Word.app": {"Application ID": "MSWD2019"}}},
        )

    def test_the_global_domain(self):
        self.build('[custom.".GlobalPreferences"]\nMyKey = "x"\n')
        self.apply()
        self.assertEqual(self.mac.read("alice", ".GlobalPreferences"), {"MyKey": "x"})
        self.apply("--level", "computer")
        self.assertEqual(self.mac.read("computer", ".GlobalPreferences"), {"MyKey": "x"})

    # Identity.

    def test_what_a_mac_knows_is_found_out(self):
        self.build('[custom."com.example.a"]\nA = "${user.short-name}/${user.full-name}"\n'
                   'B = ["${device.serial}", "${device.name}", "<${device.udid}> $${x}"]\n')
        self.apply()
        self.assertEqual(self.mac.read("alice", "com.example.a"), {
            "A": "alice/Alice & Ada",
            "B": ["C02STANDIN", "Ada's \"Mac\" <1>", "<00000000-0000-1000-8000-000000000001> ${x}"],
        })
        self.assertEqual(self.apply().words(), {"ok": 2})
        self.remove()
        self.assertEqual(self.mac.everything(), {})

    def test_the_rest_is_a_parameter_checked_first(self):
        self.build(ONE + 'Mail = "${user.upn}"\nList = ["${user.upn}"]\n')
        for options in [[], ["--set", "user.upn="], ["--set=user.upn=nobody"], ["--set", "user.upn=a b@example.com"],
                        ["--set", "user.upn=a@b@c"], ["--set", "user.upn=a@b\nc"],
                        ["--users", "all", "--set", "user.upn=a@example.com"],
                        ["--level", "computer", "--set", "user.upn=a@example.com"]]:
            self.apply(*options, status=2, errors=True)
            self.assertEqual(self.mac.everything(), {}, options)
        address = "it's$(x)&<y>`z`@example.com"
        self.apply("--set", f"user.upn={address}")
        self.assertEqual(self.mac.read("alice", "com.example.a"), {"Flag": True, "Mail": address, "List": [address]})

    def test_a_mac_without_a_name(self):
        self.build('[custom."com.example.a"]\nA = "${device.name}"\n')
        self.mac.save(name="")
        self.apply(status=2, errors=True)
        self.apply("--set", "device.name=Given")
        self.assertEqual(self.mac.read("alice", "com.example.a"), {"A": "Given"})

    # What the build refuses, and says.

    def test_forced_only_keys_are_an_error(self):
        self.build("[settings.Outlook]\nDisableImport = true\n", status=1)
        self.assertIn("script-cannot-force", self.said)
        self.assertFalse(os.path.exists(self.out))

    def test_a_domain_called_apply_is_an_error(self):
        self.build('[custom.apply]\nFlag = true\n', status=1)
        self.build('[custom.Remove]\nFlag = true\n', status=1)

    def test_both_targets_say_who_carries_what(self):
        both = ONE + '[unset]\nOutlook = ["SendAllTelemetryEnabled"]\n'
        self.build(both, target="mobileconfig,defaults")
        weak = '[defaults.AutoUpdate]\nUpdateCheckInterval = 360\n'
        self.build(weak, status=1, target="mobileconfig", name="weak")
        self.build(weak, target="mobileconfig,defaults", name="weak")

    def test_secrets_do_not_go_by_an_argument(self):
        self.build('[custom."com.example.a"]\nApiPassword = "hunter2"\n')
        self.assertIn("secret-in-script", self.said)
        self.assertNotIn("hunter2", self.apply().output)
        with open(f"{self.out}/apply.sh", encoding="utf-8") as file:
            self.assertNotIn("string 'hunter2'", file.read())

    def test_a_key_with_a_hyphen_is_written_and_cannot_be_deleted(self):
        self.build('[custom."com.example.a"]\n"-key" = true\n')
        self.apply()
        self.assertEqual(self.mac.read("alice", "com.example.a"), {"-key": True})
        self.assertIn("hyphen", self.remove(status=1).output)


if __name__ == "__main__":
    unittest.main()
