//! `--fail-under` and `--baseline`: what a fleet is measured by.

use super::super::common::{Exit, complain, label, read_text};
use crate::diff::audit::Summary;
use crate::report::audit::{Baseline, sum};
use anyhow::{Context as _, Result, anyhow};
use std::path::Path;
use std::str::FromStr;

/// The largest earlier audit, in bytes: some ten million Macs.
const LARGEST: usize = 512 << 20;

/// A share in hundredths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Percent(usize);

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "a percentage from 0 to 100, such as 98 or 99.5, with at most two decimals".to_owned();
        let bare = text.trim_end_matches('%').trim_end();
        let (whole, part) = bare.split_once('.').unwrap_or((bare, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(part) || part.len() > 2 {
            return Err(wrong());
        }
        let part = if part.len() == 1 { format!("{part}0") } else { part.to_owned() };
        let number = |text: &str| text.parse::<usize>().map_err(|_| wrong());
        let all = number(whole)?.saturating_mul(100).saturating_add(number(&part)?);
        match all {
            // A share of one is another number: with it nearly every fleet would be good enough.
            1..100 => Err(format!("`{bare}` is less than 1 %: 98 means 98 %")),
            ..=10_000 => Ok(Self(all)),
            _ => Err(wrong()),
        }
    }
}

impl std::fmt::Display for Percent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.0 / 100, self.0 % 100) {
            (whole, 0) => write!(f, "{whole}"),
            (whole, part) if part % 10 == 0 => write!(f, "{whole}.{}", part / 10),
            (whole, part) => write!(f, "{whole}.{part:02}"),
        }
    }
}

impl Percent {
    /// Whether a part is at least this share of all; of none, no part is.
    fn reached(self, part: usize, of: usize) -> bool {
        of > 0 && part.saturating_mul(10_000) >= self.0.saturating_mul(of)
    }
}

/// How an audit ends that asks for a share of compliant Macs.
pub(super) fn fail_under(least: Percent, summary: &Summary<'_>) -> Exit {
    let macs = &summary.macs;
    if least.reached(macs.compliant, macs.of()) {
        return Exit::Fine;
    }
    complain(&format!("{}; --fail-under asks for {least} %", sum(summary)));
    Exit::Found
}

/// Reads an earlier audit.
///
/// # Errors
/// It cannot be read, or is none.
pub(super) fn baseline(path: &Path) -> Result<Baseline> {
    let text = read_text(path, LARGEST).map_err(|why| anyhow!("{why}"));
    let name = label(path);
    text.and_then(|text| Baseline::read(&name, &text).map_err(|why| anyhow!("{why}"))).context(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        for (text, shown) in
            [("98", "98"), ("98.5", "98.5"), ("99.95 %", "99.95"), ("0", "0"), ("100.00", "100")]
        {
            assert_eq!(text.parse::<Percent>().unwrap().to_string(), shown);
        }
        for text in ["", "-1", "0.98", "0.01", "101", "100.01", "98.", ".5", "98.123", "9e1", "half"] {
            assert!(text.parse::<Percent>().is_err(), "{text}");
        }
        let of = |text: &str, part, of| text.parse::<Percent>().unwrap().reached(part, of);
        assert!(of("98", 98, 100) && of("98", 49, 50) && !of("98", 97, 99) && !of("98.01", 98, 100));
        assert!(of("0", 0, 1) && !of("0", 0, 0) && of("100", 3, 3) && !of("99.99", 9998, 10_000));
    }
}
