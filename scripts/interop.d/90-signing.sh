# Signing: openssl makes the keys and the certificates, verifies what prefsmith signs, and has the same opinion of chains.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need openssl openssl openssl

signing=$work/signing

# certificate NAME COMMON-NAME ISSUER EXTENSIONS: for NAME.key, by ISSUER.pem and ISSUER.key, or by itself.
signing_certificate() {
  local by=(-CA "$3.pem" -CAkey "$3.key")
  [ "$3" != "$1" ] || by=(-signkey "$1.key")
  openssl req -new -key "$1.key" -passin pass:secret -subj "/O=Example Corp/CN=$2" -out "$1.csr"
  printf '%b' "$4" >"$1.ext"
  openssl x509 -req -in "$1.csr" "${by[@]}" -passin pass:secret -set_serial "0x$RANDOM$RANDOM" -days 400 -sha256 \
    -extfile "$1.ext" -out "$1.pem"
}

signing_make() {
  local authority='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n'
  local leaf='keyUsage=critical,digitalSignature\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n'
  local name
  mkdir "$signing"
  cd "$signing"
  "$prefsmith" build "$repo/profiles/office-privacy.toml" --out built
  cp built/office-privacy.mobileconfig plain.mobileconfig
  for name in root middle other; do
    openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$name.key"
  done
  signing_certificate root "Example Root" root "$authority"
  signing_certificate other "Example Root" other "$authority"
  signing_certificate middle "Example Authority" root "$authority"
  # Keys: RSA and two curves; PKCS #8, PKCS #1, SEC 1; PEM and DER; each cipher that is read.
  openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa8.key
  openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out rsa3072.key
  openssl rsa -in rsa8.key -traditional -out rsa1.key
  openssl rsa -in rsa8.key -outform DER -traditional -out rsader.key
  openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p2568.key
  openssl ec -in p2568.key -out p256sec1.key
  openssl pkcs8 -topk8 -nocrypt -in p2568.key -outform DER -out p256der.key
  openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384.key
  openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -aes256 -pass pass:secret -quiet -out aes256.key
  openssl pkcs8 -topk8 -in rsa8.key -v2 aes-128-cbc -v2prf hmacWithSHA1 -passout pass:secret -out aes128sha1.key
  openssl pkcs8 -topk8 -in p2568.key -v2 aes-256-cbc -v2prf hmacWithSHA512 -passout pass:secret -out aes256sha512.key
  openssl pkcs8 -topk8 -in p384.key -v2 des3 -passout pass:secret -outform DER -out des3.key
  openssl pkcs8 -topk8 -in p2568.key -scrypt -passout pass:secret -out scrypt.key
  openssl pkcs8 -topk8 -in rsa8.key -v1 PBE-SHA1-3DES -passout pass:secret -out old.key
  openssl rsa -in rsa8.key -traditional -aes128 -passout pass:secret -out older.key
  openssl genpkey -quiet -algorithm ED25519 -out ed25519.key
  printf 'secret\n' >pass
  printf 'wrong\n' >wrong
  for name in $signing_keys; do signing_certificate "$name" "Example Signer $name" middle "$leaf"; done
}

signing_keys='rsa8 rsa3072 rsa1 rsader p2568 p256sec1 p256der p384 aes256 aes128sha1 aes256sha512 des3 scrypt'

# openssl_verifies FILE [OPTION…]: openssl takes the signature, and the content is the plain profile.
openssl_verifies() {
  local file=$1
  shift
  openssl cms -verify -inform DER -in "$file" -purpose any -out content "$@" && cmp content plain.mobileconfig
}

