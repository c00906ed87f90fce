# How the values of this Mac are judged. The words are those of `prefsmith diff`; without --effective, what no profile
# holds is `not-enforced`, whatever lies below.

compliant=0 drifted=0 undecided=0 idle=0 exempt=0 sight=no
nobody='nobody is logged in, and --user names nobody'

# The awk that compares two values in the form of `value`, the wanted one first, as COMPARE says (exact, contains, set):
# same, lenient (an app that is not strict takes the one for the other), or other.
compare_values='
function worse(a, b) { return a > b ? a : b }
function spelt(text) {
  text = tolower(text)
  if (text == "1" || text == "yes" || text == "true") return 1
  return text == "0" || text == "no" || text == "false" ? 0 : -1
}
function trimmed(text) { gsub(/^[ \t\r\n]+|[ \t\r\n]+$/, "", text); return text }
function pair(a, b,   x, y) {
  x = text[a]; y = text[b]
  if (kind[a] == "bool") {
    if (kind[b] == "integer" || kind[b] == "real") return y + 0 == (x == "true")
    return kind[b] == "string" && spelt(y) == (x == "true")
  }
  if (kind[a] == "integer") {
    if (kind[b] == "real") return y + 0 == x + 0
    return kind[b] == "string" && trimmed(y) "" == x ""
  }
  if (kind[a] != "real" || kind[b] != "string") return 0
  y = trimmed(y)
  return y ~ /^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$/ && y + 0 == x + 0
}
function within(a, b,   i, j, near, far) {
  far = 0
  for (i = 1; i <= count[a]; i++) {
    near = 2
    for (j = 1; j <= count[b]; j++) near = smaller(near, compare(child[a, i], child[b, j], "exact"))
    far = worse(far, near)
  }
  return far
}
function smaller(a, b) { return a < b ? a : b }
function compare(a, b, how,   i, far, deeper) {
  far = 0
  if (kind[a] == "dict" && kind[b] == "dict") {
    if (how != "contains" && count[a] != count[b]) return 2
    deeper = how == "contains" ? how : "exact"
    for (i = 1; i <= count[a]; i++) {
      if (!((b, label[a, i]) in entry)) return 2
      far = worse(far, compare(child[a, i], entry[b, label[a, i]], deeper))
    }
    return far
  }
  if (kind[a] == "array" && kind[b] == "array") {
    if (how == "contains") return within(a, b)
    if (how == "set") return worse(within(a, b), within(b, a))
    if (count[a] != count[b]) return 2
    for (i = 1; i <= count[a]; i++) far = worse(far, compare(child[a, i], child[b, i], how))
    return far
  }
  if (kind[a] == kind[b] && text[a] "" == text[b] "") return 0
  return pair(a, b) || pair(b, a) ? 1 : 2
}
BEGIN { RS = "<" }
FNR == 1 { depth = 0; file++; next }
{
  at = index($0, ">"); tag = substr($0, 1, at - 1); rest = substr($0, at + 1)
  closing = tag ~ /^\//; empty = tag ~ /\/$/; name = tag; gsub(/\//, "", name)
  holder = name == "dict" || name == "array"
  if (closing) { if (holder) depth--; next }
  if (name == "key") { word = rest; next }
  id++; kind[id] = name; text[id] = rest
  if (name == "true" || name == "false") { kind[id] = "bool"; text[id] = name }
  if (depth == 0) root[file] = id
  else {
    up = open[depth]; child[up, ++count[up]] = id
    if (kind[up] == "dict") { label[up, count[up]] = word; entry[up, word] = id }
  }
  if (holder && !empty) open[++depth] = id
}
END { split("same lenient other", said, " "); print said[compare(root[1], root[2], ENVIRON["COMPARE"]) + 1] }'

# The awk that says why no installed build reads a setting; nothing where one may.
why_not_read=$versions'
BEGIN {
  FS = "\t"; n = split(ENVIRON["PRODUCTS"], wanted, "\n")
  for (i = 1; i <= n; i++) if (wanted[i] != "") among[wanted[i]] = 1
}
$1 in among { all = all (all == "" ? "" : ", ") $2; if (inside($2, ENVIRON["RANGES"])) reads = 1 }
END {
  if (reads) exit
  if (all == "") print ENVIRON["TITLE"] " is not installed"
  else print ENVIRON["TITLE"] " " all " does not read it: " ENVIRON["WORDS"]
}'

note_keys() {
  :
}

# seen_copy PLACE: notes the version of a copy of $product.
seen_copy() {
  info=$1/Contents/Info.plist
  if [ ! -f "$root$info" ]; then
    if unreadable "$info"; then printf '%s\t?\n' "$product" >>"$work/apps"; fi
    return
  fi
  id=$(value "$root$info" CFBundleIdentifier | sed -e 's/<[^>]*>//g')
  # Another app may have taken the place.
  [ -n "$id" ] && printf '%s\n' "$ids" | grep -qixF -- "$id" || return 0
  has=$(value "$root$info" "$version_key")
  if [ -z "$has" ]; then has=$(value "$root$info" CFBundleShortVersionString); fi
  has=$(printf '%s' "$has" | sed -e 's/<[^>]*>//g' | tr -d '\n\t')
  printf '%s\t%s\n' "$product" "${has:-?}" >>"$work/apps"
}

