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
