"""A page of prefsmith's in a browser: what came of it without the rule that forbids scripts, and what no page may do."""

import json
import re
import sys

RULE = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
TAGS = set("html head meta title style body header main section h1 h2 p span svg rect ul ol li div small b "
           "table thead tbody tr th td".split())


def probe(page, width, asked):
    """Prints a page that shows `page` in a frame of `width` pixels and writes what it sees into its own title. `asked`
    are expressions of JavaScript by their names; they see `inner`, the page, and `texts(selector)`."""
    with open(page, encoding="utf-8") as file:
        text, rules = RULE.subn("", file.read())
    inside = json.dumps(text).replace("<", "\\u003c")
    more = "".join(f"    {name}: {expression},\n" for name, expression in asked.items())
    print(f"""<!DOCTYPE html><title>nothing</title><iframe id="f" style="width:{width}px;height:4000px;border:0"></iframe>
<script>
const frame = document.getElementById("f");
frame.onload = () => setTimeout(() => {{
  const inner = frame.contentDocument, all = [...inner.querySelectorAll("*")];
  const texts = (selector) => [...inner.querySelectorAll(selector)].map((one) => one.textContent.trim());
  document.title = JSON.stringify({{
    rules: {rules}, owned: window.owned || 0, tags: [...new Set(all.map((one) => one.localName))].sort(),
    handlers: all.flatMap((one) => one.getAttributeNames()).filter((name) => /^on|^src$|^href$|^style$/.test(name)),
    wide: inner.documentElement.scrollWidth - inner.documentElement.clientWidth,
{more}  }});
}}, 300);
frame.srcdoc = {inside};
</script>""")


def told():
    """What a browser made of a probe, from standard input."""
    found = re.search(r"<title>(.*?)</title>", sys.stdin.read(), re.S)
    return json.loads(found.group(1).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">"))


def harm(seen, more_tags):
    """What is wrong with a page, whatever it says; `more_tags` are those that it may have beside the common ones."""
    wrong = [f"a tag of its own: {tag}" for tag in seen["tags"] if tag not in TAGS | set(more_tags)]
    wrong += [f"an attribute of its own: {name}" for name in seen["handlers"]]
    if seen["owned"]:
        wrong.append("a script ran")
    if seen["wide"] > 0:
        wrong.append(f"it is {seen['wide']} pixels wider than the screen")
    if seen["rules"] != 1:
        wrong.append("no rule forbids scripts")
    return wrong


def end(wrong, fine):
    print("\n".join(wrong) or fine)
    sys.exit(1 if wrong else 0)
