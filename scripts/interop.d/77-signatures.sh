# Signatures: openssl signs, with every key, digest and encoding that profiles have; what it refuses, prefsmith refuses.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need openssl openssl openssl

signed=$work/signed

signatures_leaf() {
  local name=$1
  shift
  openssl req -new -nodes -keyout "$name.key" -out "$name.csr" -subj "/CN=Example Signer $name/O=Example Corp" "$@"
  printf 'subjectKeyIdentifier=hash\n' >ext
  openssl x509 -req -in "$name.csr" -CA root.pem -CAkey root.key -set_serial "0x10$RANDOM" -days 400 -extfile ext \
    -sha256 -out "$name.pem"
}

# signatures_sign NAME SIGNER [OPTION…]
signatures_sign() {
  local name=$1 signer=$2
  shift 2
  openssl cms -sign -binary -nodetach -outform DER -in plain.mobileconfig -signer "$signer.pem" -inkey "$signer.key" \
    -certfile root.pem -out "$name.mobileconfig" "$@"
}

signatures_make() {
  local md
  mkdir "$signed"
  cd "$signed"
  "$prefsmith" build "$repo/profiles/office-privacy.toml" --out built
  cp built/office-privacy.mobileconfig plain.mobileconfig
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem -days 4000 \
    -subj "/CN=Example Root/O=Example Corp"
  signatures_leaf rsa2048 -newkey rsa:2048
  signatures_leaf rsa4096 -newkey rsa:4096
  signatures_leaf p256 -newkey ec -pkeyopt ec_paramgen_curve:P-256
  signatures_leaf p384 -newkey ec -pkeyopt ec_paramgen_curve:P-384
  signatures_leaf p521 -newkey ec -pkeyopt ec_paramgen_curve:P-521
  for md in sha1 sha256 sha384 sha512; do
    signatures_sign "rsa2048-$md" rsa2048 -md "$md"
    signatures_sign "rsa2048-$md-bare" rsa2048 -md "$md" -noattr
    signatures_sign "p256-$md-stream" p256 -md "$md" -stream
    signatures_sign "p384-$md-key" p384 -md "$md" -keyid
  done
  signatures_sign rsa4096 rsa4096 -md sha256
  signatures_sign rsa4096-stream-bare rsa4096 -md sha256 -stream -noattr
  # Two signers; the armour of PEM; the older command.
  openssl cms -sign -binary -nodetach -outform DER -in plain.mobileconfig -signer rsa2048.pem -inkey rsa2048.key \
    -signer p256.pem -inkey p256.key -out two.mobileconfig
  openssl cms -sign -binary -nodetach -outform PEM -in plain.mobileconfig -signer p256.pem -inkey p256.key \
    -out pem.mobileconfig
  openssl smime -sign -binary -nodetach -outform DER -in plain.mobileconfig -signer rsa2048.pem -inkey rsa2048.key \
    -out smime.mobileconfig
  # What is not judged.
  signatures_sign not-pss rsa2048 -md sha256 -keyopt rsa_padding_mode:pss
  signatures_sign not-p521 p521 -md sha512
  signatures_sign not-sha224 rsa2048 -md sha224
  signatures_sign not-there rsa2048 -md sha256 -nocerts -certfile p256.pem
  printf '%s.mobileconfig\n' not-pss not-p521 not-sha224 not-there >not-judged
  # What was changed afterwards: the content, the signature, the signed digest.
  python3 - <<'PYTHON'
import glob
for path in sorted(glob.glob("*.mobileconfig")):
    if path.startswith(("plain", "not-", "pem")):
        continue
    data = open(path, "rb").read()
    content = data.replace(b"PayloadVersion", b"PayloadVersio2", 1)
    assert content != data
    open("tampered-" + path, "wb").write(content)
    signature = bytearray(data)
    at = len(signature) - 1
    while signature[at] == 0:
        at -= 1
    signature[at - 5] ^= 0x10
    open("damaged-" + path, "wb").write(signature)
    digest = data.find(bytes.fromhex("2a864886f70d010904"))
    if digest > 0:
        signature = bytearray(data)
        signature[digest + 9 + 4 + 7] ^= 1
        open("digest-" + path, "wb").write(signature)
PYTHON
}

signatures_agree() {
  cd "$signed"
  python3 "$lib/check_signatures.py" "$prefsmith" not-judged ./[a-oq-z]*.mobileconfig ./p[0-9e]*.mobileconfig
}

# The last day of a certificate counts, by its own word.
signatures_expire() {
  local last after
  cd "$signed"
  last=$(openssl x509 -in p256.pem -noout -enddate | sed 's/notAfter=//')
  last=$(python3 -c 'import sys, datetime; print(datetime.datetime.strptime(sys.argv[1], "%b %d %H:%M:%S %Y GMT").date())' "$last")
  after=$(python3 -c 'import sys, datetime; print(datetime.date.fromisoformat(sys.argv[1]) + datetime.timedelta(1))' "$last")
  exits 0 "$prefsmith" check --deny warnings --today "$last" p256-sha256-stream.mobileconfig
  exits 1 "$prefsmith" check --deny warnings --today "$after" p256-sha256-stream.mobileconfig
  says "signature-expired" "Example Signer p256 expired on $last"
  exits 0 "$prefsmith" check --deny warnings p256-sha256-stream.mobileconfig
}

step "openssl signs profiles in every way that is judged, and in some that are not" signatures_make
step "what openssl refuses is broken, and nothing else" signatures_agree
step "a certificate expires after its last day" signatures_expire
