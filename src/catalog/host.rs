//! Hosts as catalogues name them: in whole, or with `*` for a label or for the start of one.

use std::fmt::Write as _;

/// Hosts of one shape: `login.live.com`, `*.vo.msecnd.net`, `*-contentstorage.osi.office.net`.
///
/// `*` stands for one whole label or for the start of one, and never for a dot: `*.example.com` has `a.example.com` in
/// it, neither `a.b.example.com` nor `example.com`. Small letters only: the case of a host means nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostPattern(String);

/// Why a text is no URL of a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// Another scheme, or none.
    #[error("it begins neither with `https://` nor with `http://`")]
    Scheme,
    /// A port, a user, an IPv6 address.
    #[error("its host is not made of labels: letters, digits, `-` and `_`")]
    Labels,
    /// A star in the middle or at the end of a label, or two in one.
    #[error("`*` stands for a label, or at the start of one")]
    Star,
}

impl HostPattern {
    /// Reads a host in any letter case.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, HostError> {
        let text = text.to_ascii_lowercase();
        for label in text.split('.') {
            let rest = label.strip_prefix('*').unwrap_or(label);
            if rest.contains('*') {
                return Err(HostError::Star);
            }
            let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            if label.is_empty() || !rest.bytes().all(known) {
                return Err(HostError::Labels);
            }
        }
        Ok(Self(text))
    }

    /// The host of a URL, and its path without the first `/`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of_url(url: &str) -> Result<(Self, &str), HostError> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let rest = rest.ok_or(HostError::Scheme)?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        Ok((Self::parse(host)?, path))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is one host.
    pub fn is_plain(&self) -> bool {
        !self.0.contains('*')
    }

    /// Whether a host is in it.
    pub fn matches(&self, host: &str) -> bool {
        Self::parse(host).is_ok_and(|host| host.is_plain() && self.covers(&host))
    }

    /// Whether every host of the other is in it.
    pub fn covers(&self, other: &Self) -> bool {
        self.each(other, |own, other| match (own.strip_prefix('*'), other.strip_prefix('*')) {
            (None, None) => own == other,
            (None, Some(_)) => false,
            (Some(own), None) => other.len() > own.len() && other.ends_with(own),
            (Some(own), Some(other)) => other.ends_with(own),
        })
    }

    /// Whether there is a host that is in both.
    pub fn meets(&self, other: &Self) -> bool {
        self.each(other, |own, other| match (own.strip_prefix('*'), other.strip_prefix('*')) {
            (None, None) => own == other,
            (None, Some(end)) => own.len() > end.len() && own.ends_with(end),
            (Some(end), None) => other.len() > end.len() && other.ends_with(end),
            (Some(one), Some(end)) => one.ends_with(end) || end.ends_with(one),
        })
    }

    fn each(&self, other: &Self, holds: impl Fn(&str, &str) -> bool) -> bool {
        let (mut own, mut others) = (self.0.split('.'), other.0.split('.'));
        loop {
            match (own.next(), others.next()) {
                (None, None) => return true,
                (Some(one), Some(other)) if holds(one, other) => {}
                _ => return false,
            }
        }
    }

    /// A regular expression, POSIX extended and JavaScript's alike, that matches these hosts in small letters and no
    /// others.
    pub fn regex(&self) -> String {
        let mut out = String::from("^");
        for (at, label) in self.0.split('.').enumerate() {
            let rest = label.strip_prefix('*');
            // Writing into a String cannot fail.
            let _ = write!(
                out,
                "{}{}{}",
                if at > 0 { "\\." } else { "" },
                if rest.is_some() { "[a-z0-9_-]+" } else { "" },
                rest.unwrap_or(label)
            );
        }
        out.push('$');
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> HostPattern {
        HostPattern::parse(text).unwrap()
    }

    #[test]
    fn a_star_is_one_label_or_the_start_of_one() {
        let label = host("*.vo.msecnd.net");
        assert!(label.matches("az1.vo.msecnd.net") && label.matches("AZ1.VO.msecnd.net"));
        for other in
            ["vo.msecnd.net", "a.b.vo.msecnd.net", "az1.vo.msecnd.net.evil.example", "az1xvo.msecnd.net"]
        {
            assert!(!label.matches(other), "{other}");
        }
        let start = host("*-contentstorage.osi.office.net");
        assert!(start.matches("eus-contentstorage.osi.office.net"));
        for other in [
            "-contentstorage.osi.office.net",
            "*.vo.msecnd.net",
            "contentstorage.osi.office.net",
            "a.b-contentstorage.osi.office.net",
        ] {
            assert!(!start.matches(other), "{other}");
        }
        assert!(!label.matches("*.vo.msecnd.net"), "a pattern is no host");
    }

    #[test]
    fn hosts_of_one_pattern_and_of_another() {
        let table = [
            ("*.a.b", "*.a.b", true, true),
            ("*.a.b", "x.a.b", true, true),
            ("x.a.b", "*.a.b", false, true),
            ("*-x.a.b", "*.a.b", false, true),
            ("*.a.b", "*-x.a.b", true, true),
            ("*-x.a.b", "*-y.a.b", false, false),
            ("*-x.a.b", "*z-x.a.b", true, true),
            ("x.a.b", "y.a.b", false, false),
            ("a.b", "*.a.b", false, false),
        ];
        for (one, other, covers, meets) in table {
            assert_eq!(host(one).covers(&host(other)), covers, "{one} {other}");
            assert_eq!(host(one).meets(&host(other)), meets, "{one} {other}");
            assert_eq!(host(other).meets(&host(one)), meets, "{other} {one}");
        }
    }

    #[test]
    fn the_expression_says_what_the_pattern_says() {
        for pattern in ["*.vo.msecnd.net", "*-contentstorage.osi.office.net", "login.live.com"] {
            let pattern = host(pattern);
            let regex = regex_lite::Regex::new(&pattern.regex()).unwrap();
            for candidate in [
                "a.vo.msecnd.net",
                "a.b.vo.msecnd.net",
                "vo.msecnd.net",
                "x-contentstorage.osi.office.net",
                "-contentstorage.osi.office.net",
                "loginxlive.com",
                "login.live.com",
                "login.live.com.x",
                "alogin.live.com",
            ] {
                assert_eq!(regex.is_match(candidate), pattern.matches(candidate), "{pattern:?} {candidate}");
            }
        }
    }

    #[test]
    fn urls() {
        let (host, path) = HostPattern::of_url("https://templateservice.Office.com/").unwrap();
        assert_eq!((host.as_str(), path), ("templateservice.office.com", ""));
        assert_eq!(HostPattern::of_url("https://go.microsoft.com/fwlink/").unwrap().1, "fwlink/");
        assert_eq!(HostPattern::of_url("https://a.example").unwrap().1, "");
        for (url, why) in [
            ("ftp://a.example/", HostError::Scheme),
            ("https:///x", HostError::Labels),
            ("https://a.example:8443/", HostError::Labels),
            ("https://a..example/", HostError::Labels),
            ("https://a*.example/", HostError::Star),
            ("https://**.example/", HostError::Star),
        ] {
            assert_eq!(HostPattern::of_url(url).unwrap_err(), why, "{url}");
        }
    }
}
