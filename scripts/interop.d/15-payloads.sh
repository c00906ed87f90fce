# Payloads that are no preferences go into the profile as they stand: Python's plistlib reads in the profile every key
# of the file that the policy names, and xmllint holds the profile against Apple's DTD.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need xmllint libxml2-utils libxml2
need openssl openssl openssl

payloads=$work/payloads
mkdir -p "$payloads/files"
# Every type of value, an envelope that lacks much, one that lacks nothing, and a profile of several payloads.
python3 - "$payloads/files" <<'PYTHON'
import datetime, os, plistlib, sys

def put(name, value):
    with open(os.path.join(sys.argv[1], name), "wb") as file:
        plistlib.dump(value, file, sort_keys=False)

every = {
    "Boolean": True, "No": False, "One": 1, "Low": -2**63, "High": 2**64 - 1, "Real": 1.0, "Small": 1e-300,
    "Text": "<&> \" ' ä 🎉 ${user.upn} $${x}", "Empty": "", "Lines": "a\n\tb\n", "Space": "  a  ",
    "Date": datetime.datetime(2027, 1, 31, 23, 59, 59), "Data": bytes(range(256)), "None": b"",
    "List": [1, True, 1.0, "1", b"1", [], {}], "Nested": {"a b": {"": {"PayloadUUID": "not an envelope"}}},
}
put("every.plist", {"PayloadType": "com.apple.servicemanagement", **every})
put("privacy.plist", {
    "PayloadType": "com.apple.TCC.configuration-profile-policy", "PayloadVersion": 3, "PayloadUUID": "6b7d0f7e-0a5e-4d5c-8f7d-7b0b7f0b0a01",
    "PayloadIdentifier": "com.example.privacy", "PayloadEnabled": True, "PayloadDisplayName": "Privacy",
    "Services": {"SystemPolicyAllFiles": [{"Identifier": "com.microsoft.wdav", "Allowed": True}]}})
payload = {"PayloadType": "com.apple.security.root", "PayloadVersion": 1, "PayloadContent": b"\x30\x00"}
put("Wi-Fi (neu).mobileconfig", {
    "PayloadType": "Configuration", "PayloadVersion": 1, "PayloadIdentifier": "x", "PayloadUUID": "y", "PayloadScope": "System",
    "PayloadContent": [payload, {**payload, "PayloadContent": b"\x31\x00"}, {
        "PayloadType": "com.apple.wifi.managed", "PayloadVersion": 1, "PayloadIdentifier": "com.example.wifi",
        "PayloadUUID": "6b7d0f7e-0a5e-4d5c-8f7d-7b0b7f0b0a02", "SSID_STR": "Example", "Password": "hunter2"}]})
PYTHON
{
  printf '[policy]\nid = "com.example.carried"\nname = "Carried"\n\n[settings]\nHowToCheck = "AutomaticDownload"\n'
  for file in "$payloads"/files/*; do printf '\n[[payload]]\nfile = "files/%s"\n' "${file##*/}"; done
} >"$payloads/carried.toml"

# carried FOLDER [OPTION…]: built into the folder, the payloads are those of the files.
carried() {
  local out=$payloads/$1 profile
  shift
  exits 0 "$prefsmith" build "$payloads/carried.toml" --out "$out" "$@"
  python3 "$lib/check_payloads.py" com.example.carried "$out"/*.mobileconfig -- "$payloads"/files/*
  for profile in "$out"/*.mobileconfig; do
    xmllint --nonet --noout --dtdvalid "$lib/PropertyList-1.0.dtd" "$profile"
  done
}

payloads_split() {
  carried split --split
  [ "$(printf '%s\n' "$payloads"/split/*.mobileconfig | wc -l)" = 4 ] || fail "not four profiles"
}

# payloads_other_forms: the same files in binary and inside a signature give the same profile.
payloads_other_forms() {
  local file other=$payloads/other
  mkdir -p "$other/files"
  openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=Example -keyout "$other/key.pem" -out "$other/cert.pem" -days 2
  for file in "$payloads"/files/*; do
    case $file in
      *.plist) python3 -c 'import plistlib, sys
with open(sys.argv[1], "rb") as old, open(sys.argv[2], "wb") as new:
    plistlib.dump(plistlib.load(old), new, fmt=plistlib.FMT_BINARY)' "$file" "$other/files/${file##*/}" ;;
      *) openssl cms -sign -binary -nodetach -outform DER -signer "$other/cert.pem" -inkey "$other/key.pem" \
           -in "$file" -out "$other/files/${file##*/}" ;;
    esac
  done
  cp "$payloads/carried.toml" "$other"
  exits 0 "$prefsmith" build "$other/carried.toml" --out "$other/out"
  cmp "$payloads/whole/carried.mobileconfig" "$other/out/carried.mobileconfig"
}

# What a build carries can be carried again: its own profile, named by a policy, is the same payloads.
payloads_again() {
  printf '[policy]\nid = "com.example.again"\n[[payload]]\nfile = "../whole/carried.mobileconfig"\n' >"$payloads/whole/again.toml"
  mkdir -p "$payloads/again"
  mv "$payloads/whole/again.toml" "$payloads/again/again.toml"
  exits 0 "$prefsmith" build "$payloads/again/again.toml" --out "$payloads/again/out"
  python3 - "$payloads/whole/carried.mobileconfig" "$payloads/again/out/again.mobileconfig" <<'PYTHON'
import sys
from settings import load, canonical, as_json
texts = [canonical(as_json(load(path)[1]["PayloadContent"])) for path in sys.argv[1:]]
sys.exit(0 if texts[0] == texts[1] else "other payloads")
PYTHON
}

# A value of a payload is in no report.
payloads_secret() {
  local verb
  cd "$payloads"
  for verb in "check carried.toml" "check carried.toml --format json" "plan carried.toml" "plan carried.toml --format json" \
    "check carried.toml --format sarif" "check carried.toml --format github" "diff carried.toml carried.toml --format json"; do
    # shellcheck disable=SC2086  # words
    exits 0 "$prefsmith" $verb
    grep -q hunter2 "$work/said" && fail "a secret is shown by $verb"
    grep -qi wi-fi "$work/said" || [ "${verb%% *}" = check ] || fail "$verb does not name the file"
  done
  grep -q hunter2 whole/manifest.json && fail "a secret is in the manifest"
  grep -q hunter2 whole/carried.mobileconfig || fail "the payload is not in the profile"
}

step "payloads are carried key for key" carried whole
step "… beside the direct form" carried direct --form domain
step "… and with --split, a profile for each file" payloads_split
step "binary and signed files give the same profile" payloads_other_forms
step "a profile of prefsmith is carried as any other" payloads_again
step "no report shows what a payload says" payloads_secret