signing_verified() {
  local name
  cd "$signing"
  for name in $signing_keys; do
    "$prefsmith" sign plain.mobileconfig --cert "$name.pem" --key "$name.key" --chain middle.pem --pass-file pass \
      --out "$name.mobileconfig"
    openssl_verifies "$name.mobileconfig" -CAfile root.pem
    openssl smime -verify -inform DER -in "$name.mobileconfig" -CAfile root.pem -purpose any -out content
    exits 0 "$prefsmith" verify "$name.mobileconfig" --trust root.pem
    says "the signature holds" "the chain leads to Example Root"
  done
  # The time, as openssl reads it; and without one there is none.
  "$prefsmith" sign plain.mobileconfig --cert p384.pem --key p384.key --signing-time 2051-02-03T04:05:06Z \
    --today "$(date -u +%F)" --out timed
  openssl cms -cmsout -print -inform DER -in timed -noout >printed
  grep -A3 'signingTime' printed | grep -q 'Feb  3 04:05:06 2051 GMT'
  openssl cms -cmsout -print -inform DER -in p384.mobileconfig -noout >printed
  grep -q messageDigest printed
  if grep -q signingTime printed; then fail "a time that nobody said"; fi
  # DER, to the last byte: what openssl reads and writes again is the same.
  for name in rsa8 p384; do
    openssl cms -cmsout -inform DER -in "$name.mobileconfig" -outform DER -out again
    cmp again "$name.mobileconfig"
  done
}

# Each byte of the content, one after the other, and of the signature: openssl and prefsmith refuse the file.
signing_changed() {
  local at file
  cd "$signing"
  python3 - <<'PYTHON'
data = open("p384.mobileconfig", "rb").read()
plain = open("plain.mobileconfig", "rb").read()
start = data.index(plain)
places = [start, start + len(plain) // 2, start + len(plain) - 1, len(data) - 3]
for number, place in enumerate(places):
    changed = bytearray(data)
    changed[place] ^= 1
    open(f"changed{number}", "wb").write(changed)
PYTHON
  for at in 0 1 2 3; do
    file=changed$at
    if openssl cms -verify -inform DER -in "$file" -CAfile root.pem -purpose any -out /dev/null; then
      fail "openssl takes $file"
    fi
    exits 1 "$prefsmith" verify "$file"
  done
}

# Keys that are not read, and pass phrases that are none, are said with what to do.
signing_refused() {
  cd "$signing"
  refuse() {
    local status=$1 words=$2
    shift 2
    exits "$status" "$prefsmith" sign plain.mobileconfig --cert rsa8.pem --out refused "$@"
    says "$words"
    [ ! -e refused ] || fail "something was written"
  }
  refuse 2 "the pass phrase does not open its key" --key aes256.key --pass-file wrong
  refuse 2 "the pass phrase does not open its key" --key scrypt.key --pass-file wrong
  refuse 2 "there is no terminal" --key aes256.key
  refuse 2 "SHA-1 and triple DES (PKCS #12)" --key old.key --pass-file pass
  refuse 2 "openssl pkcs8 -topk8" --key older.key --pass-file pass
  refuse 2 "Ed25519" --key ed25519.key
  refuse 1 "key-mismatch" --key p384.key
  # What the messages advise works.
  openssl pkcs8 -topk8 -in older.key -passin pass:secret -passout pass:secret -out newer.key
  openssl pkcs8 -topk8 -v2 aes256 -in old.key -passin pass:secret -passout pass:secret -out new.key
  openssl pkcs12 -export -in rsa8.pem -inkey rsa8.key -certfile middle.pem -passout pass:secret -out identity.p12
  exits 2 "$prefsmith" sign plain.mobileconfig --cert identity.p12 --out refused
  says "openssl pkcs12 -in FILE -out identity.pem"
  openssl pkcs12 -in identity.p12 -passin pass:secret -passout pass:secret -out identity.pem
  for key in newer.key new.key identity.pem; do
    PHRASE=secret "$prefsmith" sign plain.mobileconfig --cert identity.pem --key "$key" --pass-env PHRASE --out advised
    cmp advised rsa8.mobileconfig || fail "$key gives another signature"
    rm advised
  done
}

# On a terminal the pass phrase is asked for, and does not show.
signing_asked() {
  cd "$signing"
  python3 - "$prefsmith" <<'PYTHON'
import os, pty, select, sys, time

pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "sign", "plain.mobileconfig", "--cert", "aes256.pem", "--key", "aes256.key",
                           "--chain", "middle.pem", "--out", "asked"])