# unreadable PLACE: whether it, or a folder it is in, could not be read; $reason is why.
unreadable() {
  [ -s "$work/unreadable" ] || return 1
  reason=$(PLACE=$1 LC_ALL=C awk -F "$tab" '
    { place = ENVIRON["PLACE"] } place == $1 || index(place, $1 "/") == 1 { print $2; exit }' "$work/unreadable")
  [ -n "$reason" ]
}

# fresh: what is known of the next setting.
fresh() {
  compare=exact excuse='' early=no forced_only=no by_default=no missing_token=''
}

# Facts about the next setting: how values are compared; that it counts before the app is there; that only profiles
# count; that the app does it by itself; that it needs an identity token.
compare_as() {
  compare=$1
}
early() {
  early=yes
}
forced_only() {
  forced_only=yes
}
by_default() {
  by_default=yes
}
needs_token() {
  if [ -z "$2" ] && [ -z "$missing_token" ]; then missing_token=$1; fi
}

# reads RANGES WORDS TITLE PRODUCT...: the next setting is read by these builds of one of these products.
reads() {
  [ -z "$excuse" ] || return 0
  ranges=$1 words=$2 title=$3
  shift 3
  # The version of macOS is not always known.
  if [ "$title" = macOS ] && ! grep -q "^macOS$tab" "$work/apps"; then return 0; fi
  excuse=$(PRODUCTS=$(printf '%s\n' "$@") RANGES=$ranges WORDS=$words TITLE=$title LC_ALL=C \
    awk "$why_not_read" "$work/apps")
}

# place_of LAYER: the file of a layer, into $place; nothing where this domain or this user has none.
place_of() {
  place='' managed='/Library/Managed Preferences'
  case $1:$domain in
    managed-user:.GlobalPreferences | managed-computer:.GlobalPreferences) ;;
    user-host:.GlobalPreferences | user:.GlobalPreferences | computer:.GlobalPreferences) ;;
    managed-user:*) [ -z "$whose" ] || place=$managed/$whose/$domain.plist ;;
    managed-computer:*) place=$managed/$domain.plist ;;
    managed-global-user:*) [ -z "$whose" ] || place=$managed/$whose/.GlobalPreferences.plist ;;
    managed-global:*) place=$managed/.GlobalPreferences.plist ;;
    user-host:*) [ -z "$whose" ] || place=$host ;;
    user:*) [ -z "$whose" ] || place=$own ;;
    user-global-host:*) [ -z "$whose" ] || place=$global_host ;;
    user-global:*) [ -z "$whose" ] || place=$global_own ;;
    computer:*) place=/Library/Preferences/$domain.plist ;;
    computer-global:*) place=/Library/Preferences/.GlobalPreferences.plist ;;
  esac
}

# rung LAYER: what a layer has of $key, into $now. Status 1: nothing; 2: nobody can say, and $reason is why.
rung() {
  now=''
  place_of "$1"
  [ -n "$place" ] || return 1
  if [ -f "$root$place" ]; then
    now=$(value "$root$place" "$key")
    [ -n "$now" ]
    return
  fi
  if unreadable "$place"; then return 2; fi
  return 1
}

# ladder LAYER...: the first layer that has $key, or may have it, into $layer. Status 1: none; 2: nobody can say.
ladder() {
  for layer in "$@"; do
    rung "$layer"
    case $? in
      0)
        sight=yes
        return 0
        ;;
      2)
        sight=yes
        return 2
        ;;
    esac
  done
  layer=''
  return 1
}

# Every layer that is looked at, strongest first.
every_layer() {
  if [ "$effective" = yes ]; then
    ladder managed-user managed-computer managed-global-user managed-global \
      user-host user user-global-host user-global computer computer-global
  else
    ladder managed-user managed-computer managed-global-user managed-global
  fi
}

# The functions of settings: enforced KEY LABEL TYPE VALUE, once, weak; and absent KEY LABEL.
enforced() {
  kind=forced
  setting "$@"
}
once() {
  kind=once
  setting "$@"
}
weak() {
  kind=weak
  setting "$@"
}

setting() {
  key=$1 label=$2 verdict='' detail='' layer=''
  case $kind:$effective:$whose in
    once:no:*) verdict=unreadable detail='--effective looks at what users have' ;;
    once:yes:) verdict=unreadable detail=$nobody ;;
    once:*) ladder user-host user ;;
    weak:*) ladder computer ;;
    *) every_layer ;;
  esac
  found=$?
  if [ -n "$verdict" ]; then
    :
  elif [ "$found" = 2 ]; then
    verdict=unreadable detail="$place: $reason"
  elif [ "$found" = 1 ]; then
    nothing
  elif [ -n "$missing_token" ]; then
    verdict=not-comparable detail="nobody said what \${$missing_token} is on this Mac: add --set $missing_token=VALUE"
  elif ! wanted "$3" "$4"; then
    verdict=not-comparable detail="macOS does not take the wanted value: $reason"
  else
    compared
  fi
  stand
}

