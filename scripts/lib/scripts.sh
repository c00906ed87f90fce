# What the steps on the scripts of `--target defaults` share: read by files of interop.d.
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
  shellcheck sudo launchctl profiles guarded
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
