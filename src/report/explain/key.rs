//! A key as people read it.

use super::facts::{EntryView, FactsView, KeyView, NeedsView, NotAKeyView, SourceView};
use super::network;
use super::rows::{Item, Row, item, paragraph, rows};
use super::values::{default, kind, values};
use super::{Style, sentence};
use crate::catalog::ranges_of;
use crate::finding::listed;
use crate::value::toml_key;

/// Everything about one key; what several entries share is told once.
pub(super) fn key(out: &mut String, view: &KeyView<'_>, style: Style) {
    let Some((first, others)) = view.entries.split_first() else {
        for known in &view.not_a_key {
            not_a_key(out, known, style);
        }
        return;
    };
    let inside: String = first.path.iter().map(|part| format!(" > {part}")).collect();
    out.push_str(&style.strong(&format!("{}{inside}", view.name)));
    let (alike, count) = (others.is_empty(), view.entries.len());
    if !alike {
        let other = if first.bare && others.iter().any(|entry| !entry.bare) {
            "; a bare key of a policy reaches only some of them"
        } else {
            ""
        };
        paragraph(out, &format!("It differs by domain: {count} entries{other}."), 2, style.width);
        out.push('\n');
        overview(out, view, style);
    }
    let told = entry_rows(first);
    title(out, first, alike, style);
    rows(out, &told, style.width);
    weaker(out, first, &told, style);
    for other in others {
        title(out, other, alike, style);
        let own = entry_rows(other);
        let new: Vec<Row> = own.iter().filter(|row| !told.contains(row)).cloned().collect();
        rows(out, &new, style.width);
        let mut same: Vec<&str> = own
            .iter()
            .filter(|row| told.contains(row))
            .map(|row| row.label)
            .filter(|l| !l.is_empty())
            .collect();
        same.dedup();
        if !same.is_empty() {
            let text = format!("{}, as for {}", same.join(", "), names(first));
            rows(out, &[Row::text("same", text)], style.width);
        }
        weaker(out, other, &own, style);
    }
    let none = view.not_a_key.iter().map(|known| item(known.short, sentence(known.why))).collect::<Vec<_>>();
    if !none.is_empty() {
        out.push('\n');
        rows(out, &[Row { label: "no key of", items: none }], style.width);
    }
}

/// The short names of an entry's domains.
fn names(entry: &EntryView<'_>) -> String {
    let names: Vec<&str> = entry.domains.iter().map(|domain| domain.alias.unwrap_or(domain.name)).collect();
    listed(&names)
}

/// Which domains a bare key reaches and which it does not, with the gist of each entry.
fn overview(out: &mut String, view: &KeyView<'_>, style: Style) {
    let line = |entry: &&EntryView<'_>| {
        let lead = match entry.domains.as_slice() {
            [_] | [_, _] => names(entry),
            [first, ..] => {
                format!("{} and {} more", first.alias.unwrap_or(first.name), entry.domains.len() - 1)
            }
            [] => String::new(),
        };
        item(lead, format!("{}; {}", sentence(entry.facts.summary), read_by(entry)))
    };
    let (reached, named): (Vec<_>, Vec<_>) = view.entries.iter().partition(|entry| entry.bare);
    let list = [
        Row { label: "a bare key", items: reached.iter().map(line).collect() },
        Row { label: "by domain", items: named.iter().map(line).collect() },
    ];
    rows(out, &list, style.width);
}

fn title(out: &mut String, entry: &EntryView<'_>, alone: bool, style: Style) {
    if alone {
        paragraph(out, entry.facts.summary, 2, style.width);
    } else {
        out.push('\n');
        out.push_str(&style.strong(&format!("{} of {}", entry.name, names(entry))));
        paragraph(out, entry.facts.summary, 2, style.width);
    }
    out.push('\n');
}

