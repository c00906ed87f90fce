"""Writes the profile that a manifest of prefsmith describes with plistlib: what a script of one's own would do.

    python3 write_profile.py MANIFEST OUT

Nothing is checked: this is the least work that ends in the same settings.
"""

import json
import plistlib
import sys
import uuid


def main(manifest_path, out_path):
    with open(manifest_path, "rb") as file:
        manifest = json.load(file)
    root = manifest["policy"]["id"]
    domains = {}
    for setting in manifest["settings"]:
        if setting["enforcement"] == "forced":
            value = plistlib.loads(b"<plist>" + setting["plist"].encode() + b"</plist>", fmt=plistlib.FMT_XML)
            domains.setdefault(setting["domain"], {})[setting["key"]] = value
    space = uuid.uuid5(uuid.NAMESPACE_DNS, root)
    payloads = [
        {
            "PayloadType": "com.apple.ManagedClient.preferences",
            "PayloadVersion": 1,
            "PayloadIdentifier": f"{root}.{domain}",
            "PayloadUUID": str(uuid.uuid5(space, domain)).upper(),
            "PayloadDisplayName": domain,
            "PayloadContent": {domain: {"Forced": [{"mcx_preference_settings": settings}]}},
        }
        for domain, settings in sorted(domains.items())
    ]
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": root,
        "PayloadUUID": str(space).upper(),
        "PayloadDisplayName": manifest["policy"]["name"],
        "PayloadScope": "System",
        "PayloadContent": payloads,
    }
    with open(out_path, "wb") as file:
        plistlib.dump(profile, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
