"""The scripts and extension attributes of `--target jamf` on a folder shaped like a Mac, against words written by hand.

    jamf_attributes.py SHELL privacy FOLDER       the attribute of office-privacy, of which FOLDER is the folder jamf/
    jamf_attributes.py SHELL scripts FOLDER       its scripts, with the parameters of Jamf
    jamf_attributes.py SHELL everything FOLDER    every attribute of tests/jamf/everything.toml
"""

import glob
import os
import plistlib
import shutil
import sys
import tempfile

from on_mac import Folder

WORD = "/Applications/Microsoft Word.app"
AUTOUPDATE = "/Library/Application Support/Microsoft/MAU2.0/Microsoft AutoUpdate.app"
wrong = []


class Mac(Folder):
    """One with Word and AutoUpdate of today, and all that a folder's plists enforce."""

    def __init__(self, top, shell, jamf, apps=True):
        super().__init__(top)
        self.shell, self.jamf = shell, jamf
        if apps:
            self.app(WORD, "com.microsoft.Word", "16.90.24101387")
            self.app(AUTOUPDATE, "com.microsoft.autoupdate2", "4.76.24101387")
        for path in glob.glob(f"{jamf}/*.plist"):
            with open(path, "rb") as file:
                self.enforce(os.path.basename(path).removesuffix(".plist"), plistlib.load(file))

    def app(self, place, bundle, version):
        self.install(place, version)
        path = f"{self.mac}{place}/Contents/Info.plist"
        with open(path, "rb") as file:
            info = plistlib.load(file)
        with open(path, "wb") as file:
            plistlib.dump({**info, "CFBundleIdentifier": bundle}, file)

    def managed(self, domain):
        return f"{self.mac}/Library/Managed Preferences/{domain}.plist"

    def enforce(self, domain, values):
        path = self.managed(domain)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        try:
            with open(path, "rb") as file:
                values = {**plistlib.load(file), **values}
        except FileNotFoundError:
            pass
        with open(path, "wb") as file:
            plistlib.dump({key: value for key, value in values.items() if value is not None}, file, fmt=plistlib.FMT_BINARY)

    def says(self, attribute, wanted):
        """An attribute prints one line on standard output, nothing else, and ends with 0."""
        ran = self.run(f"{self.jamf}/attributes/{attribute}.sh", shell=self.shell)
        have = (ran.status, ran.output, ran.errors)
        if have != (0, f"<result>{wanted}</result>\n", ""):
            wrong.append(f"{self.shell}, {attribute}: {have}, not {wanted!r}")

    def runs(self, script, arguments, status, *words):
        ran = self.run(f"{self.jamf}/scripts/{script}.sh", *arguments, shell=self.shell)
        if ran.status != status or ran.errors or not all(word in ran.output for word in words):
            wrong.append(f"{self.shell}, {script} {arguments}: {ran.status}\n{ran.output}{ran.errors}")


def privacy(make):
    mac = make()
    mac.says("policy", "Compliant")
    # What a lenient app takes for the value is no drift; what it does not is.
    mac.enforce("com.microsoft.errorreporting", {"IsAttachFilesEnabled": 0})
    mac.says("policy", "Compliant")
    mac.enforce("com.microsoft.errorreporting", {"IsAttachFilesEnabled": True})
    mac.says("policy", "Drift: IsAttachFilesEnabled")
    mac.enforce("com.microsoft.autoupdate2", {"HowToCheck": None})
    mac.says("policy", "Drift: HowToCheck, IsAttachFilesEnabled")
    # Somebody at the screen or not: what profiles enforce is there for everybody.
    mac.save(console="loginwindow", sessions=[])
    mac.says("policy", "Drift: HowToCheck, IsAttachFilesEnabled")
    # Set by the user is not enforced.
    mac = make()
    os.remove(mac.managed("com.microsoft.autoupdate2"))
    mac.write("alice", "com.microsoft.autoupdate2", {"AcknowledgedDataCollectionPolicy": "RequiredDataOnly", "HowToCheck": "AutomaticDownload"})
    mac.says("policy", "Drift: AcknowledgedDataCollectionPolicy, HowToCheck")
    # A Mac that cannot be read is none that is fine.
    mac = make()
    with open(mac.mac + "/denied.txt", "w", encoding="utf-8") as file:
        file.write("/Library/Managed Preferences\n")
    ran = mac.run(f"{mac.jamf}/attributes/policy.sh", shell=mac.shell)
    if ran.status or ran.errors or not ran.output.startswith("<result>Unknown: ") or ran.output.count("\n") != 1:
        wrong.append(f"{mac.shell}, denied: {ran.status} {ran.output}{ran.errors}")


