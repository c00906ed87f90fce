#!/bin/sh
# shellcheck disable=SC2016,SC2024,SC2034,SC2317,SC2329  # awk in quotes; files of root for sudo; what other scripts use
# Sets every preference of the policy "Office" (com.example.office).
#
# Made by prefsmith: change the policy, not this file.
#
# It SETS preferences; it cannot ENFORCE them: users, and apps, can change them back. A profile enforces.
# It reads back what it has written, changes nothing that is right already, and can be run again and again.
# `--help` names the options. Exit status: 0 all is as it should be; 1 something failed; 2 an option is wrong, or
# a token is missing, and nothing was touched; 3 nobody is logged in (`--nobody STATUS` chooses another); 4 with
# --dry-run: something would be changed.

about='Sets every preference of the policy "Office" (com.example.office).'
mode=apply
# Where it notes what it wrote and what was there before, so that remove.sh can take it back.
record='com.example.office.prefsmith'
tokens=''
for_users=yes
for_computer=no

# What stands from here to `apps` is the same in every script that does the same.

# In zsh, behave as sh does.
[ -z "${ZSH_VERSION-}" ] || emulate sh
set -u
PATH=/usr/bin:/bin:/usr/sbin:/sbin
export PATH
umask 022

level=user users=console dry=no quiet=no skip=no only_left=no nobody=3 seconds=20
work='' failures=0 changes=0
# A script of root's must leave nothing behind that it made; traps stand here because zsh ends those of functions.
trap '[ -z "$work" ] || rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

usage() {
  cat <<'USAGE'
Options:
  --users console    as root: the user at the screen (the default)
  --users all        as root: every user with a home and a uid of 501 or more, hidden ones left out
  --users NAME       as root: that user
  --level computer   as root: /Library/Preferences instead, which every user may override
  --dry-run          change nothing; say what would be changed
  --skip-unread      leave out what the installed build does not read
  --quiet            say only what failed
  --nobody STATUS    the exit status when nobody is logged in (3 unless given)
  --timeout SECONDS  how long macOS may take for one answer (20 unless given)
  --set TOKEN=VALUE  what an identity token stands for, such as user.upn
USAGE
  if [ "$mode" = remove ]; then
    echo '  --left             only what [unset] names and what has left the policy'
  fi
  cat <<'USAGE'
Root sets the preferences of users, never its own; anybody else sets their own. An MDM may pass the arguments
of Jamf (mount point, computer, user) first; empty arguments are left out.

Exit status:
  0  everything is as it should be
  1  something failed; the lines that begin with `failed` say what
  2  an option is wrong, or a token is missing; nothing was touched
  3  nobody is logged in, so that no user's preferences were set (--nobody chooses another status)
  4  --dry-run, and something would be changed
USAGE
}

stop() {
  printf '%s\n' "$1" >&2
  exit 2
}

number() {
  case $2 in
    '' | *[!0-9]* | ????*) stop "$1 takes a number" ;;
  esac
}

