//! The name that was most likely meant.

/// The name that was most likely meant: the same but for case, or a few slips away. Ties go to the first.
pub fn nearest<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let lower = name.to_lowercase();
    let letters = Letters::of(&lower);
    let limit = (letters.length / 4).clamp(1, 5);
    let mut best: Option<(usize, &'n str)> = None;
    for candidate in candidates {
        // What is further away than the best so far is not measured.
        let limit = best.map_or(limit, |(distance, _)| distance);
        // Of names in ASCII, letters are bytes: most are too long or too short.
        if candidate.is_ascii() && candidate.len().abs_diff(letters.length) > limit {
            continue;
        }
        if letters.apart(&Letters::of(candidate)) > limit {
            continue;
        }
        let distance = strsim::osa_distance(&lower, &candidate.to_lowercase());
        if distance <= limit && best.is_none_or(|known| (distance, candidate) < known) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How often each letter stands in a name, in lower case: of two names, a bound of the slips between them that costs
/// a hundredth of counting them.
struct Letters {
    counts: [u8; 32],
    length: usize,
}

impl Letters {
    fn of(name: &str) -> Self {
        let mut letters = Self { counts: [0; 32], length: 0 };
        if name.is_ascii() {
            letters.length = name.len();
            for byte in name.bytes() {
                letters.add(byte.to_ascii_lowercase().into());
            }
            return letters;
        }
        for letter in name.chars().flat_map(char::to_lowercase) {
            letters.length += 1;
            letters.add(letter.into());
        }
        letters
    }

    fn add(&mut self, letter: u32) {
        // Letters that share a count only make the bound weaker, and so does a count that is full.
        if let Some(count) = self.counts.get_mut(letter as usize % 32) {
            *count = count.saturating_add(1);
        }
    }

    /// At least how many slips lie between two names: each adds one letter at most, and takes one away at most.
    fn apart(&self, other: &Self) -> usize {
        let (mut more, mut less) = (0, 0);
        for (own, other) in self.counts.iter().zip(&other.counts) {
            more += usize::from(own.saturating_sub(*other));
            less += usize::from(other.saturating_sub(*own));
        }
        more.max(less)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nearest_names() {
        let names = ["SendAllTelemetryEnabled", "SendASmileEnabled", "HowToCheck"];
        assert_eq!(nearest("sendalltelemetryenabled", names), Some("SendAllTelemetryEnabled"));
        assert_eq!(nearest("SendTelemetryEnabled", names), Some("SendAllTelemetryEnabled"));
        assert_eq!(nearest("HowToChekc", names), Some("HowToCheck"));
        assert_eq!(nearest("Completely", names), None);
    }

    proptest! {
        /// A bound that is too high would hide names.
        #[test]
        fn letters_are_apart_by_no_more_than_the_slips(a in "[a-dA-D\u{e9}\u{130}]{0,12}", b in "[a-dA-D\u{e9}\u{130}]{0,12}") {
            let slips = strsim::osa_distance(&a.to_lowercase(), &b.to_lowercase());
            prop_assert!(Letters::of(&a).apart(&Letters::of(&b)) <= slips);
        }
    }
}
