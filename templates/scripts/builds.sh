# The awk that says which installed app does not read a setting.
unread_by=$versions'
BEGIN {
  FS = "\t"; n = split(ENVIRON["PRODUCTS"], wanted, "\n")
  for (i = 1; i <= n; i++) if (wanted[i] != "") among[wanted[i]] = 1
}
$1 in among { if (inside($2, ENVIRON["RANGES"])) reads = 1; else if (first == "") first = $1 " " $2 }
END { if (reads) exit; if (first ~ /[0-9]\.[0-9]+$/ && match(first, /\.[0-9]+$/) && RLENGTH > 6) first = substr(first, 1, RSTART - 1) " [" substr(first, RSTART + 1) "]"; printf "%s", first }'

# app NAME VERSION-KEY PATH...: notes the version of the first of these apps that is installed.
app() {
  name=$1 version_key=$2
  shift 2
  for bundle in "$@"; do
    if plutil -convert xml1 -o "$work/info" -- "$bundle/Contents/Info.plist" >/dev/null 2>&1; then
      found=$(value "$work/info" "$version_key" | sed -e 's/<[^>]*>//g' | tr -d '\n\t')
      if [ -n "$found" ]; then printf '%s\t%s\n' "$name" "$found" >>"$work/apps"; fi
      return
    fi
  done
}

# macos: notes the version of macOS.
macos() {
  found=$(sw_vers -productVersion 2>/dev/null | tr -d '\n\t')
  if [ -n "$found" ]; then printf 'macOS\t%s\n' "$found" >>"$work/apps"; fi
}

# read_by RANGES WORDS PRODUCT...: the next setting is read by these builds of one of these products.
read_by() {
  ranges=$1 words=$2
  shift 2
  names=$(printf '%s\n' "$@")
  found=$(PRODUCTS=$names RANGES=$ranges LC_ALL=C awk "$unread_by" "$work/apps")
  if [ -n "$found" ] && [ -z "$unread" ]; then unread="$found does not read it: $words"; fi
}
