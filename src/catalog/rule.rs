//! Rules between settings, as they lie in a compiled layer. `docs/catalogue.md` has their grammar.

use super::model::{Confidence, Literal, Weight};
use serde::{Deserialize, Serialize};

/// One rule: it fires when all of `when` hold and none of `unless`, for a part of the Macs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule<'a> {
    /// Its name, which is also a finding's code.
    pub id: &'a str,
    /// How much it matters.
    pub severity: Weight,
    /// The named list whose domains `@` is bound to, one after the other.
    pub each: Option<&'a str>,
    /// The names that `{key}` is bound to, one after the other.
    #[serde(borrow)]
    pub any_key: Vec<&'a str>,
    /// Products of which one must be installed, with `{app}` bound to one after the other and `{path}` to where each
    /// copy lies. Only a Mac knows, so no policy raises such a rule.
    pub any_app: Vec<&'a str>,
    /// What must hold of that copy.
    pub app: Sight<'a>,
    /// The versions it is about, by product: at least one Mac must be among them. A suite speaks for the app that
    /// `@` is bound to.
    pub macs: Vec<(&'a str, &'a str)>,
    /// It is about Macs with any other licence than this one.
    pub licence_not: Option<&'a str>,
    /// It is about Macs with this licence.
    pub licence: Option<&'a str>,
    /// All of these hold.
    pub when: Vec<Atom<'a>>,
    /// None of these holds.
    pub unless: Vec<Atom<'a>>,
    /// What is said when something is unknown: nothing, or else a note with these words.
    pub unknown: Option<&'a str>,
    /// The finding's title, with `{@}`, `{key}`, `{x}`, `{app}`, `{macs}`, `{rest}` and `{value}`.
    pub says: &'a str,
    /// Why it matters, in a few sentences.
    pub why: &'a str,
    /// What to do, one sentence each.
    pub help: Vec<&'a str>,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// Citations.
    pub sources: Vec<&'a str>,
}

/// What is seen of a copy of an app; nothing said: no matter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sight<'a> {
    /// Whether the user has opened it.
    pub opened: Option<bool>,
    /// Whether it came from the App Store.
    pub app_store: Option<bool>,
    /// Its bundle identifier.
    pub bundle_id: Option<&'a str>,
}

/// One condition on one key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Atom<'a> {
    /// The key.
    #[serde(borrow)]
    pub path: Path<'a>,
    /// What must hold of it.
    pub test: Test<'a>,
    /// Of how many domains of a named list it must hold, with `@` bound to each.
    pub over: Option<(&'a str, Hold)>,
}

/// In a path: every key of the domain that the catalogue knows, or every entry of the dictionary. A condition on
/// such a path holds if it holds of any of them.
pub const ANY: &str = "*";

/// Where a value lies: a key of a domain, perhaps something inside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Path<'a> {
    /// The domain, or `@`.
    pub domain: &'a str,
    /// The key, `{key}`, or [`ANY`]; `{app}` in it is the app.
    pub key: &'a str,
    /// Entries of dictionaries, outermost first; `{x}` is the rule's variable, `{path}` that of the app, [`ANY`] any of
    /// them.
    #[serde(borrow)]
    pub inside: Vec<&'a str>,
}

/// What must hold of a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Test<'a> {
    /// It is there, or it is not.
    Set(bool),
    /// It is this.
    #[serde(borrow)]
    Is(Literal<'a>),
    /// It is one of these.
    In(Vec<Literal<'a>>),
    /// It is there, and something else.
    IsNot(Literal<'a>),
    /// It is a greater number.
    Above(Number<'a>),
    /// It is a smaller number.
    Below(Number<'a>),
    /// It is the same as another value, which is there.
    SameAs(Path<'a>),
    /// It is a text that the regular expression finds something in.
    Matches(&'a str),
    /// It is enforced, or it is not.
    Forced(bool),
}

impl Test<'_> {
    /// Whether the key must be set for it to hold.
    pub fn needs_value(&self) -> bool {
        !matches!(self, Self::Set(false) | Self::Forced(false))
    }
}

/// A number, or the value of another key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Number<'a> {
    /// A number.
    Literal(i64),
    /// The number at this place.
    #[serde(borrow)]
    At(Path<'a>),
}

/// How many domains of a list must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hold {
    /// Every one.
    All,
    /// At least one.
    Any,
    /// Not one.
    None,
    /// At least one, and not every one.
    SomeNotAll,
}

/// A rule's text where nothing is bound: `{@}` is DOMAIN, `{key}` KEY, `{is|are}` the first form.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push_str(match name {
            "@" => "DOMAIN",
            "key" => "KEY",
            "x" => "ENTRY",
            "app" => "APP",
            "path" => "PATH",
            "macs" => "BUILDS",
            "rest" => "DOMAINS",
            "value" => "VALUE",
            forms => {
                let forms = forms.strip_prefix("policy:").unwrap_or(forms);
                forms.split('|').next().unwrap_or(forms)
            }
        });
        rest = after;
    }
    out.push_str(rest);
    out
}
