# Completion in the shells themselves, and the manual by two readers of it.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need zsh zsh
need fish fish
need mandoc mandoc
need groff groff

shells=$work/shells
mkdir -p "$shells/policies" "$shells/fpath"
printf '[policy]\nid = "com.example.a"\n' >"$shells/policies/first.toml"
printf 'no policy\n' >"$shells/policies/notes.txt"
cat >"$shells/own.toml" <<'TOML'
[[source]]
id = "own"
kind = "community"
title = "Our own tests"

[[domain]]
name = "com.example.tool"
alias = "Tool"
title = "Tool"
summary = "A tool of our own."
sources = ["own"]

[[key]]
name = "LevelOfTool"
domains = ["com.example.tool"]
type = "integer"
confidence = "community"
summary = "How loud it is."
sources = ["own"]
TOML

# What each shell must complete: the line, then a word that it must come to or show. No word may come where there is
# none. The same table for all of them.
cat >"$shells/lines" <<'LINES'
prefsmith expl|explain
prefsmith explain HowTo|HowToCheck
prefsmith explain UpdateDeadline.Final|UpdateDeadline.FinalCountDown
prefsmith explain Outl|Outlook
prefsmith explain com.microsoft.onen|com.microsoft.onenote.mac
prefsmith explain supersed|superseded
prefsmith explain crash-reports-l|crash-reports-lost
prefsmith plan --why UseOnl|UseOnlineContent
prefsmith build --target mob|mobileconfig
prefsmith build --target defaults,mob|defaults,mobileconfig
prefsmith build --form dom|domain
prefsmith check --format sar|sarif
prefsmith build policies/|policies/first.toml
prefsmith schema --domain AutoUpdateH|AutoUpdateHelper
prefsmith --catalog own.toml explain LevelOf|LevelOfTool
prefsmith completions fi|fish
prefsmith build --keep-id|--keep-identifiers-from
LINES

cat >"$shells/ask.bash" <<'BASH'
# ask.bash LINE: what bash's own completion function gives for the line, one word a line.
eval "$(prefsmith completions bash)"
read -ra COMP_WORDS <<<"$1"
[[ $1 != *' ' ]] || COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9 COMPREPLY=()
function=$(complete -p prefsmith | sed 's/.* -F \([^ ]*\) .*/\1/')
"$function" prefsmith "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
BASH

# completes COMMAND…: the command, given a line, shows the word that the table has for it.
completes() {
  local line word
  cd "$shells"
  export PATH=$work/bin:$PATH
  while IFS='|' read -r line word; do
    "$@" "$line" >"$shells/shown" || fail "status $?: $line"
    grep -qF -- "$word" "$shells/shown" || fail "$line: not $word, but: $(cat "$shells/shown")"
    if grep -qF notes.txt "$shells/shown"; then fail "$line: a file that is no policy"; fi
  done <"$shells/lines"
}

ask_fish() {
  # shellcheck disable=SC2016  # fish's own variable
  fish --no-config -c 'prefsmith completions fish | source; complete -C $argv[1]' "$1"
}

shells_bash() {
  completes bash --norc "$shells/ask.bash"
  # In any letter case, if there is none in its own (zsh keeps such words from the line unless it is told otherwise).
  bash --norc "$shells/ask.bash" 'prefsmith explain howtoc' >"$shells/shown"
  grep -qxF HowToCheck "$shells/shown" || fail "$(cat "$shells/shown")"
  # An unknown beginning has no words, and what is typed stays.
  bash --norc "$shells/ask.bash" 'prefsmith explain NoSuchKey' >"$shells/shown"
  [ ! -s "$shells/shown" ] || [ "$(cat "$shells/shown")" = "" ] || fail "$(cat "$shells/shown")"
}

shells_zsh() {
  completes zsh -f "$lib/complete.zsh"
  # Words that are listed say what they are; a key behind its domain.
  zsh -f "$lib/complete.zsh" 'prefsmith build --target ' >"$shells/shown"
  grep -qE 'mobileconfig +-- configuration profiles' "$shells/shown" || fail "$(cat "$shells/shown")"
  zsh -f "$lib/complete.zsh" 'prefsmith explain Word:UseO' >"$shells/shown"
  grep -qF Word:UseOnlineContent "$shells/shown" || fail "$(cat "$shells/shown")"
}

# As packages install it: a file in fpath, which zsh reads at the first TAB.
shells_zsh_file() {
  prefsmith=$work/bin/prefsmith
  "$prefsmith" completions zsh >"$shells/fpath/_prefsmith"
  export PREFSMITH_FPATH=$shells/fpath PATH=$work/bin:$PATH
  zsh -f "$lib/complete.zsh" 'prefsmith explain HowTo' >"$shells/shown"
  grep -qF HowToCheck "$shells/shown" || fail "$(cat "$shells/shown")"
}

shells_fish() {
  completes ask_fish
  ask_fish 'prefsmith explain HowTo' >"$shells/shown"
  grep -qF $'HowToCheck\tWhether updates are installed' "$shells/shown" || fail "$(cat "$shells/shown")"
}

shells_man() {
  local page verb pages=0
  "$prefsmith" man --out "$shells/man1"
  "$prefsmith" man --out "$shells/man1" # pages that are there are replaced
  for page in "$shells"/man1/*.1; do
    pages=$((pages + 1))
    # A page without a date is meant: the same prefsmith writes the same bytes on any day.
    mandoc -T lint -W warning "$page" >"$shells/said" || true
    if grep -v 'WARNING: missing date' "$shells/said"; then fail "mandoc: ${page##*/}"; fi
    groff -man -ww -z "$page" 2>"$shells/said"
    [ ! -s "$shells/said" ] || fail "groff: ${page##*/}: $(cat "$shells/said")"
  done
  # A page for each verb that --help lists.
  for verb in $("$prefsmith" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p'); do
    [ "$verb" = help ] || [ -s "$shells/man1/prefsmith-$verb.1" ] || fail "no page of $verb"
  done
  [ "$pages" -gt 8 ] || fail "$pages pages"
  # What both readers make of the examples: each on its line, its columns kept.
  "$prefsmith" man build | mandoc -T ascii -O width=140 | col -b | tr -s '\t ' ' ' >"$shells/said"
  grep -qE '^ prefsmith build office.toml --check are the files in out/office up to date\?$' "$shells/said"
  "$prefsmith" man build | groff -man -Tascii -P-c -rLL=140n | tr -s ' ' >"$shells/said"
  grep -qE '^ prefsmith build office.toml --check are the files in out/office up to date\?$' "$shells/said"
}

step "bash completes" shells_bash
step "zsh completes" shells_zsh
step "zsh completes from a file of fpath" shells_zsh_file
step "fish completes" shells_fish
step "the manual: mandoc and groff read every page" shells_man