def scripts(make):
    """Jamf's own three parameters, options from 4 on, empty ones between."""
    mac = make()
    jamf = ["/", "Ada's Mac", "alice"]
    mac.runs("check", [*jamf, "", "--list", "", ""], 0, "Compliant")
    mac.runs("apply", [*jamf, "--users=alice", "", "--dry-run"], 4, "would")
    mac.runs("apply", [*jamf, "--users=alice", "", "", "--quiet"], 0)
    mac.runs("apply", [*jamf, "", "--dry-run"], 0, "ok")
    mac.runs("remove", [*jamf, "--users=alice"], 0, "removed")
    mac.enforce("com.microsoft.autoupdate2", {"HowToCheck": "Manual"})
    mac.runs("check", [*jamf], 1, "Drift: HowToCheck")
    mac.runs("check", [*jamf, "", "", "", "--exit-zero"], 0, "Drift: HowToCheck")


def everything(make):
    mac = make()
    mac.enforce("com.example.values", {"Serial": mac.facts["serial"]})
    # [defaults] is weak, and not there yet; it is no profile's.
    mac.says("policy", "Drift: UpdateCheckInterval")
    with open(f"{mac.mac}/Library/Preferences/com.microsoft.autoupdate2.plist", "wb") as file:
        plistlib.dump({"UpdateCheckInterval": 360}, file)
    mac.says("policy", "Compliant")
    for key in ("Array", "Data", "Real", "String", "Serial"):
        mac.says(f"com.example.values.{key}", "Compliant")
    mac.enforce("com.example.values", {"String": "<&>", "Serial": "another", "Boolean": "no", "Mixed": [1, "three"]})
    for key in ("String", "Serial", "Boolean", "Mixed"):
        mac.says(f"com.example.values.{key}", f"Drift: {key}")
    mac.says("com.example.values.Array", "Compliant")
    mac.says("AutoUpdate.HowToCheck", "Compliant")
    mac.enforce("com.microsoft.autoupdate2", {"OptionalUpdatesDeferrals": {"DeferralDays": {"XCEL2019": 3}}})
    mac.says("AutoUpdate.OptionalUpdatesDeferrals", "Drift: OptionalUpdatesDeferrals")
    # Other entries of a dictionary that several write are no drift.
    mac.enforce("com.microsoft.autoupdate2", {"OptionalUpdatesDeferrals": {"DeferralDays": {"XCEL2019": 3, "MSWD2019": 14}}})
    mac.says("AutoUpdate.OptionalUpdatesDeferrals", "Compliant")
    mac.says("build-Word", "16.90.24101387")
    mac.says("build-Excel", "Not installed")
    with open(f"{mac.mac}{WORD}/Contents/Info.plist", "w", encoding="utf-8") as file:
        file.write("no property list")
    mac.says("build-Word", "Unknown")
    shutil.rmtree(f"{mac.mac}{WORD}")
    mac.says("build-Word", "Not installed")
    # Without the app that reads a setting there is nothing to say of it.
    mac = make(apps=False)
    os.remove(mac.managed("com.microsoft.autoupdate2"))
    mac.says("AutoUpdate.HowToCheck", "Not installed")


def main():
    shell, what, folder = sys.argv[1:]
    with tempfile.TemporaryDirectory() as top:
        {"privacy": privacy, "scripts": scripts, "everything": everything}[what](lambda **more: Mac(top, shell, folder, **more))
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


main()
