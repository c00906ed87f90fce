# What is taken of manifests: every key, type, value, range and version, by a reader that shares no code with
# prefsmith. With PREFSMITH_MANIFESTS, a copy of ProfileManifests' folder `Manifests`, all that was published.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

manifests=$work/manifests

# The corpus of profiles may have the manifests beside it.
manifests_published() {
  local folder
  for folder in "${PREFSMITH_MANIFESTS:-}" "${PREFSMITH_CORPUS:-}/profile-manifests/Manifests" \
    "${PREFSMITH_CORPUS:-}/../profile-manifests/Manifests"; do
    if [ -n "$folder" ] && [ -d "$folder" ]; then printf '%s\n' "$folder"; return; fi
  done
}

# manifests_same NAME FOLDER: imported, and the same as what the manifests say.
manifests_same() {
  "$prefsmith" catalog check --deny warnings "$2" >"$manifests/$1.txt" || fail "$(cat "$manifests/$1.txt")"
  "$prefsmith" catalog import "$2" --out "$manifests/$1" 2>/dev/null
  python3 "$lib/check_manifests.py" "$2" "$manifests/$1"
  "$prefsmith" catalog check --deny warnings "$manifests/$1" >"$manifests/$1.txt" || fail "$(cat "$manifests/$1.txt")"
}

# A reader that finds no difference in files that differ would prove nothing.
manifests_differ() {
  local file=$manifests/changed/com.example.notes.toml change
  "$prefsmith" catalog import "$repo/tests/manifests/good" --out "$manifests/changed" 2>/dev/null
  cp "$file" "$manifests/whole.toml"
  for change in 's/range = "1..65535"/range = "1..65536"/' 's/works = "2.1 .. 3.4"/works = "2.1 .. 3.5"/' \
    's/name = "Beta"/name = "Bete"/' 's/value = "Menlo"/value = "Menla"/' 's/secret = true/secret = false/' \
    's/open = true/open = false/' 's/unit = "pt"/unit = "px"/' 's/Since version 1.9/Since version 1.8/' \
    's/path = \["{item}", "Title"\]/path = ["{item}", "Tilte"]/' '0,/type = "date"/s//type = "data"/'; do
    sed "$change" "$manifests/whole.toml" >"$file"
    cmp -s "$file" "$manifests/whole.toml" && fail "$change changes nothing"
    if python3 "$lib/check_manifests.py" "$repo/tests/manifests/good" "$manifests/changed" >/dev/null; then
      fail "$change was not seen"
    fi
  done
}

mkdir -p "$manifests"
step "our own manifests are taken as they are" manifests_same own "$repo/tests/manifests/good"
step "the reader of manifests sees every change" manifests_differ
published=$(manifests_published)
if [ -n "$published" ]; then
  step "the published manifests are all understood, and taken as they are" manifests_same published "$published"
fi
