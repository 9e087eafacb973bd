//! Tools and facts: what is typed.

use std::collections::BTreeMap;

use domain::{
    field::{Field, FieldType, anchored, bounded},
    workflow::{FactRule, FactSource, Risk, Tool},
};
use serde_json::Value;

use super::{MAX_FACTS, names};
use crate::rules::yaml::{Content, Cursor, Faults, Keys, fault::code};

/// The most arguments of a tool.
const MAX_ARGUMENTS: usize = 200;
/// The most values of an enum.
const MAX_VALUES: usize = 200;
/// The longest sentence in a manifest, in characters.
const MAX_SENTENCE: usize = 500;
/// The longest pattern, in characters.
const MAX_PATTERN: usize = 500;

const TOOL_KEYS: Keys = Keys {
    known: &["input", "reversible", "risk", "blast_radius", "accept_irreversible", "compensation_only"],
    later: &["redact"],
};
const ARGUMENT_KEYS: Keys =
    Keys { known: &["type", "enum", "min", "max", "max_length", "pattern", "optional"], later: &[] };
const FACT_KEYS: Keys =
    Keys { known: &["type", "enum", "min", "max", "max_length", "pattern", "from", "max_age"], later: &[] };

/// What cannot be read stays declared, so that expressions that read it are not faulted as well.
pub(super) const UNREADABLE: Field = Field::of(FieldType::Object);

