//! Finding the style classes that the console's sources use.
//!
//! Certain are the literals of a `class=` value; a class put together from pieces cannot be
//! generated and is an error. Every other literal is only searched for possible classes.

use crate::source::{Kind, line_of, literal_value, pieces};

/// A string literal of the sources.
#[derive(Debug, PartialEq, Eq)]
pub struct Literal {
    pub line: usize,
    pub text: String,
    /// Whether it stands where only classes can.
    pub is_class: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Sign(char),
    Text(String),
}

/// All string literals of a file, and the names of `class:name=` attributes.
pub fn literals(source: &str) -> Vec<Literal> {
    let tokens = tokens(source);
    let mut certain = vec![false; tokens.len()];
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        if tokens[at].0 != Token::Word("class".to_owned()) {
            continue;
        }
        match (sign(&tokens, at + 1), sign(&tokens, at + 2)) {
            (Some('='), Some('=' | '>')) | (Some(':'), Some(':')) => {}
            (Some('='), _) => mark_value(&tokens, at + 2, &mut certain),
            (Some(':'), _) => found.extend(toggled(&tokens, at + 2)),
            _ => {}
        }
    }
    for ((token, line), is_class) in tokens.into_iter().zip(certain) {
        if let Token::Text(text) = token {
            found.push(Literal { line, text, is_class });
        }
    }
    found
}

/// The name in `class:name=`, which may hold dashes.
fn toggled(tokens: &[(Token, usize)], from: usize) -> Option<Literal> {
    let mut name = String::new();
    for (token, line) in &tokens[from..] {
        match token {
            Token::Word(word) => name.push_str(word),
            Token::Sign('-') => name.push('-'),
            Token::Sign('=') if !name.is_empty() => {
                return Some(Literal { line: *line, text: name, is_class: true });
            }
            _ => return None,
        }
    }
    None
}

/// Marks the literals of the value that begins at `from`: `"…"`, `{…}`, `(…)` or an expression.
fn mark_value(tokens: &[(Token, usize)], from: usize, certain: &mut [bool]) {
    // For each open bracket, whether it holds a call's arguments: those are not classes.
    let mut open: Vec<bool> = Vec::new();
    for at in from..tokens.len() {
        match &tokens[at].0 {
            Token::Sign('(' | '[' | '{') => open.push(is_call(tokens, at)),
            Token::Sign(')' | ']' | '}') => {
                let outside = open.pop().is_none();
                if outside || (open.is_empty() && ends_value(tokens, from, at)) {
                    return;
                }
            }
            Token::Text(_) => {
                certain[at] = !open.contains(&true) && !is_compared(tokens, at);
                if at == from {
                    return;
                }
            }
            Token::Sign(mark) if open.is_empty() && ends_expression(tokens, at, *mark) => return,
            _ => {}
        }
    }
}

/// Whether the bracket closing at `at` closes the whole value: it began with one, and no `else` follows.
fn ends_value(tokens: &[(Token, usize)], from: usize, at: usize) -> bool {
    let began = matches!(tokens[from].0, Token::Sign('(' | '[' | '{'));
    let goes_on = matches!(tokens.get(at + 1), Some((Token::Sign('.'), _)));
    began && !goes_on
}

/// Whether a sign outside brackets ends the attribute's expression.
fn ends_expression(tokens: &[(Token, usize)], at: usize, mark: char) -> bool {
    let before = at.checked_sub(1).and_then(|at| sign(tokens, at));
    let after = sign(tokens, at + 1);
    match mark {
        ';' | ',' => true,
        '>' => !matches!(before, Some('=' | '-')),
        '/' => after == Some('>'),
        '=' => !matches!(before, Some('=' | '!' | '<' | '>')) && !matches!(after, Some('=' | '>')),
        _ => false,
    }
}

/// `name(…)` and `name!(…)` are calls; `format!` and `concat!` make text, and `if (…)` is neither.
fn is_call(tokens: &[(Token, usize)], at: usize) -> bool {
    if tokens[at].0 != Token::Sign('(') {
        return false;
    }
    let word = |back: usize| match at.checked_sub(back).map(|at| &tokens[at].0) {
        Some(Token::Word(word)) => Some(word.as_str()),
        _ => None,
    };
    if at > 0 && tokens[at - 1].0 == Token::Sign('!') {
        return !matches!(word(2), Some("format" | "concat"));
    }
    word(1).is_some_and(|word| !matches!(word, "if" | "match" | "in" | "return" | "else" | "while" | "Some"))
}

/// Literals that are compared or matched are data.
fn is_compared(tokens: &[(Token, usize)], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|at| sign(tokens, at));
    let compared_before = before(1) == Some('=') && matches!(before(2), Some('=' | '!'));
    let (next, after) = (sign(tokens, at + 1), sign(tokens, at + 2));
    let compared_after = matches!((next, after), (Some('='), Some('=' | '>')) | (Some('!'), Some('=')));
    compared_before || compared_after || next == Some('|')
}

fn sign(tokens: &[(Token, usize)], at: usize) -> Option<char> {
    match tokens.get(at) {
        Some((Token::Sign(sign), _)) => Some(*sign),
        _ => None,
    }
}

fn tokens(source: &str) -> Vec<(Token, usize)> {
    let mut tokens = Vec::new();
    for piece in pieces(source) {
        match piece.kind {
            Kind::Comment => {}
            Kind::Literal => tokens.push((Token::Text(literal_value(piece.text)), line_of(source, piece.start))),
            Kind::Code => code_tokens(piece.text, line_of(source, piece.start), &mut tokens),
        }
    }
    tokens
}

fn code_tokens(code: &str, mut line: usize, tokens: &mut Vec<(Token, usize)>) {
    let mut word = String::new();
    for c in code.chars().chain([' ']) {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            tokens.push((Token::Word(std::mem::take(&mut word)), line));
        }
        if c == '\n' {
            line += 1;
        } else if !c.is_whitespace() {
            tokens.push((Token::Sign(c), line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certain(source: &str) -> Vec<String> {
        literals(source).into_iter().filter(|found| found.is_class).map(|found| found.text).collect()
    }

    #[test]
    fn plain_values_and_toggles() {
        let source = r#"view! { <p class="flex gap-2" title="no" class:is-open=move || x()>"no"</p> }"#;
        assert_eq!(certain(source), ["is-open", "flex gap-2"]);
    }

    #[test]
    fn expressions_give_their_branches_and_not_what_they_compare() {
        let source = r#"<p class=move || if kind() == "no" { "text-fail" } else { "text-pass" } title="no">"no"</p>"#;
        assert_eq!(certain(source), ["text-fail", "text-pass"]);
        let source = r#"<p class={match x { "no" | "not" => "a", _ => tone("no") }} id="no"/>"#;
        assert_eq!(certain(source), ["a"]);
        assert_eq!(certain(r#"<p class=("hidden", move || y("no")) id="no">"#), ["hidden"]);
    }

    #[test]
    fn variables_named_class_count_and_end_with_their_statement() {
        let source = r#"let class = format!("badge {tone}"); let other = "no"; if class == "no" {}"#;
        assert_eq!(certain(source), ["badge {tone}"]);
    }

    #[test]
    fn lines_are_those_of_the_literal() {
        let found = literals("a\nclass=\"x\"\n// \"no\"\n\"y\"");
        assert_eq!(found.iter().map(|found| (found.line, found.is_class)).collect::<Vec<_>>(), [(2, true), (4, false)]);
    }
}
