//! YAML read into a tree that remembers where everything stood.
//!
//! The reader accepts the part of YAML people write by hand: mappings, lists, scalars. Anchors, aliases, tags,
//! directives and further documents are refused, because a published definition must read the same to everybody.

pub mod cursor;
pub mod fault;
mod load;
pub mod place;

use std::ops::Range;

pub use cursor::{Cursor, Keys};
pub use fault::Faults;
pub use load::load;
pub use place::{Path, Place};

/// The longest text, in bytes.
pub const MAX_TEXT: usize = 256 * 1024;
/// The deepest nesting.
pub const MAX_DEPTH: usize = 32;

/// A value and where it begins.
#[derive(Debug)]
pub struct Node {
    /// Where it begins.
    pub place: Place,
    /// What it is.
    pub content: Content,
}

/// What a node is.
#[derive(Debug)]
pub enum Content {
    /// Text, a number, a truth value or nothing.
    Scalar(Scalar),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in file order, each key once.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key begins.
    pub place: Place,
    /// The value.
    pub value: Node,
}

/// A scalar as written.
#[derive(Debug)]
pub struct Scalar {
    /// Its text after quoting and folding.
    pub text: String,
    /// How it was written.
    pub style: Style,
    /// Its bytes in the source, quotes included.
    pub source: Range<usize>,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: may be a number, a truth value or nothing.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// A `|` block.
    Literal,
    /// A `>` block.
    Folded,
}

impl Node {
    /// The value under a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key of a mapping.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.content {
            Content::Map(entries) => entries.iter().find(|entry| entry.key == key),
            Content::Scalar(_) | Content::List(_) => None,
        }
    }

    /// Whether nothing was written: `key:` or `~`.
    pub fn is_null(&self) -> bool {
        match &self.content {
            Content::Scalar(scalar) => {
                scalar.style == Style::Plain && matches!(scalar.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
            }
            Content::List(_) | Content::Map(_) => false,
        }
    }

    /// What it is, for messages.
    pub fn kind(&self) -> &'static str {
        match &self.content {
            Content::Scalar(_) if self.is_null() => "nothing",
            Content::Scalar(_) => "a single value",
            Content::List(_) => "a list",
            Content::Map(_) => "a mapping",
        }
    }
}

#[cfg(test)]
mod tests;
