# What is read: plistlib reads the same from whole and damaged files, and no file grows beyond 600 MB of memory.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

# The reader alone, which prints what it read with its types.
door_agrees() {
  cargo build --quiet --locked --release --manifest-path "$repo/Cargo.toml" --example read
  python3 "$lib/door.py" compare "${CARGO_TARGET_DIR:-$repo/target}/release/examples/read" "$work/door"
}

# An address space of 600 MB, program and all.
door_is_bounded() {
  local name said
  python3 "$lib/door.py" large "$work/large" >"$work/large.tsv"
  while IFS=$'\t' read -r name said; do
    (
      ulimit -v 600000
      exits 2 "$prefsmith" build "$repo/profiles/office-privacy.toml" --out "$work/large-out" \
        --keep-identifiers-from "$work/large/$name"
    )
    says "$said"
  done <"$work/large.tsv"
}

step "plistlib reads what the door reads, from whole and damaged files" door_agrees
step "files that grow are refused within 600 MB" door_is_bounded
