  # Jamf puts the mount point, the computer's name and the user in front.
  case ${1-} in
    /*) if [ $# -ge 3 ]; then shift 3; else shift $#; fi ;;
  esac
  while [ $# -gt 0 ]; do
    option=$1 given=''
    shift
    case $option in
      '') continue ;;
      @each=*@) given=${option#*=} option=${option%%=*} ;;
      @each@)
        [ $# -gt 0 ] || stop "$option takes a value"
        given=$1
        shift
        ;;
    esac
    case $option in
      --help | -h)
        printf '%s\n\n' "$about"
        usage
        exit 0
        ;;
