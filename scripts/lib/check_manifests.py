"""Reads manifests of ProfileManifests with plistlib, and what prefsmith made of them with tomllib, and compares.

    check_manifests.py MANIFESTS IMPORTED

Every key, field and item that a manifest describes for macOS must be there with its types, values, numbers, form,
versions and secrecy, and nothing else may be. Written from the manifests' own documentation; it shares no code
with prefsmith. A description that is given twice, by two manifests or inside of one, is compared as a whole: what one
of them allows must be allowed. Prints how much was compared.
"""

import pathlib
import plistlib
import re
import sys
import tomllib

ENVELOPE = {"Payload" + word for word in
            "Description DisplayName Enabled Identifier Organization Type UUID Version".split()}
PLAIN = re.compile(r"\d+(\.\d+)*(\.x)?")


def on_macos(thing):
    platforms = [name.lower() for name in thing.get("pfm_platforms", [])]
    return not platforms or "macos" in platforms


def is_control(entry):
    """A field of the editor that no app reads."""
    name = entry.get("pfm_name", "")
    return name.lower().startswith("pfc_") or "pfm_segments" in entry or entry.get("pfm_excluded") is True


def types(entry):
    kind = entry["pfm_type"]
    kinds = kind if isinstance(kind, list) else [kind]
    return {"real" if kind == "float" else kind for kind in kinds}


def walk(entry, path, within, out):
    """Every position below an entry, with the entry that describes it."""
    if is_control(entry) or not on_macos(entry):
        return
    name = entry.get("pfm_name", "")
    if within == "array":
        step = "{item}"
    elif name == "{{key}}":
        return
    elif name == "{{value}}":
        step = "{key}"
    else:
        step = name
    here = path + (step,)
    out.setdefault(here, []).append(entry)
    kind = entry["pfm_type"]
    if kind in ("array", "dictionary"):
        for child in entry.get("pfm_subkeys", []):
            walk(child, here, kind, out)


def described(folder):
    """(domain, path) to the descriptions of it, with the head of the manifest that each is from."""
    found, counts = {}, {"manifests": 0, "left out": 0}
    files = sorted(pathlib.Path(folder).rglob("*.plist")) if pathlib.Path(folder).is_dir() else [pathlib.Path(folder)]
    for file in files:
        head = plistlib.loads(file.read_bytes())
        domain = head["pfm_domain"]
        editor = domain.startswith("com.profilecreator.developer.") or domain == "Configuration"
        if editor or not on_macos(head):
            counts["left out"] += 1
            continue
        counts["manifests"] += 1
        for entry in head["pfm_subkeys"]:
            if entry.get("pfm_name") in ENVELOPE:
                continue
            positions = {}
            walk(entry, (), None, positions)
            for path, entries in positions.items():
                for one in entries:
                    found.setdefault((domain, path), []).append((head, one))
    return found, counts


def imported(folder):
    """(domain, path) to the table of the imported catalogue."""
    found = {}
    for file in sorted(pathlib.Path(folder).glob("*.toml")):
        document = tomllib.loads(file.read_text(encoding="utf-8"))
        assert document["weak"] is True, file
        for key in document.get("key", []):
            assert key["bare"] is False and key["confidence"] == "community", key
            for domain in key["domains"]:
                place = (domain, (key["name"],))
                assert place not in found, place
                found[place] = key
                for field in key.get("field", []):
                    found[(domain, (key["name"], *field["path"]))] = field
    return found


def numbers_of(version):
    return [int(part) for part in version.removesuffix(".x").split(".")]


def as_list(value):
    return value if isinstance(value, list) else [value]


def typed(values, real):
    """Values that tell 1, 1.0 and True apart."""
    values = [float(value) if real and not isinstance(value, bool) else value for value in values]
    return [(type(value).__name__, value) for value in values]


