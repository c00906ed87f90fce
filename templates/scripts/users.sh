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
      at_screen=$(at_screen)
      [ -n "$at_screen" ] || return 3
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
