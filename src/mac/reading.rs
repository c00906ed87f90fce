//! Whether what is installed on a Mac reads a key.

use super::Seen;
use crate::plan::Reads;
use crate::version::Version;

/// What can be said of the builds that are installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// They read it: who, with the versions.
    By(String),
    /// No installed app reads it, and why.
    Not(String),
    /// Nobody can say, and why.
    Open(String),
}

impl Seen<'_, '_> {
    /// Whether the installed builds read a key. `reads` are the builds that do, `own` is the product of its domain.
    pub fn reading(&self, reads: &[Reads], own: Option<&str>) -> Reading {
        let mut by = Vec::new();
        let mut open = None;
        for read in reads {
            let (versions, doubt) = self.installed(&read.product);
            if doubt || !self.has_place(&read.product) {
                let (product, builds) = (&read.product, read.all().describe());
                let why = format!("{product} {builds} reads it; which {product} is installed nobody can say");
                open.get_or_insert(why);
                continue;
            }
            if versions.is_empty() {
                return Reading::Not(format!("{} is not installed", read.product));
            }
            let all = read.all();
            if !versions.iter().any(|version| all.contains(version) || all.overlaps(version)) {
                let (product, builds) = (&read.product, all.describe());
                return Reading::Not(format!(
                    "{product} {} does not read it: {builds} does",
                    listed(&versions)
                ));
            }
            by.push(format!("{} {}", read.product, listed(&versions)));
        }
        match (open, own.filter(|_| reads.is_empty())) {
            (Some(open), _) => Reading::Open(open),
            (None, Some(product)) => self.whole(product),
            (None, None) if by.is_empty() => Reading::Open("nobody says which app reads it".to_owned()),
            (None, None) => Reading::By(by.join(" on ")),
        }
    }

    /// Of a key that every build of its product reads, as far as is known.
    fn whole(&self, product: &str) -> Reading {
        let (versions, doubt) = self.installed(product);
        match (versions.is_empty(), doubt) {
            (true, false) if self.has_place(product) => Reading::Not(format!("{product} is not installed")),
            (true, _) => Reading::Open(format!("whether {product} is installed nobody can say")),
            (false, _) => Reading::By(format!("{product} {}", listed(&versions))),
        }
    }

    /// Whether a Mac can show that a product is not there: its place is known.
    fn has_place(&self, product: &str) -> bool {
        let of_suite = |suite: &str| {
            self.catalog.products().any(|member| member.suite == Some(suite) && !member.app.is_empty())
        };
        match self.catalog.product(product) {
            Some(known) => !known.app.is_empty() || of_suite(known.suite.unwrap_or(known.name)),
            None => self.mac.apps.contains_key(product),
        }
    }
}

fn listed(versions: &[Version]) -> String {
    let list: Vec<String> = versions.iter().map(ToString::to_string).collect();
    list.join(", ")
}
