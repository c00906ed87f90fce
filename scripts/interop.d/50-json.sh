# What verbs print for programs has the documented shape, and nothing else is on standard output.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

json=$work/json
mkdir -p "$json"
# A wrong type, an unknown key, a superseded key: findings of several kinds, in a file whose name needs care.
cat >"$json/a policy.toml" <<'TOML'
[policy]
id   = "com.example.json"
name = "Findings"

[macs]
Office = "16.28 .."

[settings]
IsAttachFilesEnabled = 0
HowToChek            = "Manual"

[settings.Word]
SendAllTelemetryEnabled = false
TOML

# shaped KIND STATUS COMMAND…: standard output is JSON of that kind.
shaped() {
  local kind=$1 wanted=$2 status=0
  shift 2
  "$@" >"$json/out" || status=$?
  [ "$status" = "$wanted" ] || fail "status $status, not $wanted"
  python3 "$lib/check_json.py" "$kind" <"$json/out"
}

json_check() {
  cd "$json"
  shaped check 1 "$prefsmith" check --format json "a policy.toml"
  python3 - "$json/out" <<'PYTHON'
import json, sys
found = {(item["line"], item["severity"]) for item in json.load(open(sys.argv[1]))["findings"]}
for line in (9, 10):
    if (line, "error") not in found:
        sys.exit(f"no error on line {line}: {found}")
if not any(line == 13 for line, _ in found):
    sys.exit(f"nothing on line 13: {found}")
PYTHON
}

json_sarif() {
  cd "$json"
  shaped sarif 1 "$prefsmith" check --format sarif "a policy.toml"
}

json_github() {
  local status=0
  cd "$json"
  "$prefsmith" check --format github "a policy.toml" >"$json/out" || status=$?
  [ "$status" = 1 ] || fail "status $status"
  grep -q '^::error file=a policy.toml,line=9' "$json/out" || fail "$(cat "$json/out")"
  if grep -vqE '^::(error|warning|notice) ([a-zA-Z]+=[^,]+,)*[a-zA-Z]+=[^,]+::.+$' "$json/out"; then
    fail "a line that is no annotation: $(cat "$json/out")"
  fi
}

json_plan() {
  local policy
  cd "$repo"
  for policy in $(ready_made); do
    shaped plan 0 "$prefsmith" plan --format json "profiles/$policy.toml"
    python3 "$lib/check_plan.py" "$json/out" "tests/expect/$policy.csv"
  done
}

json_diff() {
  cd "$repo"
  shaped diff 1 "$prefsmith" diff --format json profiles/office-privacy.toml profiles/office-privacy-any-build.toml
  shaped diff 0 "$prefsmith" diff --format json profiles/office-privacy.toml profiles/office-privacy.toml
}

json_show() {
  cd "$repo/tests/cmd/show.in"
  shaped show 0 "$prefsmith" show helpdesk.tar.gz --format json
  shaped show 0 "$prefsmith" show odd --user all --format json
  shaped show 3 "$prefsmith" show denied --format json
}

step "check --format json" json_check
step "check --format sarif" json_sarif
step "check --format github" json_github
step "plan --format json, every ready-made policy, against its table" json_plan
step "diff --format json of two policies" json_diff
step "show --format json of Macs" json_show
