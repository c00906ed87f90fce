out='' print=no who=all everything=no quiet=no

usage() {
  cat <<'USAGE'
Options:
  --out FILE         where the snapshot goes; a folder: a file in it. Without it,
                     /Library/Application Support/prefsmith/POLICY-SERIAL.tar.gz
  --stdout           print only what profiles enforce, with the versions of apps, as one line of text
  --user all         every user with a home (the default); console: who is at the screen; or a name
  --pseudonymise     user-1, user-2, ... for users, and no name of the Mac
  --catalogue        all keys that the catalogue knows, beside those of the policy
  --timeout SECONDS  how long macOS may take for one answer (20 unless given)
  --quiet            say nothing of what could not be read; the snapshot says it
Somebody who is not root collects only their own. An MDM may pass the arguments of Jamf (mount point, computer, user)
first; empty arguments are left out.

Exit status:
  0  the snapshot was written; what could not be read is listed, and noted in it
  1  it could not be written
  2  an option is wrong, and nothing was collected
USAGE
}

options() {
  # each option, of which these take a value: --out --user --timeout
      --out)
        case $given in
          '' | -*) stop '--out takes a file or a folder' ;;
        esac
        out=$given
        ;;
      --user)
        case $given in
          '' | -* | root) stop '--user takes all, console, or the name of a user other than root' ;;
        esac
        who=$given
        ;;
      --timeout)
        number "$option" "$given"
        [ "$given" -gt 0 ] || stop '--timeout takes at least one second'
        seconds=$given
        ;;
      --stdout) print=yes layers=managed ;;
      --pseudonymise | --pseudonymize) hide=yes ;;
      --catalogue | --catalog) everything=yes ;;
      --quiet) quiet=yes ;;
      *) stop "$option is no option; --help names them" ;;
    esac
  done
  if [ "$print" = yes ] && [ -n "$out" ]; then stop '--stdout and --out do not go together'; fi
}

# note_keys KEY...: notes which keys of $domain this snapshot answers for.
note_keys() {
  echo "$domain" >>"$work/domains"
  {
    printf '<key>%s</key><array>' "$domain"
    for one in "$@"; do
      xml_text "$one"
      printf '<string>%s</string>' "$xml"
    done
    printf '</array>\n'
  } >>"$work/collected"
}

seen_copy() {
  :
}

# containers NAME...: notes which of them users have, and nothing of what is in them.
containers() {
  while IFS=$tab read -r user shown session uid home <&3; do
    for container in "$@"; do
      folder=Library/Containers/$container
      there "$home/$folder"
      case $? in
        0) mkdir -p "$root/Users/$shown/$folder" ;;
        2) unread "/Users/$shown/$folder" "$reason" ;;
      esac
    done
  done 3<"$work/users"
}

# present PLACE: notes that a file is there, and nothing of what is in it.
present() {
  [ -e "$disk$1" ] || return 0
  into "$1"
  {
    plist_head
    printf '<dict/>\n</plist>\n'
  } >"$root$1"
}

# people: the users whose preferences are collected. Numbers are given to all, so that they do not depend on --user.
people() {
  console=$(at_screen)
  if [ "$root_runs" = no ]; then
    me=$(id -un)
    case $who in
      all | console | "$me") person "$me" 1 ;;
      *) stop 'only root collects the preferences of others' ;;
    esac
    return
  fi
  everybody >"$work/everybody"
  # A user of a directory is in no list of this Mac.
  if [ -n "$console" ] && ! grep -qxF -- "$console" "$work/everybody"; then echo "$console" >>"$work/everybody"; fi
  number=0 found=no
  while IFS= read -r name <&3; do
    number=$((number + 1))
    case $who in
      all) ;;
      console) [ "$name" = "$console" ] || continue ;;
      *) [ "$name" = "$who" ] || continue ;;
    esac
    if person "$name" "$number"; then found=yes; fi
  done 3<"$work/everybody"
  case $who:$found in
    all:* | *:yes) ;;
    console:*) unread /Users 'nobody was at the screen, and nobody else was asked for' ;;
    *) stop "this Mac has no user $who with a home" ;;
  esac
}

