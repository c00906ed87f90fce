//! Domains, products, lists, tokens, kinds of findings, and the results of a search.

use super::facts::{SourceView, sources};
use super::key::sources as source_row;
use super::rows::{Row, columns, item, paragraph, rows};
use super::{Style, sentence};
use crate::catalog::model::{Domain, List, Product, ReadAs, Token};
use crate::catalog::rule::plain;
use crate::catalog::{Catalog, Hit, ranges_of};
use crate::finding::{CodeInfo, listed};
use serde::Serialize;

#[derive(Serialize)]
struct MauView<'a> {
    id: &'a str,
    range: Option<&'a str>,
}

/// Something that has versions.
#[derive(Serialize)]
pub(super) struct ProductView<'a> {
    pub name: &'a str,
    title: &'a str,
    suite: Option<&'a str>,
    members: Vec<&'a str>,
    app: &'a [&'a str],
    bundle_ids: &'a [&'a str],
    version_key: Option<&'a str>,
    mau_ids: Vec<MauView<'a>>,
    domains: Vec<&'a str>,
    sources: Vec<SourceView<'a>>,
}

impl<'a> ProductView<'a> {
    pub fn new(product: &'a Product<'_>, catalog: &'a Catalog<'_>) -> Self {
        let members = catalog.products().filter(|other| other.suite == Some(product.name));
        let domains = catalog.domains().into_iter().filter(|domain| domain.product == Some(product.name));
        Self {
            name: product.name,
            title: product.title,
            suite: product.suite,
            members: members.map(|other| other.name).collect(),
            app: &product.app,
            bundle_ids: &product.bundle_ids,
            version_key: product.version_key,
            mau_ids: product.mau_ids.iter().map(|mau| MauView { id: mau.id, range: mau.range }).collect(),
            domains: domains.map(|domain| domain.name).collect(),
            sources: sources(&product.sources, catalog),
        }
    }

    /// What it is part of, and its parts.
    fn family(&self) -> Vec<Row> {
        let mut list = Vec::new();
        list.extend(
            self.suite.map(|suite| Row::text("suite", format!("{suite}: it has the suite's versions"))),
        );
        if !self.members.is_empty() {
            list.push(Row::text("parts", listed(&self.members)));
        }
        list
    }

    /// Where it is, and how it is called.
    fn app(&self) -> Vec<Row> {
        let plain =
            |label, list: &[&str]| Row { label, items: list.iter().map(|text| item("", *text)).collect() };
        let mut list = vec![plain("app", self.app)];
        list.push(plain("bundle id", self.bundle_ids));
        list.extend(self.version_key.map(|key| Row::text("version", format!("{key} of its Info.plist"))));
        let ids = self.mau_ids.iter().map(|mau| match mau.range {
            Some(range) => item(mau.id, format!("versions {}", ranges_of(&[range]).describe())),
            None => item(mau.id, ""),
        });
        list.push(Row { label: "update id", items: ids.collect() });
        list
    }
}

pub(super) fn product(out: &mut String, view: &ProductView<'_>, style: Style) {
    out.push_str(&style.strong(&format!("{} (product)", view.name)));
    paragraph(out, view.title, 2, style.width);
    out.push('\n');
    let mut list = view.family();
    list.extend(view.app());
    list.push(Row { label: "domains", items: view.domains.iter().map(|name| item("", *name)).collect() });
    list.push(Row::text("in a policy", format!("[macs] {} = \"…\"", view.name)));
    list.push(source_row(&view.sources));
    rows(out, &list, style.width);
}

#[derive(Serialize)]
struct KeyLine<'a> {
    name: &'a str,
    summary: &'a str,
}

/// A preference domain with its keys.
#[derive(Serialize)]
pub(super) struct DomainView<'a> {
    pub name: &'a str,
    alias: Option<&'a str>,
    title: &'a str,
    summary: &'a str,
    user_file: String,
    managed_file: Option<String>,
    container: Option<&'a str>,
    read_as: &'static str,
    mdm: Option<&'a str>,
    mdm_only: bool,
    misspelt: &'a [&'a str],
    retired: Option<&'a str>,
    product: Option<ProductView<'a>>,
    sources: Vec<SourceView<'a>>,
    keys: Vec<KeyLine<'a>>,
}

