# What `show` says of Macs: every value is the one that plistlib reads from the file that is named; and of a Mac that
# runs, its commands are asked for what the disk does not have yet, here with stand-ins.
# shellcheck shell=bash disable=SC2154  # set by scripts/interop
set -euo pipefail

export PREFSMITH=$prefsmith

show_values() {
  python3 "$lib/show_values.py" "$prefsmith" "$repo"/tests/cmd/show.in/{helpdesk,odd} "$repo"/tests/cmd/diff-mac.in/{lab07,shared,well}
}

show_live() {
  cd "$lib"
  python3 -m unittest -q show_live
}

import_managed() {
  local macs=$repo/tests/cmd
  python3 "$lib/managed_effect.py" "$prefsmith" "$work/managed" "$macs"/show.in/{helpdesk,odd} "$macs"/diff-mac.in/lab07
}

# The check can fail: a value that is another one on the Mac, a key more.
import_tampered() {
  local mac=$work/tampered
  cp -r "$repo/tests/cmd/show.in/helpdesk" "$mac"
  cat >"$work/liar" <<SH
#!/bin/sh
if [ "\$1" = import ]; then sed -i 's/BasicDiagnosticData/FullDiagnosticData/' "$mac/Library/Managed Preferences/com.microsoft.office.plist"; fi
exec "$prefsmith" "\$@"
SH
  chmod +x "$work/liar"
  # What is read first is what is expected.
  exits 1 python3 "$lib/managed_effect.py" "$work/liar" "$work/tampered-out" "$mac"
  says DiagnosticDataTypePreference
}

step "show: every value, layer and managed key, by plistlib" show_values
step "show of a Mac that runs, with stand-ins" show_live
step "import of a Mac: built again, the profiles enforce what the Mac does" import_managed
step "the comparison of Macs and profiles sees what differs" import_tampered
