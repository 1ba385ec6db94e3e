//! The name somebody meant.

/// The candidate most like `name`, if one is alike enough to be offered. Case, `-` and `_` do not count.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(name);
    let mut best: Option<(f32, &str)> = None;
    for candidate in candidates {
        let other = fold(candidate);
        if other == folded {
            return Some(candidate);
        }
        let ratio = similar::TextDiff::from_chars(folded.as_str(), other.as_str()).ratio();
        // The first of equals wins, so the answer does not depend on anything but the order given.
        if ratio >= 0.6 && best.is_none_or(|(so_far, _)| ratio > so_far) {
            best = Some((ratio, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn fold(name: &str) -> String {
    // A name longer than this is not a mistyped one.
    name.chars()
        .take(80)
        .filter(|character| !matches!(character, '-' | '_' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_the_name_that_was_meant() {
        let names = ["schema", "endpoint", "retry_policy"];
        assert_eq!(nearest("shema", names), Some("schema"));
        assert_eq!(nearest("retryPolicy", names), Some("retry_policy"));
        assert_eq!(nearest("colour", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest("day6", ["day06", "day16"]), Some("day06"));
    }
}
