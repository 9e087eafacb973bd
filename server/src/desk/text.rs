//! Plain text from outside: bounded, and without what a database or a log cannot hold.

use domain::Refusal;

/// The longest name or id somebody else gives a thing, in characters.
pub const NAME: usize = 200;
/// The longest statement, in characters.
pub const STATEMENT: usize = 4_000;

/// Checks a mandatory text.
///
/// # Errors
/// `invalid_field` at `path` when it is empty, longer than `most` characters, or holds a control character.
pub fn required(path: &str, text: &str, most: usize) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::invalid(path, "expected text"));
    }
    optional(path, Some(text), most)
}

/// Checks a text that may be left out; line breaks and tabs are allowed in it, other control characters are not.
///
/// # Errors
/// `invalid_field` at `path`.
pub fn optional(path: &str, text: Option<&str>, most: usize) -> Result<(), Refusal> {
    let Some(text) = text else { return Ok(()) };
    if text.chars().count() > most {
        return Err(Refusal::invalid(path, format!("expected at most {most} characters")));
    }
    if let Some(control) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Refusal::invalid(
            path,
            format!("the control character U+{:04X} is not allowed", u32::from(control)),
        ));
    }
    Ok(())
}
