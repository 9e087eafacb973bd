//! The errors of a text, collected with their places.

use domain::{FieldError, Refusal, refusal::Code};

use super::{Node, Path, Place, place::place_within};

/// At most this many errors are told at once.
pub const MAX_ERRORS: usize = 100;

/// The machine-readable words of errors.
pub mod code {
    /// The text is not YAML that this reader accepts.
    pub const SYNTAX: &str = "syntax";
    /// A key that no version knows.
    pub const UNKNOWN_KEY: &str = "unknown_key";
    /// A key that a later version will know.
    pub const NOT_SUPPORTED_YET: &str = "not_supported_yet";
    /// A key or name that appears twice.
    pub const DUPLICATE: &str = "duplicate";
    /// A key that must be there.
    pub const MISSING: &str = "missing_key";
    /// A value of another type.
    pub const WRONG_TYPE: &str = "wrong_type";
    /// A value out of range or ill-formed.
    pub const INVALID_VALUE: &str = "invalid_value";
    /// A name that is declared nowhere.
    pub const UNKNOWN_NAME: &str = "unknown_name";
    /// Too many or too large.
    pub const TOO_LARGE: &str = "too_large";
    /// A rule about the workflow as a whole.
    pub const UNSAFE: &str = "unsafe";
    /// A CEL expression that cannot be evaluated.
    pub const EXPRESSION: &str = "expression";
}

/// Collects errors about one text.
pub struct Faults<'t> {
    text: &'t str,
    root: &'t Node,
    errors: Vec<FieldError>,
}

impl<'t> Faults<'t> {
    /// Begins with the errors the reader of the text found.
    pub fn new(text: &'t str, root: &'t Node, errors: Vec<FieldError>) -> Self {
        Self { text, root, errors }
    }

    /// An error about the value at a path; about its nearest parent when there is none.
    pub fn add(&mut self, path: &Path, code: &str, message: impl Into<String>) {
        let place = path.find(self.root).place;
        self.push(error(place, path.to_string(), code, message));
    }

    /// An error about the key at the end of a path.
    pub fn add_at_key(&mut self, path: &Path, code: &str, message: impl Into<String>) {
        let place = path.key_place(self.root);
        self.push(error(place, path.to_string(), code, message));
    }

    /// An error about the character at byte `offset` of the scalar at a path.
    pub fn add_within(&mut self, path: &Path, offset: usize, code: &str, message: impl Into<String>) {
        let place = place_within(path.find(self.root), self.text, offset);
        self.push(error(place, path.to_string(), code, message));
    }

    fn push(&mut self, error: FieldError) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
    }

    /// Whether no error was found.
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// The refusal that tells every error, in the order of the text.
    pub fn into_refusal(self) -> Refusal {
        refusal(self.errors)
    }
}

/// One error at a place.
pub fn error(place: Place, path: String, code: &str, message: impl Into<String>) -> FieldError {
    FieldError {
        line: Some(place.line),
        column: Some(place.column),
        code: Some(code.to_owned()),
        ..FieldError::new(path, message)
    }
}

/// The refusal that tells every error, in the order of the text.
pub fn refusal(mut errors: Vec<FieldError>) -> Refusal {
    errors.sort_by_key(|error| (error.line, error.column));
    errors.dedup();
    let first = errors.first().map(|first| {
        let line = first.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        format!("{line}{}", first.message)
    });
    let first = first.unwrap_or_default();
    let count = match errors.len() {
        0 | 1 => "an error".to_owned(),
        many if many >= MAX_ERRORS => format!("{many} errors or more"),
        many => format!("{many} errors"),
    };
    let message = format!("The workflow definition has {count}. {}", capital(&first));
    Refusal::new(Code::InvalidWorkflow, message).with_errors(errors)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
