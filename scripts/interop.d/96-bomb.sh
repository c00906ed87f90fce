# `audit` of archives that inflate to gigabytes: refused, in bounded memory and time, and the other Macs are judged.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

export PREFSMITH=$prefsmith

bombs() {
  python3 "$lib/audit_bombs.py" "$repo/docs/audit" "$work/bombs"
}

step "archives that inflate to gigabytes are refused, in bounded memory" bombs
