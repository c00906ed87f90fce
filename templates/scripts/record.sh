# kept KEY: what the record says of a key: what this policy wrote there, and what was there before.
kept() {
  place_of "$record" ''
  if [ "$recorded" != "$scope $user" ]; then
    export_to "$work/record" || return 1
    recorded="$scope $user"
  fi
  entry=$(value "$work/record" "$domain:$1")
  printf '%s' "$entry" >"$work/entry"
  wrote=$(value "$work/entry" wrote) was=$(value "$work/entry" was) marked=$(value "$work/entry" stamp)
}

# keep WAS WROTE STAMP: puts it into the record, before anything is written.
keep() {
  text="<dict>${3:+<key>stamp</key>$3}${1:+<key>was</key>$1}<key>wrote</key>$2</dict>"
  place_of "$record" ''
  if [ "$entry" != "$text" ]; then
    import "$domain:$key" "$text" || return 1
    readable
  fi
}

# forget: takes $key out of the record; a record without entries goes.
forget() {
  [ -n "$entry" ] || return 0
  place_of "$record" ''
  recorded=''
  limited defaults delete "$place" "$domain:$key"
  export_to "$work/record" || return 0
  recorded="$scope $user"
  if ! grep -q '<key>' "$work/record"; then limited defaults delete "$place"; fi
  return 0
}
