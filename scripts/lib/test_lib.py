"""The readers are strict: every fault that a profile may have is put into a good one, and must be seen."""

import contextlib
import copy
import datetime
import io
import os
import plistlib
import tempfile
import unittest

import check_json
import check_manifest
import check_payloads
import check_profile
import check_uuids
import compare_profiles
import settings
import tree

UUIDS = [f"0BA1F0C4-5D4E-5A6B-8C7D-00000000000{n}" for n in range(4)]
TABLE = """channel,domain,key,type,value
device,com.example.App,Flag,boolean,true
device,com.example.App,Number,integer,1
"""


def profile(form="mcx"):
    values = {"Flag": True, "Number": 1}
    payload = {"PayloadType": settings.MCX, "PayloadVersion": 1, "PayloadUUID": UUIDS[1],
               "PayloadIdentifier": "com.example.policy.com.example.App"}
    if form == "mcx":
        payload["PayloadContent"] = {"com.example.App": {"Forced": [{"mcx_preference_settings": values}]}}
    else:
        payload.update(values, PayloadType="com.example.App")
    return {"PayloadType": "Configuration", "PayloadVersion": 1, "PayloadUUID": UUIDS[0],
            "PayloadIdentifier": "com.example.policy", "PayloadDisplayName": "Policy", "PayloadScope": "System",
            "TargetDeviceType": 5, "PayloadContent": [payload]}


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.table = self.write("expect.csv", TABLE.encode())

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def faults(self, data, form="mcx", split=False):
        if not isinstance(data, bytes):
            data = plistlib.dumps(data, sort_keys=False)
        path = self.write("p.mobileconfig", data)
        return check_profile.check([path], settings.expected_settings(self.table), form, split)


def edited(change, form="mcx"):
    made = copy.deepcopy(profile(form))
    change(made, made["PayloadContent"][0])
    return made


def in_mcx(change):
    """Changes the dictionary of states of the one domain."""
    return lambda _, payload: change(payload["PayloadContent"]["com.example.App"])


class Profiles(InFolder):
    def test_good(self):
        for form in ("mcx", "domain"):
            self.assertEqual(self.faults(profile(form), form), [])

    def test_bytes(self):
        good = plistlib.dumps(profile())
        for bad in (b"\xef\xbb\xbf" + good, good.replace(b"\n", b"\r\n"), good + b"\0", good + b"\n",
                    good.replace(b"UTF-8", b"utf-8"), plistlib.dumps(profile(), fmt=plistlib.FMT_BINARY),
                    good.replace(b"<key>Flag</key>", b"<key>Number</key><integer>1</integer><key>Flag</key>"),
                    good[:-20], b""):
            self.assertTrue(self.faults(bad), bad[:60])

    def test_envelope(self):
        def put(key, value):
            return lambda top, payload: top.__setitem__(key, value)

        def inside(key, value):
            return lambda top, payload: payload.__setitem__(key, value)

        def without(key):
            return lambda top, payload: top.pop(key)

        for change in (
            put("PayloadVersion", True), put("PayloadVersion", 2), put("PayloadVersion", 1.0),
            put("PayloadVersion", "1"), put("TargetDeviceType", 0), put("TargetDeviceType", "5"),
            put("PayloadScope", "User"), put("PayloadType", "configuration"), put("PayloadUUID", "x"),
            put("PayloadUUID", UUIDS[0].replace("-5A6B", "-4A6B")), put("PayloadUUID", UUIDS[1]),
            put("PayloadEnabled", True), put("PayloadOrganization", ""), put("PayloadDisplayName", 1),
            put("PayloadRemovalDisallowed", 0), put("PayloadIdentifier", "com.example.other"),
            put("PayloadIdentifier", "policy"), without("TargetDeviceType"), without("PayloadScope"),
            without("PayloadDisplayName"), without("PayloadVersion"), inside("PayloadVersion", True),
            inside("PayloadEnabled", True), inside("PayloadUUID", "x"), inside("PayloadType", "com.example.App"),
            inside("PayloadIdentifier", "com.example.policy"), inside("PayloadScope", "System"),
        ):
            made = edited(change)
            self.assertTrue(self.faults(made), made)

    def test_settings(self):
        for change in (
            lambda states: states["Forced"][0]["mcx_preference_settings"].pop("Flag"),
            lambda states: states["Forced"][0]["mcx_preference_settings"].update(Flag=1),
            lambda states: states["Forced"][0]["mcx_preference_settings"].update(Number=1.0),
            lambda states: states["Forced"][0]["mcx_preference_settings"].update(Number=True),
            lambda states: states["Forced"][0]["mcx_preference_settings"].update(Number="1"),
            lambda states: states["Forced"][0]["mcx_preference_settings"].update(More=1),
            lambda states: states["Forced"].append({"mcx_preference_settings": {"Flag": True}}),
            lambda states: states.update({"Set-Once": states.pop("Forced")}),
            lambda states: states.update({"Often": []}),
        ):
            made = edited(in_mcx(change))
            self.assertTrue(self.faults(made), made)

    def test_direct_form(self):
        for change in (
            lambda top, payload: payload.update(PayloadType="com.apple.dock"),
            lambda top, payload: payload.update(PayloadKind="x"),
            lambda top, payload: payload.pop("Flag"),
            lambda top, payload: payload.update(Flag=1),
        ):
            made = edited(change, "domain")
            self.assertTrue(self.faults(made, "domain"), made)

    def test_two_domains_or_two_payloads(self):
        second = dict(profile()["PayloadContent"][0], PayloadUUID=UUIDS[2], PayloadIdentifier="com.example.policy.b")
        self.assertTrue(self.faults(edited(lambda top, payload: top["PayloadContent"].append(second))))
        self.assertTrue(self.faults(edited(lambda top, payload: top["PayloadContent"].clear())))

    def test_tables(self):
        for bad in ("", "domain,key\n", TABLE.replace(",true", ", true"), TABLE.replace("integer", "boolean"),
                    TABLE + "device,com.example.App,Flag,boolean,true\n", "channel,domain,key,type,value\n"):
            with self.assertRaises(settings.Unreadable, msg=bad):
                settings.expected_settings(self.write("bad.csv", bad.encode()))


