# The page of a Mac in a browser: whatever the Mac's files hold, nothing of it runs, and nothing leaves the screen.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

need chromium chromium chromium

page=$work/page
mkdir -p "$page"

# browse PAGE: what the browser makes of it.
browse() {
  chromium --headless --no-sandbox --disable-gpu --user-data-dir="$page/browser" --window-size=1400,900 \
    --virtual-time-budget=5000 --dump-dom "file://$1"
}

# shown PAGE WIDTH: complains of what must not be.
shown() {
  python3 "$lib/mac_page.py" probe "$1" "$2" >"$page/probe.html"
  browse "$page/probe.html" | python3 "$lib/mac_page.py" judge
}

page_harmless() {
  local width
  python3 "$lib/mac_page.py" snapshot "$page"
  exits 1 "$prefsmith" diff --format html "$page/policy.toml" "$page/mac"
  "$prefsmith" diff --format html "$page/policy.toml" "$page/mac" >"$page/mac.html" || true
  for width in 390 768 1280; do
    shown "$page/mac.html" "$width"
  done
}

# The same page, if one value got through.
page_harmful() {
  sed 's|<main>|<main><script>parent.owned = 1</script><p style="width:2000px">.</p>|' "$page/mac.html" >"$page/bad.html"
  exits 1 shown "$page/bad.html" 390
  says "a tag of its own: script"
  says "a script of the Mac ran"
  says "wider than the screen"
}

step "the page of a Mac, in a browser: harmless, at three widths" page_harmless
step "the browser would tell of what is not" page_harmful
