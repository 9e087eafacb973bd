//! Canonical JSON as lines of coloured pieces: keys sorted, numbers and strings as RFC 8785 writes them.

use domain::canonical;
use serde_json::Value;

/// What a piece of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Brackets, commas, indentation.
    Mark,
    /// An object's key.
    Key,
    /// A string.
    Text,
    /// A number, a truth value, null.
    Number,
    /// A comment.
    Note,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: Kind,
    /// Its text.
    pub text: String,
}

/// A line.
pub type Line = Vec<Piece>;

/// The kind of a value that is written on one line.
pub const fn kind(value: &Value) -> Kind {
    match value {
        Value::String(_) => Kind::Text,
        Value::Null | Value::Bool(_) | Value::Number(_) => Kind::Number,
        Value::Array(_) | Value::Object(_) => Kind::Mark,
    }
}

/// The lines of a value, two spaces a level.
pub fn lines(value: &Value) -> Vec<Line> {
    let mut writer = Writer { lines: Vec::new(), current: Vec::new() };
    writer.value(value, 0);
    writer.end_line();
    writer.lines
}

struct Writer {
    lines: Vec<Line>,
    current: Line,
}

impl Writer {
    fn push(&mut self, kind: Kind, text: impl Into<String>) {
        self.current.push(Piece { kind, text: text.into() });
    }

    fn end_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.current));
    }

    fn value(&mut self, value: &Value, level: usize) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                let mut members: Vec<_> = members.iter().collect();
                members.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
                let members = members.into_iter().map(|(name, value)| (Some(name.as_str()), value));
                self.block(members, level, ["{", "}"]);
            }
            Value::Array(items) if !items.is_empty() => {
                self.block(items.iter().map(|item| (None, item)), level, ["[", "]"]);
            }
            other => self.push(kind(other), canonical::to_string(other)),
        }
    }

    fn block<'a>(
        &mut self,
        members: impl ExactSizeIterator<Item = (Option<&'a str>, &'a Value)>,
        level: usize,
        [open, close]: [&str; 2],
    ) {
        self.push(Kind::Mark, open);
        let count = members.len();
        for (place, (name, value)) in members.enumerate() {
            self.end_line();
            self.push(Kind::Mark, "  ".repeat(level + 1));
            if let Some(name) = name {
                self.push(Kind::Key, canonical::to_string(&Value::from(name)));
                self.push(Kind::Mark, ": ");
            }
            self.value(value, level + 1);
            if place + 1 < count {
                self.push(Kind::Mark, ",");
            }
        }
        self.end_line();
        self.push(Kind::Mark, format!("{}{close}", "  ".repeat(level)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(value: &Value) -> String {
        let lines = lines(value);
        lines
            .iter()
            .map(|line| line.iter().map(|piece| piece.text.as_str()).collect())
            .collect::<Vec<String>>()
            .join("\n")
    }

    #[test]
    fn a_call_reads_as_canonical_json() {
        let value = json!({"limit": 2_500_000.0, "b": [1, {}, []], "a": {"t": "x\ny", "n": null}});
        let expected = "{\n  \"a\": {\n    \"n\": null,\n    \"t\": \"x\\ny\"\n  },\n  \"b\": [\n    1,\n    {},\n    []\n  ],\n  \"limit\": 2500000\n}";
        assert_eq!(text(&value), expected);
    }

    #[test]
    fn without_its_white_space_it_is_what_is_digested() {
        let value = json!({"\u{fb33}": 1, "\u{1f600}": 2, "e": 1e21, "s": "\u{20ac}"});
        let packed: String = text(&value).lines().map(str::trim_start).collect::<String>().replace("\": ", "\":");
        assert_eq!(packed, canonical::to_string(&value));
    }
}