class Compare(InFolder):
    def compare(self, *roots):
        paths = [self.write(f"{at}.mobileconfig", plistlib.dumps(root)) for at, root in enumerate(roots)]
        with contextlib.redirect_stdout(io.StringIO()):
            return compare_profiles.main(paths)

    def test_forms_and_envelopes_do_not_matter(self):
        other = edited(lambda top, payload: (top.update(PayloadIdentifier="x"), payload.update(PayloadEnabled=True)))
        self.assertEqual(self.compare(profile(), profile("domain")), 0)
        self.assertEqual(self.compare(profile(), other), 0)

    def test_settings_matter(self):
        stamp = datetime.datetime(2026, 1, 31)
        for change in (
            lambda states: states["Forced"][0]["mcx_preference_settings"].update(Flag=1),
            lambda states: states["Forced"][0]["mcx_preference_settings"].update(More=b"x"),
            lambda states: states.update({"Set-Once": states.pop("Forced")}),
            lambda states: states["Forced"][0].update(mcx_data_timestamp=stamp),
        ):
            self.assertEqual(self.compare(profile(), edited(in_mcx(change))), 1)
        self.assertEqual(self.compare(profile(), edited(lambda top, payload: top.update(PayloadScope="User"))), 1)

    def test_what_cannot_be_read(self):
        good = self.write("good.mobileconfig", plistlib.dumps(profile()))
        deep = b"<plist>" + b"<array>" * 5000 + b"</array>" * 5000 + b"</plist>"
        for bad in (b"", b"0\x82\x01", b"\0" * 9, b"<plist><dict></plist>", deep, plistlib.dumps([1]),
                    plistlib.dumps({"PayloadContent": {}}), plistlib.dumps({"PayloadContent": [1]}),
                    plistlib.dumps({"PayloadContent": [{"PayloadType": settings.MCX, "PayloadContent": 1}]})):
            with contextlib.redirect_stderr(io.StringIO()):
                self.assertEqual(compare_profiles.main([good, self.write("bad.mobileconfig", bad)]), 2, bad[:40])


