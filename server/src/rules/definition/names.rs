//! Which names are allowed where.

use crate::rules::yaml::{Cursor, Faults, Path, fault::code};

/// The longest name of a gate, fact, group, policy or condition.
pub const LONGEST: usize = 64;
/// The longest name of a tool, which clients choose.
const LONGEST_TOOL: usize = 128;

/// Words CEL reads as something else than a name.
const RESERVED: [&str; 21] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "true",
    "var",
    "void",
    "while",
];

/// Whether conditions can write `x.<text>`.
pub fn is_identifier(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && text.len() <= LONGEST
}

/// Whether CEL reads this word as something else than a name.
pub fn is_reserved(text: &str) -> bool {
    RESERVED.contains(&text)
}

/// What is wrong with a name that conditions use.
fn identifier_fault(text: &str, what: &str) -> Option<String> {
    if !is_identifier(text) {
        return Some(format!(
            "`{text}` cannot name {what}: conditions need letters, digits and underscores, not beginning with a \
             digit, at most {LONGEST}."
        ));
    }
    is_reserved(text).then(|| format!("`{text}` cannot name {what}: conditions read it as a word of the language."))
}

/// A name that conditions use, from a value.
pub fn identifier(cursor: &Cursor<'_>, what: &str, faults: &mut Faults<'_>) -> Option<String> {
    let text = cursor.text(LONGEST, faults)?;
    let fault = identifier_fault(&text, what);
    if let Some(message) = fault {
        faults.add(&cursor.path, code::INVALID_VALUE, message);
    }
    Some(text)
}

/// A name that conditions use, from a key.
pub fn identifier_key(text: &str, path: &Path, what: &str, faults: &mut Faults<'_>) {
    if let Some(message) = identifier_fault(text, what) {
        faults.add_at_key(path, code::INVALID_VALUE, message);
    }
}

/// The name of a workflow.
pub fn workflow(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let text = cursor.text(LONGEST, faults)?;
    let starts = text.starts_with(|c: char| c.is_ascii_lowercase());
    if !starts || !text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        let message = format!(
            "`{text}` cannot name a workflow: it stands in URLs. Use a to z, digits and hyphens, beginning with a letter."
        );
        faults.add(&cursor.path, code::INVALID_VALUE, message);
    }
    if text == "new" {
        let message = "`new` cannot name a workflow: it is the console's address for writing one.";
        faults.add(&cursor.path, code::INVALID_VALUE, message);
    }
    Some(text)
}

/// A tool's name or an argument's, which clients choose: anything that can be shown.
pub fn tool_key(text: &str, path: &Path, faults: &mut Faults<'_>) {
    let length = text.chars().count();
    let is_shown = !text.chars().any(|c| c.is_control() || c == '\u{fffd}') && text.trim() == text;
    if !is_shown || !(1..=LONGEST_TOOL).contains(&length) {
        let message = format!("A name has 1 to {LONGEST_TOOL} printable characters, without spaces around it.");
        faults.add_at_key(path, code::INVALID_VALUE, message);
    }
}

/// Whether this may name a policy, a condition or a reason: letters, digits, hyphens and underscores.
fn is_label(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic());
    starts && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) && text.len() <= LONGEST
}

fn label_fault(text: &str, what: &str) -> Option<String> {
    (!is_label(text)).then(|| {
        format!(
            "`{text}` cannot name {what}: use letters, digits, hyphens and underscores, beginning with a letter, at \
             most {LONGEST}."
        )
    })
}

/// The name of a condition or a reason, from a value.
pub fn label(cursor: &Cursor<'_>, what: &str, faults: &mut Faults<'_>) -> Option<String> {
    let text = cursor.text(LONGEST, faults)?;
    if let Some(message) = label_fault(&text, what) {
        faults.add(&cursor.path, code::INVALID_VALUE, message);
    }
    Some(text)
}

/// The name of a policy, from a key.
pub fn label_key(text: &str, path: &Path, what: &str, faults: &mut Faults<'_>) {
    if let Some(message) = label_fault(text, what) {
        faults.add_at_key(path, code::INVALID_VALUE, message);
    }
}

/// The name of a group of people.
pub fn group(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let text = cursor.text(LONGEST, faults)?;
    let is_shown = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' '));
    if !is_shown {
        let message =
            format!("`{text}` cannot name a group: use letters, digits, spaces, hyphens, dots and underscores.");
        faults.add(&cursor.path, code::INVALID_VALUE, message);
    }
    Some(text)
}

/// Seconds of `30d`, `12h`, `15m`, `30s`, or several of them: `1d 12h`.
pub fn duration(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Option<u64> {
    let text = cursor.text(LONGEST, faults)?;
    let seconds = seconds(&text).filter(|seconds| (1..=MAX_DURATION).contains(seconds));
    if seconds.is_none() {
        let message = format!(
            "`{text}` is not a duration. Write days, hours, minutes or seconds, such as 30d, 12h, 15m, 30s or 1d 12h, \
             at most ten years."
        );
        faults.add(&cursor.path, code::INVALID_VALUE, message);
    }
    seconds
}

/// Ten years.
const MAX_DURATION: u64 = 3_652 * 86_400;

fn seconds(text: &str) -> Option<u64> {
    let mut total: u64 = 0;
    let mut largest = u64::MAX;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: u64 = rest[..digits].parse().ok()?;
        let unit = match rest[digits..].chars().next()? {
            'd' => 86_400,
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        // Each unit once, the large ones first: `30m 2h` is more likely a slip than a wish.
        if unit >= largest {
            return None;
        }
        largest = unit;
        total = total.checked_add(count.checked_mul(unit)?)?;
        rest = rest[digits + 1..].trim_start();
    }
    (largest != u64::MAX).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        let table = [
            ("30d", Some(2_592_000)),
            ("12h", Some(43_200)),
            ("15m", Some(900)),
            ("30s", Some(30)),
            ("1d 12h", Some(129_600)),
            ("1d12h", Some(129_600)),
            ("30", None),
            ("h", None),
            ("2h 1d", None),
            ("1h 1h", None),
            ("-1h", None),
            ("1.5h", None),
            ("99999999999999999999d", None),
            ("999999999999999999d", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
