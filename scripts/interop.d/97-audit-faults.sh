# `audit` where something fails beside it: a disk that is full, and a folder with a hundred thousand files.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

export PREFSMITH=$prefsmith

# refused FORMAT: what could not be written whole is no success: status 2, and a word about standard output.
refused() {
  local status=0
  "$prefsmith" audit "$repo/docs/audit/office.toml" "$repo/docs/audit/macs" --no-project --fail-under 0 --format "$1" \
    >"$work/small-disk/report" 2>"$work/said" || status=$?
  [ "$status" = 2 ] || fail "$1: status $status"
  grep -q '^prefsmith: standard output: No space left on device' "$work/said" || fail "$1: $(cat "$work/said")"
  ! grep -q compliant "$work/said" || fail "$1: $(cat "$work/said")"
}

full_disk() {
  local form
  as_root mount -t tmpfs -o size=8k,mode=777 tmpfs "$work/small-disk"
  # Half of it is left: the report is broken off in the middle.
  head -c 4096 /dev/zero >"$work/small-disk/first"
  for form in json ndjson html; do
    refused "$form"
    [ -s "$work/small-disk/report" ] || fail "$form: nothing was written"
  done
  # What is left of one is no earlier audit.
  refused json
  exits 2 "$prefsmith" audit "$repo/docs/audit/office.toml" "$repo/docs/audit/macs" --no-project \
    --baseline "$work/small-disk/report"
  says "it is no JSON"
  # Nothing is left.
  rm "$work/small-disk/report"
  head -c 4096 /dev/zero >"$work/small-disk/second"
  for form in text json ndjson csv html; do
    refused "$form"
  done
  as_root umount "$work/small-disk"
}

many_files() {
  python3 "$lib/audit_many_files.py" "$repo/docs/audit" "$work/many"
}

mkdir "$work/small-disk"
if as_root mount -t tmpfs -o size=64k tmpfs "$work/small-disk" 2>/dev/null; then
  as_root umount "$work/small-disk"
  step "a report for which the disk has no room is a failure, in every form" full_disk
else
  rmdir "$work/small-disk"
  printf 'note  no file system can be mounted here: no full disk for a report\n'
fi
step "a hundred thousand files in one folder, in bounded memory" many_files