/// The manifest of one tool.
pub fn read_tool(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Tool {
    let is_map = cursor.is_map(&TOOL_KEYS, faults);
    let reversible = if is_map {
        let why = "say whether the effect of a call can be undone, true or false";
        cursor.need("reversible", why, faults).and_then(|flag| flag.boolean(faults))
    } else {
        None
    };
    // An unreadable answer has left its own error; a second one about missing reviews would only echo it.
    let reversible = reversible.unwrap_or(true);
    let risk = cursor.get("risk").and_then(|risk| risk.word(Risk::ALL, faults));
    let sentence =
        |key: &str, faults: &mut Faults<'_>| cursor.get(key).and_then(|text| text.text(MAX_SENTENCE, faults));
    Tool {
        input: cursor.get("input").map(|input| read_arguments(&input, faults)),
        reversible,
        risk: risk.unwrap_or(if reversible { Risk::Medium } else { Risk::High }),
        blast_radius: sentence("blast_radius", faults),
        accept_irreversible: sentence("accept_irreversible", faults),
        compensation_only: cursor.get("compensation_only").and_then(|flag| flag.boolean(faults)).unwrap_or_default(),
    }
}

fn read_arguments(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> BTreeMap<String, Field> {
    let entries = cursor.entries("arguments", MAX_ARGUMENTS, faults);
    entries
        .into_iter()
        .map(|(name, argument)| {
            names::tool_key(name, &argument.path, faults);
            (name.to_owned(), read_field(&argument, &ARGUMENT_KEYS, faults).unwrap_or(UNREADABLE))
        })
        .collect()
}

/// The declared facts.
pub fn read_facts(root: &Cursor<'_>, faults: &mut Faults<'_>) -> BTreeMap<String, FactRule> {
    let Some(cursor) = root.get("facts") else { return BTreeMap::new() };
    let entries = cursor.entries("facts", MAX_FACTS, faults);
    entries
        .into_iter()
        .map(|(name, fact)| {
            names::identifier_key(name, &fact.path, "a fact", faults);
            let field = read_field(&fact, &FACT_KEYS, faults).unwrap_or(UNREADABLE);
            let is_short = !matches!(fact.node.content, Content::Map(_));
            let from = if is_short { None } else { fact.get("from") };
            let max_age = if is_short { None } else { fact.get("max_age") };
            let rule = FactRule {
                field,
                from: from.map_or(FactSource::System, |from| read_source(&from, faults)),
                max_age: max_age.and_then(|age| names::duration(&age, faults)),
            };
            (name.to_owned(), rule)
        })
        .collect()
}

fn read_source(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> FactSource {
    if matches!(cursor.node.content, Content::Scalar(_)) {
        let text = cursor.text(names::LONGEST, faults);
        if text.as_deref().is_some_and(|text| text != "system") {
            let message = "Write `system` for a system of record, or {tool: NAME, path: /POINTER} for a tool's result.";
            faults.add(&cursor.path, code::INVALID_VALUE, message);
        }
        return FactSource::System;
    }
    cursor.is_map(&Keys { known: &["tool", "path"], later: &[] }, faults);
    let tool = cursor.need("tool", "the tool whose result holds the fact", faults);
    let tool = tool.and_then(|tool| tool.text(128, faults)).unwrap_or_default();
    let path = cursor.need("path", "a JSON pointer into the tool's result, such as /account_id", faults);
    let pointer = path.and_then(|path| {
        let text = path.text(MAX_SENTENCE, faults)?;
        if !is_pointer(&text) {
            let message = format!("`{text}` is not a JSON pointer. It begins with a slash, such as /account/id.");
            faults.add(&path.path, code::INVALID_VALUE, message);
        }
        Some(text)
    });
    FactSource::Tool { tool, path: pointer.unwrap_or_default() }
}

/// RFC 6901: slashes before each step, `~0` and `~1` for tilde and slash.
pub(super) fn is_pointer(text: &str) -> bool {
    let tildes_are_escapes = text.split('~').skip(1).all(|after| after.starts_with(['0', '1']));
    text.starts_with('/') && tildes_are_escapes
}

/// A type with its limits, in the short form `name: type` or the long one.
pub(super) fn read_field(cursor: &Cursor<'_>, keys: &Keys, faults: &mut Faults<'_>) -> Option<Field> {
    if matches!(cursor.node.content, Content::Scalar(_)) && !cursor.node.is_null() {
        return cursor.word(FieldType::ALL, faults).map(Field::of);
    }
    if !cursor.is_map(keys, faults) {
        return None;
    }
    let kind = cursor.need("type", "one of string, bool, integer, number, date, datetime, list, object", faults);
    let mut field = Field::of(kind?.word(FieldType::ALL, faults)?);
    read_numbers(cursor, &mut field, faults);
    read_text_limits(cursor, &mut field, faults);
    if keys.known.contains(&"optional") {
        field.optional = cursor.get("optional").and_then(|flag| flag.boolean(faults)).unwrap_or(false);
    }
    field.allowed = cursor.get("enum").map(|values| read_values(&values, field.kind, faults));
    Some(field)
}

fn read_numbers(cursor: &Cursor<'_>, field: &mut Field, faults: &mut Faults<'_>) {
    let is_numeric = matches!(field.kind, FieldType::Integer | FieldType::Number);
    for (key, limit) in [("min", &mut field.min), ("max", &mut field.max)] {
        let Some(value) = cursor.get(key) else { continue };
        if !is_numeric {
            let message = format!("`{key}` limits numbers; this is of type {}.", field.kind);
            faults.add_at_key(&value.path, code::INVALID_VALUE, message);
        }
        *limit = value.number(faults);
    }
    if let (Some(min), Some(max)) = (field.min, field.max)
        && min > max
    {
        faults.add(&cursor.path.key("min"), code::INVALID_VALUE, format!("`min` {min} is above `max` {max}."));
    }
}

fn read_text_limits(cursor: &Cursor<'_>, field: &mut Field, faults: &mut Faults<'_>) {
    for key in ["max_length", "pattern"] {
        if let Some(value) = cursor.get(key)
            && field.kind != FieldType::String
        {
            let message = format!("`{key}` limits texts; this is of type {}.", field.kind);
            faults.add_at_key(&value.path, code::INVALID_VALUE, message);
        }
    }
    let longest = cursor.get("max_length").and_then(|value| value.whole(1, 1_000_000, faults));
    field.max_length = longest.and_then(|longest| usize::try_from(longest).ok());
    field.pattern = cursor.get("pattern").and_then(|value| {
        let pattern = value.text(MAX_PATTERN, faults)?;
        if let Err(error) = bounded(&pattern).and_then(|_| anchored(&pattern)) {
            let message = format!("This pattern cannot be compiled: {error}. It is matched against the whole text.");
            faults.add(&value.path, code::INVALID_VALUE, message);
        }
        Some(pattern)
    });
}

fn read_values(cursor: &Cursor<'_>, kind: FieldType, faults: &mut Faults<'_>) -> Vec<Value> {
    let items = cursor.items("values", MAX_VALUES, faults);
    if items.is_empty() {
        faults.add(&cursor.path, code::INVALID_VALUE, "An `enum` lists at least one value.");
    }
    let plain = Field::of(kind);
    let mut values: Vec<Value> = Vec::new();
    for item in items {
        let Some(value) = item.json() else {
            faults.add(&item.path, code::WRONG_TYPE, "A value of an `enum` is a text, a number or a truth value.");
            continue;
        };
        if let Some(fault) = plain.fault(&value) {
            let quote =
                if kind == FieldType::String { format!(" Write it in quotes: \"{value}\".") } else { String::new() };
            faults.add(&item.path, code::WRONG_TYPE, format!("This value is not of type {kind}: {fault}.{quote}"));
        } else if values.contains(&value) {
            faults.add(&item.path, code::DUPLICATE, format!("The value {value} appears twice."));
        }
        values.push(value);
    }
    values
}
