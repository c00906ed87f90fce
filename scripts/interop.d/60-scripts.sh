# The scripts of `--target defaults`, in three shells, with stand-ins for the Mac's commands on a folder shaped like a
# Mac: the preference files then hold exactly what tests/expect/<policy>.csv says.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

# shellcheck source=scripts/lib/scripts.sh
. "$lib/scripts.sh"

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