/// What is known of an entry, the most pressing first.
pub(super) fn entry_rows(entry: &EntryView<'_>) -> Vec<Row> {
    let facts = &entry.facts;
    let domains = entry.domains.iter().map(|domain| match domain.alias {
        Some(alias) => item(alias, domain.name),
        None => item("", domain.name),
    });
    let label = if entry.domains.len() == 1 { "domain" } else { "domains" };
    let mut list = vec![Row { label, items: domains.collect() }];
    if !entry.built_in {
        list.push(Row::text("catalogue", entry.layer));
    }
    list.extend(standing(entry));
    list.push(Row::text("type", kind(facts)));
    list.extend(values(facts));
    list.extend(default(facts));
    list.push(Row { label: "read by", items: builds(entry) });
    list.extend(beside(entry));
    list.extend(reach(entry));
    list.push(Row { label: "in a policy", items: spelling(entry) });
    let removal = entry.removal.as_ref();
    list.extend(removal.map(|r| {
        let told = r.says.contains(&r.value.text);
        let first = if told { String::new() } else { format!("; push {} first", r.value.text) };
        Row::text("removal", format!("{}{first}", sentence(r.says)))
    }));
    list.push(Row { label: "inside", items: inside(facts, 0) });
    let apps = entry.known_apps.iter().map(|app| item(app.default_id, app.path));
    list.push(Row { label: "known apps", items: apps.collect() });
    list.push(network::row(&entry.network));
    list.push(Row { label: "notes", items: facts.notes.iter().map(|note| item("-", *note)).collect() });
    list.extend(facts.confidence.map(|word| Row::text("confidence", confidence(word))));
    list.push(sources(&facts.sources));
    list.retain(|row| !row.items.is_empty());
    list
}

/// Whether the key should still be used.
fn standing(entry: &EntryView<'_>) -> Vec<Row> {
    let mut list = Vec::new();
    let newer = entry.superseded.iter().map(|newer| {
        let (domain, key) = (newer.short.0.as_str(), newer.short.1);
        let from = newer.from.map_or(String::new(), |from| format!(", from {from} on"));
        let line = newer.line.map_or(String::new(), |line| format!("; add `{line}`"));
        item("", format!("{key} of {domain}{from}{line}"))
    });
    list.push(Row { label: "replaced by", items: newer.collect() });
    list.extend(entry.facts.deprecated.map(|why| Row::text("deprecated", why)));
    list.extend(entry.facts.disputed.as_ref().map(|disputed| {
        let mut items = vec![item("", disputed.says)];
        items.extend(disputed.see.iter().map(|name| item("", format!("see `prefsmith explain {name}`"))));
        Row { label: "disputed", items }
    }));
    list
}

/// The products whose versions count, and their versions.
pub(super) fn read_by(entry: &EntryView<'_>) -> String {
    let mut products: Vec<&str> = entry.domains.iter().filter_map(|domain| domain.product).collect();
    let mut seen = Vec::new();
    products.retain(|product| {
        !seen.contains(product) && {
            seen.push(*product);
            true
        }
    });
    let works = if entry.facts.works.is_empty() { entry.key_works } else { &entry.facts.works };
    let ranges = ranges_of(works);
    let who = listed(&products);
    match (works.is_empty(), products.is_empty()) {
        (true, true) => "no versions are known".to_owned(),
        (true, false) => format!("{who}; no versions are known"),
        (false, true) => ranges.describe(),
        (false, false) => format!("{who} {}", ranges.describe()),
    }
}

fn builds(entry: &EntryView<'_>) -> Vec<Item> {
    let mut text = read_by(entry);
    let own = |app: &&str| entry.domains.iter().all(|domain| domain.product != Some(app));
    let others: Vec<&str> = entry.apps.iter().copied().filter(own).collect();
    if !others.is_empty() {
        text.push_str(&format!(", in {}", listed(&others)));
    }
    let mut items = vec![item("", text)];
    for doubt in &entry.facts.doubtful {
        let range = ranges_of(&[doubt.range]).describe();
        items.push(item("", format!("doubtful: {range}; {}", sentence(doubt.why))));
    }
    items.extend(entry.macos.map(|range| item("", format!("on macOS {}", ranges_of(&[range]).describe()))));
    items
}