impl<'a> DomainView<'a> {
    pub fn new(domain: &'a Domain<'_>, catalog: &'a Catalog<'_>) -> Self {
        let name = domain.name;
        let user_file = match (domain.file, domain.container) {
            (Some(file), _) => file.to_owned(),
            (None, Some(c)) => format!("~/Library/Containers/{c}/Data/Library/Preferences/{name}.plist"),
            (None, None) => format!("~/Library/Preferences/{name}.plist"),
        };
        let keys = catalog.keys_of(name).into_iter().filter_map(|key| catalog.key(name, key));
        let product = domain.product.and_then(|product| catalog.product(product));
        Self {
            name,
            alias: domain.alias,
            title: domain.title,
            summary: domain.summary,
            user_file,
            managed_file: (domain.file.is_none() && !catalog.is_apple_payload(name))
                .then(|| format!("/Library/Managed Preferences/{name}.plist")),
            container: domain.container,
            read_as: match domain.read_as {
                ReadAs::Any => "any",
                ReadAs::ForcedOnly => "forced-only",
                ReadAs::MandatoryOrRecommended => "mandatory-or-recommended",
                ReadAs::File => "file",
                ReadAs::ApplePayload => "apple-payload",
            },
            mdm: domain.mdm,
            mdm_only: domain.mdm_only,
            misspelt: &domain.misspelt,
            retired: domain.retired,
            product: product.map(|product| ProductView::new(product, catalog)),
            sources: sources(&domain.sources, catalog),
            keys: keys.map(|k| KeyLine { name: k.key.name, summary: k.key.node.summary }).collect(),
        }
    }
}

pub(super) fn domain(out: &mut String, view: &DomainView<'_>, style: Style) {
    let alias = view.alias.map_or(String::new(), |alias| format!(" ({alias})"));
    out.push_str(&style.strong(&format!("{}{alias}", view.name)));
    paragraph(out, &format!("{}: {}", view.title, view.summary), 2, style.width);
    out.push('\n');
    let mut list = Vec::new();
    list.extend(view.retired.map(|why| Row::text("retired", why)));
    let payload = view.read_as == "apple-payload";
    if !payload {
        list.push(Row::text("user's file", view.user_file.as_str()));
    }
    list.extend(view.managed_file.as_deref().map(|file| Row::text("managed file", file)));
    let read_as = match view.read_as {
        "forced-only" => Some("only enforced values count"),
        "mandatory-or-recommended" => Some("enforced values are mandatory, others are recommendations"),
        "file" => Some("the app opens the user's file itself"),
        "apple-payload" => {
            Some("from a payload of this type in a profile, which `build` makes; no preferences reach it")
        }
        _ => None,
    };
    list.extend(read_as.map(|text| Row::text("read", text)));
    let mdm = view.mdm.map(|mdm| match mdm {
        "user-approved" => "an MDM that the user has approved",
        "supervised" => "an MDM that supervises the Mac",
        _ => "any MDM",
    });
    list.extend(mdm.map(|mdm| {
        let only = if view.mdm_only { "; nobody can install it by hand" } else { "" };
        Row::text("comes from", format!("{mdm}{only}"))
    }));
    let name = view.alias.map_or_else(|| format!("\"{}\"", view.name), str::to_owned);
    list.push(Row::text("in a policy", format!("[settings.{name}]")));
    if !view.misspelt.is_empty() {
        list.push(Row::text("misspelt", format!("{} is wrong", listed(view.misspelt))));
    }
    if let Some(product) = &view.product {
        list.push(Row::text("product", format!("{}: {}", product.name, product.title)));
        list.extend(product.app());
    }
    list.push(source_row(&view.sources));
    rows(out, &list, style.width);
    let lines: Vec<(String, String)> =
        view.keys.iter().map(|key| (key.name.to_owned(), key.summary.to_owned())).collect();
    let count = lines.len();
    out.push_str(&format!("\n  {count} {}\n", if count == 1 { "key" } else { "keys" }));
    columns(out, &lines, 4, style.cut());
}

/// A named list of domains.
#[derive(Serialize)]
pub(super) struct ListView<'a> {
    pub name: &'a str,
    domains: &'a [&'a str],
}

impl<'a> ListView<'a> {
    pub fn new(list: &'a List<'_>) -> Self {
        Self { name: list.name, domains: &list.domains }
    }
}

pub(super) fn list(out: &mut String, view: &ListView<'_>, style: Style) {
    out.push_str(&style.strong(&format!("@{}", view.name)));
    paragraph(out, "A named list of domains, which a policy can use as a group.", 2, style.width);
    out.push('\n');
    let domains = view.domains.iter().map(|domain| item("", *domain)).collect();
    let rows_of = [
        Row { label: "domains", items: domains },
        Row::text("in a policy", format!("[settings.{}]", view.name)),
    ];
    rows(out, &rows_of, style.width);
}

/// An identity token.
#[derive(Serialize)]
pub(super) struct TokenView<'a> {
    pub name: &'a str,
    title: &'a str,
    entra: Option<&'a str>,
    scim: Option<&'a str>,
    spelt: Vec<SpeltView<'a>>,
    sources: Vec<SourceView<'a>>,
}

/// How one MDM spells a token.
#[derive(Serialize)]
struct SpeltView<'a> {
    mdm: &'a str,
    title: &'a str,
    text: Option<&'a str>,
    confidence: &'static str,
    note: Option<&'a str>,
    sources: Vec<SourceView<'a>>,
}

