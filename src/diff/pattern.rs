//! Patterns of names: `*` stands for anything and `?` for one character; capitals do not matter.

/// Whether a text fits a pattern. It takes no longer than the product of their lengths, whatever they are.
pub fn fits(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let (mut at, mut sign) = (0, 0);
    // Behind the last star, and how much of the text it stands for so far: as little as will do.
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = text.get(at) {
        match pattern.get(sign) {
            Some('*') => {
                sign += 1;
                star = Some((sign, at));
            }
            Some(wanted) if *wanted == '?' || wanted == letter => (at, sign) = (at + 1, sign + 1),
            _ => {
                let Some((behind, stands)) = star else { return false };
                star = Some((behind, stands + 1));
                (at, sign) = (stands + 1, behind);
            }
        }
    }
    pattern.get(sign..).is_none_or(|rest| rest.iter().all(|sign| *sign == '*'))
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
