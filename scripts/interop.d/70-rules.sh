# Rules between settings, against a model of Microsoft's page that knows nothing of prefsmith: the five settings of the
# page in every combination, with every licence and several generations of Office.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

rules_tables() {
  local folder=$work/rules status=0 count
  mkdir -p "$folder"
  count=$(python3 "$lib/founding_model.py" write "$folder")
  [ "$count" = 3888 ] || fail "$count combinations"
  cd "$folder"
  "$prefsmith" check --format json p*.toml >answer || status=$?
  [ "$status" = 1 ] || fail "status $status"
  python3 "$lib/founding_model.py" compare "$folder" <answer
}

# The comparison must be able to fail: an answer without its crash reports, and one with a finding too many.
rules_tables_can_fail() {
  local folder=$work/rules change
  cd "$folder"
  for change in 'del(.findings[] | select(.code == "crash-reports-lost"))' \
    '(.findings[] | select(.code == "attach-moot") | .severity) = "warning"' \
    '.findings += [.findings[] | select(.code == "attach-moot") | .file = "p0001.toml"]'; do
    jq "$change" answer >changed
    if python3 "$lib/founding_model.py" compare "$folder" <changed >said; then fail "not seen: $change"; fi
  done
}

need jq jq
step "rules: 3888 combinations of the page's five settings, against a model of the page" rules_tables
step "rules: the comparison sees what is missing, what is too much, and a wrong severity" rules_tables_can_fail
