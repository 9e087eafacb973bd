//! CEL text to syntax tree, within limits that keep the parser and the evaluation small.

use std::panic::{AssertUnwindSafe, catch_unwind};

use cel::{
    common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators::INDEX},
    parser::Parser,
};

/// The longest expression, in bytes.
pub const MAX_SOURCE: usize = 1_024;
/// The deepest nesting, of brackets as of the tree.
pub const MAX_DEPTH: usize = 32;
/// The parser's own limit, which sees less than `too_deep` does.
const PARSER_DEPTH: u16 = 48;

/// What follows the first errors of the parser is mostly their echo.
const SYNTAX_FAULTS: usize = 3;

/// An error at a place in an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The byte it is about.
    pub offset: usize,
    /// What is wrong and what would be right.
    pub message: String,
    /// Whether a later version will understand it.
    pub is_later: bool,
}

impl Fault {
    /// An error at a byte of the expression.
    pub fn new(offset: usize, message: impl Into<String>) -> Self {
        Self { offset, message: message.into(), is_later: false }
    }

    /// Something that only a later version understands.
    pub fn later(offset: usize, message: impl Into<String>) -> Self {
        Self { offset, message: message.into(), is_later: true }
    }
}

/// A parsed expression.
#[derive(Debug)]
pub struct Parsed {
    /// The tree, macros expanded.
    pub root: IdedExpr,
    info: SourceInfo,
}

impl Parsed {
    /// The byte where a node was written: for operators the operator, for calls the parenthesis.
    pub fn offset(&self, id: u64) -> usize {
        let start = self.info.offset_for(id).map_or(0, |(start, _)| start as usize);
        if self.info.source.is_char_boundary(start) { start } else { 0 }
    }

    /// The text it was parsed from.
    pub fn source(&self) -> &str {
        &self.info.source
    }
}

/// Parses an expression.
pub fn parse(source: &str) -> Result<Parsed, Vec<Fault>> {
    let complain = |offset, message: String| Err(vec![Fault::new(offset, message)]);
    if source.len() > MAX_SOURCE {
        return complain(0, format!("The expression has {} bytes; at most {MAX_SOURCE} are allowed.", source.len()));
    }
    if source.trim().is_empty() {
        return complain(0, "The expression is empty.".to_owned());
    }
    // The parser recurses on brackets and conditionals before its own limit helps, so both are counted first.
    if let Some(offset) = too_deep(source) {
        return complain(offset, format!("The expression is nested deeper than {MAX_DEPTH} levels."));
    }
    let parser = Parser::new().max_recursion_depth(PARSER_DEPTH);
    // Nothing of a panicked parser outlives this call.
    let parsed = catch_unwind(AssertUnwindSafe(move || parser.parse_with_source_info(source)));
    let (root, info) = match parsed {
        Ok(Ok(parsed)) => parsed,
        Ok(Err(failure)) => {
            let faults = failure.errors.iter().map(|error| syntax_fault(source, error.pos, &error.msg));
            return Err(faults.take(SYNTAX_FAULTS).collect());
        }
        Err(_) => return complain(0, "The expression cannot be parsed.".to_owned()),
    };
    let parsed = Parsed { root, info };
    if depth(&parsed.root) > MAX_DEPTH {
        let message =
            format!("The expression's tree is deeper than {MAX_DEPTH} levels. Split it into several conditions.");
        return complain(0, message);
    }
    Ok(parsed)
}

