# `--target intune`, `kandji`, `workspace-one` and those of plain profiles: bodies of Graph decoded, bare lines and
# payloads read by plistlib and xmllint, scripts by shellcheck and three shells.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need dash dash
need zsh zsh
need shellcheck shellcheck
need xmllint libxml2-utils libxml2

mdms=$work/mdms
everything=$repo/tests/mdms/everything

# mdm_built TARGET NAME POLICY TABLE CHECK [WORDS…]
mdm_built() {
  local target=$1 name=$2 policy=$3 table=$4 check=$5
  shift 5
  "$prefsmith" build "$policy" --target "$target" --out "$mdms/$target-$name"
  python3 "$lib/check_mdms.py" "$check" "$mdms/$target-$name/$target" "$table" "$@"
}

mdm_scripts() {
  local script scripts=()
  while IFS= read -r script; do scripts+=("$script"); done < <(find "$mdms"/*-everything -name '*.sh' | sort)
  [ "${#scripts[@]}" -ge 10 ] || fail "only ${#scripts[@]} scripts"
  for script in "${scripts[@]}"; do
    dash -n "$script"
    bash --posix -n "$script"
    zsh -n "$script"
    [ -x "$script" ]
  done
  # Nothing but their last line differs from those that other parts show to shellcheck.
  shellcheck "$mdms/intune-everything/intune/attributes/snapshot.sh" "$mdms/kandji-everything/kandji/scripts/repair.sh"
}

# A custom attribute and a sensor print one line and end with 0, on a machine that is no Mac, too.
mdm_attributes() {
  local shell
  for shell in dash "bash --posix" zsh; do
    # shellcheck disable=SC2086  # words of a command
    $shell "$mdms/intune-everything/intune/attributes/compliance.sh" >"$mdms/line"
    grep -qE '^(Compliant|Drift: .+|Unknown: .+|Not installed)$' "$mdms/line"
    [ "$(wc -l <"$mdms/line")" -eq 1 ]
  done
}

# The profile of every target is the plain one where there are no tokens.
mdm_same() {
  local target
  "$prefsmith" build "$repo/profiles/office-privacy.toml" --target mobileconfig --out "$mdms/plain"
  for target in addigy ddm intune jumpcloud kandji mosyle nanomdm simplemdm; do
    "$prefsmith" build "$repo/profiles/office-privacy.toml" --target "$target" --out "$mdms/$target-plain"
    cmp "$mdms/plain/office-privacy.mobileconfig" "$mdms/$target-plain/$target/office-privacy.mobileconfig"
  done
}

mdm_too_large() {
  local out=$mdms/large
  python3 - "$mdms/large.toml" <<'PYTHON'
import sys
with open(sys.argv[1], "w") as file:
    file.write('[policy]\nid = "com.example.large"\n[custom."com.example.one"]\nKey = "' + "x" * 1_000_000 + '"\n')
PYTHON
  exits 1 "$prefsmith" build "$mdms/large.toml" --target intune --out "$out"
  says intune-too-large --split
  if [ -e "$out" ]; then fail "something was written"; fi
}

# A check that lets everything pass would not be noticed otherwise.
mdm_refuse() {
  local folder=$mdms/spoilt
  cp -R "$mdms/intune-everything/intune" "$folder"
  sed -i.old -e 's/AutomaticDownload/Manual/' "$folder/preference-files/com.microsoft.autoupdate2.xml"
  exits 1 python3 "$lib/check_mdms.py" intune "$folder" "$everything.csv" 'user.mail={{mail}}' 'device.serial={{serialnumber}}'
  says "the preference files" "the bytes of com.microsoft.autoupdate2.xml"
  cp -R "$mdms/workspace-one-everything/workspace-one" "$folder-2"
  sed -i.old -e 's/Redirect/Credential/' "$folder-2/com.apple.extensiblesso.xml"
  exits 1 python3 "$lib/check_mdms.py" workspace-one "$folder-2" "$everything.csv" 'user.mail={EmailAddress}' \
    'device.serial={DeviceSerialNumber}'
  says "the payloads"
}

mkdir -p "$mdms"
for policy in $(ready_made); do
  for target in intune kandji workspace-one; do
    step "$policy for $target" mdm_built "$target" "$policy" "$repo/profiles/$policy.toml" "$repo/tests/expect/$policy.csv" "$target"
  done
done
step "everything for intune: profile, bodies, bare lines" mdm_built intune everything "$everything.toml" "$everything.csv" \
  intune 'user.mail={{mail}}' 'device.serial={{serialnumber}}'
# shellcheck disable=SC2016  # Kandji's own
step "everything for kandji" mdm_built kandji everything "$everything.toml" "$everything.csv" kandji \
  'user.mail=$EMAIL' 'device.serial=$SERIAL_NUMBER'
step "everything for workspace-one: payloads by two readers of XML" mdm_built workspace-one everything "$everything.toml" \
  "$everything.csv" workspace-one 'user.mail={EmailAddress}' 'device.serial={DeviceSerialNumber}'
step "everything for addigy" mdm_built addigy everything "$everything.toml" "$everything.csv" plain \
  'user.mail={{.User "emails_primary"}}' 'device.serial={{.Serial}}'
step "everything for simplemdm" mdm_built simplemdm everything "$everything.toml" "$everything.csv" plain \
  'user.mail={{user_mail}}' 'device.serial={{serial_number}}'
step "everything for ddm: the declaration" mdm_built ddm everything "$everything.toml" "$everything.csv" ddm \
  https://mdm.example.com/profiles 'user.mail=%mail%' 'device.serial=%serial%'
step "the scripts, read by shellcheck and three shells" mdm_scripts
step "a custom attribute prints one line, in three shells" mdm_attributes
step "the profile of each MDM is the plain one" mdm_same
step "a profile over Intune's limit is refused" mdm_too_large
step "what is spoilt is found" mdm_refuse
