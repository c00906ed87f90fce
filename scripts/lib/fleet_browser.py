"""fleet_browser.py PAGE AUDIT.json PROFILE: a Chromium filters and sorts the Macs of PAGE as somebody would who types and
clicks, and Python does the same with AUDIT.json, which the same audit wrote; both must see the same Macs in the same order.
The pictures must show what the JSON counts. In light and dark every text must be readable (WCAG 2: a contrast of 4.5), and
on a telephone, a desk and paper nothing may be wider than it. Prints what loading, filtering and sorting took."""
import json
import re
import sys

from browser import Browser

# Bounds that a busy machine keeps too, in milliseconds; figures of a quiet one are in docs/performance.md.
LOADS, REACTS = 30_000, 5_000
# From an event to the frame that shows what came of it.
FRAME = """new Promise((done) => { const from = performance.now(); act(); requestAnimationFrame(() => {
  const shown = new MessageChannel(); shown.port1.onmessage = () => done(performance.now() - from); shown.port2.postMessage(0);
}); })"""
SEEN = """[...document.querySelectorAll("#macs tbody tr")].filter((row) => row.offsetHeight > 0)
  .map((row) => row.querySelector(".name").textContent)"""
# Every text that is shown: its contrast to what is behind it.
PALE = """(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (text) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (one) => { for (; one; one = one.parentElement) {
    const color = rgba(getComputedStyle(one).backgroundColor); if (color[3] === 255) return color; } return [255, 255, 255, 255]; };
  const pale = new Map(), lights = new Map();
  for (const one of document.querySelectorAll("body *")) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || one.closest("script, title, .on, .off, .part") || !one.offsetHeight) continue;
    const ink = rgba(getComputedStyle(one).color), [a, b] = [light(ink), light(behind(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    lights.set(ink.join(), ratio);
    if (ratio < 4.5) pale.set(ink.join(), `${one.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return { pale: [...pale.values()], colors: lights.size, page: light(rgba(getComputedStyle(document.body).backgroundColor)) };
})()"""
PICTURES = """({
  share: [...document.querySelectorAll(".picture rect")].map((one) => [one.getAttribute("class"), one.getBoundingClientRect().width
    / document.querySelector(".picture").getBoundingClientRect().width]),
  apps: [...document.querySelectorAll(".versions")].map((table) => ({
    versions: [...table.querySelectorAll(".which th .name")].map((one) => one.textContent),
    counts: [...table.querySelectorAll(".count td")].map((one) => one.textContent),
    heights: [...table.querySelectorAll(".column rect")].map((one) => one.getBoundingClientRect().height),
    lanes: [...table.querySelectorAll(".lane")].map((lane) => [lane.querySelector(".name").textContent,
      lane.querySelector("small").textContent, [...lane.querySelectorAll("td")].map((one) => one.className)]),
  })),
})"""


def text_of(mac):
    settings = [f"{one['domain']} {one['key']} {one['verdict']}" for one in mac["settings"]]
    parts = [mac["name"], mac["serial"], mac["taken"], str(mac["drifted"]), mac["snapshot"], *settings]
    return " ".join(part or "" for part in parts).lower()


