# The scripts of `--target defaults`, in three shells, with stand-ins for the Mac's commands on a folder shaped like a
# Mac: the preference files then hold exactly what tests/expect/<policy>.csv says.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need dash dash
need zsh zsh
need shellcheck shellcheck
need gawk gawk
need original-awk original-awk bwk-awk

export PREFSMITH=$prefsmith
scripts_out=$work/scripts

scripts_stand_ins() {
  cd "$repo/scripts/stand-ins"
  shellcheck sudo launchctl
  python3 -m unittest -q test_stand_ins
}

# scripts_read FOLDER: every shell and shellcheck read every script, and find nothing.
scripts_read() {
  local script
  shellcheck "$1"/*.sh
  for script in "$1"/*.sh; do
    dash -n "$script"
    bash --posix -n "$script"
    zsh -n "$script"
    [ -x "$script" ]
    # Comments and code are ASCII; only quoted texts of the policy are not.
    if LC_ALL=C grep -q $'\r' "$script"; then fail "$script has a carriage return"; fi
  done
}

scripts_build() {
  "$prefsmith" build "$1" --target defaults --out "$scripts_out/$(basename "$1" .toml)"
  scripts_read "$scripts_out/$(basename "$1" .toml)/defaults"
}

scripts_refused() {
  exits 1 "$prefsmith" build "$1" --target defaults --out "$scripts_out/refused"
  says script-cannot-force
  if [ -e "$scripts_out/refused" ]; then fail "something was written"; fi
}

# scripts_run POLICY TABLE SHELL [AWK]
scripts_run() {
  SCRIPT_AWK=${4:-} python3 "$lib/check_script.py" "$scripts_out/$1/defaults" "$2" "$3"
}

scripts_situations() {
  cd "$lib"
  SCRIPT_SHELL=$1 python3 -m unittest -q script_situations
}

scripts_values() {
  python3 "$lib/script_values.py" "$1" "$2" "$3"
}

step "the stand-ins have the quirks of the Mac's commands" scripts_stand_ins
for policy in $(ready_made); do
  if [ "$policy" = outlook-managed ] || [ "$policy" = entra-sso ]; then
    step "$policy: a script that cannot enforce is an error" scripts_refused "$repo/profiles/$policy.toml"
    continue
  fi
  step "$policy: scripts that shells and shellcheck read" scripts_build "$repo/profiles/$policy.toml"
  for shell in dash bash zsh; do
    step "$policy: run by $shell" scripts_run "$policy" "$repo/tests/expect/$policy.csv" "$shell"
  done
done
step "every type of value: scripts that shells and shellcheck read" scripts_build "$repo/tests/policies/types.toml"
for shell in dash bash zsh; do
  step "every type of value: run by $shell" scripts_run types "$repo/tests/expect/types.csv" "$shell"
  step "hostile keys and values: run by $shell" scripts_values 1 40 "$shell"
  step "situations: run by $shell" scripts_situations "$shell"
done
for awk in gawk original-awk; do
  step "every type of value: with $awk" scripts_run types "$repo/tests/expect/types.csv" bash "$awk"
done