/// What must stand beside it, and beside what it must stand.
fn beside(entry: &EntryView<'_>) -> Vec<Row> {
    let mut list = Vec::new();
    let texts = |needs: &[NeedsView<'_>]| needs.iter().map(NeedsView::text).collect::<Vec<_>>();
    let conditions = texts(&entry.required_if);
    if entry.required {
        list.push(Row::text("required", "always"));
    } else if !conditions.is_empty() {
        list.push(Row::text("required", format!("with {}", conditions.join(" or "))));
    }
    let needs = texts(&entry.needs);
    if !needs.is_empty() {
        let needs: Vec<&str> = needs.iter().map(String::as_str).collect();
        list.push(Row::text("needs", format!("{} beside it", listed(&needs))));
    }
    list
}

/// How and when it must arrive, and how it is compared.
fn reach(entry: &EntryView<'_>) -> Vec<Row> {
    let why = entry.delivery_why.map_or(String::new(), |why| format!(". {}.", sentence(why)));
    let how = match entry.delivery {
        "forced-only" => format!("only by a profile that enforces it{why}"),
        "never-by-profile" => format!("never by a profile{why}"),
        _ if entry.apple => {
            "in a profile, as a payload of Apple's; neither by preferences nor by script".to_owned()
        }
        _ => "by profile or by script".to_owned(),
    };
    let mut items = vec![item("", how)];
    match entry.when {
        "before-install" => {
            items.push(item("", "must be there before the app is installed; later it is too late"))
        }
        "before-first-launch" => {
            items.push(item("", "must be there before the app's first launch; later it is too late"));
        }
        _ => {}
    }
    let mut list = vec![Row { label: "delivery", items }];
    list.extend(match entry.compare {
        _ if !entry.path.is_empty() => None,
        "contains" => Some(Row::text("on a Mac", "other entries beside the policy's are fine")),
        "set" => Some(Row::text("on a Mac", "the order of its items means nothing")),
        _ => None,
    });
    list
}

/// Where a policy writes it.
fn spelling(entry: &EntryView<'_>) -> Vec<Item> {
    let key = toml_key(entry.name);
    let homes: Vec<&str> = entry.domains.iter().map(|domain| domain.alias.unwrap_or(domain.name)).collect();
    let home = homes.first().map_or(String::new(), |home| toml_key(home));
    let dictionary = entry.facts.types.contains(&"dictionary");
    if let Some((last, before)) = entry.path.split_last() {
        let part = |part: &&str| match *part {
            "{app path}" => "\"/Applications/….app\"".to_owned(),
            "{key}" => "\"…\"".to_owned(),
            name => toml_key(name),
        };
        if entry.path.contains(&"{item}") {
            return vec![item("", format!("in {key} under [settings.{home}]"))];
        }
        let way: String = before.iter().map(|name| format!(".{}", part(name))).collect();
        let text = match dictionary {
            true => format!("[settings.{home}.{key}{way}.{}]", part(last)),
            false => format!("[settings.{home}.{key}{way}] {} = …", part(last)),
        };
        return vec![item("", text)];
    }
    if dictionary {
        return vec![item("", format!("[settings.{home}.{key}]"))];
    }
    match (entry.bare, homes.len(), entry.reaches) {
        (true, 1, 1) => vec![item("", format!("[settings] {key} = …"))],
        (true, own, all) => vec![
            item(
                "",
                match own == all {
                    true => format!("[settings] {key} = … reaches all of these domains"),
                    false => format!("[settings] {key} = … reaches {all} domains"),
                },
            ),
            item("", format!("[settings.{home}] {key} = … reaches only {home}")),
        ],
        (false, own, _) => {
            let others = if own > 1 { "; the same for the other domains" } else { "" };
            vec![item("", format!("[settings.{home}] {key} = …; a bare key does not reach it{others}"))]
        }
    }
}

/// What is inside, an outline.
fn inside(facts: &FactsView<'_>, depth: usize) -> Vec<Item> {
    let mut items = Vec::new();
    for field in &facts.fields {
        if field.facts.summary.is_empty() && field.facts.fields.is_empty() {
            continue;
        }
        let lead = format!("{}{}", "  ".repeat(depth), field.path);
        let old = if field.facts.deprecated.is_some() { "; deprecated" } else { "" };
        items.push(item(lead, format!("{} ({}{old})", field.facts.summary, kind(&field.facts))));
        items.extend(inside(&field.facts, depth + 1));
    }
    items
}

fn confidence(word: &str) -> String {
    let means = match word {
        "first-party" => "the maker documents it",
        "community" => "administrators found it out; the maker does not document it",
        "derived" => "concluded from other facts",
        "disputed" => "sources contradict each other",
        _ => "",
    };
    format!("{word}: {means}")
}

/// The titles of sources; pages of one source stand together.
pub(super) fn sources(list: &[SourceView<'_>]) -> Row {
    let mut items: Vec<Item> = Vec::new();
    let mut seen: Vec<(&str, Vec<&str>, bool)> = Vec::new();
    for source in list {
        let title = source.title.unwrap_or(source.citation);
        let detail = source.citation.split_once(':').map(|(_, detail)| detail);
        match seen.iter_mut().find(|(known, ..)| *known == title) {
            Some((_, details, _)) => details.extend(detail),
            None => seen.push((title, detail.into_iter().collect(), source.first_party)),
        }
    }
    for (title, details, first_party) in seen {
        let details = if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) };
        let kind = if first_party { "" } else { " [community]" };
        items.push(item("-", format!("{title}{details}{kind}")));
    }
    Row { label: "sources", items }
}