class Reader:
    def __init__(self, browser, worst):
        self.browser, self.worst, self.took = browser, worst, {}
        # The rows that are shown until somebody asks for all.
        self.most = 100

    def types(self, text):
        self.browser.run("(() => { const own = document.getElementById('filter'); own.focus(); own.select(); })()")
        # Typed, but for the last letter: from that to what comes of it the time is taken.
        if text:
            self.browser.ask("Input.insertText", text=text[:-1])
            assert self.browser.run("document.getElementById('filter').value") == text[:-1]
        act = (f"const act = () => {{ const own = document.getElementById('filter'); own.value = {json.dumps(text)}; "
               "own.dispatchEvent(new InputEvent('input', { bubbles: true })); };")
        self.note("filter", self.browser.run(f"(() => {{ {act} return {FRAME}; }})()"))

    def clicks(self, column):
        act = f"const act = () => document.querySelectorAll('#macs thead button')[{column}].click();"
        self.note("sort", self.browser.run(f"(() => {{ {act} return {FRAME}; }})()"))

    def note(self, what, milliseconds):
        self.took.setdefault(what, []).append(milliseconds)
        assert milliseconds < REACTS, (what, milliseconds)

    def sees(self, expected, why):
        names = [mac["name"] or "" for mac in expected]
        seen, first = self.browser.run(SEEN), names[:self.most]
        count = f"{len(names):,} of {len(self.worst):,}"
        shown = self.browser.run("document.getElementById('shown').textContent")
        assert shown == (count if first == names else f"{count}, the first {self.most} shown"), (why, shown)
        names = first
        assert seen == names, (why, len(seen), len(names), [pair for pair in zip(seen, names) if pair[0] != pair[1]][:3])

    def try_all(self):
        first = self.worst[len(self.worst) // 2]
        tried = [first["serial"], first["name"].lower(), "howtocheck", "UNWANTED", "alwayson missing", "zzzz", "mac", ""]
        for text in tried:
            self.types(text)
            words = text.lower().split()
            fits = [mac for mac in self.worst if all(word in text_of(mac) for word in words)]
            self.sees(fits, f"filter {text!r}")
        assert self.took["filter"], "nothing was filtered"
        keys = [lambda mac: mac["name"], lambda mac: mac["taken"], lambda mac: mac["drifted"], lambda mac: mac["undecided"]]
        for column, key in enumerate(keys):
            number = column >= 2
            for down in (number, not number):
                self.clicks(column)
                # Those that are alike stay as they stood: the worst first.
                self.sees(sorted(self.worst, key=key, reverse=down), f"column {column}, {'down' if down else 'up'}")
        self.types("outlook")
        fits = [mac for mac in self.worst if "outlook" in text_of(mac)]
        self.sees(sorted(fits, key=keys[3]), "filtered and sorted")
        self.types("")
        if len(self.worst) > self.most:
            self.browser.run("document.getElementById('all').click()")
        self.most = len(self.worst)
        self.sees(sorted(self.worst, key=keys[3]), "all of them")


def version(text):
    return tuple(int(part) for part in re.match(r"[\d.]+", text).group().split("."))


def pictures(browser, audit):
    seen = browser.run(PICTURES)
    of = audit["compliance"]["of"]
    for state, width in seen["share"]:
        assert abs(width - audit[state] / of) < 0.012, (state, width, audit[state], of)
    assert {state for state, _ in seen["share"]} == {state for state in ("compliant", "drifted", "undecided", "unreadable") if audit[state]}
    apps = [app for app in audit["apps"] if app["versions"]]
    assert len(apps) == len(seen["apps"]), (len(apps), len(seen["apps"]))
    lanes = 0
    for app, own in zip(apps, seen["apps"]):
        counts = [one["macs"] for one in app["versions"]]
        assert own["versions"] == [one["version"] for one in app["versions"]], own["versions"]
        assert own["counts"] == [f"{count:,}" for count in counts], own["counts"]
        for count, height in zip(counts, own["heights"]):
            share = height / max(own["heights"])
            assert abs(share - max(count / max(counts), 0.01)) < 0.02, (app["product"], count, share)
        for key, builds, cells in own["lanes"]:
            least = version(re.fullmatch(r"from ([\d.]+)", builds).group(1))
            reads = ["on" if version(one)[:len(least)] >= least else "off" for one in own["versions"]]
            assert cells == reads, (key, builds, own["versions"], cells)
            lanes += 1
    assert lanes, "no setting has its builds marked"


def looks(browser):
    light = {}
    for dark in (False, True):
        browser.looks(dark=dark)
        for width in (400, 1280):
            browser.wide(width)
            seen = browser.run(PALE)
            assert not seen["pale"], ("dark" if dark else "light", width, seen["pale"])
            assert seen["colors"] >= 3, seen
            light[dark] = seen["page"]
            fits(browser, f"{width} pixels")
    assert light[True] < 0.05 < 0.9 < light[False], light
    # 180 mm of paper at 96 pixels an inch.
    browser.looks(dark=True, media="print")
    browser.wide(680)
    fits(browser, "paper")
    seen = browser.run(PALE)
    assert seen["page"] > 0.9 and not seen["pale"], seen
    browser.looks()


def fits(browser, what):
    wider = browser.run("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{wider} pixels wider than {what}"


def main(page, audit, profile):
    with open(audit, encoding="utf-8") as file:
        audit = json.load(file)
    with Browser(profile) as browser:
        browser.wide(1280)
        browser.looks()
        browser.open(page)
        took = browser.run("(() => { const own = performance.getEntriesByType('navigation')[0];"
                           " return [own.domContentLoadedEventEnd, own.loadEventEnd]; })()")
        assert max(took) < LOADS, took
        reader = Reader(browser, audit["worst"])
        reader.try_all()
        pictures(browser, audit)
        looks(browser)
    figures = [f"{what} {min(all_):.0f} to {max(all_):.0f} ms" for what, all_ in reader.took.items()]
    print(f"read after {took[0]:.0f} ms, loaded after {took[1]:.0f} ms;", "; ".join(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
