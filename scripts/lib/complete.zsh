# complete.zsh LINE: what an interactive zsh shows once TAB is pressed behind LINE. prefsmith is in the PATH.
#
# With PREFSMITH_FPATH, completions come from the file _prefsmith in that folder, else from `eval`.
emulate -R zsh
zmodload zsh/zpty zsh/datetime

# wait_for TEXT: reads what zsh writes until TEXT is in it, for a minute at most (compinit reads a thousand files, and
# other steps run beside this one); keeps it in $seen.
wait_for() {
  local until=$((EPOCHREALTIME + 60)) part
  seen=
  while ((EPOCHREALTIME < until)); do
    if zpty -rt z part; then seen+=$part; else sleep 0.05; fi
    [[ $seen != *$1* ]] || return 0
  done
  print -u2 -r -- "zsh did not show ${(q)1}: ${(qqqq)seen}"
  return 1
}

zpty -b z env TERM=dumb zsh -f -i
zpty -w z 'PS1= PS2= RPS1=; unsetopt prompt_sp zle_bracketed_paste 2>/dev/null; stty cols 200 rows 60; LISTMAX=1000'
if [[ -n ${PREFSMITH_FPATH:-} ]]; then
  zpty -w z 'fpath=($PREFSMITH_FPATH $fpath); autoload -Uz compinit; compinit -u -D'
else
  zpty -w z 'autoload -Uz compinit; compinit -u -D; eval "$(prefsmith completions zsh)"'
fi
# Behind TAB a key that prints a mark: it comes once the completion is done.
zpty -w z 'mark() { print -r -- "<""done"">" }; zle -N mark; bindkey "^X" mark; print -r -- "<""ready"">"'
wait_for '<ready>' || exit 1
zpty -w -n z "$1"$'\t\x18'
wait_for '<done>' || exit 1
print -r -- "$seen"
zpty -d z
