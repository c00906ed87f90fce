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
