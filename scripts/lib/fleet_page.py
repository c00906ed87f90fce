"""fleet_page.py fleet DIR: a fleet whose names and values mean harm, and a policy for it, in DIR.
fleet_page.py probe PAGE WIDTH: a page that shows PAGE in a frame of WIDTH pixels, without the rule that forbids foreign
scripts, filters and sorts its Macs, and writes into its own title what came of it.
fleet_page.py judge ROWS: reads what a browser made of a probe, and complains.
fleet_page.py alone: reads what a browser made of the page itself: whether its own script ran under its own rule."""
import json
import os
import re
import sys

from mac_page import HARM, RULE, put

MACS = 60


def fleet(root):
    for number in range(MACS):
        harm = HARM[number % len(HARM)]
        mac = f"{root}/macs/m{number:02} {harm[:40].replace('/', '_')}"
        put(mac, "/prefsmith-snapshot.plist",
            {"format": 1, "name": f"{harm[:3000]} {number}", "serial": f"S{number:03}{harm[:50]}", "console-user": "anna"})
        put(mac, "/Library/Managed Preferences/com.microsoft.autoupdate2.plist", {"HowToCheck": harm})
        put(mac, "/Library/Application Support/Microsoft/MAU2.0/Microsoft AutoUpdate.app/Contents/Info.plist",
            {"CFBundleIdentifier": "com.microsoft.autoupdate2", "CFBundleVersion": f"4.{number}.24{number:02}0101"})
    for number, harm in enumerate(HARM):
        with open(f"{root}/macs/{harm[:60].replace('/', '_')}{number}.tar.gz", "w", encoding="utf-8") as file:
            file.write("no archive")
    with open(root + "/policy.toml", "w", encoding="utf-8") as file:
        file.write('[policy]\nid = "com.example.page"\n\n[settings]\nHowToCheck = "Manual"\n\n[custom.AutoUpdate]\n')
        for at, text in enumerate(HARM[:6]):
            file.write(f"{json.dumps(text + str(at))} = {json.dumps(text)}\n")


def probe(page, width):
    with open(page, encoding="utf-8") as file:
        text, rules = RULE.subn("", file.read())
    inside = json.dumps(text).replace("<", "\\u003c")
    print(f"""<!DOCTYPE html><title>nothing</title><iframe id="f" style="width:{width}px;height:4000px;border:0"></iframe>
<script>
const frame = document.getElementById("f");
frame.onload = () => setTimeout(() => {{
  const inner = frame.contentDocument, all = [...inner.querySelectorAll("*")], view = frame.contentWindow;
  const filter = inner.getElementById("filter"), rows = [...inner.querySelectorAll("#macs tbody tr")];
  const seen = () => [...inner.querySelectorAll("#macs tbody tr")].filter((row) => row.offsetHeight > 0);
  const began = performance.now();
  filter.value = "s007 HOWtocheck";
  filter.dispatchEvent(new view.Event("input"));
  const found = seen().length;
  filter.value = "";
  filter.dispatchEvent(new view.Event("input"));
  const button = inner.querySelector("#macs thead button");
  button.click();
  const first = seen()[0].cells[0].textContent;
  button.click();
  const last = seen()[0].cells[0].textContent, took = performance.now() - began;
  document.title = JSON.stringify({{
    rules: {rules}, owned: window.owned || 0, tags: [...new Set(all.map((one) => one.localName))].sort(),
    handlers: all.flatMap((one) => one.getAttributeNames()).filter((name) => /^on|^src$|^href$|^style$/.test(name)),
    rows: rows.length, found, turned: first !== last, took,
    scripts: inner.querySelectorAll("script").length,
    wide: inner.documentElement.scrollWidth - inner.documentElement.clientWidth,
  }});
}}, 300);
frame.srcdoc = {inside};
</script>""")


def judge(rows):
    found = re.search(r"<title>(.*?)</title>", sys.stdin.read(), re.S)
    told = json.loads(found.group(1).replace("&amp;", "&"))
    allowed = set("html head meta title style body header main section h1 h2 h3 p span svg rect ul li div small b input button "
                  "table thead tbody tr th td script".split())
    wrong = [f"a tag of its own: {tag}" for tag in told["tags"] if tag not in allowed]
    wrong += [f"an attribute of its own: {name}" for name in told["handlers"]]
    if told["owned"]:
        wrong.append("a script of a Mac ran")
    if told["scripts"] != 1:
        wrong.append(f"{told['scripts']} scripts")
    if told["wide"] > 0:
        wrong.append(f"it is {told['wide']} pixels wider than the screen")
    if told["rows"] != rows:
        wrong.append(f"{told['rows']} Macs, not {rows}")
    if rows == MACS and told["found"] != 1:
        wrong.append(f"the filter finds {told['found']}")
    if not told["turned"]:
        wrong.append("nothing was sorted")
    # A browser has 100 ms before people notice; this machine is busy.
    if told["took"] > 1500:
        wrong.append(f"filtering and sorting took {told['took']:.0f} ms")
    if told["rules"] != 1:
        wrong.append("no rule forbids scripts")
    print("\n".join(wrong) or f"harmless; filtered and sorted in {told['took']:.0f} ms")
    sys.exit(1 if wrong else 0)


def alone():
    page = sys.stdin.read()
    shown = re.search(r'id="shown"[^>]*>([^<]*)<', page)
    if not shown or not re.fullmatch(r"([\d,]+) of \1", shown.group(1)):
        sys.exit("its own script did not run under its own rule")
    print(shown.group(1))


if __name__ == "__main__":
    {"fleet": fleet, "probe": lambda page, width: probe(page, int(width)), "judge": lambda rows: judge(int(rows)),
     "alone": alone}[sys.argv[1]](*sys.argv[2:])
