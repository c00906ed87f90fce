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
