//! A moment as a property list knows it.

use std::fmt;

/// A moment in UTC, in whole seconds from 1970; years 0 to 9999.
///
/// The year 0 is there for `NSDate.distantPast`, which macOS writes as 0000-12-30T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::Timestamp);

/// The form of a date in a property list: a digit for each 0.
const FORM: &str = "0000-00-00T00:00:00Z";

impl Date {
    /// From seconds since 1970-01-01T00:00:00Z; none outside the years 0 to 9999.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        let stamp = jiff::Timestamp::from_second(seconds).ok()?;
        let first = jiff::civil::date(0, 1, 1).at(0, 0, 0, 0);
        let after = jiff::tz::Offset::UTC.to_timestamp(first).ok()?;
        (stamp >= after).then_some(Self(stamp))
    }

    /// Reads `2027-01-31T00:00:00Z` or with an offset; fractions of a second must be zero.
    pub fn parse(text: &str) -> Option<Self> {
        let stamp: jiff::Timestamp = text.parse().ok()?;
        (stamp.subsec_nanosecond() == 0).then(|| Self::from_seconds(stamp.as_second())).flatten()
    }

    /// Reads the one form that macOS writes and reads: `2027-01-31T00:00:00Z`, without offset, fraction or leap second.
    pub fn exact(text: &str) -> Option<Self> {
        let form = |(sign, at): (u8, u8)| if at == b'0' { sign.is_ascii_digit() } else { sign == at };
        let usual =
            text.len() == FORM.len() && text.bytes().zip(FORM.bytes()).all(form) && !text.ends_with(":60Z");
        Self::parse(text).filter(|_| usual)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn seconds(self) -> i64 {
        self.0.as_second()
    }
}

/// `2027-01-31T00:00:00Z`, as property lists write it.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = jiff::tz::Offset::UTC.to_datetime(self.0);
        write!(f, "{:04}-{:02}-{:02}T", civil.year(), civil.month(), civil.day())?;
        write!(f, "{:02}:{:02}:{:02}Z", civil.hour(), civil.minute(), civil.second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_dates() {
        let shown = |text: &str| Date::parse(text).map(|date| date.to_string());
        assert_eq!(shown("2027-01-31T00:00:00Z").as_deref(), Some("2027-01-31T00:00:00Z"));
        assert_eq!(shown("2027-01-31T01:30:00+02:00").as_deref(), Some("2027-01-30T23:30:00Z"));
        assert_eq!(shown("0001-01-01T00:00:00Z").as_deref(), Some("0001-01-01T00:00:00Z"));
        assert_eq!(shown("0000-12-30T00:00:00Z").as_deref(), Some("0000-12-30T00:00:00Z"));
        assert_eq!(Date::from_seconds(-62_167_219_201), None);
        assert_eq!(shown("2027-01-31"), None);
        assert_eq!(shown("2027-01-31T00:00:00"), None);
        assert_eq!(shown("2027-01-31T00:00:00.5Z"), None);
        assert_eq!(Date::from_seconds(i64::MIN), None);
    }

    #[test]
    fn one_form_alone_is_exact() {
        let exact = |text: &str| Date::exact(text).is_some_and(|date| date.to_string() == text);
        assert!(exact("2027-01-31T00:00:00Z") && exact("0000-12-30T00:00:00Z"));
        for text in [
            "2027-01-31T01:30:00+02:00",
            "2027-01-31T00:00:00z",
            "2027-01-31 00:00:00Z",
            "2027-01-31T00:00:00.0Z",
            "2016-12-31T23:59:60Z",
            "2027-02-30T00:00:00Z",
            "20270131T00:00:00Z",
        ] {
            assert_eq!(Date::exact(text), None, "{text}");
        }
    }
}
