# Reading a Mac: what is collected lies below $root as it lies on the Mac, but homes are /Users/NAME there.

# The root of the Mac; tests put a folder here.
disk=''
tab='	'
largest=16777216
# Which layers are read (managed or all; perhaps what is for all users as well), whether managed files are kept as they
# are, and whether users get pseudonyms.
layers=all computer=no whole=no hide=no root='' uuid='' own='' host=''

# there PLACE: whether it is there. Status 1: it is not; 2: nobody can say, and $reason is why.
there() {
  if [ -e "$1" ]; then return 0; fi
  if LC_ALL=C ls -d -- "$1" >/dev/null 2>"$work/err"; then return 0; fi
  said=''
  IFS= read -r said <"$work/err"
  case $said in
    *'No such file'* | *'Not a directory'*) return 1 ;;
  esac
  refused
  return 2
}

# refused: why a file could not be opened, by $work/err, into $reason. It names no file, and so no user.
refused() {
  reason=$(head -n 1 "$work/err" | LC_ALL=C tr -d '[:cntrl:]')
  reason=${reason##*: }
  case $reason in
    *'not permitted'* | *'ermission denied'*)
      reason="permission denied ($reason): give Full Disk Access to whatever runs this script"
      ;;
    *'No such file'*) reason='a link leads nowhere' ;;
    '') reason='it cannot be read' ;;
  esac
}

# unread PLACE REASON: notes what could not be read, by its place in the snapshot.
unread() {
  printf '%s\t%s\n' "$1" "$2" >>"$work/unreadable"
}

# fetch FILE PLACE: a file into $work/out. Status 1: there is none; 2: it cannot be read, which is noted.
fetch() {
  there "$1"
  case $? in
    1) return 1 ;;
    2)
      unread "$2" "$reason"
      return 2
      ;;
  esac
  if [ -e "$1" ] && [ ! -f "$1" ]; then
    unread "$2" 'it is no regular file'
    return 2
  fi
  how=self
  if ! limited env LC_ALL=C head -c "$((largest + 1))" "$1"; then
    refused
    if [ "$code" = 124 ]; then reason="macOS gave no answer in $seconds seconds"; fi
    unread "$2" "$reason"
    return 2
  fi
  if [ "$(($(wc -c <"$work/out")))" -gt "$largest" ]; then
    unread "$2" 'it is larger than 16 MiB'
    return 2
  fi
}

# into PLACE: makes the folder of a file of the snapshot.
into() {
  mkdir -p "$root${1%/*}"
}

# as_xml PLACE: $work/out, a property list of any form, as XML in $work/xml.
as_xml() {
  if plutil -convert xml1 -o "$work/xml" -- "$work/out" >/dev/null 2>&1; then return 0; fi
  unread "$1" 'it is no property list that plutil reads'
  return 1
}

# keep PLACE: of $work/xml what $keys name, at PLACE; nothing where it has none of them.
keep() {
  KEYS=$keys MANY=yes LC_ALL=C awk "$find_value" "$work/xml" >"$work/kept"
  case $? in
    0) ;;
    3) return 0 ;;
    *)
      unread "$1" 'it is no dictionary of preferences'
      return 0
      ;;
  esac
  into "$1"
  {
    plist_head
    printf '<dict>\n'
    hidden <"$work/kept"
    printf '</dict>\n</plist>\n'
  } >"$root$1"
  printf '%s\n' "$1" >>"$work/made"
}

# sound: takes out what was made here and is no property list after all, as on a disk that is full.
sound() {
  if while IFS= read -r place; do printf '%s\000' "$root$place"; done <"$work/made" |
    xargs -0 plutil -lint -s -- >/dev/null 2>&1; then
    return 0
  fi
  while IFS= read -r place; do
    if plutil -lint -s -- "$root$place" >/dev/null 2>&1; then continue; fi
    rm -f "$root$place"
    unread "$place" 'what was taken from it is no property list'
  done <"$work/made"
}

plist_head() {
  printf '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" '
  printf '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0">\n'
}

# hidden: standard input; with pseudonyms, the homes of users in it are those of their pseudonyms.
hidden() {
  if [ "$hide" = yes ]; then
    HOMES=$(cat "$work/homes") LC_ALL=C awk "$hide_homes"
  else
    cat
  fi
}

# The awk that puts pseudonyms into homes. HOMES has a line `HOME<tab>PSEUDONYM` for each. A home ends where a name does.
hide_homes='
BEGIN {
  n = split(ENVIRON["HOMES"], lines, "\n")
  for (i = 1; i <= n; i++) { split(lines[i], parts, "\t"); from[i] = parts[1]; to[i] = "/Users/" parts[2] }
}
{
  for (i = 1; i <= n; i++) {
    if (from[i] == "") continue
    rest = $0; line = ""
    while ((at = index(rest, from[i])) > 0) {
      after = substr(rest, at + length(from[i]), 1)
      ends = after == "" || (after !~ /[A-Za-z0-9._-]/ && after < "\200")
      line = line substr(rest, 1, at - 1) (ends ? to[i] : from[i]); rest = substr(rest, at + length(from[i]))
    }
    $0 = line rest
  }
  print
}'

# taken FILE PLACE: of a file on the disk what $keys name.
taken() {
  if fetch "$1" "$2" && as_xml "$2"; then keep "$2"; fi
}

# managed NAME: a managed file; NAME is that of the domain, with the user in front.
managed() {
  place="/Library/Managed Preferences/$2.plist"
  fetch "$disk/Library/Managed Preferences/$1.plist" "$place" || return 0
  if [ "$whole" = no ]; then
    if as_xml "$place"; then keep "$place"; fi
  elif [ "$hide" = no ]; then
    into "$place"
    mv "$work/out" "$root$place"
  elif as_xml "$place"; then
    into "$place"
    hidden <"$work/xml" >"$root$place"
  fi
}

