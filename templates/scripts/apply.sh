# set_value TYPE VALUE STAMP: writes and reads back.
set_value() {
  if [ "$dry" = yes ]; then
    say would "be changed${unread:+; $unread}"
    return
  fi
  if ! kept "$key"; then
    say failed "its record could not be read: $reason"
    return
  fi
  if [ -z "$entry" ]; then was=$now; fi
  if ! keep "$was" "$want" "$3"; then
    explain
    say failed "what was there before could not be noted: $reason"
    return
  fi
  if ! write_value "$1" "$2"; then
    explain
    say failed "$reason"
    return
  fi
  readable
  if checked "$1"; then say changed "${unread:+set, but $unread}"; fi
}

# put LEVEL KEY TYPE VALUE [STAMP]: a setting; with a stamp, only where there is no value yet, once for each stamp.
put() {
  key=$2
  if ours "$1"; then put_here "$3" "$4" "${5-}"; fi
  fresh
}

put_here() {
  if [ "$skip" = yes ] && [ -n "$unread" ] && [ "$early" = no ]; then
    say skipped "$unread"
    return
  fi
  load || return
  if ! wanted "$1" "$2"; then
    say failed "macOS does not take the value: $reason"
    return
  fi
  now=$(value "$work/now" "$key")
  if is_there "$1"; then
    say ok "${unread:+set, but $unread}"
  elif [ -n "$3" ] && [ -n "$now" ]; then
    say ok 'has a value already, and is set only once'
  elif [ -n "$3" ] && kept "$key" && [ "$marked" = "<string>$3</string>" ]; then
    say ok 'was set once already'
  else
    set_value "$1" "$2" "${3:+<string>$3</string>}"
  fi
}
