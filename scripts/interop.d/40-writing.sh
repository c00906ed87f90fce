# What is on the disk stays whole: full disk, refused writes, kills; and `build --check` tells old from new.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

# big_policy FILE DOMAINS KEYS VALUE: a policy for domains that no catalogue knows.
big_policy() {
  mkdir -p "$(dirname "$1")"
  python3 - "$@" <<'PYTHON' >"$1"
import sys
domains, keys, value = int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
print('[policy]\nid = "com.example.big"\nname = "Big"\n')
for domain in range(domains):
    print(f'[custom."com.example.app{domain}"]')
    for key in range(keys):
        print(f'Setting{key} = "{value} {key}"')
    print()
PYTHON
}

big_policy "$work/writing/first/policy.toml" 3 3 one
big_policy "$work/writing/larger/policy.toml" 30 300 another
big_policy "$work/writing/many-a/policy.toml" 150 10 one
big_policy "$work/writing/many-b/policy.toml" 150 10 two

# old_stays OUT WHY COMMAND…: a build that cannot write ends with 2, says why, and leaves what was there, and
# nothing else.
old_stays() {
  local out=$1 why=$2
  shift 2
  "$prefsmith" build "$work/writing/first/policy.toml" --out "$out"
  python3 "$lib/tree.py" "$(dirname "$out")" >"$work/writing/before"
  exits 2 "$@" "$prefsmith" build "$work/writing/larger/policy.toml" --out "$out"
  says "$why"
  python3 "$lib/tree.py" "$(dirname "$out")" | diff "$work/writing/before" -
  exits 0 "$prefsmith" build "$work/writing/first/policy.toml" --check --out "$out"
}

# The signal is ignored, so that a write past the limit is an error, as it is on a full disk.
limited() (
  trap '' XFSZ
  ulimit -f 64
  exec "$@"
)

writing_limit() {
  mkdir "$work/writing/limit"
  old_stays "$work/writing/limit/out" "File too large" limited
}

writing_full_disk() {
  as_root mount -t tmpfs -o size=64k,mode=777 tmpfs "$work/small-disk"
  old_stays "$work/small-disk/out" "No space left on device" env
  as_root umount "$work/small-disk"
}

# Root may write where the mode says no; on a disk that is mounted read-only nobody may.
read_only() {
  as_root mount -o remount,ro "$work/small-disk"
  local status=0
  "$@" || status=$?
  as_root mount -o remount,rw "$work/small-disk"
  return "$status"
}

writing_read_only_disk() {
  as_root mount -t tmpfs -o size=1m,mode=777 tmpfs "$work/small-disk"
  old_stays "$work/small-disk/out" "Read-only file system" read_only
  as_root umount "$work/small-disk"
}

writing_killed() {
  python3 "$lib/kill_builds.py" "$prefsmith" "$work/writing/many-a/policy.toml" \
    "$work/writing/many-b/policy.toml" "$work/writing/killed"
}

writing_check() {
  local out=$work/writing/check/out policy=$work/writing/check/policy.toml
  mkdir "$work/writing/check"
  cp "$repo/profiles/office-privacy.toml" "$policy"
  exits 1 "$prefsmith" build "$policy" --check --out "$out"
  if [ -e "$out" ]; then fail "--check wrote something"; fi
  "$prefsmith" build "$policy" --out "$out"
  python3 "$lib/tree.py" "$out" >"$work/writing/before"
  exits 0 "$prefsmith" build "$policy" --check --out "$out"
  exits 1 "$prefsmith" build "$policy" --check --split --out "$out"
  sed -i.bak 's/BasicDiagnosticData/FullDiagnosticData/' "$policy"
  exits 1 "$prefsmith" build "$policy" --check --out "$out"
  says policy.mobileconfig
  mv "$policy.bak" "$policy"
  exits 0 "$prefsmith" build "$policy" --check --out "$out"
  python3 "$lib/tree.py" "$out" | diff "$work/writing/before" -
  printf '\n' >>"$out/policy.mobileconfig"
  exits 1 "$prefsmith" build "$policy" --check --out "$out"
  says policy.mobileconfig
  rm "$out/policy.mobileconfig"
  exits 1 "$prefsmith" build "$policy" --check --out "$out"
  says policy.mobileconfig
}

step "a write that is refused leaves the old files" writing_limit
if mkdir "$work/small-disk" && as_root mount -t tmpfs -o size=64k tmpfs "$work/small-disk" 2>/dev/null; then
  as_root umount "$work/small-disk"
  rmdir "$work/small-disk"
  mkdir "$work/small-disk"
  step "a full disk leaves the old files" writing_full_disk
  step "a read-only disk leaves the old files" writing_read_only_disk
else
  rmdir "$work/small-disk"
  printf 'note  no file system can be mounted here: no full disk, only the refused write above\n'
fi
step "after a kill at any moment the next build mends the folder" writing_killed
step "build --check tells what is out of date, and writes nothing" writing_check
