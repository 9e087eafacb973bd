//! Two texts laid beside each other, line by line.

use std::time::Duration;

use domain::workflow::shown::{DiffKind, DiffLine};
use similar::{Algorithm, ChangeTag, TextDiff};

/// After this long the rest is told as removed and added as a whole.
const PATIENCE: Duration = Duration::from_millis(200);

/// The lines of both texts, in order.
pub fn lines(before: &str, after: &str) -> Vec<DiffLine> {
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).timeout(PATIENCE).diff_lines(before, after);
    let line = |change: similar::Change<&str>| {
        let (kind, index) = match change.tag() {
            ChangeTag::Equal => (DiffKind::Same, change.new_index()),
            ChangeTag::Delete => (DiffKind::Removed, change.old_index()),
            ChangeTag::Insert => (DiffKind::Added, change.new_index()),
        };
        let number = index.and_then(|index| u32::try_from(index + 1).ok()).unwrap_or_default();
        DiffLine { kind, number, text: change.value().trim_end_matches(['\n', '\r']).to_owned() }
    };
    diff.iter_all_changes().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &str, after: &str) -> Vec<String> {
        let sign = |kind| match kind {
            DiffKind::Same => ' ',
            DiffKind::Removed => '-',
            DiffKind::Added => '+',
        };
        lines(before, after)
            .into_iter()
            .map(|line| format!("{}{} {}", sign(line.kind), line.number, line.text))
            .collect()
    }

    #[test]
    fn lines_keep_the_numbers_of_their_own_text() {
        assert_eq!(told("a\nb\nc\n", "a\nx\ny\nc\n"), [" 1 a", "-2 b", "+2 x", "+3 y", " 4 c"]);
        assert_eq!(told("", "a\r\nb"), ["+1 a", "+2 b"]);
        assert_eq!(told("a", "a"), [" 1 a"]);
        // A line end at the end of the text is a change, and shown as one.
        assert_eq!(told("a\nb", "a\nb\n"), [" 1 a", "-2 b", "+2 b"]);
        assert!(told("", "").is_empty());
    }

    #[test]
    fn the_largest_texts_are_compared_in_time() {
        let text = |word: &str| {
            let lines: Vec<String> = (0..20_000).map(|line| format!("{word}{}", line * 7 % 1_000)).collect();
            lines.join("\n")
        };
        let started = std::time::Instant::now();
        assert!(lines(&text("a"), &text("b")).len() >= 20_000);
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    }
}
