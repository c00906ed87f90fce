# The JSON Schema of policies, by the word of an independent validator and of two language servers of TOML, and what
# one of them offers and shows while somebody types.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

editors=$work/editors
mkdir -p "$editors/good" "$editors/bad" "$editors/typed"

# The programs come from PyPI into a folder of their own: no system has all of them.
need python3 python3 python
if ! python3 -m venv "$editors/venv" >"$editors/log" 2>&1; then
  rm -rf "$editors/venv"
  need virtualenv python3-virtualenv virtualenv
  virtualenv -q "$editors/venv" >"$editors/log" 2>&1 || die "no virtual environment: $(cat "$editors/log")"
fi
"$editors/venv/bin/python" -m pip install -q --disable-pip-version-check \
  tombi==1.9.6 taplo==0.9.3 jsonschema==4.26.0 >"$editors/log" 2>&1 || die "pip: $(cat "$editors/log")"
tombi=$editors/venv/bin/tombi
taplo=$editors/venv/bin/taplo

"$prefsmith" schema >"$editors/policy.schema.json"
for folder in good bad typed; do cp "$editors/policy.schema.json" "$editors/$folder/"; done

# held WANTED FILE…: by jsonschema.
held() {
  "$editors/venv/bin/python" "$lib/policy_schema.py" "$editors/policy.schema.json" "$@"
}

# named FOLDER FILE…: copies that name their schema, as an editor finds it.
named() {
  local folder=$1 file
  shift
  for file in "$@"; do
    { printf '#:schema policy.schema.json\n\n'; cat "$file"; } >"$folder/${file##*/}"
  done
}

editors_valid() {
  "$prefsmith" init "$editors/init.toml"
  held valid "$editors/init.toml" "$repo"/profiles/*.toml "$repo"/tests/policies/*.toml "$repo"/tests/policies/*/*.toml
  # One of them sets what is out of range and accepts the finding: a schema cannot know of that.
  local file good=()
  for file in "$repo"/tests/broken/*.good.toml; do
    case $file in
      */423-*) ;;
      *) good+=("$file") ;;
    esac
  done
  held valid "${good[@]}"
  held invalid "$repo"/tests/broken/423-*.good.toml
}

editors_broken() {
  held sees "$repo/tests/broken" "$repo/tests/schema-blind.csv"
}

editors_small() {
  "$prefsmith" schema --domain AutoUpdate >"$editors/small.json"
  [ "$(wc -c <"$editors/small.json")" -lt "$(wc -c <"$editors/policy.schema.json")" ]
  "$editors/venv/bin/python" "$lib/policy_schema.py" "$editors/small.json" valid "$repo"/profiles/*.toml
  "$editors/venv/bin/python" "$lib/policy_schema.py" "$editors/small.json" invalid "$repo/tests/broken/600-value-not-allowed.toml"
}

editors_own_catalogue() {
  cat >"$editors/own.toml" <<'TOML'
[[source]]
id = "own"
kind = "community"
title = "Our own tests"

[[domain]]
name = "com.example.tool"
alias = "Tool"
title = "Tool"
summary = "A tool of our own."
sources = ["own"]

[[key]]
name = "Level"
domains = ["com.example.tool"]
type = "integer"
range = "1..3"
confidence = "community"
summary = "How loud it is."
sources = ["own"]
TOML
  printf '[policy]\nid = "com.example.a"\n\n[settings.Tool]\nLevel = 3\n' >"$editors/tool.toml"
  sed 's/= 3/= 4/' "$editors/tool.toml" >"$editors/loud.toml"
  "$prefsmith" check --catalog "$editors/own.toml" "$editors/tool.toml"
  exits 1 "$prefsmith" check --catalog "$editors/own.toml" "$editors/loud.toml"
  "$prefsmith" schema --catalog "$editors/own.toml" >"$editors/own.json"
  "$editors/venv/bin/python" "$lib/policy_schema.py" "$editors/own.json" valid "$editors/tool.toml"
  "$editors/venv/bin/python" "$lib/policy_schema.py" "$editors/own.json" invalid "$editors/loud.toml"
}

# Both servers on one folder, all that is good.
editors_lint_good() {
  cd "$editors/good"
  named . "$editors/init.toml" "$repo"/profiles/*.toml "$repo/tests/policies/types.toml" "$repo"/tests/policies/today/*.toml
  exits 0 "$tombi" lint --offline --error-on-warnings ./*.toml
  exits 0 "$taplo" lint ./*.toml
}

# What each of the two says of a few mistakes, file by file: they must find the schema and understand it.
editors_lint_bad() {
  local name
  cd "$editors/bad"
  for name in 102-id-with-a-space 109-head-key-misspelt 110-table-misspelt 117-channel-misspelt 119-attach-key-a-boolean \
    121-group-unknown-member 200-boolean-0 211-integer-string 217-array-element 221-date-without-time 243-field-misspelt \
    246-app-path-a-name 300-key-misspelt 303-key-invented-in-a-domain 304-key-in-the-wrong-domain 309-key-with-an-unquoted-dot \
    316-domain-with-unquoted-dots 416-allow-unknown-code 417-allow-without-why 422-allow-refused 500-macs-unknown-product \
    503-macs-bad-range 517-macs-licence 540-wrong-form 600-value-not-allowed 604-value-number-not-allowed 607-out-of-range; do
    named . "$repo/tests/broken/$name.toml"
    exits 1 "$tombi" lint --offline "$name.toml"
    exits 1 "$taplo" lint "$name.toml"
  done
  # What JSON cannot tell apart, but TOML can.
  for name in 212-integer-float 226-date-a-string; do
    named . "$repo/tests/broken/$name.toml"
    exits 1 "$tombi" lint --offline "$name.toml"
  done
}

# What docs/editors.md shows of tombi is what tombi says.
editors_documented() {
  mkdir -p "$editors/documented"
  cp "$repo/docs/editors.toml" "$editors/policy.schema.json" "$editors/documented/"
  cd "$editors/documented"
  export NO_COLOR=1
  exits 1 "$tombi" lint --offline editors.toml
  sed '1,/^<!-- tombi/d; /^```text/d; /^```/,$d' "$repo/docs/editors.md" >documented
  [ -s documented ] || fail "docs/editors.md shows nothing"
  diff documented "$work/said"
}

editors_typed() {
  python3 "$lib/tombi_lsp.py" "$tombi" "$editors/typed"
}

step "the schema of policies: draft 7; what is good is valid" editors_valid
step "the schema of policies sees what it can of the broken ones, and no less" editors_broken
step "schema --domain" editors_small
step "schema --catalog" editors_own_catalogue
step "tombi and taplo find nothing in good policies" editors_lint_good
step "tombi and taplo find what is wrong in broken ones" editors_lint_bad
step "docs/editors.md shows what tombi says" editors_documented
step "tombi completes keys with summary and versions, and shows them" editors_typed
