# The same policies give the same bytes, whoever builds them, where and when; identifiers outlive values.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need faketime faketime libfaketime

# build_all OUT [OPTION…]: every ready-made policy, every form.
build_all() {
  local out=$1
  shift
  "$prefsmith" build "$@" --out "$out/mcx"
  "$prefsmith" build "$@" --split --out "$out/mcx-split"
  "$prefsmith" build "$@" --form domain --out "$out/domain"
  "$prefsmith" build "$@" --form domain --split --out "$out/domain-split"
}

# The same as a program of its own, so that `env`, `faketime` and another user can run it.
mkdir -p "$work/same"
chmod 777 "$work/same"
cat >"$work/same/build-all" <<SCRIPT
#!/usr/bin/env bash
set -euo pipefail
prefsmith=$prefsmith
$(declare -f build_all)
build_all "\$@"
SCRIPT
chmod 755 "$work/same/build-all"

same_reference() {
  cd "$repo"
  build_all "$work/same/reference" profiles/*.toml
  [ "$(python3 "$lib/tree.py" "$work/same/reference" | grep -c 'mobileconfig.file')" -ge 24 ]
}

# same_with NAME COMMAND…: builds with a command in front.
same_with() {
  local name=$1
  shift
  cd "$repo"
  "$@" "$work/same/build-all" "$work/same/$name" profiles/*.toml
  same_tree "$work/same/reference" "$work/same/$name"
}

same_again() {
  cd "$repo"
  build_all "$work/same/reference" profiles/*.toml
  same_with again env
}

same_folder() {
  mkdir -p "$work/same/another place"
  cp "$repo"/profiles/*.toml "$work/same/another place"
  cd "$work/same/another place"
  build_all out ./*.toml
  same_tree "$work/same/reference" out
  rm -rf out
  cd /
  build_all "$work/same/absolute" "$work/same/another place"/*.toml
  same_tree "$work/same/reference" "$work/same/absolute"
}

same_default_folder() {
  local policy
  cd "$work/same/another place"
  for policy in $(ready_made); do
    "$prefsmith" build "$policy.toml"
    same_tree "$work/same/reference/mcx/$policy" "out/$policy"
  done
}

same_order() {
  local backwards=()
  for policy in "$repo"/profiles/*.toml; do backwards=("$policy" ${backwards[@]+"${backwards[@]}"}); done
  build_all "$work/same/backwards" "${backwards[@]}"
  same_tree "$work/same/reference" "$work/same/backwards"
}

same_user() {
  local as=(su -s /bin/bash nobody -c) profiles=$work/same/profiles
  cp -R "$repo/profiles" "$profiles"
  chmod -R a+rX "$profiles"
  # shellcheck disable=SC2016  # that shell expands it
  printf '#!/usr/bin/env bash\ncd %q\n[ "$(id -un)" = nobody ]\nHOME=/nonexistent USER=nobody LOGNAME=nobody %q %q ./*.toml\n' \
    "$profiles" "$work/same/build-all" "$work/same/nobody" >"$work/same/as-nobody"
  chmod 755 "$work/same/as-nobody"
  if [ "$(id -u)" != 0 ] || command -v sudo >/dev/null; then as=(sudo -n -u nobody bash); fi
  "${as[@]}" "$work/same/as-nobody"
  [ "$(find "$work/same/nobody" -type f -user nobody | wc -l)" -ge 24 ]
  same_tree "$work/same/reference" "$work/same/nobody"
}

same_umask() {
  (umask 077 && same_with umask env)
}

# change OLD NEW NAME: builds office-privacy-any-build with OLD replaced by NEW.
change() {
  mkdir -p "$work/same/$3"
  sed "s/$1/$2/" "$repo/profiles/office-privacy-any-build.toml" >"$work/same/$3/office-privacy-any-build.toml"
  cmp -s "$work/same/$3/office-privacy-any-build.toml" "$repo/profiles/office-privacy-any-build.toml" &&
    [ "$1" != "$2" ] && fail "nothing was changed"
  build_all "$work/same/$3/out" "$work/same/$3/office-privacy-any-build.toml"
}

# names FOLDER: identifiers and UUIDs of all profiles in it, with their types.
names() {
  find "$1" -name '*.mobileconfig' | LC_ALL=C sort | while read -r profile; do
    python3 "$lib/identifiers.py" "$profile"
  done
}

same_identifiers() {
  change x x unchanged
  change BasicDiagnosticData FullDiagnosticData changed
  if same_tree "$work/same/unchanged/out" "$work/same/changed/out" >/dev/null; then fail "the value is not in the files"; fi
  diff <(names "$work/same/unchanged/out") <(names "$work/same/changed/out")
  [ "$(names "$work/same/changed/out" | wc -l)" -gt 20 ]
}

other_identifiers() {
  change 'com.example.office-privacy-any-build' 'com.example.other' other
  # The types of payloads are common to both; nothing else is.
  common=$(comm -12 <(names "$work/same/unchanged/out" | cut -f2- | tr '\t' '\n' | LC_ALL=C sort -u) \
    <(names "$work/same/other/out" | cut -f2- | tr '\t' '\n' | LC_ALL=C sort -u))
  [ -z "$common" ] || fail "common to two policies: $common"
}

# A policy that extends another, found by any path: the manifest names the files from the policy's folder.
same_extends() {
  local folder=$work/same/extends path
  mkdir -p "$folder/macs/office"
  printf '[settings]\nHowToCheck = "Manual"\n\n[why]\nHowToCheck = "So."\n' >"$folder/base.toml"
  printf '[policy]\nid = "com.example.extends"\nname = "E"\nextends = ["../../base.toml"]\n' \
    >"$folder/macs/office/p.toml"
  cd "$folder"
  "$prefsmith" build macs/office/p.toml --out reference
  grep -q '"file": "../../base.toml"' reference/manifest.json || fail "$(cat reference/manifest.json)"
  for path in "./macs/office/p.toml" "macs/../macs/office/p.toml" "$folder/macs/office/p.toml" \
    "../extends/macs/office/p.toml"; do
    rm -rf "$work/same/extended"
    "$prefsmith" build "$path" --out "$work/same/extended"
    same_tree reference "$work/same/extended"
  done
  rm -rf "$work/same/extended"
  (cd macs/office && "$prefsmith" build p.toml --out "$work/same/extended")
  same_tree reference "$work/same/extended"
}

same_uuids() {
  find "$work/same/reference" -name '*.mobileconfig' -print0 | xargs -0 python3 "$lib/check_uuids.py"
}

step "every ready-made policy builds in every form" same_reference
step "same bytes: built again, into a new folder and over the old one" same_again
step "same bytes: from another folder, by relative and absolute path" same_folder
step "same bytes: into the default folder" same_default_folder
step "same bytes: policies named in another order" same_order
step "same bytes: by another user, without a home" same_user
step "same bytes: in another time zone" same_with zone env TZ=Asia/Kathmandu
step "same bytes: in another language" same_with locale env LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8
step "same bytes: without any environment" same_with bare env -i PATH="$PATH"
step "same bytes: with another umask" same_umask
step "same bytes: a policy that extends another, by any path" same_extends
step "same bytes: on another day" same_with day faketime "2031-03-04 05:06:07"
step "UUIDs are what Python's uuid5 makes of them" same_uuids
step "a changed value keeps identifiers and UUIDs" same_identifiers
step "another policy shares no identifier and no UUID" other_identifiers
