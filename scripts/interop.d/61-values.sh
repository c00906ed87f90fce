# The scripts of `--target defaults` with every type of value and hostile ones, and in every situation: nobody logged in,
# files that cannot be written, other programs in the way.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

# shellcheck source=scripts/lib/scripts.sh
. "$lib/scripts.sh"

step "every type of value: scripts that shells and shellcheck read" scripts_build "$repo/tests/policies/types.toml"
for shell in dash bash zsh; do
  step "every type of value: run by $shell" scripts_run types "$repo/tests/expect/types.csv" "$shell"
  step "hostile keys and values: run by $shell" scripts_values 1 40 "$shell"
  step "situations: run by $shell" scripts_situations "$shell"
done
for awk in gawk original-awk; do
  step "every type of value: with $awk" scripts_run types "$repo/tests/expect/types.csv" bash "$awk"
done
