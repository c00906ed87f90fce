"""What the targets intune, kandji, workspace-one and those of plain profiles write, read by programs that know nothing of
prefsmith.

    check_mdms.py intune FOLDER TABLE [WORD=SPELLING…]
    check_mdms.py kandji FOLDER TABLE [WORD=SPELLING…]
    check_mdms.py workspace-one FOLDER TABLE [WORD=SPELLING…]
    check_mdms.py plain FOLDER TABLE [WORD=SPELLING…]
    check_mdms.py ddm FOLDER TABLE ADDRESS [WORD=SPELLING…]

TABLE is written by hand and has tokens in the policy's words; WORD=SPELLING is the MDM's own.
"""

import base64
import glob
import hashlib
import json
import os
import plistlib
import re
import subprocess
import sys

from settings import expected_settings, load, payload_settings, profile_settings, setting

HEAD = b'<?xml version="1.0" encoding="UTF-8"?><plist version="1.0">'
ODATA = "#microsoft.graph."
# Of each body of Graph: the field with the file, that of its name, and the other fields with their types.
BODIES = {
    "macOSCustomConfiguration": ("payload", "payloadFileName", {"displayName", "description", "payloadName", "deploymentChannel"}),
    "macOSCustomAppConfiguration": ("configurationXml", "fileName", {"displayName", "description", "bundleId"}),
    "deviceShellScript": (
        "scriptContent",
        "fileName",
        {"displayName", "description", "runAsAccount", "retryCount", "blockExecutionNotifications"},
    ),
    "deviceCustomAttributeShellScript": (
        "scriptContent",
        "fileName",
        {"displayName", "description", "runAsAccount", "customAttributeName", "customAttributeType"},
    ),
}
wrong = []


def same(what, have, want):
    if have != want:
        wrong.append(what)
        print(f"{what}: {have!r}, not {want!r}")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def expected(table, words, domain=lambda name: True):
    """The settings of a table, with tokens in the spelling of the MDM."""
    found = []
    for one in expected_settings(table):
        value = one.value
        for word in words:
            token, spelling = word.split("=", 1)
            value = value.replace("${" + token + "}", json.dumps(spelling)[1:-1])
        if domain(one.domain):
            found.append(one._replace(value=value))
    return sorted(found)


def apple(domain):
    return domain == "com.apple.extensiblesso"


def profiles(folder, table, words):
    have = []
    for path in glob.glob(f"{folder}/*.mobileconfig"):
        # An MDM looks for its words in the file as it stands.
        for word in words:
            same(f"{path}: {word}", word.split("=", 1)[1].encode() in read(path), True)
        have += profile_settings(load(path)[1], path)
    same("the profiles", sorted(one for one in have if one.state == "Forced"), expected(table, words))


def bodies(folder):
    """Every body decodes to the file that it names, byte for byte; every file has its body."""
    brought = {}
    for path in glob.glob(f"{folder}/graph/*.json"):
        with open(path, encoding="utf-8") as file:
            body = json.load(file)
        name = os.path.basename(path)
        if name.startswith("assign-"):
            assignment(name, body)
            continue
        kind = body.pop("@odata.type")
        same(f"{name}: type", kind.startswith(ODATA), True)
        content, file_name, fields = BODIES[kind.removeprefix(ODATA)]
        once = {"executionFrequency"} & set(body)
        same(f"{name}: fields", set(body) - once, fields | {content, file_name})
        if once:
            same(f"{name}: a duration", bool(re.fullmatch(r"P(\d+D)?(T(\d+H)?(\d+M)?)?", body["executionFrequency"])), True)
        same(f"{name}: who runs it", body.get("runAsAccount", "system"), "system")
        same(f"{name}: channel", body.get("deploymentChannel", "deviceChannel") in ("deviceChannel", "userChannel"), True)
        brought[(kind, body[file_name])] = base64.b64decode(body[content], validate=True)
        if "bundleId" in body:
            same(f"{name}: domain", body["bundleId"] + ".xml", body[file_name])
    files = {}
    for pattern, kind in (
        ("*.mobileconfig", "macOSCustomConfiguration"),
        ("preference-files/*.xml", "macOSCustomAppConfiguration"),
        ("scripts/*.sh", "deviceShellScript"),
        ("attributes/*.sh", "deviceCustomAttributeShellScript"),
    ):
        for path in glob.glob(f"{folder}/{pattern}"):
            files[(ODATA + kind, os.path.basename(path))] = read(path)
    same("files with a body", sorted(brought), sorted(files))
    for key in sorted(set(brought) & set(files)):
        same(f"the bytes of {key[1]}", brought[key] == files[key], True)