# nothing: no layer has the key.
nothing() {
  case $kind:$effective:$by_default in
    forced:no:*) verdict=not-enforced ;;
    forced:yes:yes) verdict=default ;;
    *) verdict=missing ;;
  esac
}

# compared: the value that is there and the wanted one.
compared() {
  printf '%s' "$want" >"$work/want"
  printf '%s' "$now" >"$work/now"
  near=$(COMPARE=$compare LC_ALL=C awk "$compare_values" "$work/want" "$work/now")
  case $layer:$near in
    managed-*:same) verdict=enforced ;;
    managed-*:lenient) verdict=wrong-type detail='a value of another type' ;;
    managed-*) verdict=differs ;;
    *)
      if [ "$kind" = forced ] && [ "$forced_only" = yes ]; then
        verdict=ineffective detail='the app takes it from profiles only'
      elif [ "$near" = other ]; then
        verdict=differs
      else
        verdict=set
      fi
      ;;
  esac
  told_twice
}

# told_twice: the folder of a user also carries what is enforced for the whole Mac.
told_twice() {
  case $layer in
    managed-user)
      place="/Library/Managed Preferences/$domain.plist"
      if [ -f "$root$place" ] && [ "$(value "$root$place" "$key")" = "$now" ]; then layer=managed-computer; fi
      ;;
    managed-global-user) layer=managed-global ;;
  esac
}

# absent KEY LABEL: a key that must not be there, in any layer.
absent() {
  kind=unset key=$1 label=$2 verdict=absent detail='' doubt=''
  for one in managed-user managed-computer managed-global-user managed-global \
    user-host user user-global-host user-global computer computer-global; do
    rung "$one"
    case $? in
      0)
        sight=yes verdict=unwanted layer=$one
        told_twice
        # Something stronger may win.
        if [ -n "$doubt" ]; then layer=''; fi
        stand
        return
        ;;
      2) sight=yes doubt=${doubt:-"$place: $reason"} ;;
    esac
  done
  layer=''
  if [ "$effective" = no ]; then
    doubt=${doubt:-'--effective looks at what users have'}
  elif [ -z "$whose" ] && [ -s "$work/everybody" ]; then
    doubt=${doubt:-$nobody}
  fi
  if [ -n "$doubt" ]; then verdict=unreadable detail=$doubt; fi
  stand
}

# stand: what the verdict counts as, and notes it.
stand() {
  standing=drifted open=no
  case $kind:$verdict:$layer in
    # No profile holds it, whatever lies below.
    forced:unreadable:managed-*) ;;
    forced:unreadable:*) open=yes ;;
  esac
  if [ "$verdict" = unreadable ]; then layer=''; fi
  case $verdict:$open in
    enforced:* | wrong-type:* | absent:* | not-comparable:* | unwanted:* | unreadable:no) ;;
    *) if [ "$early" = no ] && [ -n "$excuse" ]; then verdict=not-applicable detail=$excuse; fi ;;
  esac
  case $kind:$verdict:$open in
    *:not-applicable:*) standing=not-applicable ;;
    *:not-comparable:* | *:unreadable:no) standing=undecided ;;
    *:enforced:* | *:absent:* | weak:set:*) standing=compliant ;;
    *:wrong-type:*) if [ "$strict" = no ]; then standing=compliant; fi ;;
    once:missing:*) ;;
    once:*) standing=compliant ;;
  esac
  excused
  case $standing in
    compliant) compliant=$((compliant + 1)) ;;
    drifted)
      drifted=$((drifted + 1))
      if [ "$drifted" -le "$most" ]; then drift="${drift:+$drift, }$label"; fi
      ;;
    undecided)
      undecided=$((undecided + 1))
      if [ -z "$unknown" ]; then unknown="$label: $detail"; fi
      ;;
    not-applicable) idle=$((idle + 1)) ;;
    exempt) exempt=$((exempt + 1)) ;;
  esac
  note
  fresh
}

# excused: whether a profile exempts this Mac from the setting, as mSCP's audit domain does it.
excused() {
  pardon=''
  [ -f "$work/exempt" ] || return 0
  value "$work/exempt" "$domain:$key" >"$work/pardon"
  case $(value "$work/pardon" exempt) in
    '<true/>' | '<integer>1</integer>')
      standing=exempt
      pardon="<key>exempt</key><true/>"
      because=$(value "$work/pardon" exempt_reason)
      if [ -n "$because" ]; then pardon="$pardon<key>exempt_reason</key>$because"; fi
      ;;
  esac
}
