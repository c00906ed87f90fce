# What the verbs write as JSON holds against docs/schemas, by the word of an independent validator.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

schemas=$work/schemas
mkdir -p "$schemas"

# A Python with jsonschema: the first in the PATH may not be the system's, which packages are for.
validating_python() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -c 'from jsonschema import Draft202012Validator' 2>/dev/null; then
      printf '%s\n' "$python"
      return
    fi
  done
  return 1
}

if ! validator=$(validating_python); then
  need jsonschema python3-jsonschema jsonschema
  validator=$(validating_python) || die "no Python has the module jsonschema, with JSON Schema 2020-12"
fi

cat >"$schemas/hold.py" <<'PYTHON'
"""hold.py SCHEMA FILE…: each FILE against SCHEMA, and SCHEMA against what it says it is."""
import json, sys
from jsonschema import Draft202012Validator

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
if schema["$schema"] != "https://json-schema.org/draft/2020-12/schema":
    sys.exit(f"{sys.argv[1]}: another draft: {schema['$schema']}")
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
if not sys.argv[2:]:
    sys.exit("nothing to hold against the schema")
wrong = 0
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        for error in validator.iter_errors(json.load(file)):
            print(f"{path}: {error.json_path}: {error.message}")
            wrong += 1
sys.exit(1 if wrong else 0)
PYTHON

# hold KIND FILE…: the files hold.
hold() {
  local kind=$1
  shift
  "$validator" "$schemas/hold.py" "$repo/docs/schemas/$kind.json" "$@"
}

# written STATUS FILE COMMAND…: standard output to the file.
written() {
  local wanted=$1 file=$2 status=0
  shift 2
  "$@" >"$file" || status=$?
  [ "$status" = "$wanted" ] || fail "status $status, not $wanted: $*"
}

# Every kind of value, every enforcement, [unset], what is left out, a secret, an override.
cat >"$schemas/base.toml" <<'TOML'
[policy]
id = "com.example.base"

[settings]
IsAttachFilesEnabled = true
UseOnlineContent = 0
TOML
cat >"$schemas/all.toml" <<'TOML'
[policy]
id = "com.example.all"
name = "Alles: „ä“"
extends = ["base.toml"]
set-once-stamp = 2027-01-31T00:00:00Z

[macs]
Office = "16.28 .."

[settings]
IsAttachFilesEnabled = false
SendAllTelemetryEnabled = false
HowToCheck = "AutomaticDownload"

[set-once.AutoUpdate]
ExtendedLogging = false

[defaults.AutoUpdate]
UpdateCheckInterval = 360

[unset]
Outlook = ["SendAllTelemetryEnabled"]

[custom."com.example.values"]
Boolean = true
Integer = 18446744073709551615
Real = 1.5
String = "<&> \" ' ä 🎉"
Date = 2027-01-31T00:00:00Z
Data = { "$data" = "aGVsbG8=" }
Array = [1, "two", [3.0]]
Dictionary = { a = { b = false } }
ApiPassword = "hunter2"

[why]
HowToCheck = "Updates are ours to see."

[[payload]]
file = "dock.plist"
why = "Nobody moves the Dock."

[[payload]]
file = "font.plist"
TOML
for type in dock font; do
  printf '<plist version="1.0"><dict><key>PayloadType</key><string>com.apple.%s</string><key>autohide</key><true/></dict></plist>' \
    "$type" >"$schemas/$type.plist"
done
printf '<plist version="1.0"><dict><key>PayloadType</key><string>com.apple.dock</string></dict></plist>' >"$schemas/other.plist"
cat >"$schemas/other.toml" <<'TOML'
[policy]
id = "com.example.other"

[settings]
IsAttachFilesEnabled = true
DiagnosticDataTypePreference = "BasicDiagnosticData"

[unset]
AutoUpdate = ["HowToCheck"]

[[payload]]
file = "other.plist"
TOML
cat >"$schemas/broken.toml" <<'TOML'
[policy]
id = "com.example.broken"

