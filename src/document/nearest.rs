//! The name that was most likely meant.

/// The name that was most likely meant: the same but for case, or a few slips away. Ties go to the first.
pub fn nearest<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let lower = name.to_lowercase();
    let length = lower.chars().count();
    let limit = (length / 4).clamp(1, 5);
    let mut best: Option<(usize, &'n str)> = None;
    for candidate in candidates {
        let other = candidate.to_lowercase();
        if other.chars().count().abs_diff(length) > limit {
            continue;
        }
        let distance = strsim::osa_distance(&lower, &other);
        if distance <= limit && best.is_none_or(|known| (distance, candidate) < known) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_names() {
        let names = ["SendAllTelemetryEnabled", "SendASmileEnabled", "HowToCheck"];
        assert_eq!(nearest("sendalltelemetryenabled", names), Some("SendAllTelemetryEnabled"));
        assert_eq!(nearest("SendTelemetryEnabled", names), Some("SendAllTelemetryEnabled"));
        assert_eq!(nearest("HowToChekc", names), Some("HowToCheck"));
        assert_eq!(nearest("Completely", names), None);
    }
}
