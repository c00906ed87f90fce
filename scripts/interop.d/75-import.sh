# Import: a profile and what is built from its policy set the same, by Python's plistlib; in both payload forms.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need openssl openssl

same_effect() { python3 "$lib/same_effect.py" "$prefsmith" "$@"; }

import_fixtures() {
  same_effect "$work/import/fixtures" "$repo"/tests/cmd/import.in/{,more/}*.mobileconfig
  grep -q broken.mobileconfig <(same_effect "$work/import/again" "$repo"/tests/cmd/import.in/*.mobileconfig)
}

import_hostile() {
  python3 "$lib/hostile_profiles.py" "$work/import/hostile"
  same_effect "$work/import/hostile-out" "$work"/import/hostile/*.mobileconfig | tee "$work/import/said"
  grep -q '14  import: everything expressed' "$work/import/said"
  grep -q '14  mcx: the same effect' "$work/import/said"
}

import_signed() {
  local folder=$work/import/signed
  mkdir -p "$folder"
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=prefsmith -keyout "$folder/key" -out "$folder/cert"
  openssl cms -sign -binary -nodetach -outform DER -signer "$folder/cert" -inkey "$folder/key" \
    -in "$repo/tests/cmd/import.in/office.mobileconfig" -out "$folder/office.mobileconfig"
  same_effect "$folder/out" "$folder/office.mobileconfig"
}

# Our own: policy, profile, policy, profile.
import_ready_made() {
  local policy
  for policy in $(ready_made); do
    "$prefsmith" build "$repo/profiles/$policy.toml" --out "$work/import/built/$policy"
  done
  same_effect "$work/import/ready-made" "$work"/import/built/*/*.mobileconfig | tee "$work/import/said"
  grep -q "$(ready_made | wc -l)  mcx: the same effect" "$work/import/said"
}

# Identifiers and UUIDs of the profile and of its payloads stay.
import_identifiers() {
  local folder=$work/import/identifiers
  mkdir -p "$folder"
  cp "$repo/tests/cmd/import.in/more/office.mobileconfig" "$folder/old.mobileconfig"
  "$prefsmith" import "$folder/old.mobileconfig" --keep-identifiers --out "$folder/policies/updates.toml"
  "$prefsmith" build "$folder/policies/updates.toml" --out "$folder/out"
  python3 - "$folder/old.mobileconfig" "$folder/out/updates.mobileconfig" <<'PYTHON'
import plistlib, sys
def names(path):
    root = plistlib.load(open(path, "rb"))
    return [(one["PayloadIdentifier"], one["PayloadUUID"]) for one in [root, *root["PayloadContent"]]]
old, new = map(names, sys.argv[1:])
sys.exit(0 if old == new else f"{old} is not {new}")
PYTHON
}

# The check can fail: one value, one type, one state, one payload.
import_tampered() {
  local change folder=$work/import/tampered
  for change in value type state payload channel; do
    mkdir -p "$folder/$change"
    cat >"$folder/$change/prefsmith" <<SH
#!/usr/bin/env bash
"$prefsmith" "\$@" || exit
[ "\$1" = build ] || exit 0
while [ "\$1" != --out ]; do shift; done
python3 "$lib/tamper.py" $change "\$2"/*.mobileconfig
SH
    chmod +x "$folder/$change/prefsmith"
    exits 1 python3 "$lib/same_effect.py" "$folder/$change/prefsmith" "$folder/$change/out" \
      "$repo/tests/cmd/import.in/office.mobileconfig"
    says "another effect"
  done
}

import_corpus() {
  local files=()
  mapfile -t files < <(find "$PREFSMITH_CORPUS" -name '*.mobileconfig' | sort)
  [ "${#files[@]}" -gt 0 ] || fail "no profile in $PREFSMITH_CORPUS"
  same_effect "$work/import/corpus" "${files[@]}"
}

mkdir -p "$work/import"
step "import, build: our fixtures have the same effect" import_fixtures
step "import, build: values that are hard to write, XML and binary" import_hostile
step "import, build: a signed profile" import_signed
step "ready-made policies: build, import, build again" import_ready_made
step "import --keep-identifiers: identifiers and UUIDs stay" import_identifiers
step "the comparison sees what was tampered with" import_tampered
if [ -n "${PREFSMITH_CORPUS:-}" ]; then
  step "import, build: every profile of PREFSMITH_CORPUS" import_corpus
fi
