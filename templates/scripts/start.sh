# What stands from here to `apps` is the same in every script that does the same.

# In zsh, behave as sh does.
[ -z "${ZSH_VERSION-}" ] || emulate sh
set -u
PATH=/usr/bin:/bin:/usr/sbin:/sbin
export PATH
umask 022

work='' seconds=20
# A script of root's must leave nothing behind that it made; traps stand here because zsh ends those of functions.
trap '[ -z "$work" ] || rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

stop() {
  printf '%s\n' "$1" >&2
  exit 2
}

number() {
  case $2 in
    '' | *[!0-9]* | ????*) stop "$1 takes a number" ;;
  esac
}