def outward(number, least):
    if number is None:
        return None
    return int(number // 1) if least else int(-(-number // 1))


class Comparison:
    def __init__(self):
        self.wrong, self.counts = [], {}

    def same(self, what, place, wanted, found):
        self.counts[what] = self.counts.get(what, 0) + 1
        if wanted != found:
            self.wrong.append(f"{place[0]} {' > '.join(place[1])}: {what}: {found!r}, not {wanted!r}")

    def holds(self, what, place, condition):
        self.same(what, place, True, bool(condition))

    def versions(self, place, entry, head, table, outermost):
        def ends(kind):
            own = [entry.get(f"pfm_{kind}_min"), entry.get(f"pfm_{kind}_max")]
            # What the head says holds for every key that says nothing itself.
            if outermost and not any(own):
                return [head.get(f"pfm_{kind}_min"), head.get(f"pfm_{kind}_max")], own
            return own, own

        (first, last), own = ends("app")
        for text, name in zip(own, ("pfm_app_min", "pfm_app_max")):
            if text == "":
                self.holds("empty versions", place, any(name in note for note in table.get("notes", [])))
        first, last = first or None, last or None
        only = [text.split()[0] for text in (first, last) if text and text.lower().endswith(" only")]
        odd = [text for text in (first, last) if text and not only and not PLAIN.fullmatch(text)]
        if not only and not odd and first and last and numbers_of(first) > numbers_of(last):
            # What ends before it starts is as unclear as what is no version.
            odd = [first, last]
        if odd:
            why = " ".join(doubt["why"] for doubt in table.get("doubtful", []))
            self.holds("unclear versions", place, all(f"`{text}`" in why for text in odd) and "works" not in table)
        else:
            wanted = only[0] if only else f"{first or ''} .. {last or ''}".strip() if first or last else None
            self.same("versions", place, wanted, table.get("works"))
        (first, last), _ = ends("macos")
        wanted = f"{first or ''} .. {last or ''}".strip() if first or last else None
        if outermost:
            self.same("versions of macOS", place, wanted, table.get("macos"))
        elif wanted:
            self.holds("versions of macOS", place, any(f"`{wanted}`" in note for note in table.get("notes", [])))
        since = [entry.get("pfm_app_deprecated"), entry.get("pfm_macos_deprecated")]
        if outermost and not any(since):
            since = [head.get("pfm_macos_deprecated")]
        since = [text for text in since if text]
        if since:
            self.holds("deprecated", place, all(text in table.get("deprecated", "") for text in since))
        else:
            self.same("deprecated", place, None, table.get("deprecated"))

    def one(self, place, head, entry, table):
        """A description that stands alone: all of it."""
        kinds = types(entry)
        self.same("types", place, sorted(kinds), sorted(as_list(table["type"])))
        numbers = kinds & {"integer", "real"}
        listed = []
        for value in typed(entry.get("pfm_range_list", []), kinds == {"real"}):
            if value not in listed:
                listed.append(value)
        self.same("values", place, listed, typed([value["value"] for value in table.get("values", [])], False))
        custom = bool(listed) and entry.get("pfm_range_list_allow_custom_value", False)
        self.same("open lists", place, custom, table.get("open", False))
        titles = entry.get("pfm_range_list_titles", [])
        if listed and len(listed) == len(entry["pfm_range_list"]):
            wanted = [" ".join(title.split()) for title in titles[:len(listed)]]
            wanted += [""] * (len(listed) - len(wanted))
            self.same("titles of values", place, wanted, [value["means"] for value in table.get("values", [])])
        least, most = entry.get("pfm_range_min"), entry.get("pfm_range_max")
        if numbers and (least is not None or most is not None):
            wanted = [outward(least, True), outward(most, False)]
            bounds = [int(part) if part else None for part in table.get("range", "..").split("..")]
            self.same("ranges", place, wanted, bounds)
        else:
            self.same("ranges", place, None, table.get("range"))
        form = entry.get("pfm_format")
        if form:
            noted = any(form in note for note in table.get("notes", []))
            self.holds("forms", place, table.get("pattern") == form or noted)
        else:
            self.same("forms", place, None, table.get("pattern"))
        self.same("secrets", place, entry.get("pfm_sensitive", False), table.get("secret", False))
        unit = entry.get("pfm_value_unit")
        self.same("units", place, unit and " ".join(unit.split()), table.get("unit"))
        self.versions(place, entry, head, table, len(place[1]) == 1)

    def several(self, place, entries, table):
        """Several descriptions: what one of them allows is allowed."""
        found = set(as_list(table["type"]))
        self.same("types", place, set().union(*(types(entry) for _, entry in entries)), found)
        lists = [entry.get("pfm_range_list", []) for _, entry in entries]
        values = [value["value"] for value in table.get("values", [])]
        for wanted in lists:
            if values and not table.get("open"):
                self.holds("values", place, wanted and all(value in values for value in wanted))
        if "range" in table:
            low, high = [float(part) if part else None for part in table["range"].split("..")]
            for _, entry in entries:
                least, most = entry.get("pfm_range_min"), entry.get("pfm_range_max")
                self.holds("ranges", place, low is None or (least is not None and low <= least))
                self.holds("ranges", place, high is None or (most is not None and high >= most))
        secret = any(entry.get("pfm_sensitive", False) for _, entry in entries)
        self.same("secrets", place, secret, table.get("secret", False))

    def all(self, wanted, found):
        for place in sorted(set(wanted) - set(found)):
            self.wrong.append(f"{place[0]} {' > '.join(place[1])}: is lost")
        for place in sorted(set(found) - set(wanted)):
            self.wrong.append(f"{place[0]} {' > '.join(place[1])}: no manifest has it")
        for place in sorted(set(wanted) & set(found)):
            entries = wanted[place]
            if len(entries) == 1:
                self.one(place, *entries[0], found[place])
            else:
                self.several(place, entries, found[place])


def main():
    wanted, counts = described(sys.argv[1])
    found = imported(sys.argv[2])
    comparison = Comparison()
    comparison.all(wanted, found)
    for line in comparison.wrong[:40]:
        print(line)
    if comparison.wrong:
        print(f"{len(comparison.wrong)} differences")
    keys = sum(len(path) == 1 for _, path in found)
    print(f"{counts['manifests']} manifests, {counts['left out']} left out: {len({d for d, _ in found})} domains, "
          f"{keys} keys, {len(found) - keys} positions inside")
    print(", ".join(f"{number} {what}" for what, number in sorted(comparison.counts.items())))
    sys.exit(bool(comparison.wrong))


if __name__ == "__main__":
    main()
