"""script_values.py SEED COUNT SHELL...: any value and any key that a property list can carry.

Random values under random keys go policy -> script -> shell -> file; what plistlib then reads must be what the
policy was written from. PREFSMITH names the binary.
"""

import datetime
import os
import plistlib
import random
import subprocess
import sys
import tempfile

from on_mac import Folder
from settings import as_json, canonical

PIECES = [
    "'", '"', "\\", "`", "$", "$(", ")", "${", "}", "$HOME", "$(touch /tmp/owned)", "`id`", "!", "#", ";", "&", "&&", "|", "<", ">",
    "\n", "\t", "  ", " ", "-", "--", "-n", "-e", "%s", "%", "\\n", "\\0", "*", "?", "[a]", "~", "=", "(", "{", "{}",
    "&amp;", "&lt;", "<![CDATA[", "]]>", "<!--", "<key>", "</string>", "</dict>", "EOF", "\u00e9", "e\u0301", "\u4e2d", "\U0001f600",
    "\u2028", "\u200b", "\ufeff", "\ue000", "\u0085", "\u00a0", "\x7f", "true", "1", "0x10", "1e5", "$FLEET_VAR_X", "${FLEET_SECRET_Y}", "%TOKEN%",
    "{{x}}", "{{{x}}}", ".", ":", "/", "\\.", "a", "B", "KEY", "\\047", "\\\\", "'\\''", "\"'\"", "!!", "\n\n",
]


def text(random_, least=0):
    return "".join(random_.choice(PIECES) for _ in range(random_.randint(least, 6)))


def key(random_, taken):
    while True:
        name = text(random_, 1)
        if name and name not in taken and len(name.encode()) <= 1000:
            taken.add(name)
            return name


def scalar(random_):
    kind = random_.randrange(7)
    if kind == 0:
        return random_.random() < 0.5
    if kind == 1:
        return random_.choice([0, -1, 1, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**63 - 1, -(2**63), random_.getrandbits(40)])
    if kind == 2:
        return random_.choice([0.0, 1.0, -1.5, 0.1, 1e300, 5e-324, 1 / 3, random_.uniform(-1e6, 1e6)])
    if kind == 3:
        return datetime.datetime(2001, 1, 1) + datetime.timedelta(seconds=random_.randrange(-(10**9), 10**9))
    if kind == 4:
        return random_.randbytes(random_.randrange(0, 80))
    return text(random_)


def value(random_, depth=0):
    kind = random_.randrange(10)
    if depth < 3 and kind == 0:
        return [value(random_, depth + 1) for _ in range(random_.randrange(4))]
    if depth < 3 and kind == 1:
        taken = set()
        return {key(random_, taken): value(random_, depth + 1) for _ in range(random_.randrange(4))}
    return scalar(random_)


def toml_string(text_):
    escape = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
    return '"' + "".join(
        escape.get(c, c if " " <= c and c not in "\x7f\u0085" else f"\\u{ord(c):04X}") for c in text_
    ) + '"'


def toml(value_):
    if isinstance(value_, bool):
        return "true" if value_ else "false"
    if isinstance(value_, int):
        return str(value_)
    if isinstance(value_, float):
        return repr(value_)
    if isinstance(value_, str):
        # A policy writes a literal `${` as `$${`.
        return toml_string(value_.replace("${", "$${"))
    if isinstance(value_, datetime.datetime):
        return value_.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value_, bytes):
        return '{ "$data" = "%s" }' % as_json(value_)
    if isinstance(value_, list):
        return "[" + ", ".join(toml(item) for item in value_) + "]"
    text_ = "{ " + ", ".join(f"{toml_string(k)} = {toml(v)}" for k, v in value_.items()) + " }"
    # A dictionary with one key that begins with `$` has a meaning of its own in a policy.
    reserved = len(value_) == 1 and next(iter(value_)).startswith("$")
    return '{ "$dictionary" = %s }' % text_ if reserved else text_


def one(random_, count, shell, top):
    taken = set()
    wanted = {key(random_, taken): value(random_) for _ in range(count)}
    path = f"{top}/policy.toml"
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write('[policy]\nid = "com.example.values"\nname = "Values"\n\n[custom."com.example.values"]\n')
        for name, content in wanted.items():
            file.write(f"{toml_string(name)} = {toml(content)}\n")
    out = f"{top}/out"
    command = [os.environ["PREFSMITH"], "build", path, "--target", "defaults", "--out", out]
    built = subprocess.run(command, check=False, capture_output=True, text=True)
    if built.returncode:
        sys.exit(built.stderr)
    # Less than an error is a guess about texts that look like code.
    subprocess.run(["shellcheck", "--severity=error", f"{out}/defaults/apply.sh"], check=True)
    mac = Folder(top)
    for expected in ({"changed": count}, {"ok": count}):
        ran = mac.run(f"{out}/defaults/apply.sh", shell=shell, user="alice", timeout=600)
        words = {word: n for word, n in ran.words().items() if word in ("changed", "ok", "failed")}
        if ran.status or ran.errors or words != expected:
            sys.exit(f"{shell}: status {ran.status}\n{ran.output}\n{ran.errors}")
    found = mac.read("alice", "com.example.values")
    same = lambda a, b: type(a) is type(b) and canonical(as_json(a, True)) == canonical(as_json(b, True))
    for name, content in wanted.items():
        if name not in found or not same(found[name], content):
            sys.exit(f"{shell}: {name!r}: {content!r} became {found.get(name)!r}")
    if len(found) != len(wanted):
        sys.exit(f"{shell}: {sorted(set(found) - set(wanted))} were not asked for")
    # What is not ours stays; keys that begin with a hyphen `defaults` cannot delete.
    mac.run(f"{out}/defaults/remove.sh", shell=shell, user="alice", timeout=600)
    left = [name for name in mac.read("alice", "com.example.values") if not name.startswith("-")]
    if left:
        sys.exit(f"{shell}: remove.sh left {left!r}")


def main():
    seed, count, *shells = sys.argv[1:]
    for shell in shells:
        random_ = random.Random(f"{seed} {shell}")
        with tempfile.TemporaryDirectory() as top:
            one(random_, int(count), shell, top)
        if os.path.exists("/tmp/owned"):
            sys.exit(f"{shell}: a text was run as a command")


main()
