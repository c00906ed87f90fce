named='' strict=no task=judge most=20 drift='' unknown='' global_own='' global_host=''

usage() {
  cat <<'USAGE'
Options:
  --effective        look at what users have, too, and not only at what profiles enforce
  --user NAME        whose preferences count; without it, who is at the screen, or the only user with a home
  --list             one line for each setting, then the result
  --json             the result and every setting, as JSON
  --result           the result between <result> and </result>, as Jamf's extension attributes have it
  --strict-types     a value of another type is drift, though the app takes it (1 for true)
  --set TOKEN=VALUE  what an identity token stands for, such as user.upn
  --exit-zero        exit with 0 whatever was found
  --timeout SECONDS  how long macOS may take for one answer (20 unless given)
  --quiet            print nothing
As in mSCP's scripts:
  --check            judge, and note it in /Library/Preferences/org.POLICY.audit.plist
  --stats            the numbers of the last --check
  --compliant        how many settings were compliant then
  --non_compliant    how many had drifted
  --reset            forget the last --check
An MDM may pass the arguments of Jamf (mount point, computer, user) first; empty arguments are left out.

Exit status:
  0  compliant, and everything could be judged
  1  drift
  2  an option is wrong, or what was found could not be noted
  3  something could not be judged, or there is nothing to judge
USAGE
}

options() {
  # each option, of which these take a value: --user --set --timeout
      --user)
        case $given in
          '' | -* | root) stop '--user takes the name of a user other than root' ;;
        esac
        named=$given
        ;;
      --set)
        case $given in
          *=*) set_token "${given%%=*}" "${given#*=}" ;;
          *) stop '--set takes TOKEN=VALUE' ;;
        esac
        ;;
      --timeout)
        number "$option" "$given"
        [ "$given" -gt 0 ] || stop '--timeout takes at least one second'
        seconds=$given
        ;;
      --effective) effective=yes ;;
      --strict-types) strict=yes ;;
      --exit-zero) exit_zero=yes ;;
      --list | --json | --result | --quiet) form=${option#--} ;;
      --check) task=check ;;
      --stats | --compliant | --non_compliant | --reset) task=${option#--} ;;
      --fix) stop 'a script cannot enforce: the profile of this policy does' ;;
      *) stop "$option is no option; --help names them" ;;
    esac
  done
}

# who_counts: whose preferences are judged: who was named, who is at the screen, or the only user with a home.
who_counts() {
  everybody >"$work/everybody"
  whose=$named
  if [ -z "$whose" ] && [ "$root_runs" = no ]; then whose=$(id -un); fi
  if [ -z "$whose" ]; then whose=$(at_screen); fi
  if [ -z "$whose" ] && [ "$(wc -l <"$work/everybody" | tr -d ' ')" = 1 ]; then whose=$(cat "$work/everybody"); fi
  [ -n "$whose" ] || return 0
  if person "$whose" 1; then return 0; fi
  if [ -n "$named" ]; then stop "this Mac has no user $named with a home"; fi
  whose=''
}

# own_token TOKEN VALUE COMMAND...: one that the Mac knows, if the policy uses it and it was not given.
own_token() {
  token=$1
  if asked "$token" "$2"; then
    shift 2
    text=$("$@" 2>/dev/null)
    case $text in
      '' | *[[:cntrl:]]*) ;;
      *) set_token "$token" "$text" ;;
    esac
  fi
}

own_tokens() {
  own_token device.serial "$token_device_serial" of_registry IOPlatformSerialNumber
  own_token device.udid "$token_device_udid" of_registry IOPlatformUUID
  own_token device.name "$token_device_name" scutil --get ComputerName
  [ -n "$whose" ] || return 0
  own_token user.short-name "$token_user_short_name" printf '%s' "$whose"
  own_token user.full-name "$token_user_full_name" id -F "$whose"
}

# everywhere: what has just been looked at is the domain that every app reads.
everywhere() {
  global_own=$own global_host=$host
}

