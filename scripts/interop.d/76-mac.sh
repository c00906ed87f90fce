# A Mac: the layers, walked by Python; verdicts on Macs where profiles are installed, scripts have run, or nothing is;
# and what is wrong with a Mac.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need dash dash
need zsh zsh

mac=$work/mac
mkdir -p "$mac"
export PREFSMITH=$prefsmith REPO=$repo WORK=$mac

mac_walk() {
  python3 "$lib/mac_worlds.py" make "$mac/worlds" 1 240
  python3 "$lib/mac_worlds.py" compare "$mac/worlds" "$prefsmith"
}

mac_archives() {
  python3 "$lib/mac_worlds.py" make "$mac/archived" 5001 12
  python3 "$lib/mac_worlds.py" archives "$mac/archived" "$prefsmith"
}

# A walk in another order, or one that takes 1 for true, must be told from prefsmith's.
mac_other_walks() {
  local number=0 change
  while IFS= read -r change; do
    number=$((number + 1))
    mkdir -p "$mac/other$number"
    cp "$lib/mac_worlds.py" "$mac/other$number"
    sed "$change" "$lib/walk_mac.py" >"$mac/other$number/walk_mac.py"
    if cmp -s "$lib/walk_mac.py" "$mac/other$number/walk_mac.py"; then fail "changes nothing: $change"; fi
    python3 "$mac/other$number/mac_worlds.py" make "$mac/other$number/worlds" 1 24
    PYTHONPATH=$mac/other$number exits 1 python3 "$mac/other$number/mac_worlds.py" compare "$mac/other$number/worlds" "$prefsmith"
    says 'not '
  done <<'CHANGES'
s/return host + ask/return ask(root, "user", f"{folder}\/{domain}.plist", key) + host; host + ask/
s/found.rungs += mine + theirs/found.rungs += theirs + mine/
s/if type(one) is not type(other):/if {type(one), type(other)} not in ({bool, int}, {type(one)}):/
s/os.path.isdir(root + container)/os.path.isdir(root + container + "\/Data\/Library")/
CHANGES
}

mac_situations() {
  cd "$lib"
  python3 -m unittest -q "mac_situations.$1"
}

step "layers and verdicts on 240 Macs are those of a walk by Python" mac_walk
step "a walk in another order would be told" mac_other_walks
step "a folder, tarfile's archive and tar's say the same" mac_archives
step "installed profiles of ready-made policies are enforced" mac_situations Installed
step "what their scripts set is set" mac_situations Scripts
step "a Mac without anything is never in order" mac_situations Nothing
step "--fix mends what a script can mend, in three shells" mac_situations Fix
step "what is wrong with a Mac is said, within 600 MB" mac_situations Wrong
