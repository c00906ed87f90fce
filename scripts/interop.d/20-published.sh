# Profiles that Microsoft's engineer for Office for Mac published, written again as policies: the same domains,
# keys, types and values, nothing more and nothing less.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

policies=$repo/tests/policies/pbowden

# The published profile, in a clone of the repository or in a folder with `__` for `/`; nothing if not found.
published_file() {
  local folder
  for folder in "$PREFSMITH_CORPUS" "$PREFSMITH_CORPUS/pbowden-msft" "$PREFSMITH_CORPUS/profiles/pbowden-msft"; do
    if [ -f "$folder/$1" ]; then printf '%s\n' "$folder/$1"; return; fi
    if [ -f "$folder/${1//\//__}" ]; then printf '%s\n' "$folder/${1//\//__}"; return; fi
  done
}

published_same() {
  local policy=$1 profile=$2 other=$repo/tests/expect/pbowden/$1.csv form
  if [ -n "${PREFSMITH_CORPUS:-}" ]; then
    other=$(published_file "$profile")
    [ -n "$other" ] || fail "$profile is not in $PREFSMITH_CORPUS"
    # The table was written from the published profile; it must still be true.
    python3 "$lib/compare_profiles.py" "$other" "$repo/tests/expect/pbowden/$policy.csv"
  fi
  for form in mcx domain; do
    "$prefsmith" build "$policies/$policy.toml" --form "$form" --out "$work/published/$policy-$form"
    python3 "$lib/compare_profiles.py" "$work/published/$policy-$form/$policy.mobileconfig" "$other"
  done
}

published_all() {
  diff <(tail -n +2 "$policies/profiles.csv" | cut -d, -f1 | LC_ALL=C sort) \
    <(cd "$policies" && printf '%s\n' *.toml | sed 's/\.toml$//' | LC_ALL=C sort)
}

against="its table"
if [ -n "${PREFSMITH_CORPUS:-}" ]; then against="the published profile"; fi
step "every published profile has its policy" published_all
while IFS=, read -r policy profile; do
  step "$policy sets what $against sets" published_same "$policy" "$profile"
done < <(tail -n +2 "$policies/profiles.csv")
