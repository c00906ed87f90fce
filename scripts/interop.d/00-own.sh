# The checks themselves: a lenient one would pass whatever it is given.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need shellcheck shellcheck

own_readers() {
  cd "$lib"
  python3 -m unittest -q test_lib
}

own_scripts() {
  # SC2317, SC2329: functions are reached through `step`.
  shellcheck --exclude=SC2317,SC2329 "$repo/scripts/interop" "$repo"/scripts/interop.d/*.sh "$lib"/*.sh
}

own_steps() {
  # A step with a command that fails half-way is a failed step.
  local title
  work=$work/own
  mkdir "$work"
  half() { false; true; }
  title=$(step half half | head -n 1)
  [ "$title" = "FAIL  half (status 1)" ] || fail "got: $title"
}

step "the readers see every fault they are for" own_readers
step "shellcheck reads the scripts" own_scripts
step "a step that fails half-way fails" own_steps
