# Identity tokens: as they are, and as they stand in XML.
token_user_upn='' token_user_mail='' token_user_display_name='' token_user_given_name='' token_user_surname=''
token_user_job_title='' token_user_department='' token_user_object_id='' token_user_short_name=''
token_user_full_name='' token_device_serial='' token_device_name='' token_device_udid=''
xml_user_upn='' xml_user_mail='' xml_user_display_name='' xml_user_given_name='' xml_user_surname=''
xml_user_job_title='' xml_user_department='' xml_user_object_id='' xml_user_short_name=''
xml_user_full_name='' xml_device_serial='' xml_device_name='' xml_device_udid=''

# set_token NAME VALUE: what a token stands for.
set_token() {
  case $2 in
    *[[:cntrl:]]*) stop "$1 holds a control character" ;;
  esac
  case $1:$2 in
    *:'') stop "$1 has no value" ;;
    user.upn:?*@?* | user.mail:?*@?*) ;;
    user.upn:* | user.mail:*) stop "$1 is no address: somebody@example.com" ;;
  esac
  case $1:$2 in
    user.upn:*[[:space:]]* | user.upn:*@*@* | user.mail:*[[:space:]]* | user.mail:*@*@*)
      stop "$1 is no address: somebody@example.com"
      ;;
  esac
  xml_text "$2"
  case $1 in
    user.upn) token_user_upn=$2 xml_user_upn=$xml ;;
    user.mail) token_user_mail=$2 xml_user_mail=$xml ;;
    user.display-name) token_user_display_name=$2 xml_user_display_name=$xml ;;
    user.given-name) token_user_given_name=$2 xml_user_given_name=$xml ;;
    user.surname) token_user_surname=$2 xml_user_surname=$xml ;;
    user.job-title) token_user_job_title=$2 xml_user_job_title=$xml ;;
    user.department) token_user_department=$2 xml_user_department=$xml ;;
    user.object-id) token_user_object_id=$2 xml_user_object_id=$xml ;;
    user.short-name) token_user_short_name=$2 xml_user_short_name=$xml ;;
    user.full-name) token_user_full_name=$2 xml_user_full_name=$xml ;;
    device.serial) token_device_serial=$2 xml_device_serial=$xml ;;
    device.name) token_device_name=$2 xml_device_name=$xml ;;
    device.udid) token_device_udid=$2 xml_device_udid=$xml ;;
    *) stop "$1 is no identity token" ;;
  esac
}

# needs TOKEN VALUE: one that the Mac cannot find out must have been given.
needs() {
  case " $tokens " in
    *" $1 "*) [ -n "$2" ] || stop "this policy needs --set $1=VALUE; nothing was touched" ;;
  esac
}

# asked TOKEN VALUE: whether the policy uses a token of the Mac that was not given.
asked() {
  case " $tokens " in
    *" $1 "*) [ -z "$2" ] ;;
    *) return 1 ;;
  esac
}

# found TOKEN VALUE: one that the Mac has found out.
found() {
  [ -n "$2" ] || stop "this Mac does not know its $1; give --set $1=VALUE"
  set_token "$1" "$2"
}

# check_tokens: every token that the policy uses has a value, before anything is written.
check_tokens() {
  [ -n "$tokens" ] || return 0
  needs user.upn "$token_user_upn"
  needs user.mail "$token_user_mail"
  needs user.display-name "$token_user_display_name"
  needs user.given-name "$token_user_given_name"
  needs user.surname "$token_user_surname"
  needs user.job-title "$token_user_job_title"
  needs user.department "$token_user_department"
  needs user.object-id "$token_user_object_id"
  case " $tokens" in
    *' user.'*)
      [ "$users" != all ] || stop 'tokens of a user go with one user: --users all is none'
      [ "$level" = user ] || stop 'tokens of a user do not go with --level computer'
      ;;
  esac
  if asked device.serial "$token_device_serial"; then found device.serial "$(of_registry IOPlatformSerialNumber)"; fi
  if asked device.udid "$token_device_udid"; then found device.udid "$(of_registry IOPlatformUUID)"; fi
  if asked device.name "$token_device_name"; then found device.name "$(scutil --get ComputerName 2>/dev/null)"; fi
}

# tokens_of_user: those that the Mac knows of the user.
tokens_of_user() {
  [ -n "$tokens" ] || return 0
  if asked user.short-name "$token_user_short_name"; then found user.short-name "$user"; fi
  if asked user.full-name "$token_user_full_name"; then found user.full-name "$(id -F "$user" 2>/dev/null)"; fi
}
