# limited COMMAND...: runs it as the owner of the preferences, reading $input; what it says goes to $work/out and
# $work/err. Status 124: macOS gave no answer in time, perhaps because it is asking the user for permission.
limited() {
  rm -f "$work/late" "$work/over"
  case $how in
    session) launchctl asuser "$uid" sudo -u "$user" -H "$@" <"$input" >"$work/out" 2>"$work/err" & ;;
    sudo) sudo -u "$user" -H "$@" <"$input" >"$work/out" 2>"$work/err" & ;;
    *) "$@" <"$input" >"$work/out" 2>"$work/err" & ;;
  esac
  child=$!
  (
    nap=''
    trap '[ -z "$nap" ] || kill "$nap"; exit 0' TERM
    left=$seconds
    # A signal that comes while this shell starts is lost.
    while [ ! -e "$work/over" ] && [ "$left" -gt 0 ]; do
      sleep 1 &
      nap=$!
      wait "$nap"
      left=$((left - 1))
    done
    [ ! -e "$work/over" ] || exit 0
    : >"$work/late"
    kill "$child"
    sleep 2
    kill -9 "$child"
  ) >/dev/null 2>&1 </dev/null &
  watch=$!
  { wait "$child"; } 2>/dev/null
  code=$?
  : >"$work/over"
  { kill "$watch"; wait "$watch"; } 2>/dev/null
  input=/dev/null
  if [ -f "$work/late" ]; then code=124; fi
  return "$code"
}

# Why the last `limited` failed, in plain words, into $reason.
explain() {
  reason=$(head -n 1 "$work/err" | LC_ALL=C tr -d '[:cntrl:]' | cut -c 1-200)
  case $code:$reason in
    124:*)
      reason="macOS gave no answer in $seconds seconds; it may be asking somebody for access to the data of other apps (give Full Disk Access to whatever runs this script)"
      ;;
    *'not permitted'* | *'ermission denied'*)
      reason="macOS refused access ($reason); give Full Disk Access to whatever runs this script"
      ;;
    *:) reason="status $code" ;;
  esac
}
