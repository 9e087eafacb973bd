//! The lines of a definition as coloured pieces. A reader's aid, no parser: every character of the text is in a piece,
//! whatever the text is.

use super::lines::{Kind, Line, Piece};

/// Reads lines one after another; some go on from the one before.
#[derive(Debug, Default)]
pub struct Reader {
    open: Open,
    /// Brackets that are open.
    depth: usize,
}

/// What a line leaves open for the next one.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Open {
    #[default]
    Nothing,
    /// A quoted text.
    Quote(char),
    /// A `|` or `>` block, with the indentation of the line it began on.
    Block(usize),
}

/// The lines of a whole text.
pub fn lines(text: &str) -> Vec<Line> {
    let mut reader = Reader::default();
    text.lines().map(|line| reader.read(line)).collect()
}

impl Reader {
    /// The pieces of the next line.
    pub fn read(&mut self, line: &str) -> Line {
        let indent = line.len() - line.trim_start_matches(' ').len();
        if let Open::Block(parent) = self.open {
            if line.trim().is_empty() || indent > parent {
                return vec![piece(Kind::Text, line)];
            }
            self.open = Open::Nothing;
        }
        let mut pieces = Line::new();
        let mut rest = line;
        if let Open::Quote(mark) = self.open {
            let end = closing(rest, mark);
            self.open = if end.is_some() { Open::Nothing } else { self.open };
            let (quoted, after) = rest.split_at(end.unwrap_or(rest.len()));
            pieces.push(piece(Kind::Text, quoted));
            rest = after;
        }
        while let Some(first) = rest.chars().next() {
            let (taken, after) = rest.split_at(self.take(rest, first, line.len() - rest.len(), indent, &mut pieces));
            debug_assert!(!taken.is_empty(), "each step goes on");
            rest = after;
        }
        pieces
    }

    /// Adds the next piece and answers its length.
    fn take(&mut self, rest: &str, first: char, at: usize, indent: usize, pieces: &mut Line) -> usize {
        let is_alone = rest[first.len_utf8()..].chars().next().is_none_or(char::is_whitespace);
        let after_space = at == 0 || pieces.last().is_none_or(|last| last.text.ends_with(char::is_whitespace));
        let (kind, length) = match first {
            '#' if after_space => (Kind::Note, rest.len()),
            c if c.is_whitespace() => (Kind::Mark, rest.len() - rest.trim_start().len()),
            '-' | '?' | ':' if is_alone => (Kind::Mark, 1),
            ':' | ',' if self.depth > 0 => (Kind::Mark, 1),
            '{' | '[' => {
                self.depth += 1;
                (Kind::Mark, 1)
            }
            '}' | ']' if self.depth > 0 => {
                self.depth -= 1;
                (Kind::Mark, 1)
            }
            '|' | '>' if self.depth == 0 && after_space => {
                self.open = Open::Block(indent);
                (Kind::Mark, rest.len())
            }
            '\'' | '"' => self.quoted(rest, first),
            _ => plain(rest, self.depth > 0),
        };
        pieces.push(piece(kind, &rest[..length]));
        length
    }

    fn quoted(&mut self, rest: &str, mark: char) -> (Kind, usize) {
        let Some(end) = closing(&rest[1..], mark) else {
            self.open = Open::Quote(mark);
            return (Kind::Text, rest.len());
        };
        let end = end + 1;
        let kind = if rest[end..].starts_with(':') { Kind::Key } else { Kind::Text };
        (kind, end)
    }
}

fn piece(kind: Kind, text: &str) -> Piece {
    Piece { kind, text: text.to_owned() }
}

/// Where a quoted text ends, its closing mark included. In single quotes the mark is doubled, in double quotes escaped.
fn closing(text: &str, mark: char) -> Option<usize> {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && mark == '"' {
            chars.next();
        } else if c == mark {
            if mark == '\'' && chars.peek().is_some_and(|(_, next)| *next == mark) {
                chars.next();
            } else {
                return Some(at + 1);
            }
        }
    }
    None
}

/// A text without quotes: up to a colon that makes it a key, a comment, or a bracket's comma.
fn plain(rest: &str, in_brackets: bool) -> (Kind, usize) {
    let bytes = rest.as_bytes();
    let mut end = rest.len();
    let mut kind = None;
    for (at, c) in rest.char_indices() {
        let next = bytes.get(at + c.len_utf8()).copied();
        let is_last = next.is_none_or(|next| next.is_ascii_whitespace() || (in_brackets && b",]}".contains(&next)));
        if c == ':' && is_last && at > 0 {
            (kind, end) = (Some(Kind::Key), at);
            break;
        }
        let is_comment = c == '#' && at > 0 && bytes[at - 1].is_ascii_whitespace();
        if is_comment || (in_brackets && at > 0 && matches!(c, ',' | ']' | '}' | '[' | '{')) {
            end = at;
            break;
        }
    }
    let text = rest[..end].trim_end();
    let length = text.len().max(rest.chars().next().map_or(0, char::len_utf8));
    (kind.unwrap_or_else(|| if is_number(text) { Kind::Number } else { Kind::Text }), length)
}

/// Numbers, durations, truth values and nothing.
fn is_number(text: &str) -> bool {
    let body = text.strip_prefix('-').unwrap_or(text);
    let counts = body.starts_with(|c: char| c.is_ascii_digit())
        && body.trim_end_matches(['d', 'h', 'm', 's']).chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '_'));
    counts || matches!(text, "true" | "false" | "null" | "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let sign = |kind| match kind {
            Kind::Mark => "",
            Kind::Key => "k",
            Kind::Text => "s",
            Kind::Number => "n",
            Kind::Note => "#",
        };
        let line = |line: Line| {
            line.into_iter()
                .filter(|piece| piece.kind != Kind::Mark)
                .map(|piece| format!("{}<{}>", sign(piece.kind), piece.text))
                .collect::<Vec<_>>()
                .join(" ")
        };
        lines(text).into_iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn keys_texts_and_numbers_are_told_apart() {
        let text = "name: a-1 # note\ntools:\n  pay: { input: { to: string, n: 1.5 }, reversible: true, \"k\": 'it''s: #1' }\n  - when: 'a == \"b\"'\n    deadline: { expire: 24h }\n    url: http://a, b#c\n    text: |\n      - no: key\n\n    next: \"open\n      still\" \n";
        let expected = [
            "k<name> s<a-1> #<# note>",
            "k<tools>",
            r#"k<pay> k<input> k<to> s<string> k<n> n<1.5> k<reversible> n<true> k<"k"> s<'it''s: #1'>"#,
            r#"k<when> s<'a == "b"'>"#,
            "k<deadline> k<expire> n<24h>",
            "k<url> s<http://a, b#c>",
            "k<text>",
            "s<      - no: key>",
            "s<>",
            r#"k<next> s<"open>"#,
            r#"s<      still">"#,
        ];
        assert_eq!(told(text), expected.join("\n"));
    }

    #[test]
    fn no_character_is_lost_whatever_the_text_is() {
        for text in [
            "}}]:,:",
            "'",
            "\"\\",
            "ä: 'ö",
            "- - ? :",
            "|",
            "a: >\n b\nc",
            "[a: b",
            "\u{202e}: {\u{200b}",
            "a #b",
            ":a",
            "-",
        ] {
            let whole: Vec<String> =
                lines(text).into_iter().map(|line| line.into_iter().map(|piece| piece.text).collect()).collect();
            assert_eq!(whole.join("\n"), text);
        }
    }
}