/// The byte where brackets or `?` pass the limit, string literals left out.
fn too_deep(source: &str) -> Option<usize> {
    let bytes = source.as_bytes();
    let (mut at, mut open, mut conditionals) = (0, 0_usize, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            b'?' => conditionals += 1,
            b'"' | b'\'' => {
                at = after_string(bytes, at);
                continue;
            }
            _ => {}
        }
        if open > MAX_DEPTH || conditionals > MAX_DEPTH {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// The byte after the string literal that begins at `start`.
fn after_string(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let is_triple = bytes[start..].starts_with(&[quote; 3]);
    let closing: &[u8] = if is_triple { &[quote; 3] } else { &[quote] };
    let is_letter = |back: usize, letters: &[u8]| {
        start.checked_sub(back).and_then(|at| bytes.get(at)).is_some_and(|byte| letters.contains(byte))
    };
    let is_raw = is_letter(1, b"rR") || (is_letter(1, b"bB") && is_letter(2, b"rR"));
    let mut at = start + closing.len();
    while at < bytes.len() {
        if bytes[at..].starts_with(closing) {
            return at + closing.len();
        }
        // A single-quoted literal ends with its line; what follows is no longer inside it.
        if !is_triple && bytes[at] == b'\n' {
            return at;
        }
        at += if bytes[at] == b'\\' && !is_raw { 2 } else { 1 };
    }
    bytes.len()
}

fn syntax_fault(source: &str, (line, column): (isize, isize), message: &str) -> Fault {
    let back = |number: isize| usize::try_from(number.saturating_sub(1)).unwrap_or_default();
    let line_start: usize = source.split_inclusive('\n').take(back(line)).map(str::len).sum();
    let rest = source.get(line_start..).unwrap_or_default();
    let within = rest.char_indices().nth(back(column)).map_or(rest.len(), |(byte, _)| byte);
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    // The parser's list of what it expected is long and helps nobody.
    let message = message.split(" expecting {").next().unwrap_or(message);
    let message = if message.contains("'<EOF>'") { "it ends where something more is needed" } else { message };
    Fault::new(line_start + within, format!("The expression cannot be read: {message}."))
}

/// The depth of a tree. Parsing has bounded the recursion already.
fn depth(node: &IdedExpr) -> usize {
    1 + children(node).into_iter().map(depth).max().unwrap_or_default()
}

/// The nodes directly below a node.
pub fn children(node: &IdedExpr) -> Vec<&IdedExpr> {
    match &node.expr {
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => Vec::new(),
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::Map(map) => map.entries.iter().flat_map(|entry| entry_nodes(&entry.expr)).collect(),
        Expr::Struct(literal) => literal.entries.iter().flat_map(|entry| entry_nodes(&entry.expr)).collect(),
        Expr::Comprehension(inner) => {
            vec![&inner.iter_range, &inner.accu_init, &inner.loop_cond, &inner.loop_step, &inner.result]
        }
    }
}

fn entry_nodes(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}

/// The steps of a path such as `facts.name` or `input["a b"]`, root first; `None` for anything else.
pub fn path_of(node: &IdedExpr) -> Option<Vec<&str>> {
    match &node.expr {
        Expr::Ident(name) => Some(vec![name]),
        Expr::Select(select) => {
            let mut steps = path_of(&select.operand)?;
            steps.push(&select.field);
            Some(steps)
        }
        Expr::Call(call) if call.func_name == INDEX => {
            let (operand, index) = (call.args.first()?, call.args.get(1)?);
            let Expr::Literal(LiteralValue::String(key)) = &index.expr else { return None };
            let mut steps = path_of(operand)?;
            steps.push(key.inner());
            Some(steps)
        }
        Expr::Call(_)
        | Expr::Unspecified
        | Expr::Literal(_)
        | Expr::List(_)
        | Expr::Map(_)
        | Expr::Struct(_)
        | Expr::Comprehension(_) => None,
    }
}

/// The nodes directly below a node, to be changed.
pub fn children_mut(node: &mut IdedExpr) -> Vec<&mut IdedExpr> {
    match &mut node.expr {
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => Vec::new(),
        Expr::Call(call) => call.target.as_deref_mut().into_iter().chain(&mut call.args).collect(),
        Expr::List(list) => list.elements.iter_mut().collect(),
        Expr::Select(select) => vec![&mut select.operand],
        Expr::Map(map) => map.entries.iter_mut().flat_map(|entry| entry_nodes_mut(&mut entry.expr)).collect(),
        Expr::Struct(literal) => {
            literal.entries.iter_mut().flat_map(|entry| entry_nodes_mut(&mut entry.expr)).collect()
        }
        Expr::Comprehension(inner) => vec![
            &mut inner.iter_range,
            &mut inner.accu_init,
            &mut inner.loop_cond,
            &mut inner.loop_step,
            &mut inner.result,
        ],
    }
}

fn entry_nodes_mut(entry: &mut EntryExpr) -> Vec<&mut IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&mut field.value],
        EntryExpr::MapEntry(entry) => vec![&mut entry.key, &mut entry.value],
    }
}

#[cfg(test)]
mod tests;
