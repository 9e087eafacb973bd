//! A node with its path, and the typed readings of it.

use std::fmt::Display;

use serde_json::{Number, Value};

use super::{Content, Faults, Node, Path, Style, fault::code};
use crate::rules::suggest;

/// The keys of a mapping: those this version reads, and those of later versions.
pub struct Keys {
    /// Read now.
    pub known: &'static [&'static str],
    /// Refused as not supported yet.
    pub later: &'static [&'static str],
}

/// A node and the way to it.
#[derive(Clone)]
pub struct Cursor<'n> {
    /// The node.
    pub node: &'n Node,
    /// The way to it.
    pub path: Path,
}

impl<'n> Cursor<'n> {
    /// The whole text.
    pub const fn root(node: &'n Node) -> Self {
        Self { node, path: Path::root() }
    }

    /// Whether this is a mapping with these keys only; tells what else it is.
    pub fn is_map(&self, keys: &Keys, faults: &mut Faults<'_>) -> bool {
        let Content::Map(entries) = &self.node.content else {
            let expected = format!("Expected a mapping with {}, got {}.", list_of(keys.known), self.node.kind());
            faults.add(&self.path, code::WRONG_TYPE, expected);
            return false;
        };
        for entry in entries {
            let key = entry.key.as_str();
            if keys.known.contains(&key) {
                continue;
            }
            let path = self.path.key(key);
            if keys.later.contains(&key) {
                let message = format!("`{key}` is not supported yet by this version of Countersign. Remove it.");
                faults.add_at_key(&path, code::NOT_SUPPORTED_YET, message);
            } else {
                let known = keys.known.iter().chain(keys.later).copied();
                let message = format!("Unknown key `{key}`.{}", suggest::hint(key, known));
                let message = if message.ends_with('?') {
                    message
                } else {
                    format!("{message} Known here: {}.", list_of(keys.known))
                };
                faults.add_at_key(&path, code::UNKNOWN_KEY, message);
            }
        }
        true
    }

    /// The value of a key; `None` when the key is not there.
    pub fn get(&self, key: &str) -> Option<Self> {
        self.node.get(key).map(|node| Self { node, path: self.path.key(key) })
    }

    /// The value of a key that must be there.
    pub fn need(&self, key: &str, why: &str, faults: &mut Faults<'_>) -> Option<Self> {
        let found = self.get(key);
        if found.is_none() {
            faults.add(&self.path.key(key), code::MISSING, format!("`{key}` is missing: {why}."));
        }
        found
    }

