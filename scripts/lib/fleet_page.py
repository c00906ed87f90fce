"""fleet_page.py fleet DIR: a fleet whose names and values mean harm, and a policy for it, in DIR.
fleet_page.py probe PAGE WIDTH: a page that shows PAGE in a frame of WIDTH pixels, without the rule that forbids foreign
scripts, filters and sorts its Macs, and writes into its own title what came of it.
fleet_page.py judge ROWS: reads what a browser made of a probe, and complains.
fleet_page.py alone: reads what a browser made of the page itself: whether its own script ran under its own rule."""
import json
import re
import sys

from mac_page import HARM, put
from page_probe import end, harm, probe, told

MACS = 60


def fleet(root):
    for number in range(MACS):
        evil = HARM[number % len(HARM)]
        mac = f"{root}/macs/m{number:02} {evil[:40].replace('/', '_')}"
        put(mac, "/prefsmith-snapshot.plist",
            {"format": 1, "name": f"{evil[:3000]} {number}", "serial": f"S{number:03}{evil[:50]}", "console-user": "anna"})
        put(mac, "/Library/Managed Preferences/com.microsoft.autoupdate2.plist", {"HowToCheck": evil})
        put(mac, "/Library/Application Support/Microsoft/MAU2.0/Microsoft AutoUpdate.app/Contents/Info.plist",
            {"CFBundleIdentifier": "com.microsoft.autoupdate2", "CFBundleVersion": f"4.{number}.24{number:02}0101"})
    for number, evil in enumerate(HARM):
        with open(f"{root}/macs/{evil[:60].replace('/', '_')}{number}.tar.gz", "w", encoding="utf-8") as file:
            file.write("no archive")
    with open(root + "/policy.toml", "w", encoding="utf-8") as file:
        file.write('[policy]\nid = "com.example.page"\n\n[settings]\nHowToCheck = "Manual"\n\n[custom.AutoUpdate]\n')
        for at, text in enumerate(HARM[:6]):
            file.write(f"{json.dumps(text + str(at))} = {json.dumps(text)}\n")


# What somebody does with the page: looks for one Mac, and turns a column round.
TRIED = """(() => {
      const filter = inner.getElementById("filter");
      const seen = () => [...inner.querySelectorAll("#macs tbody tr")].filter((row) => row.offsetHeight > 0);
      const type = (text) => { filter.value = text; filter.dispatchEvent(new frame.contentWindow.Event("input")); };
      type("s007 HOWtocheck");
      const found = seen().length;
      type("");
      const button = inner.querySelector("#macs thead button");
      button.click();
      const first = seen()[0].cells[0].textContent;
      button.click();
      const last = seen()[0].cells[0].textContent;
      return { found, turned: first !== last, rows: seen().length };
    })()"""
ASKED = {"tried": TRIED, "scripts": 'inner.querySelectorAll("script").length'}


def judge(rows):
    seen = told()
    wrong = harm(seen, ["h3", "input", "button", "script"])
    tried = seen["tried"]
    if seen["scripts"] != 1:
        wrong.append(f"{seen['scripts']} scripts")
    if tried["rows"] != rows:
        wrong.append(f"{tried['rows']} Macs, not {rows}")
    if rows == MACS and tried["found"] != 1:
        wrong.append(f"the filter finds {tried['found']}")
    if not tried["turned"]:
        wrong.append("nothing was sorted")
    end(wrong, "harmless, filtered and sorted")


def alone():
    page = sys.stdin.read()
    shown = re.search(r'id="shown"[^>]*>([^<]*)<', page)
    if not shown or not re.fullmatch(r"([\d,]+) of \1", shown.group(1)):
        sys.exit("its own script did not run under its own rule")
    print(shown.group(1))


if __name__ == "__main__":
    {"fleet": fleet, "probe": lambda page, width: probe(page, int(width), ASKED), "judge": lambda rows: judge(int(rows)),
     "alone": alone}[sys.argv[1]](*sys.argv[2:])
