# The streams and the terminal: who reads half, a full standard output, colour.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

mkdir -p "$work/streams"
python3 - >"$work/streams/large.toml" <<'PYTHON'
print('[policy]\nid = "com.example.large"\nname = "Large"\n\n[custom."com.example.app"]')
for key in range(5000):
    print(f'Setting{key} = "{"x" * 40}"')
PYTHON
# Wrong enough to have an error in colour.
printf '[policy]\nid = "com.example.colour"\nname = "C"\n\n[settings]\nHowToCheck = 1\n' >"$work/streams/wrong.toml"

# More than a pipe holds, and a reader that goes away after a line.
streams_broken_pipe() {
  local arguments
  cd "$work/streams"
  [ "$("$prefsmith" plan large.toml 2>/dev/null | wc -c)" -gt 200000 ]
  for arguments in "plan large.toml" "plan --format json large.toml" "check large.toml" \
    "check --format json large.toml" "diff large.toml large.toml --format json"; do
    set +o pipefail
    # shellcheck disable=SC2086  # several words
    { "$prefsmith" $arguments 2>said; echo "$?" >status; } | head -n 1 >first
    set -o pipefail
    [ -s first ] || fail "$arguments printed nothing"
    [ "$(cat status)" = 0 ] || fail "$arguments ends with $(cat status): $(cat said)"
    if grep -qiE 'pipe|panic|os error' said; then fail "$arguments says: $(cat said)"; fi
  done
}

streams_full() {
  local status arguments
  cd "$work/streams"
  for arguments in "plan large.toml" "check --format json wrong.toml" "init" "--help" "--version" "build --help" \
    "build wrong.toml --check"; do
    status=0
    # shellcheck disable=SC2086  # several words
    "$prefsmith" $arguments >/dev/full 2>said || status=$?
    case $arguments in
      "build wrong"*) [ "$status" = 1 ] || fail "$arguments prints nothing there, and ends with $status" ;;
      *) [ "$status" = 2 ] || fail "$arguments ends with $status" ;;
    esac
  done
}

# Colour for a person, none for NO_COLOR, a dumb terminal, or a program that reads.
streams_colour() {
  cd "$work/streams"
  python3 - "$prefsmith" <<'PYTHON'
import os, pty, sys

def coloured(change):
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI")}
    environment.update(change)
    said = b""
    child, terminal = pty.fork()
    if child == 0:
        os.execve(sys.argv[1], [sys.argv[1], "check", "wrong.toml"], environment)
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        if not part:
            break
        said += part
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 1 or b"wrong-type" not in said:
        sys.exit(f"check says {said!r}")
    return b"\x1b[" in said

for change, wanted in (({"TERM": "xterm-256color"}, True), ({"TERM": "xterm-256color", "NO_COLOR": "1"}, False),
                       ({"TERM": "dumb"}, False)):
    if coloured(change) != wanted:
        sys.exit(f"{change}: colour is {not wanted}")
PYTHON
  exits 1 env TERM=xterm-256color "$prefsmith" check wrong.toml
  if grep -q "$(printf '\033')" "$work/said"; then fail "colour for a file"; fi
}

step "a reader that goes away ends the output silently" streams_broken_pipe
if [ -e /dev/full ]; then step "output that cannot be written is a failure" streams_full; fi
step "colour on a terminal only, and never with NO_COLOR" streams_colour
