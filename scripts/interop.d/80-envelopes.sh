# check of profiles: plistlib, which knows nothing of prefsmith, counts what envelopes lack and have twice.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

envelopes() {
  python3 "$lib/check_envelopes.py" "$prefsmith" "$1"
}

# A reader that goes away ends the output silently, whatever else there is to say.
broken_pipe() {
  local said
  said=$({ "$prefsmith" check --no-project "$repo/tests/profiles" || true; } 2>&1 | head -n 1)
  [ "$(wc -l <<<"$said")" = 1 ] || fail "more than one line: $said"
  case $said in *panicked* | prefsmith:*) fail "$said" ;; esac
}

# What is a pipe has no name that ends in anything: its content tells what it is.
standard_input() {
  exits 1 "$prefsmith" check --no-project /dev/stdin <"$repo/tests/profiles/135-scope-in-small-letters.mobileconfig"
  says 'error[envelope-value]: PayloadScope'
  exits 0 "$prefsmith" check --no-project /dev/stdin <"$repo/profiles/office-privacy.toml"
}

step "envelopes of our fixtures, as plistlib counts them" envelopes "$repo/tests/profiles"
step "envelopes of the profiles of the command line's tests, as plistlib counts them" envelopes "$repo/tests/cmd/profiles.in"
step "a reader of check that goes away" broken_pipe
step "check of standard input, a profile and a policy" standard_input
if [ -n "${PREFSMITH_CORPUS:-}" ]; then
  step "envelopes of PREFSMITH_CORPUS, as plistlib counts them" envelopes "$PREFSMITH_CORPUS"
fi
