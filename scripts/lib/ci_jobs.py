"""The jobs of docs/ci.md: writes each YAML block to a folder, and what each job runs as shell scripts.

    ci_jobs.py docs/ci.md FOLDER

A block's first line names its file, and blocks without one are parts of another. Fails if a block is no YAML, or if a
job runs nothing.
"""

import pathlib
import re
import sys

import yaml


def blocks(page):
    return re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def github(name, job, folder):
    """One script for each step that runs something, in order."""
    steps = [step for step in job["steps"] if "run" in step]
    for number, step in enumerate(steps):
        path = folder / f"github-{number}-{re.sub('[^a-z]+', '-', step['name'].lower()).strip('-')}.sh"
        path.write_text(step["run"] + "\n")
    return len(steps)


def gitlab(name, job, folder):
    """GitLab runs the lines of a job in one shell that stops at the first that fails."""
    for part in ("before_script", "script"):
        (folder / f"gitlab-{part}.sh").write_text("\n".join(job[part]) + "\n")
    return len(job["script"])


def main(page, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    found = {"github": 0, "gitlab": 0, "pre-commit": 0, "part": 0}
    for block in blocks(pathlib.Path(page).read_text(encoding="utf-8")):
        data = yaml.safe_load(block)
        first = block.splitlines()[0]
        if first.startswith("# .github/workflows/"):
            (folder / "github.yml").write_text(block)
            jobs = data["jobs"]
            # YAML 1.1 reads the key `on` as true.
            assert set(data) == {"name", True, "permissions", "env", "jobs"}, set(data)
            found["github"] += sum(github(name, job, folder) for name, job in jobs.items())
            (folder / "github.env").write_text("".join(f"{k}={v}\n" for k, v in data["env"].items()))
        elif first == "# .gitlab-ci.yml":
            found["gitlab"] += sum(gitlab(name, job, folder) for name, job in data.items())
            (job,) = data.values()
            (folder / "gitlab.env").write_text("".join(f"{k}={v}\n" for k, v in job["variables"].items()))
            (folder / "gitlab.report").write_text(job["artifacts"]["reports"]["codequality"] + "\n")
        elif first == "# .pre-commit-config.yaml":
            found["pre-commit"] += 1
            (folder / f"pre-commit-{found['pre-commit']}.yaml").write_text(block)
        else:
            assert isinstance(data, list), block
            found["part"] += 1
    assert found == {"github": 5, "gitlab": 3, "pre-commit": 2, "part": 1}, found


if __name__ == "__main__":
    main(*sys.argv[1:])
