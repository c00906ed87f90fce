# `--target fleet` and `--target osquery`: YAML by PyYAML, SQL by SQLite on tables with osquery's columns, filled from
# folders shaped like Macs in osquery's text forms. What the queries say is what `diff` says.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

mkdir -p "$work/fleet"
if ! python3 -c 'import yaml' 2>/dev/null; then
  python3 -m venv "$work/fleet/python" || { need python3-venv python3-venv; python3 -m venv "$work/fleet/python"; }
  "$work/fleet/python/bin/pip" install -q pyyaml >&2 || die "PyYAML could not be installed"
  PATH=$work/fleet/python/bin:$PATH
fi

fleet_built() {
  local folder
  folder=$work/fleet/$(basename "$1" .toml)$2
  "$prefsmith" build "$1" --target fleet --out "$folder"
  python3 "$lib/check_fleet.py" "$folder/fleet"
}

fleet_legacy() {
  sed 's/^\[target.fleet\]/&\nlayout = "legacy"/' "$repo/tests/fleet/everything.toml" >"$work/fleet/everything.toml"
  grep -q legacy "$work/fleet/everything.toml"
  fleet_built "$work/fleet/everything.toml" -legacy
  [ -d "$work/fleet/everything-legacy/fleet/lib/macos" ]
}

# The check sees a file that nothing names, a name that is there twice, a `$`.
fleet_tampered() {
  local folder=$work/fleet/tampered policies
  "$prefsmith" build "$repo/tests/fleet/everything.toml" --target fleet --out "$folder"
  policies=$folder/fleet/platforms/macos/policies/everything.yml
  touch "$folder/fleet/platforms/macos/policies/more.yml"
  exits 1 python3 "$lib/check_fleet.py" "$folder/fleet"
  rm "$folder/fleet/platforms/macos/policies/more.yml"
  cp "$policies" "$work/fleet/kept"
  cat "$work/fleet/kept" >>"$policies"
  exits 1 python3 "$lib/check_fleet.py" "$folder/fleet"
  { cat "$work/fleet/kept"; printf '# %sHOME\n' "\$"; } >"$policies"
  exits 1 python3 "$lib/check_fleet.py" "$folder/fleet"
}

# The profile is the one of `--target mobileconfig`, where no token is spelt.
fleet_profile() {
  "$prefsmith" build "$repo/profiles/office-privacy.toml" --target fleet,mobileconfig --out "$work/fleet/profile"
  cmp "$work/fleet/profile/office-privacy.mobileconfig" \
    "$work/fleet/profile/fleet/platforms/macos/configuration-profiles/office-privacy.mobileconfig"
}

osquery_worlds() {
  python3 "$lib/osquery_worlds.py" "$prefsmith" "$1" "$2" "$work/fleet/worlds-$(basename "$1" .toml)"
}

for policy in $(ready_made); do
  step "$policy: Fleet's files by another reader of YAML" fleet_built "$repo/profiles/$policy.toml" ""
done
step "a policy that uses everything: Fleet's files" fleet_built "$repo/tests/fleet/everything.toml" ""
step "a policy that uses everything: names before 4.83" fleet_legacy
step "Fleet's profile is the plain one" fleet_profile
step "the check of Fleet's files can fail" fleet_tampered
step "versions: SQL and a comparison by hand, a thousand pairs" python3 "$lib/osquery_versions.py" "$prefsmith" "$work/fleet/versions"
step "SQL says of Macs what diff says: everything" osquery_worlds "$repo/tests/fleet/everything.toml" 60
step "SQL says of Macs what diff says: office-privacy" osquery_worlds "$repo/profiles/office-privacy.toml" 30
step "what osquery cannot see is what its page says" python3 "$lib/osquery_blind.py" "$prefsmith" "$work/fleet/blind"