[settings]
IsAttachFilesEnabled = 0
HowToChek = "Manual"
Nothing = [
TOML

schemas_check() {
  cd "$schemas"
  written 1 broken.out "$prefsmith" check --format json broken.toml
  written 0 all.out "$prefsmith" check --format json all.toml
  written 1 both.out "$prefsmith" check --format json broken.toml all.toml
  grep -q '"fix": {' broken.out || fail "no finding has a fix: the schema of fixes was not tried"
  hold check broken.out all.out both.out
}

schemas_plan() {
  local policy
  cd "$schemas"
  written 0 plan.out "$prefsmith" plan --format json all.toml
  for word in real date data array dictionary forced set-once default unset; do
    grep -q "\"$word\"" plan.out || fail "the plan has no $word"
  done
  grep -qF hunter2 plan.out && fail "a secret is shown"
  hold plan plan.out
  for policy in $(ready_made); do
    written 0 "$policy.plan" "$prefsmith" plan --format json "$repo/profiles/$policy.toml"
    hold plan "$policy.plan"
  done
}

schemas_diff() {
  cd "$schemas"
  written 1 there.out "$prefsmith" diff --format json all.toml other.toml
  written 1 back.out "$prefsmith" diff --format json other.toml all.toml
  written 0 same.out "$prefsmith" diff --format json all.toml all.toml
  python3 - there.out back.out <<'PYTHON'
import json, sys
there, back = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
verdicts = lambda result: {payload["verdict"] for payload in result["payloads"]}
if not any(payload["inside"] for payload in there["payloads"]):
    sys.exit("no payload differs")
if "extra" not in verdicts(there) | verdicts(back):
    sys.exit("no payload is extra")
PYTHON
  hold diff there.out back.out same.out
}

schemas_diff_mac() {
  local mac=$repo/tests/cmd/diff-mac.in
  cd "$schemas"
  written 1 lab.out "$prefsmith" diff --format json "$mac/all.toml" "$mac/lab07"
  written 1 exempt.out "$prefsmith" diff --format json "$mac/small.toml" "$mac/lab07" --exemptions "$mac/exempt.toml" --today 2027-05-01
  written 3 denied.out "$prefsmith" diff --format json "$mac/small.toml" "$mac/denied"
  written 3 blank.out "$prefsmith" diff --format json "$mac/small.toml" "$mac/blank"
  written 1 users.out "$prefsmith" diff --format json "$mac/small.toml" "$mac/shared" --user all
  grep -q '"unreadable": "Operation not permitted"' denied.out || fail "no layer that could not be read: it was not tried"
  grep -qF hunter2 lab.out && fail "a secret is shown"
  hold diff-mac lab.out exempt.out denied.out blank.out users.out
}

# The fleet, and each line about one Mac, which is that Mac's difference.
schemas_audit() {
  local fleet=$repo/docs/audit number=0 line
  cd "$schemas"
  written 1 fleet.out "$prefsmith" audit --format json "$fleet/office.toml" "$fleet/macs"
  written 3 few.out "$prefsmith" audit --format json "$fleet/office.toml" "$fleet/macs/anna" "$fleet/macs/emil" --user all
  written 1 since.out "$prefsmith" audit --format json "$fleet/office.toml" "$fleet/macs" --baseline "$fleet/before.json"
  written 1 design.out "$prefsmith" audit --format json "$fleet/office.toml" "$fleet/design.toml" "$fleet/macs" \
    --attributes "$fleet/directory.csv"
  written 1 told.out "$prefsmith" audit --format json "$fleet/office.toml" "$fleet/jamf.csv" "$fleet/osqueryd.snapshots.ndjson"
  hold audit fleet.out few.out since.out design.out told.out
  written 1 lines.out "$prefsmith" audit --format ndjson "$fleet/office.toml" "$fleet/macs" 2>/dev/null
  while IFS= read -r line; do
    case $line in *'"state":"unreadable"'*) continue ;; esac
    number=$((number + 1))
    printf '%s\n' "$line" >"row$number.out"
  done <lines.out
  [ "$number" = 7 ] || fail "$number rows, not 7"
  hold diff-mac row?.out
}

