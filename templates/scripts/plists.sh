# The awk that finds values at the top of a property list, without spaces between tags and with one spelling of
# everything: that of KEYS alone, or with MANY the inside of a dictionary of all KEYS, which \001 parts. With MANY,
# status 3: it has none of them; 4: it is no dictionary. macOS writes tags and text so that `<` always opens a tag.
find_value='
function done() {
  taking = 0; hit = 0; found = 1
  if (many) printf "\n"; else exit
}
BEGIN {
  RS = "<"; many = ENVIRON["MANY"] != ""
  # By a regular expression: the awk of macOS takes a newline for a separator beside any single character.
  n = split(ENVIRON["KEYS"], list, /\001/)
  for (i = 1; i <= n; i++) if (list[i] != "") want[list[i]] = 1
}
NR == 1 { next }
{
  at = index($0, ">"); tag = substr($0, 1, at - 1); rest = substr($0, at + 1)
  if (tag ~ /^[?!]/) next
  closing = tag ~ /^\//; empty = tag ~ /\/$/
  name = tag; sub(/^\//, "", name); sub(/[ \t\r\n\/].*$/, "", name)
  if (name == "plist") next
  holder = name == "dict" || name == "array"
  if (depth == 0 && !closing) { if (name == "dict") sound = 1; else exit }
  if (closing) {
    if (holder) depth--
    if (taking) { printf "</%s>", name; if (depth == 1) done() }
    next
  }
  if (!taking && depth == 1) {
    if (name == "key") {
      if (empty) rest = ""
      gsub(/&lt;/, "<", rest); gsub(/&gt;/, ">", rest); gsub(/&quot;/, "\"", rest); gsub(/&apos;/, "\047", rest)
      gsub(/&amp;/, "\\&", rest); hit = (rest in want); shown = rest; next
    }
    if (hit) {
      taking = 1
      if (many) {
        gsub(/&/, "\\&amp;", shown); gsub(/</, "\\&lt;", shown); gsub(/>/, "\\&gt;", shown)
        printf "<key>%s</key>", shown
      }
    }
  }
  if (holder && !empty) depth++
  if (!taking) next
  if (empty || holder) rest = ""
  else if (name == "string" || name == "key") {
    gsub(/&quot;/, "\"", rest); gsub(/&apos;/, "\047", rest); gsub(/>/, "\\&gt;", rest)
  } else gsub(/[ \t\r\n]/, "", rest)
  if (name == "true" || name == "false") { printf "<%s/>", name; if (empty && depth == 1) done(); next }
  printf "<%s>%s", name, rest
  if (empty) { printf "</%s>", name; if (depth == 1) done() }
}
END { if (many && !sound) exit 4; if (many && !found) exit 3 }'

# value FILE KEY: the value of a key in an XML property list; nothing where there is none.
value() {
  KEYS=$2 MANY='' LC_ALL=C awk "$find_value" "$1"
}

# The awk for dictionaries in the form of `value`: entries of the first file with those of the second.
#   has    status 0 where the first has every entry of the second
#   merge  the first, with the entries of the second
#   less   the first without the entries of the second, where they are the same; the third has what was there before
entries='
BEGIN { RS = "<" }
FNR == 1 { file++; depth = 0; state = ""; next }
{
  at = index($0, ">"); tag = substr($0, 1, at - 1)
  closing = tag ~ /^\//; name = tag; sub(/^\//, "", name); sub(/\/$/, "", name)
  holder = name == "dict" || name == "array"
  if (closing && holder) depth--
  if (state == "value") {
    held[file, key] = held[file, key] "<" $0
    if (!closing && holder) depth++
    if (depth == 1 && (closing || tag ~ /\/$/)) state = ""
  } else if (depth == 1 && tag == "key") {
    key = substr($0, at + 1)
    if (!((file, key) in held)) { count[file]++; names[file, count[file]] = key }
    held[file, key] = ""
  } else if (depth == 1 && tag == "/key") state = "value"
  else if (!closing && holder) depth++
}
END {
  mode = ENVIRON["MODE"]
  if (mode == "has") {
    for (i = 1; i <= count[2]; i++) {
      key = names[2, i]
      if (!((1, key) in held) || held[1, key] "" != held[2, key] "") exit 1
    }
    exit 0
  }
  printf "<dict>"
  for (i = 1; i <= count[1]; i++) {
    key = names[1, i]; text = held[1, key]
    if (mode == "merge" && ((2, key) in held)) text = held[2, key]
    if (mode == "less" && ((2, key) in held) && held[2, key] "" == text "") text = ((3, key) in held) ? held[3, key] : ""
    if (text != "") printf "<key>%s</key>%s", key, text
  }
  if (mode == "merge") for (i = 1; i <= count[2]; i++) {
    key = names[2, i]
    if (!((1, key) in held)) printf "<key>%s</key>%s", key, held[2, key]
  }
  printf "</dict>"
}'

# combine MODE FIRST SECOND [THIRD]: `entries` of dictionaries; one that is empty text has no entry.
combine() {
  printf '%s' "${2:-<dict></dict>}" >"$work/first"
  printf '%s' "${3:-<dict></dict>}" >"$work/second"
  printf '%s' "${4:-<dict></dict>}" >"$work/third"
  MODE=$1 LC_ALL=C awk "$entries" "$work/first" "$work/second" "$work/third"
}

# xml_text TEXT: as it stands in XML, into $xml.
xml_text() {
  xml=$1
  case $xml in
    *[\&\<\>]*)
      xml=$(printf '%sx' "$1" | LC_ALL=C sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g')
      xml=${xml%x}
      ;;
  esac
}

# wanted TYPE VALUE: the value in the form of `value`, into $want.
wanted() {
  case $1 in
    bool) want="<$2/>" ;;
    int) want="<integer>$2</integer>" ;;
    string)
      xml_text "$2"
      want="<string>$xml</string>"
      ;;
    *)
      # macOS itself brings it into the form in which it exports it.
      printf '<plist version="1.0"><dict><key>value</key>%s</dict></plist>\n' "$2" >"$work/in"
      if ! plutil -convert xml1 -o "$work/wanted" -- "$work/in" 2>"$work/err"; then
        code=1
        explain
        return 1
      fi
      want=$(value "$work/wanted" value)
      ;;
  esac
}
