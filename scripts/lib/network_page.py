"""network_page.py probe PAGE WIDTH: a page that shows PAGE in a frame of WIDTH pixels, without the rule that forbids scripts,
and writes into its own title what came of it.
network_page.py judge TABLE: reads what a browser made of a probe, and complains: the page must say what TABLE, the same
answer as `endpoints --format csv`, says."""
import csv
import sys

from page_probe import end, harm, probe, told

ASKED = {
    "grid": '[...inner.querySelectorAll(".grid tbody tr")].map((row) => [...row.children].map((one) => one.textContent.trim()))',
    "columns": 'texts(".grid thead th")', "states": 'texts(".list .state")', "hosts": 'texts(".list .host")',
    "reasons": 'inner.querySelectorAll(".reasons li").length',
}


def judge(table):
    seen = told()
    with open(table, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    wrong = harm(seen, ["h3"])
    states = [text.split()[-1] for text in seen["states"]]
    if states != [row["state"] for row in rows] or not rows:
        wrong.append(f"other states than the table's {len(rows)}: {len(states)}")
    if [host.split("/")[0] for host in seen["hosts"]] != [row["host"] for row in rows]:
        wrong.append("other hosts than the table")
    sections = list(dict.fromkeys(row["section"] for row in rows))
    if len(seen["grid"]) != len(sections):
        wrong.append(f"{len(seen['grid'])} activities, not {len(sections)}")
    columns = seen["columns"][1:]
    for cells, section in zip(seen["grid"], sections):
        for app, cell in zip(columns, cells[1:]):
            of = [row for row in rows if row["section"] == section and (app in row["apps"].split() or app == "not named" and not row["apps"])]
            # No words between the name of an app and its versions tell it from another's.
            still = [row for row in of if app in row["contacted_by"].replace(",", " ").split() or app == "not named"]
            wanted = f"{len(still)}/{len(of)}" if of else "–"
            if not cell.endswith(wanted):
                wrong.append(f"{section}, {app}: {cell}, not {wanted}")
    if any(row["because"] for row in rows) != bool(seen["reasons"]):
        wrong.append(f"{seen['reasons']} reasons")
    end(wrong, f"harmless, and right: {len(rows)} addresses, {len(sections)} activities")


if __name__ == "__main__":
    {"probe": lambda page, width: probe(page, int(width), ASKED), "judge": judge}[sys.argv[1]](*sys.argv[2:])
