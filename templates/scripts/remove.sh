# undo LEVEL KEY TYPE: takes back what this policy wrote, if it is still there.
undo() {
  key=$2
  if [ "$only_left" = no ] && ours "$1"; then undo_here "$3"; fi
  fresh
}

# undo_left LEVEL KEY TYPE: the same for a setting that has left the policy.
undo_left() {
  key=$2
  if ours "$1"; then undo_here "$3"; fi
  fresh
}

undo_here() {
  load || return
  now=$(value "$work/now" "$key")
  if ! kept "$key"; then
    say failed "its record could not be read: $reason"
    return
  fi
  if [ -z "$entry" ]; then
    if [ -z "$now" ]; then say ok 'is not there'; else say kept 'this policy did not write it'; fi
    return
  fi
  rest=$was
  if [ "$1" = merge ] && [ -n "$now" ]; then
    rest=$(combine less "$now" "$wrote" "$was")
    if [ "$rest" = '<dict></dict>' ] && [ -z "$was" ]; then rest=''; fi
    wrote=$now
  fi
  if [ -z "$now" ] || [ "$now" = "$rest" ]; then
    say ok 'is back already'
  elif [ "$now" != "$wrote" ]; then
    say kept 'it was changed since'
  elif [ "$dry" = yes ]; then
    say would 'be taken back'
    return
  else
    take_back "$rest" || return
  fi
  [ "$dry" = yes ] || forget
}

# take_back VALUE: deletes $key, or writes what was there before.
take_back() {
  if [ -z "$1" ]; then
    if delete_key; then
      say removed
      return 0
    fi
    say failed "$reason"
    return 1
  fi
  want=$1
  if ! write_value xml ''; then
    explain
    say failed "$reason"
    return 1
  fi
  readable
  checked xml || return 1
  say restored
}

# retire LEVEL KEY TYPE VALUE: a setting that left the policy, and of which the app keeps a copy unless it is told
# another value.
retire() {
  key=$2
  if ours "$1"; then retire_here "$3" "$4"; fi
  fresh
}

retire_here() {
  load || return
  wanted "$1" "$2" || return
  now=$(value "$work/now" "$key")
  if is_there "$1"; then
    say ok
  elif [ -z "$now" ]; then
    say ok 'is not there'
  elif [ "$dry" = yes ]; then
    say would 'be changed'
  elif kept "$key" && write_value "$1" "$2"; then
    readable
    if checked "$1"; then
      say changed
      forget
    fi
  else
    explain
    say failed "$reason"
  fi
}
