# What collectors and checks do where something is not as usual, with stand-ins for the Mac's commands. dash runs them in
# 72-collector.sh.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need zsh zsh

export PREFSMITH=$prefsmith

collector_situations() {
  cd "$lib"
  SCRIPT_SHELL=$1 python3 -m unittest -q collector_situations
}

for shell in bash zsh; do
  step "situations of collectors and checks: run by $shell" collector_situations "$shell"
done
