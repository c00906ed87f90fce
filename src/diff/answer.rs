//! What the check script answers in an attribute of an MDM: one line of a fixed vocabulary.

/// An answer. Settings are called by their keys, with the domain in front where several of the policy have the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Everything that was asked is as it should be.
    Compliant,
    /// These are not, and so many more that are not named.
    Drift(Vec<String>, usize),
    /// Of this nobody can say, and of so many more that are not named; none: of nothing.
    Unknown(Option<String>, usize),
    /// No app of the policy is there.
    NotInstalled,
    /// The Mac has not answered.
    Nothing,
}

impl Answer {
    /// Reads a cell; none: it is no answer of the script. `keys` are what settings are called.
    pub fn read(text: &str, is_key: impl Fn(&str) -> bool) -> Option<Self> {
        let text = text.trim();
        let bare = text.strip_prefix("<result>").and_then(|rest| rest.strip_suffix("</result>"));
        let text = bare.unwrap_or(text).trim();
        if text.is_empty() {
            return Some(Self::Nothing);
        }
        if text.eq_ignore_ascii_case("compliant") {
            return Some(Self::Compliant);
        }
        if text.eq_ignore_ascii_case("not installed") {
            return Some(Self::NotInstalled);
        }
        // An attribute of one setting says no more.
        if text.eq_ignore_ascii_case("drift") {
            return Some(Self::Drift(Vec::new(), 0));
        }
        if let Some(rest) = text.strip_prefix("Drift:") {
            let (rest, more) = more(rest.trim(), " and ");
            let keys = rest.split(", ").map(str::trim).filter(|key| !key.is_empty());
            return Some(Self::Drift(keys.map(str::to_owned).collect(), more));
        }
        let rest = text.strip_prefix("Unknown:")?.trim();
        let (rest, more) = more(rest, ", and ");
        // The key may hold a colon itself.
        let starts = rest.match_indices(": ").filter_map(|(at, _)| rest.get(..at));
        let key = starts.filter(|start| is_key(start)).last().map(str::to_owned);
        Some(Self::Unknown(key, more))
    }
}

/// `… and 3 more`: what stands before it, and the number.
fn more<'t>(text: &'t str, word: &str) -> (&'t str, usize) {
    let found = text.strip_suffix(" more").and_then(|rest| rest.rsplit_once(word));
    let found = found.and_then(|(rest, count)| Some((rest, count.parse().ok()?)));
    found.unwrap_or((text, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabulary() {
        let is_key = |key: &str| ["HowToCheck", "Word:X", "a: b"].contains(&key);
        let text = |text: &str| text.to_owned();
        for (cell, answer) in [
            ("Compliant", Some(Answer::Compliant)),
            (" <result>Compliant</result>\n", Some(Answer::Compliant)),
            ("Drift: HowToCheck", Some(Answer::Drift(vec![text("HowToCheck")], 0))),
            (
                "Drift: HowToCheck, Word:X and 3 more",
                Some(Answer::Drift(vec![text("HowToCheck"), text("Word:X")], 3)),
            ),
            ("Drift", Some(Answer::Drift(Vec::new(), 0))),
            (
                "Unknown: HowToCheck: it cannot be read: x, and 2 more",
                Some(Answer::Unknown(Some(text("HowToCheck")), 2)),
            ),
            ("Unknown: a: b: why", Some(Answer::Unknown(Some(text("a: b")), 0))),
            ("Unknown: no installed build reads any of it", Some(Answer::Unknown(None, 0))),
            ("Not installed", Some(Answer::NotInstalled)),
            ("  ", Some(Answer::Nothing)),
            ("compliant (yes)", None),
            ("N/A", None),
        ] {
            assert_eq!(Answer::read(cell, is_key), answer, "{cell}");
        }
    }
}
