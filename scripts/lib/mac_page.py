"""mac_page.py snapshot DIR: a Mac whose values mean harm, and a policy for it, in DIR.
mac_page.py probe PAGE WIDTH: a page that shows PAGE in a frame of WIDTH pixels, without the rule that forbids
scripts, and writes into its own title what came of it.
mac_page.py judge: reads what a browser made of a probe, and complains."""
import json
import os
import plistlib
import sys

from page_probe import end, harm, probe, told

HARM = [
    '<script>parent.owned = 1</script>',
    '<img src=x onerror="parent.owned = 1">',
    '</style></title></td></table><script>parent.owned = 1</script>',
    '"><svg onload="parent.owned = 1">',
    "' onmouseover='parent.owned = 1' style='position:fixed;inset:0",
    '{{{title}}}{{#each apps}}',
    '<meta http-equiv=refresh content="0;url=http://localhost/">',
    'אבג \u202e\u2066' + 'ד' * 200,
    'x' * 20_000,
    '&lt;script&gt; &#x3c;script>',
]
ASKED = {"rows": 'inner.querySelectorAll("tbody tr").length'}


def put(root, path, value):
    path = root + path
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(plistlib.dumps(value))


def snapshot(root):
    mac = root + "/mac"
    put(mac, "/prefsmith-snapshot.plist", {"format": 1, "name": HARM[0], "serial": HARM[3], "console-user": "anna"})
    managed = {f"{text[:2000]} {at}": text for at, text in enumerate(HARM)}
    managed["HowToCheck"] = HARM[1]
    put(mac, "/Library/Managed Preferences/com.microsoft.autoupdate2.plist", managed)
    put(mac, "/Users/anna/Library/Preferences/com.microsoft.autoupdate2.plist", {"HowToCheck": HARM[2]})
    put(mac, "/evidence/profiles.plist", {"_computerlevel": [{
        "ProfileDisplayName": HARM[0], "ProfileIdentifier": HARM[5], "ProfileUUID": "1", "ProfileItems": [{
            "PayloadType": "com.microsoft.autoupdate2", "PayloadIdentifier": "a", "PayloadUUID": "b",
            "PayloadContent": {"HowToCheck": HARM[1]}}]}]})
    with open(root + "/policy.toml", "w", encoding="utf-8") as file:
        file.write('[policy]\nid = "com.example.page"\n\n[settings]\nHowToCheck = "Manual"\n\n[why]\n')
        file.write(f"HowToCheck = {json.dumps(HARM[2])}\n\n[custom.AutoUpdate]\n")
        for at, text in enumerate(HARM[:6]):
            file.write(f"New{at} = {json.dumps(text)}\n")


def judge():
    seen = told()
    wrong = harm(seen, ["br"])
    if seen["rows"] < 15:
        wrong.append(f"only {seen['rows']} rows")
    end(wrong, "harmless")


if __name__ == "__main__":
    {"snapshot": snapshot, "probe": lambda page, width: probe(page, int(width), ASKED), "judge": judge}[sys.argv[1]](*sys.argv[2:])
