//! Patterns of names: `*` stands for anything and `?` for one character; capitals do not matter.

/// Whether a text fits a pattern. It takes no longer than the product of their lengths, whatever they are.
pub fn fits(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let text: Vec<char> = text.to_lowercase().chars().collect();
    // Row by row: whether the pattern so far fits each beginning of the text.
    let mut row: Vec<bool> = std::iter::once(true).chain(text.iter().map(|_| false)).collect();
    for sign in &pattern {
        let mut next = Vec::with_capacity(row.len());
        next.push(*sign == '*' && row.first() == Some(&true));
        for (at, letter) in text.iter().enumerate() {
            let before = row.get(at).copied().unwrap_or(false);
            let above = row.get(at + 1).copied().unwrap_or(false);
            let left = next.last().copied().unwrap_or(false);
            next.push(match sign {
                '*' => above || left,
                '?' => before,
                sign => before && sign == letter,
            });
        }
        row = next;
    }
    row.last().copied().unwrap_or(false)
}

/// Whether a text fits one of several patterns; one of stars alone fits what is not known, too.
pub fn fits_one(patterns: &[String], text: Option<&str>) -> Option<bool> {
    if patterns.iter().any(|pattern| !pattern.is_empty() && pattern.bytes().all(|b| b == b'*')) {
        return Some(true);
    }
    text.map(|text| patterns.iter().any(|pattern| fits(pattern, text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("C02*", "C02XK1ZTJGH5", true),
            ("c02*", "C02XK1ZTJGH5", true),
            ("LAB-??", "LAB-07", true),
            ("LAB-??", "LAB-107", false),
            ("*-lab-*", "berlin-lab-7", true),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
        // No way to make it take long.
        assert!(!fits(&"*a".repeat(500), &"b".repeat(500)));
    }

    #[test]
    fn what_is_not_known_fits_only_what_fits_all() {
        let of = |patterns: &[&str], text| {
            fits_one(&patterns.iter().map(|pattern| (*pattern).to_owned()).collect::<Vec<_>>(), text)
        };
        assert_eq!(of(&["a*"], None), None);
        assert_eq!(of(&["a*", "*"], None), Some(true));
        assert_eq!(of(&["a*", "b"], Some("B")), Some(true));
        assert_eq!(of(&["a*"], Some("")), Some(false));
    }
}
