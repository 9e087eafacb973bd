//! Places in a text: the caret for a fault, and the slip that a fault offers to mend.

/// What a message suggests: the word that is wrong, and the word that was meant.
pub fn suggestion(message: &str) -> Option<(String, String)> {
    let (before, after) = message.rsplit_once(" Did you mean `")?;
    let meant = after.split('`').next()?;
    let wrong = before.split('`').nth(1)?;
    (!wrong.is_empty() && !meant.is_empty()).then(|| (wrong.to_owned(), meant.to_owned()))
}

/// The text with the wrong word of a line replaced, at the column or after it.
pub fn mended(text: &str, line: u32, column: u32, (wrong, meant): &(String, String)) -> Option<String> {
    let start = line_start(text, line)?;
    let rest = &text[start..];
    let whole = &rest[..rest.find('\n').unwrap_or(rest.len())];
    let from = whole.char_indices().nth(column.saturating_sub(1) as usize).map_or(whole.len(), |(at, _)| at);
    let at = whole[from..].find(wrong.as_str()).map(|at| from + at).or_else(|| whole.find(wrong.as_str()))?;
    let at = start + at;
    Some(format!("{}{meant}{}", &text[..at], &text[at + wrong.len()..]))
}

/// Where the caret goes, in the UTF-16 units browsers count in.
pub fn caret(text: &str, line: u32, column: u32) -> u32 {
    let start = line_start(text, line).unwrap_or(text.len());
    let rest = &text[start..];
    let whole = &rest[..rest.find('\n').unwrap_or(rest.len())];
    let before = text[..start].encode_utf16().count();
    let within: usize = whole.chars().take(column.saturating_sub(1) as usize).map(char::len_utf16).sum();
    u32::try_from(before + within).unwrap_or(u32::MAX)
}

fn line_start(text: &str, line: u32) -> Option<usize> {
    let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(breaks).nth(line.saturating_sub(1) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = "There is no fact `risk_teir`. Did you mean `risk_tier`?";

    #[test]
    fn suggestions_are_read_from_messages() {
        let found = suggestion(MESSAGE);
        assert_eq!(found, Some(("risk_teir".to_owned(), "risk_tier".to_owned())));
        assert_eq!(suggestion("Unknown key `stages`. Known here: `id`."), None);
        assert_eq!(suggestion("Did you mean `x`?"), None);
    }

    #[test]
    fn the_slip_at_the_place_is_mended() {
        let slip = suggestion(MESSAGE).expect("a suggestion");
        let text = "a: risk_teir\nwhen: 'facts.risk_teir == facts.risk_teir'\n";
        let mended = |line, column| mended(text, line, column, &slip);
        assert_eq!(mended(2, 14).as_deref(), Some("a: risk_teir\nwhen: 'facts.risk_tier == facts.risk_teir'\n"));
        assert_eq!(mended(2, 26).as_deref(), Some("a: risk_teir\nwhen: 'facts.risk_teir == facts.risk_tier'\n"));
        assert_eq!(mended(1, 99).as_deref(), Some("a: risk_tier\nwhen: 'facts.risk_teir == facts.risk_teir'\n"));
        assert_eq!((mended(3, 1), mended(9, 1)), (None, None));
    }

    #[test]
    fn carets_count_as_browsers_do() {
        assert_eq!(caret("ab\nc\u{1f600}d\n", 2, 3), 6);
        assert_eq!(caret("ab", 1, 1), 0);
        assert_eq!(caret("ab", 7, 1), 2);
    }
}