/// What a weaker layer says that the one in front does not.
fn weaker(out: &mut String, entry: &EntryView<'_>, told: &[Row], style: Style) {
    for other in &entry.weaker {
        let own = entry_rows(other);
        let mut items = Vec::new();
        let about = disagreements(entry, other);
        if !about.is_empty() {
            items.push(item("disagree", format!("about the {}", listed(&about))));
        }
        let differs = |row: &&Row| !told.contains(row) && row.label != "domain" && row.label != "domains";
        if other.facts.summary != entry.facts.summary {
            items.push(item("summary", other.facts.summary));
        }
        for row in own.iter().filter(differs) {
            for (at, part) in row.items.iter().enumerate() {
                let lead = if at == 0 { row.label } else { "" };
                items.push(item(lead, format!("{} {}", part.lead, part.text).trim()));
            }
        }
        if items.is_empty() {
            items.push(item("", "the same"));
        }
        out.push('\n');
        let head =
            format!("{} speaks for {}; {} says of it, unheard:", entry.layer, names(other), other.layer);
        paragraph(out, &head, 2, style.width);
        rows(out, &[Row { label: "", items }], style.width);
    }
}

/// What two layers contradict each other in; that one says more than the other is no contradiction.
fn disagreements(entry: &EntryView<'_>, other: &EntryView<'_>) -> Vec<&'static str> {
    let (one, two) = (&entry.facts, &other.facts);
    let values = |facts: &FactsView<'_>| {
        let mut list: Vec<String> = facts.values.iter().map(|known| known.value.text.clone()).collect();
        list.sort();
        list
    };
    let bounds = |facts: &FactsView<'_>| facts.range.as_ref().map(|range| (range.min, range.max));
    let ranges = (bounds(one), bounds(two));
    let mut about = Vec::new();
    if one.types != two.types {
        about.push("type");
    }
    if !one.values.is_empty() && !two.values.is_empty() && values(one) != values(two) {
        about.push("values");
    }
    if ranges.0.is_some() && ranges.1.is_some() && ranges.0 != ranges.1 {
        about.push("range");
    }
    if !one.works.is_empty() && !two.works.is_empty() && ranges_of(&one.works) != ranges_of(&two.works) {
        about.push("versions");
    }
    about
}

fn not_a_key(out: &mut String, known: &NotAKeyView<'_>, style: Style) {
    let instead = known.instead.map(|name| {
        let text = format!("{name}; see `prefsmith explain {}:{name}`", known.short);
        Row::text("meant is", text)
    });
    out.push_str(&style.strong(&format!("{} is no key of {}", known.name, known.short)));
    paragraph(out, known.why, 2, style.width);
    out.push('\n');
    let mut list = vec![Row::text("domain", known.domain)];
    list.extend(instead);
    list.push(sources(&known.sources));
    rows(out, &list, style.width);
}
