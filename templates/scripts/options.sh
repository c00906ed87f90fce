level=user users=console dry=no quiet=no skip=no only_left=no nobody=3
failures=0 changes=0

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

options() {
  # each option, of which these take a value: --set --users --level --nobody --timeout
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