said, sent, until = b"", False, time.time() + 60
while time.time() < until:
    if select.select([terminal], [], [], 1)[0]:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            break
        if not data:
            break
        said += data
    if not sent and b"Pass phrase of aes256.key: " in said:
        time.sleep(0.3)
        os.write(terminal, b"secret\n")
        sent = True
status = os.waitpid(pid, 0)[1]
print(said.decode())
if not sent or status or b"secret" in said or open("asked", "rb").read() != open("aes256.mobileconfig", "rb").read():
    sys.exit(f"asked: {sent}, status {status}")
PYTHON
}

# openssl and prefsmith agree on which chains hold.
signing_chains() {
  local leaf='keyUsage=critical,digitalSignature\nsubjectKeyIdentifier=hash\n'
  local authority='basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign\n'
  local name file trusted theirs ours
  cd "$signing"
  chain_key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"; }
  for name in capped below beneath noca fromnoca nosign fromnosign marked cipher; do chain_key "$name"; done
  signing_certificate capped "Capped" root "$authority"
  signing_certificate below "Below" capped "$authority"
  signing_certificate beneath "Beneath" below "$leaf"
  signing_certificate noca "No authority" root "$leaf"
  signing_certificate fromnoca "From none" noca "$leaf"
  signing_certificate nosign "May not issue" root 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,cRLSign\n'
  signing_certificate fromnosign "From that" nosign "$leaf"
  signing_certificate marked "Marked" root "$leaf"'1.2.3.4=critical,DER:05:00\n'
  signing_certificate cipher "Cipher" root 'keyUsage=critical,keyEncipherment\n'
  cat capped.pem below.pem >capped-chain.pem
  # openssl signs, as prefsmith would refuse some; the signer's own usage is judged by prefsmith alone here.
  chain_sign() {
    openssl cms -sign -binary -nodetach -outform DER -in plain.mobileconfig -signer "$1.pem" -inkey "$1.key" \
      -out "chain-$1" ${2:+-certfile "$2"}
  }
  chain_sign p2568 middle.pem
  chain_sign beneath capped-chain.pem
  chain_sign fromnoca noca.pem
  chain_sign fromnosign nosign.pem
  chain_sign marked
  chain_sign p384
  chain_sign root
  for file in chain-p2568 chain-beneath chain-fromnoca chain-fromnosign chain-marked chain-p384 chain-root; do
    for trusted in root other middle; do
      theirs=0 ours=0
      openssl cms -verify -inform DER -in "$file" -CAfile "$trusted.pem" -partial_chain -purpose any -out /dev/null || theirs=1
      "$prefsmith" verify "$file" --trust "$trusted.pem" || ours=$?
      # A root is no signer by its keyUsage; with any purpose, openssl does not ask.
      if [ "$file $trusted" = "chain-root root" ]; then theirs=1; fi
      [ "$theirs" = "$ours" ] || fail "$file by $trusted: openssl $theirs, prefsmith $ours"
      printf '%s %s\n' "$file by $trusted" "$ours" >>verdicts
    done
  done
  grep -q ' 0$' verdicts && grep -q ' 1$' verdicts
  exits 1 "$prefsmith" sign plain.mobileconfig --cert cipher.pem --key cipher.key --out refused
  says "certificate-usage"
}

# What --print-commands prints for openssl makes a signature as good.
signing_commands() {
  cd "$signing"
  "$prefsmith" sign plain.mobileconfig --cert rsa8.pem --key rsa8.key --chain middle.pem --out by-command --print-commands >commands
  grep -A1 '^# the key in a file' commands | tail -n 1 >"command"
  sh -e command
  openssl_verifies by-command -CAfile root.pem
  exits 0 "$prefsmith" verify by-command --trust root.pem
}

step "openssl makes keys of every kind" signing_make
step "openssl verifies what prefsmith signs, and finds the same content" signing_verified
step "a changed byte is found by both" signing_changed
step "keys that cannot be read, and what to do" signing_refused
step "a terminal is asked for the pass phrase, and does not show it" signing_asked
step "openssl and prefsmith agree on chains" signing_chains
step "the printed command of openssl does the same" signing_commands