class Uuids(unittest.TestCase):
    # By hand, with Python: uuid.uuid5(NAMESPACE, "com.example.policy\ndevice\n\nprofile\nwhole") and so on.
    WHOLE = "A31DF3FF-2E37-5E22-917C-619431215843"
    PAYLOAD = "C8D0858B-2710-59CF-80F5-83E287949599"

    def wrong(self, root):
        return [what for what, wanted, found in check_uuids.expected(root) if wanted != found]

    def test_good_and_bad(self):
        good = profile()
        good["PayloadUUID"] = self.WHOLE
        good["PayloadContent"][0]["PayloadUUID"] = self.PAYLOAD
        self.assertEqual(self.wrong(good), [])
        for change, wrong in (
            (lambda root: root.update(PayloadUUID=self.WHOLE.lower()), 1),
            (lambda root: root.update(PayloadIdentifier="com.example.other"), 2),
            (lambda root: root.update(PayloadScope="User"), 2),
            (lambda root: root["PayloadContent"][0].update(PayloadUUID=self.WHOLE), 1),
            (lambda root: root["PayloadContent"][0].update(PayloadType="com.example.App"), 1),
            (lambda root: root["PayloadContent"][0].update(PayloadIdentifier="com.example.policy.settings"), 2),
        ):
            made = copy.deepcopy(good)
            change(made)
            self.assertEqual(len(self.wrong(made)), wrong, made)


class Values(unittest.TestCase):
    def test_nested_types_are_told_apart(self):
        day = datetime.datetime(2026, 1, 31)
        texts = {settings.canonical(settings.as_json([value]))
                 for value in (True, 1, 1.0, "1", b"1", "MQ==", day, "2026-01-31T00:00:00Z")}
        self.assertEqual(len(texts), 8)


class Manifests(InFolder):
    def setUp(self):
        super().setUp()
        self.out = os.path.join(self.folder, "out")
        path = self.write("out/policy.mobileconfig", b"bytes")
        self.manifest = {
            "version": 1, "policy": {"id": "com.example.policy", "name": "Policy", "channel": "device"},
            "files": [{"path": "policy.mobileconfig", "sha256": tree.sha256(path), "target": "mobileconfig"}],
            "settings": [
                {"channel": "device", "domain": "com.example.App", "key": "Flag", "type": "boolean", "value": True,
                 "plist": "<true/>", "enforcement": "forced", "reads": [], "overrides": [],
                 "origin": {"file": "policy.toml", "line": 2}},
                {"channel": "device", "domain": "com.example.App", "key": "Number", "type": "integer", "value": 1,
                 "plist": "<integer>1</integer>", "enforcement": "forced", "reads": [], "overrides": [],
                 "origin": {"file": "policy.toml", "line": 3}},
            ],
        }

    def found(self, manifest):
        self.write("out/manifest.json", settings.canonical(manifest).encode())
        return check_manifest.check(self.out, settings.expected_settings(self.table))

    def test_good(self):
        self.assertEqual(self.found(self.manifest), [])

    def test_a_file_too_many(self):
        self.write("out/more.txt", b"")
        self.assertTrue(self.found(self.manifest))

    def test_faults(self):
        def file(**change):
            return lambda made: made["files"][0].update(change)

        def first(**change):
            return lambda made: made["settings"][0].update(change)

        for change in (
            file(sha256="0" * 64), file(path="/policy.mobileconfig"), file(path="../out/policy.mobileconfig"),
            file(path="other"), file(target=""), first(value=1), first(plist="<integer>1</integer>"),
            first(type="integer"), first(key="Other"), first(enforcement="often"),
            first(origin={"file": "/tmp/policy.toml", "line": 2}), first(origin={"file": "policy.toml", "line": 0}),
            lambda made: made["settings"].pop(), lambda made: made["files"].clear(),
            lambda made: made.update(version="1"), lambda made: made.update(generated="2026-01-31T10:00:00Z"),
        ):
            made = copy.deepcopy(self.manifest)
            change(made)
            self.assertTrue(self.found(made), made)


