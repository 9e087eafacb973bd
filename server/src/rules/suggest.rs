//! "Did you mean …?": the nearest known word, when it is near enough to be a slip.

/// The candidate that `word` most likely meant.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // Long words never come from a slip of one or two letters, and the table below is quadratic.
    if word.is_empty() || word.len() > 128 {
        return None;
    }
    // Of two letters, one changed is another word.
    let letters = word.chars().count();
    let allowed = if letters < 3 { 0 } else { (letters / 3).clamp(1, 2) };
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(far, _)| *far <= allowed)
        .min_by_key(|(far, _)| *far)
        .map(|(_, candidate)| candidate)
}

/// The end of a message: " Did you mean `x`?" or nothing.
pub fn hint<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> String {
    nearest(word, candidates).map(|meant| format!(" Did you mean `{meant}`?")).unwrap_or_default()
}

/// Edits between two words, a swap of neighbours counting as one, letter case not at all.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.to_lowercase().chars().collect();
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (i, from) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in right.iter().enumerate() {
            let mut best = (above[j] + usize::from(from != to)).min(above[j + 1] + 1).min(row[j] + 1);
            let is_swap = i > 0 && j > 0 && *from == right[j - 1] && left[i - 1] == *to;
            if is_swap {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let known = ["risk_tier", "kyc_status", "name", "id"];
        assert_eq!(nearest("risk_teir", known), Some("risk_tier"));
        assert_eq!(nearest("kyc_statu", known), Some("kyc_status"));
        assert_eq!(nearest("Name", known), Some("name"));
        assert_eq!(nearest("address", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("ix", known), None);
        assert_eq!(hint("nmae", known), " Did you mean `name`?");
        assert_eq!(nearest(&"x".repeat(100_000), known), None);
    }
}
