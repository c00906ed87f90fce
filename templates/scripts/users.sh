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
