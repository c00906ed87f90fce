# Versions in awk. One is up to six numbers and perhaps a build of six or eight digits, which counts only where the
# numbers are equal; one without a build stands for all its builds. RANGES are "FROM UNTIL;..." with UNTIL left out of
# the range, and "-" for an open side. What is no version is inside of any.
versions='
function cut(text, to,   parts, n, i) {
  split(text, parts, "@"); to[7] = parts[2] + 0
  n = split(parts[1], parts, ".")
  for (i = 1; i <= 6; i++) to[i] = i <= n ? parts[i] + 0 : 0
}
function order(a, b, n,   i) {
  for (i = 1; i <= n; i++) { if (a[i] < b[i]) return -1; if (a[i] > b[i]) return 1 }
  return 0
}
function build(text) {
  if (length(text) == 6) return text * 100
  return length(text) == 8 ? text + 0 : -1
}
function version(text, to,   parts, n, i, tail) {
  for (i = 1; i <= 6; i++) to[i] = 0
  to[7] = 0; known = 0
  gsub(/^[ \t\r\n\f]+|[ \t\r\n\f]+$/, "", text)
  if (match(text, /[ \t\r\n\f]*(\[[0-9]+\]|\([0-9]+\))$/)) {
    tail = substr(text, RSTART); text = substr(text, 1, RSTART - 1)
    gsub(/[^0-9]/, "", tail); to[7] = build(tail); known = 1
    if (to[7] < 0) return 0
  }
  if (text !~ /^[0-9]+(\.[0-9]+)*$/) return 0
  n = split(text, parts, ".")
  if (n > 1 && length(parts[n]) >= 6 && length(parts[n]) <= 8) {
    if (known) return 0
    to[7] = build(parts[n]); known = 1; n--
    if (to[7] < 0) return 0
  }
  if (n > 6) return 0
  for (i = 1; i <= n; i++) { if (length(parts[i]) > 9) return 0; to[i] = parts[i] + 0 }
  return 1
}
function inside(text, ranges,   list, n, i, sides, ok) {
  if (!version(text, has)) return 1
  n = split(ranges, list, ";")
  for (i = 1; i <= n; i++) {
    split(list[i], sides, " "); ok = 1
    if (sides[1] != "-") { cut(sides[1], from); ok = order(from, has, known ? 7 : 6) <= 0 }
    if (ok && sides[2] != "-") { cut(sides[2], until); ok = order(has, until, 7) < 0 }
    if (ok) return 1
  }
  return 0
}
'
