# `--target jamf`, read by what knows nothing of prefsmith: Python's plistlib and ElementTree, JSON Schema's validator,
# three engines of regular expressions, and three shells on folders shaped like a Mac.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need dash dash
need zsh zsh
need perl perl
need shellcheck shellcheck
need xmllint libxml2-utils libxml2

jamf_out=$work/jamf

# A Python with jsonschema: the first in the PATH may not be the system's, which packages are for.
jamf_python() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -c 'from jsonschema import Draft7Validator, Draft202012Validator' 2>/dev/null; then
      printf '%s\n' "$python"
      return
    fi
  done
  return 1
}

if ! jamf_validator=$(jamf_python); then
  need jsonschema python3-jsonschema jsonschema
  jamf_validator=$(jamf_python) || die "no Python has the module jsonschema"
fi

# jamf_build NAME POLICY TABLE
jamf_build() {
  local script
  "$prefsmith" build "$2" --target jamf --out "$jamf_out/$1"
  "$prefsmith" plan "$2" --format json >"$jamf_out/$1.json"
  xmllint --noout "$jamf_out/$1"/jamf/api/*.xml
  python3 "$lib/check_jamf.py" folder "$jamf_out/$1/jamf" "$3"
  "$jamf_validator" "$lib/check_jamf.py" schemas "$jamf_out/$1/jamf" "$jamf_out/$1.json"
  for script in "$jamf_out/$1"/jamf/{scripts,attributes}/*.sh; do
    # A policy of payloads alone has no attribute.
    [ -e "$script" ] || continue
    dash -n "$script"
    bash --posix -n "$script"
    zsh -n "$script"
    [ -x "$script" ]
  done
}

# Nothing but the settings differs between the scripts of policies, or between the attributes of settings.
jamf_scripts() {
  cd "$jamf_out/everything/jamf"
  shellcheck scripts/*.sh attributes/policy.sh attributes/AutoUpdate.HowToCheck.sh attributes/build-*.sh
}

# With --split, the parts together; each has a body of its own.
jamf_split() {
  "$prefsmith" build "$repo/profiles/office-privacy.toml" --target jamf --split --out "$jamf_out/split"
  python3 "$lib/check_jamf.py" folder "$jamf_out/split/jamf" "$repo/tests/expect/office-privacy.csv"
  [ "$(find "$jamf_out/split/jamf/api" -name 'profile-*.xml' | wc -l)" = 3 ] || fail "not a body for each domain"
}

# What Jamf's API answers gives its identifiers to the next build.
jamf_keep() {
  local policy=$repo/profiles/office-privacy.toml
  sed -e 's/&lt;string&gt;com\.example\.office-privacy&lt;/\&lt;string\&gt;1F2E-of-the-server\&lt;/' \
    "$jamf_out/office-privacy/jamf/api/profile.xml" >"$jamf_out/deployed.xml"
  "$prefsmith" build "$policy" --target jamf --out "$jamf_out/kept" --keep-identifiers-from "$jamf_out/deployed.xml"
  python3 - "$jamf_out/kept/jamf/office-privacy.mobileconfig" <<'PYTHON'
import plistlib, sys
with open(sys.argv[1], "rb") as file:
    have = plistlib.load(file)["PayloadIdentifier"]
sys.exit(have != "1F2E-of-the-server" and f"another identifier: {have}")
PYTHON
  cmp <(xmllint --xpath 'string(//payloads)' "$jamf_out/kept/jamf/api/profile.xml") \
    <(cat "$jamf_out/kept/jamf/office-privacy.mobileconfig"; echo)
}

# A check that lets everything pass would not be noticed otherwise.
jamf_refuse() {
  local top=$jamf_out/spoilt
  cp -R "$jamf_out/office-privacy/jamf" "$top"
  sed -i.old -e 's/BasicDiagnosticData/FullDiagnosticData/' "$top/com.microsoft.office.plist"
  rm "$top/com.microsoft.office.plist.old"
  exits 1 python3 "$lib/check_jamf.py" folder "$top" "$repo/tests/expect/office-privacy.csv"
  says "the plists:"
  sed -i.old -e 's/"string"/"integer"/' "$top/schemas/com.microsoft.office.json"
  rm "$top/schemas/com.microsoft.office.json.old"
  exits 1 "$jamf_validator" "$lib/check_jamf.py" schemas "$top" "$jamf_out/office-privacy.json"
  says "is not of type 'integer'"
}

for policy in $(ready_made); do
  step "$policy for Jamf: files, bodies and forms" \
    jamf_build "$policy" "$repo/profiles/$policy.toml" "$repo/tests/expect/$policy.csv"
done
step "everything for Jamf: files, bodies and forms" \
  jamf_build everything "$repo/tests/jamf/everything.toml" "$repo/tests/jamf/everything.csv"
step "a split profile for Jamf" jamf_split
step "the identifiers of Jamf's answer are kept" jamf_keep
step "what is spoilt is found" jamf_refuse
step "smart groups by version agree with a comparison of Python's, in three engines" \
  python3 "$lib/check_jamf.py" regexes "$prefsmith" 1
step "the scripts and attributes for Jamf, read by shellcheck" jamf_scripts
for shell in dash bash zsh; do
  step "the extension attribute of a policy, run by $shell" \
    python3 "$lib/jamf_attributes.py" "$shell" privacy "$jamf_out/office-privacy/jamf"
done
step "scripts with the parameters of Jamf" \
  python3 "$lib/jamf_attributes.py" bash scripts "$jamf_out/office-privacy/jamf"
for shell in dash bash zsh; do
  step "extension attributes of single settings, and of builds, run by $shell" \
    python3 "$lib/jamf_attributes.py" "$shell" everything "$jamf_out/everything/jamf"
done
