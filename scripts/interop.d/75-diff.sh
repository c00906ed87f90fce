# diff of any two profiles: plistlib, which knows nothing of prefsmith, says the same of every pair.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

# At most so many profiles of PREFSMITH_CORPUS, spread over it: pairs grow with the square.
sample=40

# agree PROFILE…: of all pairs.
agree() {
  python3 "$lib/diff_profiles.py" "$prefsmith" "$repo/catalog/apple.toml" "$@"
}

diff_fixtures() {
  local profiles
  mapfile -t profiles < <(find "$repo/tests/cmd/diff.in" -name '[a-z]*.mobileconfig' ! -path '*/partly/broken*' | sort)
  agree "${profiles[@]}"
}

# Every ready-made policy in both forms: each pair of one policy must be the same, whole and split.
diff_built() {
  local policy form profiles
  mkdir "$work/diff"
  for policy in $(ready_made); do
    for form in mcx domain; do
      "$prefsmith" build "$repo/profiles/$policy.toml" --form "$form" --out "$work/diff/$policy/$form"
      "$prefsmith" build "$repo/profiles/$policy.toml" --form "$form" --split --out "$work/diff/$policy/$form-split"
      exits 0 "$prefsmith" diff "$repo/profiles/$policy.toml" "$work/diff/$policy/$form"
      exits 0 "$prefsmith" diff "$work/diff/$policy/mcx" "$work/diff/$policy/$form-split"
      exits 0 "$prefsmith" diff "$work/diff/$policy/$form-split" "$repo/profiles/$policy.toml"
    done
  done
  mapfile -t profiles < <(find "$work/diff" -name '*.mobileconfig' ! -path '*-split/*' | sort)
  agree "${profiles[@]}"
}

# The same profile in another writing: other order, other UUIDs, binary.
diff_written_otherwise() {
  python3 - "$repo/tests/cmd/diff.in/rollout.mobileconfig" "$work/otherwise" <<'PYTHON'
import plistlib, sys
with open(sys.argv[1], "rb") as file:
    root = plistlib.load(file)
names = {payload["PayloadUUID"]: f"0fa1b2c3-9999-4000-8000-{at:012x}" for at, payload in enumerate(root["PayloadContent"])}
def other(value):
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, list):
        return [other(item) for item in value]
    if isinstance(value, dict):
        return {key: other(value[key]) for key in reversed(value)}
    return value
root = other(root)
root["PayloadContent"].reverse()
for form, name in ((plistlib.FMT_XML, "xml"), (plistlib.FMT_BINARY, "binary")):
    with open(f"{sys.argv[2]}.{name}.mobileconfig", "wb") as file:
        plistlib.dump(root, file, fmt=form, sort_keys=False)
PYTHON
  exits 0 "$prefsmith" diff "$repo/tests/cmd/diff.in/rollout.mobileconfig" "$work/otherwise.xml.mobileconfig"
  says "3 of 3 payloads that are no preferences the same" "the envelope"
  exits 0 "$prefsmith" diff "$work/otherwise.binary.mobileconfig" "$work/otherwise.xml.mobileconfig"
}

diff_corpus() {
  local profiles step
  mapfile -t profiles < <(find "$PREFSMITH_CORPUS" -name '*.mobileconfig' | sort)
  step=$(((${#profiles[@]} + sample - 1) / sample))
  mapfile -t profiles < <(printf '%s\n' "${profiles[@]}" | awk -v step="$step" 'NR % step == 0')
  agree "${profiles[@]}"
}

step "diff of own profiles, all pairs, as plistlib has it" diff_fixtures
step "diff of every ready-made policy with its profiles, in every form" diff_built
step "diff of a profile that is written otherwise" diff_written_otherwise
if [ -n "${PREFSMITH_CORPUS:-}" ]; then
  step "diff of pairs of PREFSMITH_CORPUS, as plistlib has it" diff_corpus
fi