# json_text TEXT: as JSON has it.
json_text() {
  TEXT=$1 LC_ALL=C awk 'BEGIN {
    for (i = 1; i < 32; i++) code[sprintf("%c", i)] = sprintf("u%04x", i)
    code["\""] = "\""; code["\\"] = "\\"
    text = ENVIRON["TEXT"]; printf "\""
    for (i = 1; i <= length(text); i++) { c = substr(text, i, 1); printf "%s%s", (c in code ? "\\" : ""), (c in code ? code[c] : c) }
    printf "\""
  }'
}

# note: keeps what was said of $key for the output and the audit.
note() {
  case $form in
    list)
      printf '%-14s %s %s%s\n' "$verdict" "$domain" "$label" "${detail:+: $detail}" >>"$work/list"
      ;;
    json)
      {
        [ ! -s "$work/list" ] || printf ','
        printf '{"domain":"%s","key":%s,"verdict":"%s",' "$domain" "$(json_text "$key")" "$verdict"
        printf '"standing":"%s","layer":' "$standing"
        if [ -n "$layer" ]; then printf '"%s"' "$layer"; else printf null; fi
        printf ',"detail":'
        if [ -n "$detail" ]; then json_text "$detail"; else printf null; fi
        printf '}'
      } >>"$work/list"
      ;;
  esac
  if [ "$task" = check ]; then
    finding=false
    case $standing in
      drifted | undecided) finding=true ;;
    esac
    xml_text "$domain:$key"
    printf '<key>%s</key><dict>%s<key>finding</key><%s/><key>standing</key><string>%s</string>' \
      "$xml" "$pardon" "$finding" "$standing" >>"$work/audit"
    printf '<key>verdict</key><string>%s</string></dict>\n' "$verdict" >>"$work/audit"
  fi
}

# conclude: the one line, into $line, and the exit status, into $answer.
conclude() {
  if [ "$drifted" -gt 0 ]; then
    line="Drift: $drift" answer=1
    if [ "$drifted" -gt "$most" ]; then line="$line and $((drifted - most)) more"; fi
  elif [ "$undecided" -gt 0 ]; then
    line="Unknown: $unknown" answer=3
    if [ "$undecided" -gt 1 ]; then line="$line, and $((undecided - 1)) more"; fi
  elif [ "$((compliant + exempt))" = 0 ] && ! grep -qv "^macOS$tab" "$work/apps"; then
    line='Not installed' answer=3
  elif [ "$((compliant + exempt))" = 0 ]; then
    line='Unknown: no installed build reads any of it' answer=3
  elif [ "$sight" = no ] && [ ! -s "$work/everybody" ] && [ ! -s "$work/apps" ]; then
    line='Unknown: this Mac has neither users nor apps' answer=3
  else
    line=Compliant answer=0
  fi
}

# said: prints what was found.
said() {
  case $form in
    line) printf '%s\n' "$line" ;;
    result)
      xml_text "$line"
      printf '<result>%s</result>\n' "$xml"
      ;;
    list)
      if [ -f "$work/list" ]; then cat "$work/list"; fi
      printf '%s\n' "$line"
      if [ "$payloads" -gt 0 ]; then printf 'not judged: %s payloads that are no preferences\n' "$payloads"; fi
      ;;
    json)
      printf '{"version":1,"policy":"%s","result":%s,"user":' "$policy" "$(json_text "$line")"
      if [ -n "$whose" ]; then json_text "$whose"; else printf null; fi
      printf ',"effective":%s' "$([ "$effective" = yes ] && echo true || echo false)"
      printf ',"compliant":%s,"drifted":%s,"undecided":%s,' "$compliant" "$drifted" "$undecided"
      printf '"not_applicable":%s,"exempt":%s,"payloads":%s,"settings":[' "$idle" "$exempt" "$payloads"
      if [ -f "$work/list" ]; then cat "$work/list"; fi
      printf ']}\n'
      ;;
  esac
}

