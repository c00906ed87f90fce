"""What `prefsmith audit` must do at least, with tarfile and plistlib: how many Macs of a fleet (tests/common/fleet.rs) have a value
that no profile enforces. read_fleet.py FOLDER"""

import os
import plistlib
import sys
import tarfile
import zlib

DOMAINS = {
    "com.microsoft.autoupdate2": {
        "ChannelName": "CurrentThrottle", "HowToCheck": "AutomaticDownload", "ExtendedLogging": False},
    "com.microsoft.office": {
        "DiagnosticDataTypePreference": "BasicDiagnosticData", "DefaultsToLocalOpenSave": True},
    "com.microsoft.Outlook": {"DisableImport": True, "EnableNewOutlook": 0, "DisableDoNotForward": True},
    "com.example.vpn": {"AlwaysOn": True, "Server": "vpn.example.com", "Retries": 3},
}


def judge(path):
    with tarfile.open(path) as archive:
        files = {item.name.removeprefix("./"): archive.extractfile(item).read() for item in archive if item.isfile()}
    about = plistlib.loads(files["prefsmith-snapshot.plist"])
    if about["format"] != 1:
        raise ValueError("format")
    user = about.get("console-user")
    for name in files:
        if name.endswith("/Info.plist") or name.endswith("/SystemVersion.plist"):
            plistlib.loads(files[name])
    drifted = 0
    for domain, keys in DOMAINS.items():
        folders = ["Library/Managed Preferences"]
        if user:
            home = f"Users/{user}/Library"
            folders = [f"Library/Managed Preferences/{user}", *folders,
                       f"{home}/Containers/{domain}/Data/Library/Preferences", f"{home}/Preferences"]
        folders.append("Library/Preferences")
        layers = []
        for folder in folders:
            data = files.get(f"{folder}/{domain}.plist")
            if data is not None:
                layers.append((folder, plistlib.loads(data)))
        for key, wanted in keys.items():
            found = next(((folder, layer[key]) for folder, layer in layers if key in layer), None)
            drifted += found is None or "Managed" not in found[0] or found[1] != wanted
    return drifted > 0


counts = {True: 0, False: 0, None: 0}
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        try:
            counts[judge(f"{folder}/{name}")] += 1
        except (tarfile.TarError, zlib.error, EOFError, ValueError, KeyError, OSError, plistlib.InvalidFileException,
                __import__("xml").parsers.expat.ExpatError):
            counts[None] += 1
print(counts)
