"""network_page.py probe PAGE WIDTH: a page that shows PAGE in a frame of WIDTH pixels, without the rule that forbids scripts,
and writes into its own title what came of it.
network_page.py judge TABLE: reads what a browser made of a probe, and complains: the page must say what TABLE, the same
answer as `endpoints --format csv`, says."""
import csv
import json
import re
import sys

RULE = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
TAGS = set("html head meta title style body header main section h1 h2 h3 p span svg rect ul ol li div small b "
           "table thead tbody tr th td".split())


def probe(page, width):
    with open(page, encoding="utf-8") as file:
        text, rules = RULE.subn("", file.read())
    inside = json.dumps(text).replace("<", "\\u003c")
    print(f"""<!DOCTYPE html><title>nothing</title><iframe id="f" style="width:{width}px;height:4000px;border:0"></iframe>
<script>
const frame = document.getElementById("f");
frame.onload = () => setTimeout(() => {{
  const inner = frame.contentDocument, all = [...inner.querySelectorAll("*")];
  const texts = (selector) => [...inner.querySelectorAll(selector)].map((one) => one.textContent.trim());
  document.title = JSON.stringify({{
    rules: {rules}, owned: window.owned || 0, tags: [...new Set(all.map((one) => one.localName))].sort(),
    handlers: all.flatMap((one) => one.getAttributeNames()).filter((name) => /^on|^src$|^href$|^style$/.test(name)),
    grid: [...inner.querySelectorAll(".grid tbody tr")].map((row) => [...row.children].map((one) => one.textContent.trim())),
    columns: texts(".grid thead th"),
    states: texts(".list .state"), hosts: texts(".list .host"), reasons: inner.querySelectorAll(".reasons li").length,
    wide: inner.documentElement.scrollWidth - inner.documentElement.clientWidth,
  }});
}}, 300);
frame.srcdoc = {inside};
</script>""")


def judge(table):
    found = re.search(r"<title>(.*?)</title>", sys.stdin.read(), re.S)
    told = json.loads(found.group(1).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">"))
    with open(table, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    wrong = [f"a tag of its own: {tag}" for tag in told["tags"] if tag not in TAGS]
    wrong += [f"an attribute of its own: {name}" for name in told["handlers"]]
    if told["owned"]:
        wrong.append("a script ran")
    if told["wide"] > 0:
        wrong.append(f"it is {told['wide']} pixels wider than the screen")
    if told["rules"] != 1:
        wrong.append("no rule forbids scripts")
    states = [text.split()[-1] for text in told["states"]]
    if states != [row["state"] for row in rows] or not rows:
        wrong.append(f"other states than the table's {len(rows)}: {len(states)}")
    if [host.split("/")[0] for host in told["hosts"]] != [row["host"] for row in rows]:
        wrong.append("other hosts than the table")
    sections = list(dict.fromkeys(row["section"] for row in rows))
    if len(told["grid"]) != len(sections):
        wrong.append(f"{len(told['grid'])} activities, not {len(sections)}")
    columns = told["columns"][1:]
    for cells, section in zip(told["grid"], sections):
        for app, cell in zip(columns, cells[1:]):
            of = [row for row in rows if row["section"] == section and (app in row["apps"].split() or app == "not named" and not row["apps"])]
            # No words between the name of an app and its versions tell it from another's.
            still = [row for row in of if app in row["contacted_by"].replace(",", " ").split() or app == "not named"]
            wanted = f"{len(still)}/{len(of)}" if of else "–"
            if not cell.endswith(wanted):
                wrong.append(f"{section}, {app}: {cell}, not {wanted}")
    if any(row["because"] for row in rows) != bool(told["reasons"]):
        wrong.append(f"{told['reasons']} reasons")
    print("\n".join(wrong) or f"harmless, and right: {len(rows)} addresses, {len(sections)} activities")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    {"probe": lambda page, width: probe(page, int(width)), "judge": judge}[sys.argv[1]](*sys.argv[2:])
