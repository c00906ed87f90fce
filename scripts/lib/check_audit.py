"""check_audit.py DOCUMENT FLEET: DuckDB reads FLEET/macs.ndjson with the table and the queries of DOCUMENT, and comes to the
totals of FLEET/audit.json and of FLEET/expected.json, which the generator wrote."""
import json
import re
import sys

import duckdb

STATES = ("compliant", "drifted", "undecided", "unreadable")


def blocks(document):
    with open(document, encoding="utf-8") as file:
        return re.findall(r"```sql\n-- DuckDB: ([^\n]*)\n(.*?)```", file.read(), re.S)


def main(document, root):
    with open(f"{root}/audit.json", encoding="utf-8") as file:
        audit = json.load(file)
    with open(f"{root}/expected.json", encoding="utf-8") as file:
        expected = json.load(file)
    results = {}
    base = duckdb.connect()
    for title, text in blocks(document):
        for statement in filter(str.strip, text.split(";")):
            result = base.execute(statement.replace("macs.ndjson", f"{root}/macs.ndjson"))
            if statement.lstrip().startswith("SELECT"):
                results[title] = ([column[0] for column in result.description], result.fetchall())
    assert len(results) >= 4, sorted(results)
    for title, (columns, rows) in results.items():
        print(f"{title}: {columns}, {len(rows)} rows")
        assert rows, title
    states = dict(results["states"][1])
    for state in STATES:
        assert states.get(state, 0) == audit[state] == expected[state], (state, states)
    drifts = {(row[0], row[1]): row[2:] for row in results["drift by setting"][1]}
    for one in audit["settings"]:
        drifted, of = drifts[one["domain"], one["key"]]
        assert (drifted, of) == (one["standing"]["drifted"], one["macs"]), (one["key"], drifted, of)
    assert len(drifts) == len(audit["settings"])
    apps = {row[0]: row[1:] for row in results["drift by app"][1]}
    for said in (audit["domains"], expected["domains"]):
        assert apps == {one["domain"]: (one["drifted"], one["undecided"], one["macs"]) for one in said}, (apps, said)
    layers = {}
    for domain, key, layer, count in results["through which layer"][1]:
        layers.setdefault((domain, key), {})[layer or "none"] = count
    for one in expected["settings"]:
        told = layers.get((one["domain"], one["key"]), {})
        # What nobody could read has no layer either; where an app does it by itself, the row names its default.
        assert told == one["layers"], (one["key"], told, one["layers"])
    worst = [(row[0], row[2]) for row in results["the worst Macs"][1]]
    assert worst == [(mac["name"], mac["drifted"]) for mac in expected["worst"][:len(worst)]], worst[:5]
    print("DuckDB, audit and the generator agree")


if __name__ == "__main__":
    main(*sys.argv[1:])