class Json(unittest.TestCase):
    finding = {"code": "wrong-type", "severity": "error", "message": "m", "file": "policy.toml", "line": 1,
               "column": 1, "help": []}
    sarif = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "prefsmith", "rules": [
                {"id": "wrong-type", "shortDescription": {"text": "t"}}]}},
            "results": [{
                "ruleId": "wrong-type", "ruleIndex": 0, "level": "error", "message": {"text": "m"},
                "locations": [{"physicalLocation": {
                    "artifactLocation": {"uri": "policy.toml"},
                    "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 4}}}]}]}],
    }

    def test_good(self):
        self.assertEqual(check_json.check("check", {"version": 1, "findings": [self.finding]}), [])
        self.assertEqual(check_json.check("sarif", self.sarif), [])

    def test_findings(self):
        for change in ({"severity": "fatal"}, {"line": 0}, {"line": True}, {"code": "Wrong"}, {"message": ""},
                       {"file": "/tmp/x"}, {"file": "a\\b"}, {"help": 1}):
            self.assertTrue(check_json.check("check", {"version": 1, "findings": [dict(self.finding, **change)]}))
        self.assertTrue(check_json.check("check", {"version": 1, "findings": []}), "nothing found proves nothing")
        self.assertTrue(check_json.check("check", {"findings": [self.finding]}))

    def test_sarif(self):
        def result(made):
            return made["runs"][0]["results"][0]

        def region(made):
            return result(made)["locations"][0]["physicalLocation"]

        for change in (
            lambda made: made.update(version="2.0.0"), lambda made: made.pop("$schema"),
            lambda made: made.update(runs=[]), lambda made: result(made).update(level="fatal"),
            lambda made: result(made).update(ruleId="other"), lambda made: result(made).update(ruleIndex=1),
            lambda made: result(made).update(message="m"), lambda made: result(made).update(locations=[]),
            lambda made: region(made)["region"].update(startLine=0),
            lambda made: region(made)["region"].update(endColumn=0),
            lambda made: region(made)["artifactLocation"].update(uri="/tmp/my policy.toml"),
            lambda made: made["runs"][0]["tool"]["driver"].pop("name"),
            lambda made: made["runs"][0]["tool"]["driver"]["rules"].append({"id": "wrong-type"}),
        ):
            made = copy.deepcopy(self.sarif)
            change(made)
            self.assertTrue(check_json.check("sarif", made), made)


class Payloads(InFolder):
    """What is carried as it stands: any change to a payload is seen."""

    def setUp(self):
        super().setUp()
        self.payload = {"PayloadType": "com.apple.dock", "autohide": True, "size": 1}
        self.source = self.write("files/dock.plist", plistlib.dumps(self.payload))
        identifier, uuid = check_payloads.identities("com.example", "device", "com.apple.dock", "dock", 1, False)
        self.carried = {"PayloadVersion": 1, "PayloadIdentifier": identifier, "PayloadUUID": uuid, **self.payload}

    def found(self, *payloads):
        root = profile()
        root["PayloadContent"] += payloads
        path = self.write("p.mobileconfig", plistlib.dumps(root))
        return check_payloads.check("com.example", [path], [self.source])

    def test_good(self):
        self.assertEqual(self.found(self.carried), [])

    def test_changed(self):
        changes = [{"autohide": 1}, {"autohide": False}, {"size": 1.0}, {"more": 1}, {"PayloadVersion": 2},
                   {"PayloadUUID": UUIDS[3]}, {"PayloadIdentifier": "x"}]
        for change in changes:
            self.assertEqual(len(self.found({**self.carried, **change})), 2, change)
        lacking = {key: value for key, value in self.carried.items() if key != "size"}
        self.assertEqual(len(self.found(lacking)), 2)

    def test_missing_or_doubled(self):
        self.assertEqual(len(self.found()), 2)
        self.assertEqual(len(self.found(self.carried, self.carried)), 2)

    def test_names_of_files(self):
        names = ["a.plist", "x/Wi-Fi (neu).mobileconfig", "é.plist", "a..b.plist", "x"]
        self.assertEqual([check_payloads.stem(name) for name in names], ["a", "Wi-Fi--neu", "payload", "a.b", "x"])


if __name__ == "__main__":
    unittest.main()
