# `--target munki`: the pkginfo by Python's plistlib, its scripts in three shells on a folder shaped like a Mac.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need dash dash
need zsh zsh
need shellcheck shellcheck

munki=$work/munki

munki_built() {
  "$prefsmith" build "$1" --target munki --out "$munki/$(basename "$1" .toml)"
}

munki_scripts() {
  local name
  for name in installcheck_script postinstall_script uninstall_script; do
    python3 - "$1" "$name" >"$munki/$name" <<'PYTHON'
import plistlib, sys
sys.stdout.write(plistlib.load(open(sys.argv[1], "rb"))[sys.argv[2]])
PYTHON
    shellcheck "$munki/$name"
    dash -n "$munki/$name"
    bash --posix -n "$munki/$name"
    zsh -n "$munki/$name"
  done
}

munki_refused() {
  exits 1 "$prefsmith" build "$repo/profiles/outlook-managed.toml" --target munki --out "$munki/refused"
  says script-cannot-force
  if [ -e "$munki/refused" ]; then fail "something was written"; fi
}

mkdir -p "$munki"
# What is mended is tried in the first shell.
mended=all
step "office-privacy: a pkginfo" munki_built "$repo/profiles/office-privacy.toml"
step "a policy that uses everything: a pkginfo" munki_built "$repo/tests/fleet/munki.toml"
step "its scripts, by shells and shellcheck" munki_scripts "$munki/munki/munki/munki.plist"
step "office-privacy: the item, run by dash" python3 "$lib/check_munki.py" \
  "$munki/office-privacy/munki/office-privacy.plist" "$repo/tests/expect/office-privacy.csv" dash
for shell in dash bash zsh; do
  step "a policy that uses everything: the item, run by $shell" python3 "$lib/check_munki.py" \
    "$munki/munki/munki/munki.plist" "$repo/tests/fleet/munki.csv" "$shell" ${mended:+"$mended"}
  mended=
done
step "a setting that only a profile can enforce is an error" munki_refused