    /// The entries of a mapping with free keys, at most `most` of them.
    pub fn entries(&self, what: &str, most: usize, faults: &mut Faults<'_>) -> Vec<(&'n str, Self)> {
        let Content::Map(entries) = &self.node.content else {
            if !self.node.is_null() {
                let message = format!("Expected a mapping of {what} by name, got {}.", self.node.kind());
                faults.add(&self.path, code::WRONG_TYPE, message);
            }
            return Vec::new();
        };
        self.count(what, entries.len(), most, faults);
        let cursor = |entry: &'n super::Entry| {
            (entry.key.as_str(), Self { node: &entry.value, path: self.path.key(&entry.key) })
        };
        entries.iter().take(most).map(cursor).collect()
    }

    /// The items of a list, at most `most` of them.
    pub fn items(&self, what: &str, most: usize, faults: &mut Faults<'_>) -> Vec<Self> {
        let Content::List(items) = &self.node.content else {
            if !self.node.is_null() {
                let message = format!("Expected a list of {what}, got {}.", self.node.kind());
                faults.add(&self.path, code::WRONG_TYPE, message);
            }
            return Vec::new();
        };
        self.count(what, items.len(), most, faults);
        let cursor = |(index, node)| Self { node, path: self.path.index(index) };
        items.iter().take(most).enumerate().map(cursor).collect()
    }

    fn count(&self, what: &str, found: usize, most: usize, faults: &mut Faults<'_>) {
        if found > most {
            faults.add(&self.path, code::TOO_LARGE, format!("There are {found} {what}; at most {most} are allowed."));
        }
    }

    /// A text of 1 to `longest` characters.
    pub fn text(&self, longest: usize, faults: &mut Faults<'_>) -> Option<String> {
        let text = match &self.node.content {
            // Blocks end with a newline nobody means; the beginning stays, so that places in the text stay true.
            Content::Scalar(scalar) if !self.node.is_null() => scalar.text.trim_end(),
            Content::Scalar(_) | Content::List(_) | Content::Map(_) => {
                let message = format!("Expected a text, got {}.", self.node.kind());
                faults.add(&self.path, code::WRONG_TYPE, message);
                return None;
            }
        };
        let length = text.chars().count();
        if length == 0 {
            faults.add(&self.path, code::INVALID_VALUE, "This text is empty. Write something, or remove the key.");
            return None;
        }
        if length > longest {
            let message = format!("This text has {length} characters; at most {longest} are allowed.");
            faults.add(&self.path, code::TOO_LARGE, message);
            return None;
        }
        Some(text.to_owned())
    }

    /// `true` or `false`.
    pub fn boolean(&self, faults: &mut Faults<'_>) -> Option<bool> {
        let read = self.json().and_then(|value| value.as_bool());
        if read.is_none() {
            faults.add(&self.path, code::WRONG_TYPE, "Expected true or false.");
        }
        read
    }

    /// A number.
    pub fn number(&self, faults: &mut Faults<'_>) -> Option<f64> {
        let read = self.json().and_then(|value| value.as_f64());
        if read.is_none() {
            faults.add(&self.path, code::WRONG_TYPE, "Expected a number.");
        }
        read
    }

    /// A whole number between two bounds.
    pub fn whole(&self, least: u32, most: u32, faults: &mut Faults<'_>) -> Option<u32> {
        let read = self.json().and_then(|value| value.as_u64()).and_then(|value| u32::try_from(value).ok());
        let read = read.filter(|value| (least..=most).contains(value));
        if read.is_none() {
            let message = format!("Expected a whole number from {least} to {most}.");
            faults.add(&self.path, code::INVALID_VALUE, message);
        }
        read
    }

    /// One of the words of a closed list.
    pub fn word<T: Display + Copy>(&self, all: &[T], faults: &mut Faults<'_>) -> Option<T> {
        let text = self.text(64, faults)?;
        let read = all.iter().copied().find(|word| word.to_string() == text);
        if read.is_none() {
            let known: Vec<String> = all.iter().map(ToString::to_string).collect();
            let hint = suggest::hint(&text, known.iter().map(String::as_str));
            let message = format!("`{text}` is not one of {}.{hint}", known.join(", "));
            faults.add(&self.path, code::INVALID_VALUE, message);
        }
        read
    }

    /// The scalar as JSON; `None` for lists, mappings and nothing.
    pub fn json(&self) -> Option<Value> {
        let Content::Scalar(scalar) = &self.node.content else { return None };
        if scalar.style != Style::Plain {
            return Some(Value::String(scalar.text.clone()));
        }
        Some(match scalar.text.as_str() {
            _ if self.node.is_null() => return None,
            "true" | "True" | "TRUE" => Value::Bool(true),
            "false" | "False" | "FALSE" => Value::Bool(false),
            text => number_of(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
        })
    }
}

/// The number a plain scalar stands for. Only decimal forms count: `0x1F` and `.inf` stay text.
fn number_of(text: &str) -> Option<Number> {
    let starts = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
    let is_decimal = starts && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E'));
    if !is_decimal {
        return None;
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Some(whole.into());
    }
    let number: f64 = text.parse().ok()?;
    // `10.0` and `10` are one value in canonical JSON, and facts are compared with this one.
    #[expect(clippy::cast_possible_truncation, reason = "the value is whole and within the range of i64")]
    if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_991.0 {
        return Some((number as i64).into());
    }
    Number::from_f64(number)
}

fn list_of(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
