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

# of_registry NAME: a text that the Mac's hardware tells.
of_registry() {
  ioreg -rd1 -c IOPlatformExpertDevice 2>/dev/null | awk -F '"' -v name="$1" '$2 == name { print $4; exit }'
}

# at_screen: who is logged in at the screen, if anybody.
at_screen() {
  name=$(stat -f %Su /dev/console 2>/dev/null)
  case $name in
    '' | root | loginwindow | _mbsetupuser) ;;
    *) printf '%s\n' "$name" ;;
  esac
}
