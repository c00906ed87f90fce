# What `show` says of Macs: every value is the one that plistlib reads from the file that is named; and of a Mac that
# runs, its commands are asked for what the disk does not have yet, here with stand-ins.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

export PREFSMITH=$prefsmith

show_values() {
  python3 "$lib/show_values.py" "$prefsmith" "$repo"/tests/cmd/show.in/{helpdesk,odd} "$repo"/tests/cmd/diff-mac.in/{lab07,shared,well}
}

show_live() {
  cd "$lib"
  python3 -m unittest -q show_live
}

step "show: every value, layer and managed key, by plistlib" show_values
step "show of a Mac that runs, with stand-ins" show_live