impl<'a> SpeltView<'a> {
    /// What the catalogue says of one token, MDM by MDM; the strongest layer that says anything counts.
    fn all(token: &str, catalog: &'a Catalog<'_>) -> Vec<Self> {
        let mut list: Vec<Self> = Vec::new();
        for mdm in catalog.mdms() {
            let Some(spelt) = mdm.spelt.iter().find(|spelt| spelt.token == token) else { continue };
            if list.iter().all(|view| view.mdm != mdm.name) {
                list.push(Self {
                    mdm: mdm.name,
                    title: mdm.title,
                    text: spelt.texts.first().copied(),
                    confidence: spelt.vouched.word(),
                    note: spelt.note,
                    sources: sources(&mdm.sources, catalog),
                });
            }
        }
        list
    }

    fn told(&self) -> String {
        let said = match (self.text, self.confidence) {
            (None, _) => "nothing in its documented list".to_owned(),
            (Some(text), "documented") => text.to_owned(),
            (Some(text), confidence) => format!("{text} ({confidence})"),
        };
        match self.note {
            Some(note) => format!("{said}: {note}"),
            None => said,
        }
    }
}

impl<'a> TokenView<'a> {
    pub fn new(token: &'a Token<'_>, catalog: &'a Catalog<'_>) -> Self {
        let sources = sources(&token.sources, catalog);
        Self {
            name: token.name,
            title: token.title,
            entra: token.entra,
            scim: token.scim,
            spelt: SpeltView::all(token.name, catalog),
            sources,
        }
    }
}

pub(super) fn token(out: &mut String, view: &TokenView<'_>, style: Style) {
    out.push_str(&style.strong(&format!("${{{}}}", view.name)));
    paragraph(out, &format!("Identity token: the {}.", view.title), 2, style.width);
    out.push('\n');
    let mut list = Vec::new();
    list.extend(view.entra.map(|name| Row::text("Entra ID", name)));
    list.extend(view.scim.map(|name| Row::text("SCIM", name)));
    let spelt = view.spelt.iter().map(|spelt| item(spelt.title, spelt.told()));
    list.push(Row { label: "in profiles", items: spelt.collect() });
    list.push(source_row(&view.sources));
    rows(out, &list, style.width);
}

/// A kind of finding.
#[derive(Serialize)]
pub(super) struct CodeView {
    pub name: &'static str,
    severity: &'static str,
    summary: &'static str,
    why: &'static str,
    example: &'static str,
    instead: &'static str,
    allowable: bool,
}

impl CodeView {
    pub fn new(code: &CodeInfo) -> Self {
        let CodeInfo { name, summary, why, example, instead, allowable, .. } = *code;
        Self { name, severity: code.severity.word(), summary, why, example, instead, allowable }
    }
}

pub(super) fn code(out: &mut String, view: &CodeView, style: Style) {
    out.push_str(&style.strong(&format!("{} ({})", view.name, view.severity)));
    paragraph(out, view.summary, 2, style.width);
    if !view.why.is_empty() {
        out.push('\n');
        paragraph(out, view.why, 2, style.width);
    }
    for (head, text) in [("Example", view.example), ("Instead", view.instead)] {
        if !text.is_empty() {
            out.push_str(&format!("\n  {head}:\n"));
            for line in text.lines() {
                out.push_str(format!("    {line}").trim_end());
                out.push('\n');
            }
        }
    }
    out.push('\n');
    let allow = if view.allowable {
        format!("an [[allow]] with code = \"{}\" and a `why` accepts it", view.name)
    } else {
        "no [[allow]] can accept it".to_owned()
    };
    rows(out, &[Row::text("to accept", allow)], style.width);
}

/// One result of a search.
#[derive(Serialize)]
pub(super) struct HitView<'a> {
    pub kind: &'static str,
    pub name: &'a str,
    domains: Vec<&'a str>,
    summary: String,
    #[serde(skip)]
    short: String,
}

impl<'a> HitView<'a> {
    pub fn new(hit: Hit<'a>, catalog: &'a Catalog<'_>) -> Self {
        let short: Vec<&str> = hit.domains.iter().map(|domain| catalog.short(domain)).collect();
        let short = match short.as_slice() {
            [] => hit.kind.to_owned(),
            [one] => (*one).to_owned(),
            [one, two] => format!("{one}, {two}"),
            [one, two, three] => format!("{one}, {two}, {three}"),
            [first, ..] => format!("{first} and {} more", short.len() - 1),
        };
        let summary = if hit.kind == "rule" { plain(hit.summary) } else { hit.summary.to_owned() };
        Self { kind: hit.kind, name: hit.name, domains: hit.domains, summary, short }
    }
}

pub(super) fn hits(out: &mut String, list: &[HitView<'_>], style: Style) {
    let wide = list.iter().map(|hit| hit.name.chars().count()).max().unwrap_or(0);
    let lines: Vec<(String, String)> = list
        .iter()
        .map(|hit| (format!("{:wide$}  {}", hit.name, hit.short), sentence(&hit.summary).to_owned()))
        .collect();
    columns(out, &lines, 0, style.cut());
}