# The awk that takes from `profiles show` what the profiles are called and what they say of DOMAINS (one a line), and
# nothing else: profiles hold passwords too. NAMES has a line `NAME<tab>PSEUDONYM` for each user; with HIDE, others are
# user-0.
only_profiles='
function put(text) {
  if (content) { all = all text; if (!apart) part = part text }
  else if (item) held = held text
  else printf "%s", text
}
function level(name) {
  if (ENVIRON["HIDE"] != "yes" || name == "_computerlevel") return name
  return (name in shown) ? shown[name] : "user-0"
}
function words(text, into,   list, n, i) { n = split(text, list, " "); for (i = 1; i <= n; i++) into[list[i]] = 1 }
BEGIN {
  RS = "<"
  words("ProfileIdentifier ProfileUUID ProfileDisplayName ProfileType ProfileVersion ProfileInstallDate", profile)
  words("PayloadType PayloadIdentifier PayloadUUID PayloadDisplayName PayloadVersion", payload)
  n = split(ENVIRON["DOMAINS"], list, "\n"); for (i = 1; i <= n; i++) domains[list[i]] = 1
  n = split(ENVIRON["NAMES"], list, "\n")
  for (i = 1; i <= n; i++) { split(list[i], parts, "\t"); shown[parts[1]] = parts[2] }
}
NR == 1 { next }
{
  at = index($0, ">"); tag = substr($0, 1, at - 1); rest = substr($0, at + 1)
  if (tag ~ /^[?!]/) next
  closing = tag ~ /^\//; empty = tag ~ /\/$/
  name = tag; sub(/^\//, "", name); sub(/[ \t\r\n\/].*$/, "", name)
  if (name == "plist") next
  holder = name == "dict" || name == "array"
  if (name == "key") { if (!closing) key[depth] = rest; next }
  if (closing && !holder) {
    if (dropped) { dropped = 0; next }
    if (mute) next
    put("</" name ">"); if (apart == -1) apart = 0
    next
  }
  if (closing) {
    if (mute) { if (mute == depth) mute = 0; depth--; next }
    if (content && content == depth) { content = 0; depth--; next }
    if (item && depth == 5) {
      if (type in domains) put("<key>PayloadContent</key><dict>" all "</dict>")
      else if (has) put("<key>PayloadContent</key><dict>" part "</dict>")
    }
    put("</" name ">\n"); if (apart == depth) apart = 0
    if (item && depth == 5) { item = 0; printf "%s", held }
    depth--
    next
  }
  word = key[depth]
  if (mute) { if (holder && !empty) depth++; next }
  ok = 1
  if (depth == 1) { ok = name == "array"; word = level(word) }
  else if (depth == 2 || depth == 4) ok = name == "dict"
  else if (depth == 3) ok = holder ? word == "ProfileItems" && name == "array" : (word in profile)
  else if (depth == 5) ok = holder ? word == "PayloadContent" && name == "dict" : (word in payload)
  if (!ok) {
    if (holder && !empty) { depth++; mute = depth } else if (!empty) dropped = 1
    next
  }
  if (depth == 4) { item = 1; held = ""; all = ""; part = ""; has = 0; type = "" }
  if (depth == 5 && word == "PayloadType") type = rest
  if (depth == 5 && holder) {
    if (!empty) { depth++; kind[depth] = name; content = depth; apart = 0 }
    next
  }
  if (content && !apart) {
    if (depth == content && !(word == "PayloadContentManagedPreferences" && name == "dict")) apart = -1
    else if (depth == content + 1 && !(word in domains)) apart = -1
    else if (depth == content + 1) has = 1
    if (apart == -1 && holder && !empty) apart = depth + 1
  }
  if (kind[depth] == "dict") put("<key>" word "</key>")
  if (holder) rest = ""
  put("<" name (empty ? "/" : "") ">" rest)
  if (empty && apart == -1) apart = 0
  if (holder && !empty) { depth++; kind[depth] = name } else if (empty) put("\n")
}'

# evidence: which profiles are installed, and what they say of the domains that were asked for.
evidence() {
  place=/evidence/profiles.plist
  if [ "$root_runs" = no ]; then
    unread "$place" 'only root sees all profiles'
    return
  fi
  how=self
  if ! limited profiles show -all -output stdout-xml; then
    refused
    if [ "$code" = 124 ]; then reason="macOS gave no answer in $seconds seconds"; fi
    unread "$place" "$reason"
    return
  fi
  # Without profiles it is a sentence.
  grep -q '<plist' "$work/out" || return 0
  into "$place"
  {
    plist_head
    DOMAINS=$(cat "$work/domains") NAMES=$(cut -f 1,2 "$work/users") HIDE=$hide LC_ALL=C \
      awk "$only_profiles" "$work/out" | hidden
    printf '</plist>\n'
  } >"$root$place"
  printf '%s\n' "$place" >>"$work/made"
}

# entry KEY TEXT: a text of the snapshot's own file, if there is one.
entry() {
  [ -n "$2" ] || return 0
  xml_text "$2"
  printf '<key>%s</key><string>%s</string>\n' "$1" "$xml"
}

# about_snapshot: what the snapshot says of itself.
about_snapshot() {
  plist_head
  printf '<dict>\n<key>format</key><integer>1</integer>\n'
  entry collector "$collector"
  entry policy "$policy"
  printf '<key>taken</key><date>%s</date>\n' "$(date -u '+%Y-%m-%dT%H:%M:%SZ')"
  entry serial "$serial"
  entry hardware-uuid "$uuid"
  [ "$hide" = yes ] || entry name "$(scutil --get ComputerName 2>/dev/null | tr -d '[:cntrl:]')"
  entry console-user "$(awk -F "$tab" -v name="$console" '$1 == name { print $2 }' "$work/users")"
  if [ "$layers" = managed ]; then printf '<key>managed-only</key><true/>\n'; fi
  printf '<key>collected</key><dict>\n'
  cat "$work/collected"
  printf '</dict>\n<key>unreadable</key><dict>\n'
  LC_ALL=C awk -F "$tab" '
    function xml(text) { gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); gsub(/>/, "\\&gt;", text); return text }
    !($1 in told) { told[$1] = 1; printf "<key>%s</key><string>%s</string>\n", xml($1), xml($2) }' "$work/unreadable"
  printf '</dict>\n</dict>\n</plist>\n'
}

