# `--by-build`: the parts of a policy hold what the whole holds; and everything that compares versions says the same of who
# reads what.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need dash dash
need zsh zsh
need perl perl

by_build=$work/by-build

# by_build_parts NAME POLICY
by_build_parts() {
  "$prefsmith" build "$2" --out "$by_build/$1/whole"
  "$prefsmith" build "$2" --by-build --target mobileconfig,jamf,fleet --out "$by_build/$1/parts"
  "$prefsmith" build "$2" --by-build --target mobileconfig,jamf,fleet --out "$by_build/$1/parts" --check
  "$prefsmith" plan "$2" --format json >"$by_build/$1/plan.json"
  python3 "$lib/check_by_build.py" "$by_build/$1/whole" "$by_build/$1/parts" "$by_build/$1/plan.json"
}

# The check sees a part that is missing.
by_build_missing() {
  rm "$by_build/outlook/parts"/outlook.Outlook-from-16.75.mobileconfig
  exits 1 python3 "$lib/check_by_build.py" "$by_build/outlook/whole" "$by_build/outlook/parts" "$by_build/outlook/plan.json"
  says "other settings than the whole"
}

for policy in $(ready_made); do
  step "$policy by build: the parts are the whole" by_build_parts "$policy" "$repo/profiles/$policy.toml"
done
step "Outlook by build: the parts are the whole" by_build_parts outlook "$repo/tests/by-build/outlook.toml"
step "a part that is missing is found" by_build_missing
step "versions: diff, the check, SQL and Jamf's expressions agree on a thousand pairs" \
  python3 "$lib/versions_agree.py" "$prefsmith" "$by_build/versions"