def assignment(name, body):
    (entries,) = body.values()
    for entry in entries:
        same(f"{name}: fields", set(entry), {"@odata.type", "target"})
        same(f"{name}: target", set(entry["target"]), {"@odata.type", "groupId"})
        kinds = {ODATA + "groupAssignmentTarget", ODATA + "exclusionGroupAssignmentTarget"}
        same(f"{name}: kind", entry["target"]["@odata.type"] in kinds, True)
        same(f"{name}: an object id", bool(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", entry["target"]["groupId"])), True)


def intune(folder, table, *words):
    profiles(folder, table, words)
    bodies(folder)
    have = []
    for path in glob.glob(f"{folder}/preference-files/*.xml"):
        text = read(path)
        for refused in (b"<?xml", b"<plist", b"<!DOCTYPE"):
            same(f"{path}: {refused}", refused in text, False)
        same(f"{path}: begins with a key", text.startswith(b"<key>"), True)
        # What Intune does: it puts the lines into a dictionary.
        values = plistlib.loads(HEAD + b"<dict>" + text + b"</dict></plist>")
        domain = os.path.basename(path).removesuffix(".xml")
        have += [setting("device", domain, key, value) for key, value in values.items()]
    tokens = {one for one in expected(table, ()) if "${" in one.value}
    spelt = {(one.domain, one.key) for one in tokens}
    want = [one for one in expected(table, words) if (one.domain, one.key) not in spelt and not apple(one.domain)]
    same("the preference files", sorted(have), want)
    for path in glob.glob(f"{folder}/*.mobileconfig"):
        same(f"{path}: size", len(read(path)) <= 1_000_000, True)
    for path in glob.glob(f"{folder}/*/*.sh"):
        same(f"{path}: size", len(read(path)) < 200_000, True)
        same(f"{path}: head", read(path).startswith(b"#!"), True)


def kandji(folder, table, *words):
    profiles(folder, table, words)


def plain(folder, table, *words):
    profiles(folder, table, words)


def workspace_one(folder, table, *words):
    """Each file is one payload, and another reader of XML finds in it what plistlib does."""
    have = []
    for path in glob.glob(f"{folder}/*.xml"):
        text = read(path)
        same(f"{path}: from <dict> to </dict>", (text[:6], text.rstrip()[-7:]), (b"<dict>", b"</dict>"))
        payload = plistlib.loads(HEAD + text + b"</plist>")
        keys = {"PayloadType", "PayloadIdentifier", "PayloadUUID", "PayloadVersion", "PayloadDisplayName"}
        same(f"{path}: envelope", keys <= set(payload), True)
        same(f"{path}: version", payload["PayloadVersion"], 1)
        count = subprocess.run(["xmllint", "--xpath", "count(/dict/key)", path], capture_output=True, text=True, check=True)
        same(f"{path}: keys by xmllint", int(count.stdout), len(payload))
        have += payload_settings("device", payload, path)
    same("the payloads", sorted(one for one in have if one.state == "Forced"), expected(table, words))


def ddm(folder, table, address, *words):
    profiles(folder, table, words)
    found = 0
    for path in glob.glob(f"{folder}/*.mobileconfig"):
        with open(path.removesuffix("mobileconfig") + "json", encoding="utf-8") as file:
            declaration = json.load(file)
        same(f"{path}: keys", set(declaration), {"Type", "Identifier", "ServerToken", "Payload"})
        same(f"{path}: type", declaration["Type"], "com.apple.configuration.legacy")
        same(f"{path}: address", declaration["Payload"], {"ProfileURL": f"{address}/{os.path.basename(path)}"})
        same(f"{path}: token", declaration["ServerToken"], hashlib.sha256(read(path)).hexdigest())
        found += 1
    same("declarations", found, len(glob.glob(f"{folder}/*.json")))


if __name__ == "__main__":
    {"intune": intune, "kandji": kandji, "workspace-one": workspace_one, "plain": plain, "ddm": ddm}[sys.argv[1]](*sys.argv[2:])
    sys.exit(1 if wrong else 0)