# The audit of mSCP: a dictionary for each setting, and when it was written.
audit=/Library/Preferences/org.$policy.audit

write_audit() {
  {
    plist_head
    printf '<dict>\n'
    if [ -f "$work/audit" ]; then cat "$work/audit"; fi
    printf '<key>lastComplianceCheck</key><string>%s</string>\n</dict>\n</plist>\n' "$(date '+%Y-%m-%d %H:%M:%S%z')"
  } >"$work/in"
  how=self
  # What is no longer in the policy goes.
  limited defaults delete "$audit"
  input=$work/in
  if ! limited defaults import "$audit" -; then
    explain
    printf 'what was found could not be noted in %s: %s\n' "$audit.plist" "$reason" >&2
    exit 2
  fi
  chmod 644 "$audit.plist" 2>/dev/null
}

# recorded STANDING: how many settings had it at the last check, of $work/record.
recorded() {
  tr -d '\n\t' <"$work/record" | STANDING=$1 LC_ALL=C awk '
    { print gsub("<key>standing</key><string>" ENVIRON["STANDING"] "</string>", "") }'
}

# last_check: does what is asked of the last check.
last_check() {
  how=self
  if [ "$task" = reset ]; then
    [ "$root_runs" = yes ] || stop 'only root forgets the last check'
    limited defaults delete "$audit"
    exit 0
  fi
  if ! limited defaults export "$audit" - || ! grep -q lastComplianceCheck "$work/out"; then
    echo 'no check was noted on this Mac' >&2
    exit 3
  fi
  mv "$work/out" "$work/record"
  case $task in
    compliant) recorded compliant ;;
    non_compliant) recorded drifted ;;
    stats)
      compliant=$(recorded compliant) drifted=$(recorded drifted) undecided=$(recorded undecided)
      idle=$(recorded not-applicable) exempt=$(recorded exempt)
      printf '%s compliant, %s drifted, %s undecided, %s not applicable, %s exempt, of %s; last check %s\n' \
        "$compliant" "$drifted" "$undecided" "$idle" "$exempt" \
        "$((compliant + drifted + undecided + idle + exempt))" \
        "$(value "$work/record" lastComplianceCheck | sed -e 's/<[^>]*>//g')"
      ;;
  esac
  exit 0
}

main() {
  options "$@"
  umask 077
  if [ "$(id -u)" = 0 ]; then root_runs=yes; else root_runs=no; fi
  if [ "$task" = check ] && [ "$root_runs" = no ]; then stop 'only root notes what was found'; fi
  input=/dev/null
  work=$(mktemp -d "${TMPDIR:-/tmp}/prefsmith.XXXXXX") || stop 'no folder for temporary files'
  root=$work/root
  mkdir "$root"
  for list in users homes unreadable made apps; do : >"$work/$list"; done
  case $task in
    stats | compliant | non_compliant | reset) last_check ;;
  esac
  computer=$for_computer
  if [ "$effective" = no ]; then layers=managed; fi
  uuid=$(of_registry IOPlatformUUID)
  who_counts
  own_tokens
  place="/Library/Managed Preferences/org.$policy.audit.plist"
  if fetch "$disk$place" "$place" && as_xml "$place"; then mv "$work/xml" "$work/exempt"; fi
  macos
  seen_macos
  apps
  fresh
  judged
  conclude
  if [ "$task" = check ]; then write_audit; fi
  said
  if [ "$exit_zero" = yes ]; then exit 0; fi
  exit "$answer"
}

# seen_macos: notes the version of macOS.
seen_macos() {
  if [ -f "$root/System/Library/CoreServices/SystemVersion.plist" ]; then
    has=$(value "$root/System/Library/CoreServices/SystemVersion.plist" ProductVersion | sed -e 's/<[^>]*>//g')
    printf 'macOS\t%s\n' "${has:-?}" >>"$work/apps"
  elif unreadable /System/Library/CoreServices/SystemVersion.plist; then
    printf 'macOS\t?\n' >>"$work/apps"
  fi
}