options() {
  # Jamf puts the mount point, the computer's name and the user in front.
  case ${1-} in
    /*) if [ $# -ge 3 ]; then shift 3; else shift $#; fi ;;
  esac
  while [ $# -gt 0 ]; do
    option=$1 given=''
    shift
    case $option in
      '') continue ;;
      --set=* | --users=* | --level=* | --nobody=* | --timeout=*) given=${option#*=} option=${option%%=*} ;;
      --set | --users | --level | --nobody | --timeout)
        [ $# -gt 0 ] || stop "$option takes a value"
        given=$1
        shift
        ;;
    esac
    case $option in
      --help | -h)
        printf '%s\n\n' "$about"
        usage
        exit 0
        ;;
      --users)
        case $given in
          '' | -* | root) stop "--users takes console, all, or the name of a user other than root" ;;
        esac
        users=$given
        ;;
      --level)
        case $given in
          computer | user) level=$given ;;
          *) stop '--level takes computer or user' ;;
        esac
        ;;
      --nobody)
        number "$option" "$given"
        [ "$given" -le 255 ] || stop '--nobody takes a status up to 255'
        nobody=$given
        ;;
      --timeout)
        number "$option" "$given"
        [ "$given" -gt 0 ] || stop '--timeout takes at least one second'
        seconds=$given
        ;;
      --set)
        case $given in
          *=*) set_token "${given%%=*}" "${given#*=}" ;;
          *) stop '--set takes TOKEN=VALUE' ;;
        esac
        ;;
      --dry-run) dry=yes ;;
      --quiet) quiet=yes ;;
      --skip-unread) skip=yes ;;
      --left)
        [ "$mode" = remove ] || stop '--left belongs to remove.sh'
        only_left=yes
        ;;
      *) stop "$option is no option; --help names them" ;;
    esac
  done
}

# limited COMMAND...: runs it as the owner of the preferences, reading $input; what it says goes to $work/out and
# $work/err. Status 124: macOS gave no answer in time, perhaps because it is asking the user for permission.
limited() {
  rm -f "$work/late"
  case $how in
    session) launchctl asuser "$uid" sudo -u "$user" -H "$@" <"$input" >"$work/out" 2>"$work/err" & ;;
    sudo) sudo -u "$user" -H "$@" <"$input" >"$work/out" 2>"$work/err" & ;;
    *) "$@" <"$input" >"$work/out" 2>"$work/err" & ;;
  esac
  child=$!
  (
    nap=''
    trap '[ -z "$nap" ] || kill "$nap"; exit 0' TERM
    sleep "$seconds" &
    nap=$!
    wait "$nap"
    : >"$work/late"
    kill "$child"
    sleep 2
    kill -9 "$child"
  ) >/dev/null 2>&1 </dev/null &
  watch=$!
  { wait "$child"; } 2>/dev/null
  code=$?
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

# The awk that finds the value of KEY at the top of a property list, without spaces between tags and with one
# spelling of everything. macOS writes tags and text so that `<` always opens a tag.
find_value='
BEGIN { RS = "<"; want = ENVIRON["KEY"] "" }
NR == 1 { next }
{
  at = index($0, ">"); tag = substr($0, 1, at - 1); rest = substr($0, at + 1)
  if (tag ~ /^[?!]/) next
  closing = tag ~ /^\//; empty = tag ~ /\/$/
  name = tag; sub(/^\//, "", name); sub(/[ \t\r\n\/].*$/, "", name)
  if (name == "plist") next
  holder = name == "dict" || name == "array"
  if (closing) {
    if (holder) depth--
    if (taking) { printf "</%s>", name; if (depth == 1) exit }
    next
  }
  if (!taking && depth == 1) {
    if (name == "key") {
      if (empty) rest = ""
      gsub(/&lt;/, "<", rest); gsub(/&gt;/, ">", rest); gsub(/&quot;/, "\"", rest); gsub(/&apos;/, "\047", rest)
      gsub(/&amp;/, "\\&", rest); hit = (rest "" == want); next
    }
    if (hit) taking = 1
  }
  if (holder && !empty) depth++
  if (!taking) next
  if (empty || holder) rest = ""
  else if (name == "string" || name == "key") {
    gsub(/&quot;/, "\"", rest); gsub(/&apos;/, "\047", rest); gsub(/>/, "\\&gt;", rest)
  } else gsub(/[ \t\r\n]/, "", rest)
  if (name == "true" || name == "false") { printf "<%s/>", name; if (empty && depth == 1) exit; next }
  printf "<%s>%s", name, rest
  if (empty) { printf "</%s>", name; if (depth == 1) exit }
}'

# value FILE KEY: the value of a key in an XML property list; nothing where there is none.
value() {
  KEY=$2 LC_ALL=C awk "$find_value" "$1"
}

# The awk for dictionaries in the form of `value`: entries of the first file with those of the second.
#   has    status 0 where the first has every entry of the second
#   merge  the first, with the entries of the second
#   less   the first without the entries of the second, where they are the same; the third has what was there before
entries='
BEGIN { RS = "<" }
FNR == 1 { file++; depth = 0; state = ""; next }
{
  at = index($0, ">"); tag = substr($0, 1, at - 1)
  closing = tag ~ /^\//; name = tag; sub(/^\//, "", name); sub(/\/$/, "", name)
  holder = name == "dict" || name == "array"
  if (closing && holder) depth--
  if (state == "value") {
    held[file, key] = held[file, key] "<" $0
    if (!closing && holder) depth++
    if (depth == 1 && (closing || tag ~ /\/$/)) state = ""
  } else if (depth == 1 && tag == "key") {
    key = substr($0, at + 1)
    if (!((file, key) in held)) { count[file]++; names[file, count[file]] = key }
    held[file, key] = ""
  } else if (depth == 1 && tag == "/key") state = "value"
  else if (!closing && holder) depth++
}
END {
  mode = ENVIRON["MODE"]
  if (mode == "has") {
    for (i = 1; i <= count[2]; i++) {
      key = names[2, i]
      if (!((1, key) in held) || held[1, key] "" != held[2, key] "") exit 1
    }
    exit 0
  }
  printf "<dict>"
  for (i = 1; i <= count[1]; i++) {
    key = names[1, i]; text = held[1, key]
    if (mode == "merge" && ((2, key) in held)) text = held[2, key]
    if (mode == "less" && ((2, key) in held) && held[2, key] "" == text "") text = ((3, key) in held) ? held[3, key] : ""
    if (text != "") printf "<key>%s</key>%s", key, text
  }
  if (mode == "merge") for (i = 1; i <= count[2]; i++) {
    key = names[2, i]
    if (!((1, key) in held)) printf "<key>%s</key>%s", key, held[2, key]
  }
  printf "</dict>"
}'

# combine MODE FIRST SECOND [THIRD]: `entries` of dictionaries; one that is empty text has no entry.
combine() {
  printf '%s' "${2:-<dict></dict>}" >"$work/first"
  printf '%s' "${3:-<dict></dict>}" >"$work/second"
  printf '%s' "${4:-<dict></dict>}" >"$work/third"
  MODE=$1 LC_ALL=C awk "$entries" "$work/first" "$work/second" "$work/third"
}

# xml_text TEXT: as it stands in XML, into $xml.
xml_text() {
  xml=$1
  case $xml in
    *[\&\<\>]*)
      xml=$(printf '%sx' "$1" | LC_ALL=C sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g')
      xml=${xml%x}
      ;;
  esac
}

# The awk that says which installed app does not read a setting. A version is up to six numbers and perhaps a
# build of six or eight digits, which counts only where the numbers are equal; one without a build stands for all
# its builds. RANGES are "FROM UNTIL;..." with UNTIL left out of the range, and "-" for an open side.
unread_by='
function cut(text, to,   parts, n, i) {
  split(text, parts, "@"); to[7] = parts[2] + 0
  n = split(parts[1], parts, ".")
  for (i = 1; i <= 6; i++) to[i] = i <= n ? parts[i] + 0 : 0
}
function order(a, b, n,   i) {
  for (i = 1; i <= n; i++) { if (a[i] < b[i]) return -1; if (a[i] > b[i]) return 1 }
  return 0
}
function build(text) {
  if (length(text) == 6) return text * 100
  return length(text) == 8 ? text + 0 : -1
}
function version(text, to,   parts, n, i, tail) {
  for (i = 1; i <= 6; i++) to[i] = 0
  to[7] = 0; known = 0
  gsub(/^[ \t\r\n\f]+|[ \t\r\n\f]+$/, "", text)
  if (match(text, /[ \t\r\n\f]*(\[[0-9]+\]|\([0-9]+\))$/)) {
    tail = substr(text, RSTART); text = substr(text, 1, RSTART - 1)
    gsub(/[^0-9]/, "", tail); to[7] = build(tail); known = 1
    if (to[7] < 0) return 0
  }
  if (text !~ /^[0-9]+(\.[0-9]+)*$/) return 0
  n = split(text, parts, ".")
  if (n > 1 && length(parts[n]) >= 6 && length(parts[n]) <= 8) {
    if (known) return 0
    to[7] = build(parts[n]); known = 1; n--
    if (to[7] < 0) return 0
  }
  if (n > 6) return 0
  for (i = 1; i <= n; i++) { if (length(parts[i]) > 9) return 0; to[i] = parts[i] + 0 }
  return 1
}
function inside(text, ranges,   list, n, i, sides, ok) {
  if (!version(text, has)) return 1
  n = split(ranges, list, ";")
  for (i = 1; i <= n; i++) {
    split(list[i], sides, " "); ok = 1
    if (sides[1] != "-") { cut(sides[1], from); ok = order(from, has, known ? 7 : 6) <= 0 }
    if (ok && sides[2] != "-") { cut(sides[2], until); ok = order(has, until, 7) < 0 }
    if (ok) return 1
  }
  return 0
}
BEGIN {
  FS = "\t"; n = split(ENVIRON["PRODUCTS"], wanted, "\n")
  for (i = 1; i <= n; i++) if (wanted[i] != "") among[wanted[i]] = 1
}
$1 in among { if (inside($2, ENVIRON["RANGES"])) reads = 1; else if (first == "") first = $1 " " $2 }
END { if (reads) exit; if (first ~ /[0-9]\.[0-9]+$/ && match(first, /\.[0-9]+$/) && RLENGTH > 6) first = substr(first, 1, RSTART - 1) " [" substr(first, RSTART + 1) "]"; printf "%s", first }'

# app NAME VERSION-KEY PATH...: notes the version of the first of these apps that is installed.
app() {
  name=$1 version_key=$2
  shift 2
  for bundle in "$@"; do
    if plutil -convert xml1 -o "$work/info" -- "$bundle/Contents/Info.plist" >/dev/null 2>&1; then
      found=$(value "$work/info" "$version_key" | sed -e 's/<[^>]*>//g' | tr -d '\n\t')
      if [ -n "$found" ]; then printf '%s\t%s\n' "$name" "$found" >>"$work/apps"; fi
      return
    fi
  done
}

# macos: notes the version of macOS.
macos() {
  found=$(sw_vers -productVersion 2>/dev/null | tr -d '\n\t')
  if [ -n "$found" ]; then printf 'macOS\t%s\n' "$found" >>"$work/apps"; fi
}

# read_by RANGES WORDS PRODUCT...: the next setting is read by these builds of one of these products.
read_by() {
  ranges=$1 words=$2
  shift 2
  names=$(printf '%s\n' "$@")
  found=$(PRODUCTS=$names RANGES=$ranges LC_ALL=C awk "$unread_by" "$work/apps")
  if [ -n "$found" ] && [ -z "$unread" ]; then unread="$found does not read it: $words"; fi
}

# early: the next setting counts before an app is installed or launched first, so no build holds it back.
early() {
  early=yes
}

# why TEXT: why the policy wants the next setting.
why() {
  why=$1
}

fresh() {
  unread='' early=no why=''
}

# say WORD [DETAIL]: one line about $key of $domain.
say() {
  case $1 in
    failed) failures=$((failures + 1)) ;;
    changed | removed | restored | would) changes=$((changes + 1)) ;;
  esac
  if [ "$quiet" = yes ] && [ "$1" != failed ]; then return; fi
  label=$key
  case $label in
    *[[:cntrl:]]*) label=$(printf '%s' "$label" | LC_ALL=C tr '[:cntrl:]' ' ') ;;
  esac
  printf '%-8s %s %s %s%s\n' "$1" "$whose" "$domain" "$label" "${2:+: $2}"
  if [ -n "$why" ] && [ "$1" != ok ]; then
    printf '%s\n' "$why" | LC_ALL=C tr '\001-\011\013-\037\177' ' ' | sed -e 's/^/         /'
  fi
}

# place_of DOMAIN FILE: how `defaults` is told of it, into $place.
place_of() {
  if [ "$scope" = computer ]; then
    place=/Library/Preferences/$1
  elif [ -n "$2" ]; then
    place=$home/$2
  elif [ "$1" = .GlobalPreferences ]; then
    place=NSGlobalDomain
  else
    place=$1
  fi
}

# domain NAME [FILE]: the domain of the settings that follow; FILE is where in the home it lies, if not with the others.
domain() {
  domain=$1
  place_of "$1" "${2-}"
  here=$place loaded=no trouble='' file=${2-}
}

# export_to FILE: the property list at $place; one that does not exist is empty.
export_to() {
  if limited defaults export "$place" -; then
    mv "$work/out" "$1"
  elif [ "$code" != 124 ] && grep -q 'does not exist' "$work/err"; then
    printf '<dict></dict>' >"$1"
  else
    explain
    return 1
  fi
}

# load: the preferences of the domain into $work/now, unless they are there; a domain that failed once is not asked again.
load() {
  [ "$loaded" = no ] || return 0
  if [ -z "$trouble" ]; then
    if [ "$scope" = computer ] && [ -n "$file" ]; then
      trouble='these preferences are a file in the home of each user'
    else
      place=$here
      if export_to "$work/now"; then
        loaded=yes
        return 0
      fi
      trouble=$reason
    fi
  fi
  say failed "$trouble"
  return 1
}

# import KEY VALUE: one key with a value in XML, at $place.
import() {
  xml_text "$1"
  {
    printf '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" '
    printf '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0"><dict><key>%s</key>' "$xml"
    printf '%s</dict></plist>\n' "$2"
  } >"$work/in"
  input=$work/in
  limited defaults import "$place" -
}

# readable: after a write by root, everybody can read /Library/Preferences again.
readable() {
  if [ "$scope" = computer ]; then chmod 644 "$place.plist" 2>/dev/null; fi
}

# wanted TYPE VALUE: the value in the form of `value`, into $want.
wanted() {
  case $1 in
    bool) want="<$2/>" ;;
    int) want="<integer>$2</integer>" ;;
    string)
      xml_text "$2"
      want="<string>$xml</string>"
      ;;
    *)
      # macOS itself brings it into the form in which it exports it.
      printf '<plist version="1.0"><dict><key>value</key>%s</dict></plist>\n' "$2" >"$work/in"
      if ! plutil -convert xml1 -o "$work/wanted" -- "$work/in" 2>"$work/err"; then
        code=1
        explain
        return 1
      fi
      want=$(value "$work/wanted" value)
      ;;
  esac
}

# is_there TYPE: whether $now is what is wanted.
is_there() {
  if [ "$1" = merge ]; then
    case $now in
      '<dict>'*) combine has "$now" "$want" ;;
      *) return 1 ;;
    esac
  else
    [ "$now" = "$want" ]
  fi
}

# write_value TYPE VALUE: writes it; strings and small numbers by their flag, everything else by import.
write_value() {
  place=$here loaded=no
  case $1 in
    bool | int | string) limited defaults write "$place" "$key" "-$1" "$2" ;;
    merge)
      case $now in
        '<dict>'*) import "$key" "$(combine merge "$now" "$want")" ;;
        *) import "$key" "$want" ;;
      esac
      ;;
    *) import "$key" "$want" ;;
  esac
}

# delete_key: deletes $key and makes sure; `defaults` takes a name that begins with `-` for an option.
delete_key() {
  case $key in
    -*)
      reason='`defaults` cannot delete a key that begins with a hyphen'
      return 1
      ;;
  esac
  place=$here loaded=no
  if ! limited defaults delete "$place" "$key"; then
    explain
    return 1
  fi
  readable
  export_to "$work/now" || return 1
  loaded=yes
  now=$(value "$work/now" "$key")
  [ -z "$now" ] || {
    reason='macOS did not delete it, or another process brought it back at once'
    return 1
  }
}

# checked: after a write, whether the value is there; says so.
checked() {
  before=$now
  place=$here
  if ! export_to "$work/now"; then
    say failed "it could not be read back: $reason"
    return 1
  fi
  loaded=yes
  now=$(value "$work/now" "$key")
  if is_there "$1"; then return 0; fi
  if [ "$now" = "$before" ]; then
    say failed 'macOS did not keep the value'
  else
    say failed 'another process changed it at once'
  fi
  return 1
}

# ours LEVEL: whether a setting of this level (user or computer) is for the present scope.
ours() {
  case $scope:$1 in
    user:user | computer:computer) return 0 ;;
    computer:user) [ "$level" = computer ] ;;
    *) return 1 ;;
  esac
}

# drop LEVEL KEY: a key that must not be there.
drop() {
  key=$2
  if ours "$1" && load; then
    now=$(value "$work/now" "$key")
    if [ -z "$now" ]; then
      say ok 'is not there'
    elif [ "$dry" = yes ]; then
      say would 'be removed'
    elif delete_key; then
      say removed
    else
      say failed "$reason"
    fi
  fi
  fresh
}

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

# Identity tokens: as they are, and as they stand in XML.
token_user_upn='' token_user_mail='' token_user_display_name='' token_user_given_name='' token_user_surname=''
token_user_job_title='' token_user_department='' token_user_object_id='' token_user_short_name=''
token_user_full_name='' token_device_serial='' token_device_name='' token_device_udid=''
xml_user_upn='' xml_user_mail='' xml_user_display_name='' xml_user_given_name='' xml_user_surname=''
xml_user_job_title='' xml_user_department='' xml_user_object_id='' xml_user_short_name=''
xml_user_full_name='' xml_device_serial='' xml_device_name='' xml_device_udid=''

# set_token NAME VALUE: what a token stands for.
set_token() {
  case $2 in
    *[[:cntrl:]]*) stop "$1 holds a control character" ;;
  esac
  case $1:$2 in
    *:'') stop "$1 has no value" ;;
    user.upn:?*@?* | user.mail:?*@?*) ;;
    user.upn:* | user.mail:*) stop "$1 is no address: somebody@example.com" ;;
  esac
  case $1:$2 in
    user.upn:*[[:space:]]* | user.upn:*@*@* | user.mail:*[[:space:]]* | user.mail:*@*@*)
      stop "$1 is no address: somebody@example.com"
      ;;
  esac
  xml_text "$2"
  case $1 in
    user.upn) token_user_upn=$2 xml_user_upn=$xml ;;
    user.mail) token_user_mail=$2 xml_user_mail=$xml ;;
    user.display-name) token_user_display_name=$2 xml_user_display_name=$xml ;;
    user.given-name) token_user_given_name=$2 xml_user_given_name=$xml ;;
    user.surname) token_user_surname=$2 xml_user_surname=$xml ;;
    user.job-title) token_user_job_title=$2 xml_user_job_title=$xml ;;
    user.department) token_user_department=$2 xml_user_department=$xml ;;
    user.object-id) token_user_object_id=$2 xml_user_object_id=$xml ;;
    user.short-name) token_user_short_name=$2 xml_user_short_name=$xml ;;
    user.full-name) token_user_full_name=$2 xml_user_full_name=$xml ;;
    device.serial) token_device_serial=$2 xml_device_serial=$xml ;;
    device.name) token_device_name=$2 xml_device_name=$xml ;;
    device.udid) token_device_udid=$2 xml_device_udid=$xml ;;
    *) stop "$1 is no identity token" ;;
  esac
}

# needs TOKEN VALUE: one that the Mac cannot find out must have been given.
needs() {
  case " $tokens " in
    *" $1 "*) [ -n "$2" ] || stop "this policy needs --set $1=VALUE; nothing was touched" ;;
  esac
}

# asked TOKEN VALUE: whether the policy uses a token of the Mac that was not given.
asked() {
  case " $tokens " in
    *" $1 "*) [ -z "$2" ] ;;
    *) return 1 ;;
  esac
}

# found TOKEN VALUE: one that the Mac has found out.
found() {
  [ -n "$2" ] || stop "this Mac does not know its $1; give --set $1=VALUE"
  set_token "$1" "$2"
}

# of_registry NAME: a text that the Mac's hardware tells.
of_registry() {
  ioreg -rd1 -c IOPlatformExpertDevice 2>/dev/null | awk -F '"' -v name="$1" '$2 == name { print $4; exit }'
}

# check_tokens: every token that the policy uses has a value, before anything is written.
check_tokens() {
  [ -n "$tokens" ] || return 0
  needs user.upn "$token_user_upn"
  needs user.mail "$token_user_mail"
  needs user.display-name "$token_user_display_name"
  needs user.given-name "$token_user_given_name"
  needs user.surname "$token_user_surname"
  needs user.job-title "$token_user_job_title"
  needs user.department "$token_user_department"
  needs user.object-id "$token_user_object_id"
  case " $tokens" in
    *' user.'*)
      [ "$users" != all ] || stop 'tokens of a user go with one user: --users all is none'
      [ "$level" = user ] || stop 'tokens of a user do not go with --level computer'
      ;;
  esac
  if asked device.serial "$token_device_serial"; then found device.serial "$(of_registry IOPlatformSerialNumber)"; fi
  if asked device.udid "$token_device_udid"; then found device.udid "$(of_registry IOPlatformUUID)"; fi
  if asked device.name "$token_device_name"; then found device.name "$(scutil --get ComputerName 2>/dev/null)"; fi
}

# tokens_of_user: those that the Mac knows of the user.
tokens_of_user() {
  [ -n "$tokens" ] || return 0
  if asked user.short-name "$token_user_short_name"; then found user.short-name "$user"; fi
  if asked user.full-name "$token_user_full_name"; then found user.full-name "$(id -F "$user" 2>/dev/null)"; fi
}

# home_of USER: the home folder; `dscl` puts a path with spaces on a line of its own.
home_of() {
  dscl /Search -read "/Users/$1" NFSHomeDirectory 2>/dev/null |
    awk '{ sub(/^NFSHomeDirectory:/, ""); sub(/^ /, ""); if ($0 != "") { print; exit } }'
}

# everybody: the users of this Mac, one a line.
everybody() {
  dscl . -list /Users UniqueID 2>/dev/null | awk '$2 >= 501 { print $1 }' | while IFS= read -r name; do
    case $(dscl . -read "/Users/$name" IsHidden 2>/dev/null) in
      *': 1' | *': YES' | *': yes' | *': true') continue ;;
    esac
    place=$(home_of "$name")
    if [ -n "$place" ] && [ "$place" != /var/empty ] && [ -d "$place" ]; then printf '%s\n' "$name"; fi
  done
}

# for_user NAME: the settings of one user.
for_user() {
  user=$1
  if ! uid=$(id -u "$user" 2>/dev/null); then stop "this Mac has no user $user"; fi
  home=$(home_of "$user")
  if [ "$uid" = 0 ]; then stop 'preferences of root are none of an app'; fi
  if [ "$root" = no ]; then
    how=self
  elif launchctl print "gui/$uid" >/dev/null 2>&1; then
    how=session
  else
    how=sudo
  fi
  scope=user whose=$user recorded=''
  tokens_of_user
  settings
}

# for_computer: what goes to /Library/Preferences.
for_computer() {
  user='' home='' how=self scope=computer whose=computer recorded=''
  settings
}

# for_users: the settings of whoever was asked for. Status 3: nobody is logged in.
for_users() {
  if [ "$root" = no ]; then
    me=$(id -un)
    case $users in
      console | "$me") for_user "$me" ;;
      *) stop 'only root sets the preferences of others' ;;
    esac
    return 0
  fi
  case $users in
    console)
      at_screen=$(stat -f %Su /dev/console 2>/dev/null)
      case $at_screen in
        '' | root | loginwindow | _mbsetupuser) return 3 ;;
      esac
      for_user "$at_screen"
      ;;
    all)
      everybody >"$work/users"
      [ -s "$work/users" ] || return 3
      while IFS= read -r name <&3; do for_user "$name"; done 3<"$work/users"
      ;;
    *) for_user "$users" ;;
  esac
}

main() {
  options "$@"
  if [ "$(id -u)" = 0 ]; then root=yes; else root=no; fi
  if [ "$level" = computer ] && [ "$root" = no ]; then stop 'only root writes to /Library/Preferences'; fi
  input=/dev/null key='' file='' entry=''
  check_tokens
  work=$(mktemp -d "${TMPDIR:-/tmp}/prefsmith.XXXXXX") || stop 'no folder for temporary files'
  : >"$work/apps"
  fresh
  apps
  absent=no
  if [ "$level" = computer ]; then
    for_computer
  else
    if [ "$for_users" = yes ]; then
      for_users || absent=yes
    fi
    if [ "$for_computer" = yes ]; then
      if [ "$root" = yes ]; then
        for_computer
      else
        failures=$((failures + 1))
        echo 'failed   only root writes the starting values of every user to /Library/Preferences'
      fi
    fi
  fi
  if [ "$failures" -gt 0 ]; then exit 1; fi
  if [ "$absent" = yes ]; then
    [ "$quiet" = yes ] || echo 'nobody is logged in'
    exit "$nobody"
  fi
  if [ "$dry" = yes ] && [ "$changes" -gt 0 ]; then exit 4; fi
  exit 0
}

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

apps() {
  app 'AutoUpdate' 'CFBundleVersion' '/Library/Application Support/Microsoft/MAU2.0/Microsoft AutoUpdate.app'
}

settings() {
  domain 'com.microsoft.autoupdate2'
  read_by '3.8 -' '3.8 does' 'AutoUpdate'
  put user 'HowToCheck' string 'AutomaticDownload'
}

main "$@"