# live FILE PLACE OPTION...: preferences that `defaults` knows better than the disk, which lags behind: those of a user
# who is logged in, where `defaults` goes to the same file. Otherwise those of the disk.
live() {
  file_there=$1 place=$2
  shift 2
  if [ "$session" != no ] && [ "$direct" = yes ]; then
    how=$session
    name=$domain
    if [ "$domain" = .GlobalPreferences ]; then name=NSGlobalDomain; fi
    if limited defaults "$@" export "$name" -; then
      mv "$work/out" "$work/xml"
      keep "$place"
      return
    elif [ "$code" != 124 ] && grep -q 'does not exist' "$work/err"; then
      return
    fi
    echo "$place" >>"$work/from_disk"
  fi
  taken "$file_there" "$place"
}

# hosts FOLDER READ: the ByHost file of this Mac, in a folder of preferences.
hosts() {
  if [ -n "$uuid" ]; then
    "$2" "$home/$1/ByHost/$domain.$uuid.plist" "$at/$1/ByHost/$domain.$uuid.plist" -currentHost
    return
  fi
  for one in "$home/$1/ByHost/$domain".????????-????-????-????-????????????.plist; do
    if [ -e "$one" ]; then taken "$one" "$at/$1/ByHost/${one##*/}"; fi
  done
}

# of_user: what one user has of the domain. The app looks into its container once that is there.
of_user() {
  at=/Users/$shown own='' host=''
  managed "$user/$domain" "$shown/$domain"
  [ "$layers" = all ] || return 0
  if [ -n "$file" ]; then
    own=$at/$file
    taken "$home/$file" "$own"
    return
  fi
  folder=Library/Preferences
  if [ -n "$container" ]; then
    there "$home/Library/Containers/$container"
    case $? in
      0)
        mkdir -p "$root$at/Library/Containers/$container"
        folder=Library/Containers/$container/Data/Library/Preferences
        ;;
      2)
        own=$at/Library/Containers/$container
        unread "$own" "$reason"
        return
        ;;
    esac
  fi
  # `defaults` goes into the container that is called as the domain, if there is one.
  goes=Library/Preferences direct=no
  if [ -e "$home/Library/Containers/$domain" ]; then goes=Library/Containers/$domain/Data/Library/Preferences; fi
  if [ "$goes" = "$folder" ]; then direct=yes; fi
  own=$at/$folder/$domain.plist
  if [ -n "$uuid" ]; then host=$at/$folder/ByHost/$domain.$uuid.plist; fi
  hosts "$folder" live
  live "$home/$folder/$domain.plist" "$own"
  if [ "$folder" != Library/Preferences ]; then
    hosts Library/Preferences taken
    taken "$home/Library/Preferences/$domain.plist" "$at/Library/Preferences/$domain.plist"
  fi
}

# look DOMAIN CONTAINER FILE KEY...: all that this Mac has of these keys. FILE is where in the home they lie, if not
# with the others.
look() {
  domain=$1 container=$2 file=$3
  shift 3
  keys=$(printf '%s\001' "$@")
  note_keys "$@"
  managed "$domain" "$domain"
  if [ "$layers" = all ] || [ "$computer" = yes ]; then
    taken "$disk/Library/Preferences/$domain.plist" "/Library/Preferences/$domain.plist"
  fi
  while IFS=$tab read -r user shown session uid home <&3; do of_user; done 3<"$work/users"
}

# bundle NAME VERSION-KEY IDS PLACE...: the versions of all copies of an app; IDS has a bundle id a line.
bundle() {
  product=$1 version_key=$2 ids=$3
  keys=$(printf '%s\001' CFBundleIdentifier CFBundleShortVersionString CFBundleVersion "$2")
  shift 3
  for bundle in "$@"; do each_copy "$bundle"; done
}

# copy BUNDLE PLACE: what one copy of an app says of itself.
copy() {
  taken "$1/Contents/Info.plist" "$2/Contents/Info.plist"
  if [ -f "$root$2/Contents/Info.plist" ] && [ -d "$1/Contents/_MASReceipt" ]; then
    mkdir -p "$root$2/Contents/_MASReceipt"
  fi
  seen_copy "$2"
}

# each_copy PLACE: all copies of an app: users may have their own.
each_copy() {
  copy "$disk$1" "$1"
  case $1 in
    /Applications/*)
      while IFS=$tab read -r user shown session uid home <&3; do
        copy "$home$1" "/Users/$shown$1"
      done 3<"$work/users"
      ;;
  esac
}

# macos: the version of macOS.
macos() {
  keys=$(printf '%s\001' ProductName ProductVersion ProductBuildVersion)
  place=/System/Library/CoreServices/SystemVersion.plist
  taken "$disk$place" "$place"
}

# person NAME NUMBER: notes a user of this Mac, whose session it is, and where the home is.
person() {
  home=$(home_of "$1")
  if [ -z "$home" ] || ! uid=$(id -u "$1" 2>/dev/null); then return 1; fi
  session=no shown=$1
  if [ "$root_runs" = no ]; then
    session=self
  elif launchctl print "gui/$uid" >/dev/null 2>&1; then
    session=session
  fi
  if [ "$hide" = yes ]; then shown=user-$2; fi
  printf '%s\t%s\n' "${home#"$disk"}" "$shown" >>"$work/homes"
  printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$shown" "$session" "$uid" "$home" >>"$work/users"
  mkdir -p "$root/Users/$shown"
}
