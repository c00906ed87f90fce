# The page of a Mac in a browser: whatever the Mac's files hold, nothing of it runs, and nothing leaves the screen.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need chromium chromium chromium

page=$work/page
mkdir -p "$page"

# browse PAGE: what the browser makes of it.
browse() {
  chromium --headless --no-sandbox --disable-gpu --user-data-dir="$page/browser" --window-size=1400,900 \
    --virtual-time-budget=5000 --dump-dom "file://$1"
}

# shown PAGE WIDTH: complains of what must not be.
shown() {
  python3 "$lib/mac_page.py" probe "$1" "$2" >"$page/probe.html"
  browse "$page/probe.html" | python3 "$lib/mac_page.py" judge
}

page_harmless() {
  local width
  python3 "$lib/mac_page.py" snapshot "$page"
  exits 1 "$prefsmith" diff --format html "$page/policy.toml" "$page/mac"
  "$prefsmith" diff --format html "$page/policy.toml" "$page/mac" >"$page/mac.html" || true
  for width in 390 768 1280; do
    shown "$page/mac.html" "$width"
  done
}

# The same page, if one value got through.
page_harmful() {
  sed 's|<main>|<main><script>parent.owned = 1</script><p style="width:2000px">.</p>|' "$page/mac.html" >"$page/bad.html"
  exits 1 shown "$page/bad.html" 390
  says "a tag of its own: script"
  says "a script ran"
  says "wider than the screen"
}

# The other forms of the same Mac, read by Python.
page_tables() {
  "$prefsmith" diff --format junit "$page/policy.toml" "$page/mac" >"$page/mac.xml" || true
  "$prefsmith" diff --format csv "$page/policy.toml" "$page/mac" >"$page/mac.csv" || true
  python3 - "$page/mac.xml" "$page/mac.csv" <<'PYTHON'
import csv, sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
cases = root.findall("testsuite/testcase")
counts = {name: sum(case.find(name) is not None for case in cases) for name in ("failure", "error", "skipped")}
told = {"failure": "failures", "error": "errors", "skipped": "skipped"}
assert len(cases) == int(root.get("tests")) == 7, len(cases)
assert all(int(root.get(told[name])) == count for name, count in counts.items()), counts
assert counts["failure"] > 0
with open(sys.argv[2], newline="", encoding="utf-8") as file:
    head, *rows = csv.reader(file)
assert head == ["object", "action", "reason"] and len(rows) > 15, len(rows)
for row in rows:
    assert len(row) == 3 and row[1] in ("enforce", "correct", "remove", "nothing"), row
    assert not any(cell[:1] in "=+-@\t\r\n" for cell in row), row
PYTHON
}

step "the page of a Mac, in a browser: harmless, at three widths" page_harmless
step "JUnit's XML and the table of the same Mac, read by Python" page_tables
step "the browser would tell of what is not" page_harmful
