# The collector and the check of a policy, in three shells, with stand-ins for the Mac's commands on random folders shaped
# like a Mac: a snapshot gives the verdicts of its folder and holds nothing else, and the check says what `diff` says.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need dash dash
need zsh zsh
need shellcheck shellcheck
need gawk gawk
need original-awk original-awk bwk-awk

export PREFSMITH=$prefsmith
collector_out=$work/collector

collector_read() {
  local policy script targets
  for policy in "$repo"/profiles/*.toml "$repo/tests/policies/mac.toml" "$repo/tests/policies/types.toml"; do
    targets=collector,check-script
    # It has nothing but a payload, which shows in no file of preferences.
    case $policy in */entra-sso.toml) targets=collector ;; esac
    "$prefsmith" build "$policy" --target "$targets" --out "$collector_out/$(basename "$policy" .toml)"
  done
  # They differ in their calls alone.
  shellcheck "$collector_out"/{mac,types}/*/*.sh
  for script in "$collector_out"/*/*/*.sh; do
    dash -n "$script"
    bash --posix -n "$script"
    zsh -n "$script"
    [ -x "$script" ]
    # Intune takes scripts below 200 KB.
    [ "$(wc -c <"$script")" -lt 200000 ] || fail "$script is too large"
  done
}

# collector_macs POLICY SHELL AWK SEED…
collector_macs() {
  SCRIPT_AWK=$3 python3 "$lib/check_collector.py" "$1" "$2" "${@:4}"
}

step "collectors and checks that shells and shellcheck read" collector_read
step "a random Mac, run by dash" collector_macs "$repo/tests/policies/mac.toml" dash mawk 1
step "a random Mac, run by bash, with gawk" collector_macs "$repo/tests/policies/mac.toml" bash gawk 2
step "a random Mac, run by zsh, with the awk of macOS" collector_macs "$repo/tests/policies/mac.toml" zsh original-awk 3
step "a random Mac and AutoUpdate" collector_macs "$repo/profiles/autoupdate-managed.toml" dash original-awk 4
