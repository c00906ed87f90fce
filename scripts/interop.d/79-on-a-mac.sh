# scripts/on-a-mac, which settles on a Mac what no other machine can: its logic, on folders shaped like Macs.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need dash dash
need zsh zsh
need shellcheck shellcheck

on_a_mac_read() {
  shellcheck "$repo/scripts/on-a-mac"
  dash -n "$repo/scripts/on-a-mac"
  zsh -n "$repo/scripts/on-a-mac"
}

on_a_mac_situations() {
  cd "$lib"
  python3 -m unittest -q on_a_mac_situations
}

step "on-a-mac: shells and shellcheck read it" on_a_mac_read
step "on-a-mac tells Macs on which a fact is so from those on which it is not" on_a_mac_situations