schemas_show() {
  local macs=$repo/tests/cmd/show.in
  cd "$schemas"
  written 0 helpdesk.out "$prefsmith" show --format json "$macs/helpdesk.tar.gz"
  written 0 odd.out "$prefsmith" show --format json "$macs/odd" --user all
  written 3 nobody.out "$prefsmith" show --format json "$macs/odd" EnableNewOutlook
  written 3 denied.out "$prefsmith" show --format json "$macs/denied"
  written 0 empty.out "$prefsmith" show --format json "$macs/blank"
  grep -q '"unreadable": "Operation not permitted"' denied.out || fail "no layer that could not be read: it was not tried"
  grep -q '"rule": "' odd.out || fail "no rule speaks: none was tried"
  grep -qF hunter2-of-the-vpn odd.out && fail "a secret is shown"
  hold show helpdesk.out odd.out nobody.out denied.out empty.out
}

schemas_endpoints() {
  local mac=$repo/docs/diff/lab07 word
  cd "$schemas"
  written 0 nothing.out "$prefsmith" endpoints --format json
  written 0 quiet.out "$prefsmith" endpoints --format json "$repo/profiles/office2016-quiet.toml"
  written 0 privacy.out "$prefsmith" endpoints --format json "$repo/profiles/office-privacy.toml" --strict --app Word --state stopped,unknown
  written 0 mac.out "$prefsmith" endpoints --format json --mac "$mac"
  cat quiet.out privacy.out mac.out nothing.out >every.out
  for word in stops lessens unsure keeps contacted partly stopped unknown licence not-installed; do
    grep -q "\"$word\"" every.out || fail "nothing has $word"
  done
  hold endpoints nothing.out quiet.out privacy.out mac.out
  written 1 change.out "$prefsmith" endpoints --format json --macs Office=16.16.x --compare "$repo/profiles/office2016-quiet.toml"
  written 0 nochange.out "$prefsmith" endpoints --format json all.toml --compare all.toml
  hold endpoints-compare change.out nochange.out
}

schemas_manifest() {
  cd "$schemas"
  "$prefsmith" build all.toml --target all --out built
  hold manifest built/manifest.json
}

schemas_verify() {
  local signed=$repo/tests/cmd/sign.out/signed.mobileconfig
  cd "$schemas"
  written 0 verify.out "$prefsmith" verify --format json "$signed" --trust "$repo/tests/cmd/sign.in/root.pem" \
    --today 2027-01-31
  written 1 untrusted.out "$prefsmith" verify --format json "$signed" --trust "$repo/tests/cmd/sign.in/self.pem" all.toml
  hold verify verify.out untrusted.out
}

# A validator that lets everything pass would not be noticed otherwise.
schemas_refuse() {
  local kind
  cd "$schemas"
  printf '{ "version": 1 }\n' >short
  "$prefsmith" diff --format json all.toml other.toml | sed 's/"verdict": "same"/"verdict": "fine"/; s/"drift": true,/"drift": "yes",/' >odd || true
  for kind in check plan diff diff-mac audit show endpoints endpoints-compare manifest verify; do
    exits 1 hold "$kind" short
    says "is a required property"
  done
  exits 1 hold diff odd
  says "is not of type 'boolean'"
}

step "check --format json, against its schema" schemas_check
step "plan --format json, against its schema" schemas_plan
step "diff --format json, against its schema" schemas_diff
step "diff of a Mac --format json, against its schema" schemas_diff_mac
step "audit --format json and ndjson, against their schemas" schemas_audit
step "verify --format json, against its schema" schemas_verify
step "show --format json, against its schema" schemas_show
step "endpoints --format json, against its schema" schemas_endpoints
step "manifest.json, against its schema" schemas_manifest
step "the schemas refuse what they should" schemas_refuse
