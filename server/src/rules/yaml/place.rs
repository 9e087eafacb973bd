//! Places in a text, and paths to them.

use std::fmt;

use super::{Content, Node, Scalar, Style};

/// A place in the text, both numbers from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

impl Place {
    /// A place from a parser that counts lines from 1 and columns from 0.
    pub fn new(line: usize, column_from_zero: usize) -> Self {
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Self { line: number(line).max(1), column: number(column_from_zero.saturating_add(1)) }
    }
}

/// A step down the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

/// A path from the root: `gates[0].require[1].when`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Path(Vec<Step>);

impl Path {
    /// The root.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// One step further, to a key.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Key(key.to_owned()));
        Self(steps)
    }

    /// One step further, to an item of a list.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Index(index));
        Self(steps)
    }

    /// The node at this path, or the last one on the way to it.
    pub fn find<'n>(&self, root: &'n Node) -> &'n Node {
        let mut node = root;
        for step in &self.0 {
            let next = match (step, &node.content) {
                (Step::Key(key), Content::Map(_)) => node.get(key),
                (Step::Index(index), Content::List(items)) => items.get(*index),
                (Step::Key(_) | Step::Index(_), _) => None,
            };
            let Some(next) = next else { break };
            node = next;
        }
        node
    }

    /// Where the key at the end of this path was written, or else its value.
    pub fn key_place(&self, root: &Node) -> Place {
        let Some((Step::Key(key), before)) = self.0.split_last() else { return self.find(root).place };
        let parent = Self(before.to_vec());
        let parent = parent.find(root);
        parent.entry(key).map_or(parent.place, |entry| entry.place)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => {
                    if position > 0 {
                        f.write_str(".")?;
                    }
                    let is_plain = key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
                    if is_plain { f.write_str(key)? } else { write!(f, "{key:?}")? }
                }
            }
        }
        Ok(())
    }
}

/// Where the character at byte `offset` of a scalar's text stands in the source.
///
/// Exact for scalars on one line and for `|` blocks; the beginning of the scalar otherwise, because folding moves
/// characters about.
pub fn place_within(node: &Node, source: &str, offset: usize) -> Place {
    let Content::Scalar(scalar) = &node.content else { return node.place };
    let Some(raw) = source.get(scalar.source.clone()) else { return node.place };
    let before = scalar.text.get(..offset).unwrap_or(&scalar.text);
    match scalar.style {
        Style::Literal => within_block(node.place, scalar, before),
        Style::Folded => node.place,
        Style::Plain | Style::Single | Style::Double if raw.contains('\n') => node.place,
        Style::Plain => moved(node.place, before.chars().count()),
        Style::Single => moved(node.place, 1 + before.chars().count() + before.matches('\'').count()),
        Style::Double => moved(node.place, 1 + escaped_length(raw, before.chars().count())),
    }
}

fn within_block(start: Place, scalar: &Scalar, before: &str) -> Place {
    // A block whose first line is indented further than the rest says so with an indicator; its start column then
    // is not the column of every line, and only the line can be told.
    let is_even = !scalar.text.starts_with([' ', '\n']);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let lines = before.matches('\n').count();
    let column = if is_even { before[line_start..].chars().count() } else { 0 };
    let line = start.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
    moved(Place { line, column: start.column }, column)
}

/// The length in the source of the first `count` characters of a double-quoted text.
fn escaped_length(raw: &str, count: usize) -> usize {
    let mut chars = raw.chars().skip(1);
    let mut length = 0;
    for _ in 0..count {
        match chars.next() {
            None => break,
            Some('\\') => {
                let digits = match chars.next() {
                    Some('x') => 2,
                    Some('u') => 4,
                    Some('U') => 8,
                    Some(_) | None => 0,
                };
                length += 2 + digits;
                for _ in 0..digits {
                    chars.next();
                }
            }
            Some(_) => length += 1,
        }
    }
    length
}

fn moved(start: Place, by: usize) -> Place {
    Place { line: start.line, column: start.column.saturating_add(u32::try_from(by).unwrap_or(u32::MAX)) }
}
