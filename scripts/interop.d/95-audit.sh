# A fleet whose totals the generator knows: audit, DuckDB and the generator agree; the page of a fleet is harmless and quick.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need chromium chromium chromium

audits=$work/audits
mkdir -p "$audits"
if ! python3 -m venv "$audits/venv" >"$audits/log" 2>&1; then
  rm -rf "$audits/venv"
  need virtualenv python3-virtualenv virtualenv
  virtualenv -q "$audits/venv" >"$audits/log" 2>&1 || die "no virtual environment: $(cat "$audits/log")"
fi
"$audits/venv/bin/python" -m pip install -q --disable-pip-version-check duckdb==2.0.0 >"$audits/log" 2>&1 ||
  die "pip: $(cat "$audits/log")"

# audited FORMAT: what audit says of the fleet. Macs that drift are no failure.
audited() {
  local status=0
  "$prefsmith" audit "$audits/fleet.toml" "$audits/macs" --exemptions "$audits/exempt.toml" --no-project --format "$1" ||
    status=$?
  [ "$status" = 1 ] || fail "status $status"
}

fleet_agrees() {
  cargo build --quiet --locked --release --manifest-path "$repo/Cargo.toml" --example fleet
  "${CARGO_TARGET_DIR:-$repo/target}/release/examples/fleet" "$audits" 1000 20270228
  audited json >"$audits/audit.json"
  audited ndjson >"$audits/macs.ndjson"
  "$audits/venv/bin/python" "$lib/check_audit.py" "$repo/docs/scale.md" "$audits"
}

# browse PAGE: what the browser makes of it.
browse() {
  chromium --headless --no-sandbox --disable-gpu --user-data-dir="$audits/browser" --window-size=1400,900 \
    --virtual-time-budget=8000 --dump-dom "file://$1"
}

# shown PAGE WIDTH ROWS: complains of what must not be.
shown() {
  python3 "$lib/fleet_page.py" probe "$1" "$2" >"$audits/probe.html"
  browse "$audits/probe.html" | python3 "$lib/fleet_page.py" judge "$3"
}

page_harmless() {
  local width
  python3 "$lib/fleet_page.py" fleet "$audits/hostile"
  exits 1 "$prefsmith" audit --format html "$audits/hostile/policy.toml" "$audits/hostile/macs"
  "$prefsmith" audit --format html "$audits/hostile/policy.toml" "$audits/hostile/macs" >"$audits/hostile.html" || true
  for width in 390 768 1280; do
    shown "$audits/hostile.html" "$width" 60
  done
  browse "$audits/hostile.html" | python3 "$lib/fleet_page.py" alone
}

# The same page, if one name got through, and if its script were another than the rule names.
page_harmful() {
  sed 's|<main>|<main><script>parent.owned = 1</script><p style="width:2000px">.</p>|' "$audits/hostile.html" >"$audits/bad.html"
  exits 1 shown "$audits/bad.html" 390 60
  says "an attribute of its own: style" "a script ran" "2 scripts" "wider than the screen"
  sed 's|"use strict";|"use strict"; |' "$audits/hostile.html" >"$audits/other.html"
  browse "$audits/other.html" >"$audits/other.dom"
  exits 1 python3 "$lib/fleet_page.py" alone <"$audits/other.dom"
}

# What a browser types and clicks, and Python finds in the JSON of the same audit; and what the page looks like.
page_used() {
  audited html >"$audits/fleet.html"
  python3 "$lib/fleet_browser.py" "$audits/fleet.html" "$audits/audit.json" "$audits/used"
}

# The same page with a text that is too pale in the dark, with one Mac less, and with a script of somebody else's.
page_misused() {
  sed 's|--quiet: #a5a9b0|--quiet: #55585e|' "$audits/fleet.html" >"$audits/pale.html"
  exits 1 python3 "$lib/fleet_browser.py" "$audits/pale.html" "$audits/audit.json" "$audits/used"
  says "'dark'"
  python3 - "$audits" <<'END'
import json, sys
with open(sys.argv[1] + "/audit.json", encoding="utf-8") as file:
    audit = json.load(file)
audit["worst"][3], audit["worst"][4] = audit["worst"][4], audit["worst"][3]
with open(sys.argv[1] + "/turned.json", "w", encoding="utf-8") as file:
    json.dump(audit, file)
END
  exits 1 python3 "$lib/fleet_browser.py" "$audits/fleet.html" "$audits/turned.json" "$audits/used"
  says "filter"
}

step "a fleet of a thousand: audit, DuckDB with the documented queries, and the generator agree" fleet_agrees
step "the page of a fleet, in a browser: harmless, at three widths, filtered and sorted" page_harmless
step "the browser would tell of what is not" page_harmful
step "the page of a thousand Macs, typed and clicked: what Python finds in the JSON; light, dark, narrow, on paper" page_used
step "the same would tell of pale text and of another order" page_misused
