# Every ready-made policy, in both forms, whole and split: other programs read the profiles, and read in them
# exactly what tests/expect/<policy>.csv says.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need xmllint libxml2-utils libxml2
need plistutil libplist-utils libplist

# profile_reads PROFILE…: each is valid by Apple's DTD, and libplist reads what plistlib reads.
profile_reads() {
  local profile
  for profile in "$@"; do
    xmllint --nonet --noout --dtdvalid "$lib/PropertyList-1.0.dtd" "$profile"
    plistutil -i "$profile" -o "$work/libplist.bin"
    python3 - "$profile" "$work/libplist.bin" <<'PYTHON'
import sys
from settings import load, canonical, as_json
texts = [canonical(as_json(load(path)[1])) for path in sys.argv[1:]]
sys.exit(0 if texts[0] == texts[1] else f"libplist reads something else in {sys.argv[1]}")
PYTHON
  done
}

# profile_check POLICY TABLE FORM [--split]
profile_check() {
  local policy=$1 table=$2 form=$3 out
  shift 3
  out=$work/profiles/$(basename "$policy" .toml)-$form${1:-}
  "$prefsmith" build "$policy" --form "$form" "$@" --out "$out"
  python3 "$lib/check_profile.py" --expect "$table" --form "$form" "$@" "$out"/*.mobileconfig
  python3 "$lib/check_manifest.py" "$out" "$table"
  profile_reads "$out"/*.mobileconfig
}

profile_checks() {
  local policy=$1 table=$2 title=$3 form
  for form in mcx domain; do
    step "$title, $form form, whole" profile_check "$policy" "$table" "$form"
    step "$title, $form form, split" profile_check "$policy" "$table" "$form" --split
  done
}

# A table that no policy belongs to, or a policy without a table, is an oversight.
profile_tables() {
  diff <(ready_made) <(cd "$repo/tests/expect" && printf '%s\n' *.csv | sed 's/\.csv$//' | grep -v '^types$')
}

# Set-Once has no table: the profile to compare with is written here.
profile_set_once() {
  local folder=$work/set-once
  mkdir "$folder"
  cat >"$folder/policy.toml" <<'TOML'
[policy]
id             = "com.example.set-once"
name           = "Set once"
set-once-stamp = 2026-01-31T02:00:00+02:00

[settings.AutoUpdate]
HowToCheck = "AutomaticDownload"

[set-once.AutoUpdate]
ExtendedLogging = false
TOML
  cat >"$folder/expected.mobileconfig" <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>PayloadScope</key><string>System</string><key>PayloadContent</key><array><dict>
<key>PayloadType</key><string>com.apple.ManagedClient.preferences</string><key>PayloadContent</key><dict>
<key>com.microsoft.autoupdate2</key><dict>
<key>Forced</key><array><dict><key>mcx_preference_settings</key><dict>
<key>HowToCheck</key><string>AutomaticDownload</string></dict></dict></array>
<key>Set-Once</key><array><dict><key>mcx_data_timestamp</key><date>2026-01-31T00:00:00Z</date>
<key>mcx_preference_settings</key><dict><key>ExtendedLogging</key><false/></dict></dict></array>
</dict></dict></dict></array></dict></plist>
XML
  "$prefsmith" build "$folder/policy.toml" --out "$folder/out"
  python3 "$lib/compare_profiles.py" "$folder/out/policy.mobileconfig" "$folder/expected.mobileconfig"
  profile_reads "$folder/out/policy.mobileconfig"
}

# refused NAME WORD <TOML: the direct form cannot carry it; MCX can.
refused() {
  local folder=$work/refused/$1
  mkdir -p "$folder"
  { printf '[policy]\nid = "com.example.%s"\nname = "Refused"\nset-once-stamp = 2026-01-31T00:00:00Z\n\n' "$1"
    cat; } >"$folder/policy.toml"
  exits 1 "$prefsmith" build "$folder/policy.toml" --form domain --out "$folder/out"
  says "$2" form
  if [ -e "$folder/out" ]; then fail "something was written"; fi
  exits 0 "$prefsmith" build "$folder/policy.toml" --form mcx --out "$folder/out"
}

refused_apple() { printf '[custom."com.apple.dock"]\norientation = "left"\n' | refused apple com.apple.dock; }
refused_global() { printf '[custom.".GlobalPreferences"]\nMyKey = true\n' | refused global .GlobalPreferences; }
refused_payload() { printf '[custom."com.example.app"]\nPayloadKind = "x"\n' | refused payload PayloadKind; }
refused_once() { printf '[set-once.AutoUpdate]\nExtendedLogging = false\n' | refused once ExtendedLogging; }

refused_word() {
  exits 2 "$prefsmith" build "$repo/profiles/office-privacy.toml" --form plist --out "$work/refused/word"
  if [ -e "$work/refused/word" ]; then fail "something was written"; fi
}

step "every ready-made policy has its table" profile_tables
for policy in $(ready_made); do
  step "$policy: check --deny warnings" "$prefsmith" check --deny warnings "$repo/profiles/$policy.toml"
  profile_checks "$repo/profiles/$policy.toml" "$repo/tests/expect/$policy.csv" "$policy"
done
profile_checks "$repo/tests/policies/types.toml" "$repo/tests/expect/types.csv" "every type of value"
step "Set-Once carries the policy's stamp" profile_set_once
step "direct form refused: a domain that is a payload type of Apple's" refused_apple
step "direct form refused: the global domain" refused_global
step "direct form refused: a key that begins with Payload" refused_payload
step "direct form refused: a setting that is set once" refused_once
step "a form that does not exist is a mistake in the command" refused_word
