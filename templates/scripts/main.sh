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
