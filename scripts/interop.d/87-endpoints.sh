# The network: what `endpoints` says, against a model of Microsoft's page; its PAC file in Node, its access lists in a
# running Squid, its page in a browser.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need node nodejs node
need squid squid squid
need chromium chromium chromium

net=$work/net
mkdir -p "$net/model"
table=$repo/tests/fixtures/endpoints-2016.csv

# Some activities stopped, others not: hosts of both kinds, and patterns among them.
cat >"$net/policy.toml" <<'TOML'
[policy]
id   = "com.example.classrooms"
name = "Classrooms <script>parent.owned = 1</script>"

[macs]
Office  = "16.16.x"
Outlook = "none"
OneNote = "none"
licence = ["volume"]

[settings]
UseOnlineContent        = 0
SendAllTelemetryEnabled = false
HowToCheck              = "Manual"
TOML

# The 78 rows, without prefsmith's catalogue and without its tests.
endpoints_table() {
  "$prefsmith" endpoints --format csv >"$net/all.csv" 2>"$net/said"
  python3 - "$table" "$net/all.csv" <<'PYTHON'
import csv, sys
ours, said = (list(csv.DictReader(open(path, newline="", encoding="utf-8"))) for path in sys.argv[1:])
assert len(ours) == len(said) == 78, (len(ours), len(said))
for one, other in zip(ours, said):
    mine = (one["section"], one["url"], one["host"], one["apps"], one["type"], one["licences"])
    its = tuple(other[name] for name in ("section", "url", "host", "apps", "source_type", "licences"))
    assert mine == its, (mine, its)
    assert other["state"] == "contacted" and other["as_of"] == "2016" and "16.17" in other["note"], other
PYTHON
}

endpoints_model() {
  local count
  cd "$net/model"
  count=$(python3 "$lib/endpoints_model.py" write "$table" .)
  [ "$count" = "972 78" ] || fail "$count combinations and rows"
  # An answer is one even where the policy cannot be built.
  # shellcheck disable=SC2016  # for the inner shell
  printf '%s\n' *.toml | xargs -P 2 -n 40 sh -c \
    'for policy in "$@"; do "$0" endpoints --format csv "$policy" >"${policy%.toml}.csv" 2>/dev/null || exit 255; done' "$prefsmith"
  python3 "$lib/endpoints_model.py" compare .
}

# The comparison must be able to fail: one state changed, one row gone.
endpoints_model_can_fail() {
  cd "$net/model"
  sed -i '2s/"contacted"/"stopped"/' e001.csv
  exits 1 python3 "$lib/endpoints_model.py" compare .
  says "e001: " "said stopped"
  sed -i '$d' e002.csv
  exits 1 python3 "$lib/endpoints_model.py" compare .
  says "e002: " "said None"
}

# ways LIST STOPPED CONTACTED OTHER: the hosts, and for each the way of its kind.
ways() {
  sed "s|	stopped\$|	$2|; s|	contacted\$|	$3|" "$1"
  python3 "$lib/proxy_hosts.py" strangers | sed "s|\$|	$4|"
}

endpoints_pac() {
  local stop='PROXY stop.example.com:3128' around='DIRECT' rest='PROXY proxy.example.com:8080; DIRECT'
  cd "$net"
  "$prefsmith" endpoints policy.toml --format csv >few.csv
  python3 "$lib/proxy_hosts.py" few.csv >few
  "$prefsmith" endpoints policy.toml --format pac --route "stopped=$stop" --route "other=$rest" >few.pac
  ways few "$stop" "$around" "$rest" >few.ways
  [ "$(python3 "$lib/proxy_hosts.py" strangers | wc -l)" -ge 20 ] || fail "too few strangers"
  grep -q "$stop" few.ways || fail "nothing is stopped"
  node "$lib/pac.js" few.pac few.ways
  # Every host of the table, nothing stopped.
  python3 "$lib/proxy_hosts.py" all.csv >all
  "$prefsmith" endpoints --format pac --route "other=$rest" >all.pac
  ways all "$stop" "$around" "$rest" >all.ways
  node "$lib/pac.js" all.pac all.ways
  # A wrong list is seen.
  exits 1 node "$lib/pac.js" few.pac all.ways
}

endpoints_squid() {
  local squid
  squid=$(command -v squid)
  cd "$net"
  "$prefsmith" endpoints policy.toml --format squid >stop.conf
  # The names that clients send; Squid itself takes the dot at the end away.
  grep -vi '\.	' few | grep -v '_' | sort -u >few.plain
  { cat few.plain; printf '%s\tother\n' example.com live.com vo.msecnd.net a.b.vo.msecnd.net login.live.com.example.com; } >few.squid
  python3 "$lib/try_squid.py" "$net/stop.conf" few.squid "$squid"
  # The lists that stop nothing are seen, and so is one that stops too much.
  grep -v '^http_access' stop.conf >nothing.conf
  exits 1 python3 "$lib/try_squid.py" "$net/nothing.conf" few.squid "$squid"
  { printf 'acl too_much dstdomain .live.com\nhttp_access deny too_much\n'; cat stop.conf; } >much.conf
  exits 1 python3 "$lib/try_squid.py" "$net/much.conf" few.squid "$squid"
}

# browse PAGE WIDTH TABLE: what the browser makes of the page, judged.
browse() {
  python3 "$lib/network_page.py" probe "$1" "$2" >"$net/probe.html"
  chromium --headless --no-sandbox --disable-gpu --user-data-dir="$net/browser" --window-size=1400,900 \
    --virtual-time-budget=5000 --dump-dom "file://$net/probe.html" | python3 "$lib/network_page.py" judge "$3"
}

endpoints_page() {
  cd "$net"
  "$prefsmith" endpoints policy.toml --format html >few.html
  "$prefsmith" endpoints --format html >all.html
  browse few.html 390 few.csv
  browse few.html 1280 few.csv
  browse all.html 768 all.csv
  # It would tell of a value that got through, and of another answer.
  sed 's|<main>|<main><script>parent.owned = 1</script>|' few.html >bad.html
  exits 1 browse bad.html 390 few.csv
  says "a script ran"
  exits 1 browse few.html 390 all.csv
  says "other states"
}

step "endpoints: the 78 rows, against a table of our own" endpoints_table
step "endpoints: 972 combinations of the page's five settings and of builds, against a model of the page" endpoints_model
step "endpoints: the comparison sees a wrong state and a missing row" endpoints_model_can_fail
step "endpoints --format pac: every host, and hosts that look like them, in Node" endpoints_pac
step "endpoints --format squid: 403 for what is stopped, and the rest passes, in a running Squid" endpoints_squid
step "endpoints --format html: the page in a browser, harmless and right" endpoints_page
