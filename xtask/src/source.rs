//! Reading Rust text just well enough to tell code, comments and string literals apart.

/// What a stretch of source text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Code,
    Comment,
    Literal,
}

/// A stretch of source text, from byte `start`.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    pub kind: Kind,
    pub start: usize,
    pub text: &'a str,
}

/// Cuts a source file into code, comments and string literals (character literals are code).
pub fn pieces(source: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < source.len() {
        let Some((kind, end)) = opening(source, at) else {
            at = after_code(source, at);
            continue;
        };
        pieces.push(Piece { kind: Kind::Code, start: from, text: &source[from..at] });
        pieces.push(Piece { kind, start: at, text: &source[at..end] });
        (from, at) = (end, end);
    }
    pieces.push(Piece { kind: Kind::Code, start: from, text: &source[from..] });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

/// The comment or literal that begins at `at`, with its end.
fn opening(source: &str, at: usize) -> Option<(Kind, usize)> {
    let rest = &source[at..];
    if rest.starts_with("//") {
        return Some((Kind::Comment, at + rest.find('\n').unwrap_or(rest.len())));
    }
    if rest.starts_with("/*") {
        return Some((Kind::Comment, at + block_comment(rest)));
    }
    if rest.starts_with('"') {
        return Some((Kind::Literal, at + quoted(rest)));
    }
    let after_word = source[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    if after_word && !source[..at].ends_with('b') {
        return None;
    }
    let hashes = rest.strip_prefix('r')?;
    let count = hashes.len() - hashes.trim_start_matches('#').len();
    let body = hashes[count..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(count));
    let end = body.find(&close).map_or(rest.len(), |found| 1 + count + 1 + found + close.len());
    Some((Kind::Literal, at + end))
}

/// Length of a block comment; they nest.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += char_len(rest, at);
        }
    }
    rest.len()
}

/// Length of a string literal with its quotes.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The next place to look at: a character literal such as `'"'` is passed as a whole.
fn after_code(source: &str, at: usize) -> usize {
    let rest = &source[at..];
    if let Some(inner) = rest.strip_prefix('\'') {
        if inner.starts_with('\\') {
            return at + 2 + inner.get(2..).and_then(|tail| tail.find('\'')).map_or(1, |found| found + 2);
        }
        let width = inner.chars().next().map_or(0, char::len_utf8);
        if inner[width..].starts_with('\'') {
            return at + 1 + width + 1;
        }
    }
    at + char_len(source, at)
}

fn char_len(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(1, char::len_utf8)
}

/// The text of a literal: without quotes, simple escapes resolved.
pub fn literal_value(raw: &str) -> String {
    if let Some(hashed) = raw.trim_start_matches('b').strip_prefix('r') {
        let hashes = hashed.len() - hashed.trim_start_matches('#').len();
        return hashed.get(hashes + 1..hashed.len() - hashes - 1).unwrap_or_default().to_owned();
    }
    let inner = raw.strip_prefix('"').unwrap_or(raw);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut value = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(escaped @ ('"' | '\\' | '\'')) => value.push(escaped),
                _ => value.push(' '),
            },
            _ => value.push(c),
        }
    }
    value
}

/// The file with comments blanked, line by line; `literals` tells whether literals stay.
pub fn without_comments(source: &str, literals: bool) -> String {
    let blank = |text: &str| text.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect::<String>();
    pieces(source)
        .into_iter()
        .map(|piece| match piece.kind {
            Kind::Code => piece.text.to_owned(),
            Kind::Literal if literals => piece.text.to_owned(),
            Kind::Literal | Kind::Comment => blank(piece.text),
        })
        .collect()
}

/// The line of a byte offset, counted from 1.
pub fn line_of(source: &str, offset: usize) -> usize {
    source[..offset].matches('\n').count() + 1
}

/// The identifiers of a line of code.
pub fn identifiers(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literals(source: &str) -> Vec<String> {
        let literals = pieces(source).into_iter().filter(|piece| piece.kind == Kind::Literal);
        literals.map(|piece| literal_value(piece.text)).collect()
    }

    #[test]
    fn literals_are_found_beside_quotes_in_characters_comments_and_lifetimes() {
        let source =
            r#"fn f<'a>(x: &'a str) { g('"', '\'', '\u{22}'); /* "no" /* "no" */ */ h("yes \"1\"", b"2"); } // "no""#;
        assert_eq!(literals(source), ["yes \"1\"", "2"]);
        assert_eq!(literals("r#\"yes \"3\"\"#, br\"4\", for_r"), ["yes \"3\"", "4"]);
    }

    #[test]
    fn comments_are_blanked_and_lines_stay() {
        let source = "a // tokio\nb /* x\ny */ c \"sql\"\n";
        assert_eq!(without_comments(source, false), "a         \nb     \n     c      \n");
        assert_eq!(without_comments(source, true), "a         \nb     \n     c \"sql\"\n");
        assert_eq!(line_of(source, source.find("sql").unwrap()), 3);
    }

    #[test]
    fn unfinished_text_is_survived() {
        for source in ["\"open", "r#\"open", "r#\"\"", "/* open", "'", "'\\", "'\\n"] {
            assert_eq!(pieces(source).iter().map(|piece| piece.text).collect::<String>(), source);
            literals(source);
        }
    }
}