# write_out: puts the archive where it was asked for. Nobody but the owner reads it.
write_out() {
  file=$policy-$(printf '%s' "${serial:-unknown}" | LC_ALL=C tr -cd 'A-Za-z0-9_-').tar.gz
  if [ -z "$out" ]; then
    home=''
    if [ "$root_runs" = no ]; then home=$HOME; fi
    out="$disk${home#"$disk"}/Library/Application Support/prefsmith"
    mkdir -p "$out" && chmod 700 "$out"
  fi
  if [ -d "$out" ]; then out=${out%/}/$file; fi
  case $out in
    */*) folder=${out%/*}/ ;;
    *) folder=./ ;;
  esac
  # In one step: whoever looks finds a whole file, and a link that lies there is replaced, not followed.
  if new=$(mktemp "$folder.prefsmith.XXXXXX") && cat "$work/snapshot.tar.gz" >"$new" && mv -f "$new" "$out"; then
    return 0
  fi
  [ -z "$new" ] || rm -f "$new"
  printf 'the snapshot could not be written to %s\n' "$out" >&2
  exit 1
}

main() {
  options "$@"
  umask 077
  if [ "$(id -u)" = 0 ]; then root_runs=yes; else root_runs=no; fi
  input=/dev/null whole=yes
  work=$(mktemp -d "${TMPDIR:-/tmp}/prefsmith.XXXXXX") || stop 'no folder for temporary files'
  root=$work/root
  mkdir "$root"
  for list in users homes unreadable made domains collected; do : >"$work/$list"; done
  uuid=$(of_registry IOPlatformUUID)
  serial=$(of_registry IOPlatformSerialNumber)
  people
  macos
  apps
  if [ "$everything" = yes ]; then all_keys; else policy_keys; fi
  if [ "$layers" = all ]; then evidence; fi
  sound
  about_snapshot | hidden >"$root/prefsmith-snapshot.plist"
  if ! COPYFILE_DISABLE=1 tar -C "$root" -czf "$work/snapshot.tar.gz" .; then
    echo 'the snapshot could not be packed' >&2
    exit 1
  fi
  if [ "$print" = yes ]; then
    base64 <"$work/snapshot.tar.gz" | tr -d '\n'
    echo
    exit 0
  fi
  write_out
  if [ "$quiet" = no ]; then
    printf 'wrote %s\n' "$out"
    LC_ALL=C awk -F "$tab" '!($1 in told) { told[$1] = 1; printf "not read: %s: %s\n", $1, $2 }' "$work/unreadable" | hidden
  fi
  exit 0
}
