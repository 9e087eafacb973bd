//! The types of facts and tool inputs, and the check of a value against them.

use chrono::{DateTime, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::actor::{UnknownWord, words};
use std::{fmt, str::FromStr};

words! {
    /// The type of a fact or of a tool's argument.
    FieldType {
        /// Text.
        String = "string",
        /// True or false.
        Bool = "bool",
        /// A whole number within ±(2^53 − 1).
        Integer = "integer",
        /// A number.
        Number = "number",
        /// A day, `2026-11-21`.
        Date = "date",
        /// A moment, RFC 3339.
        Datetime = "datetime",
        /// A JSON array of at most 1,000 items.
        List = "list",
        /// A JSON object.
        Object = "object",
    }
}

/// The longest list a fact or an argument may be (conditions iterate over them).
pub const MAX_LIST: usize = 1_000;

/// A declared fact or argument: its type and its limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// The type.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// The only values allowed.
    #[serde(default, rename = "enum", skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<Value>>,
    /// The least number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The greatest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The longest text, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// A regular expression the whole text must match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Whether an argument may be left out.
    #[serde(default)]
    pub optional: bool,
}

impl Field {
    /// A mandatory field of this type without limits.
    pub const fn of(kind: FieldType) -> Self {
        Self { kind, allowed: None, min: None, max: None, max_length: None, pattern: None, optional: false }
    }

    /// Says what is wrong with `value`, if anything.
    pub fn fault(&self, value: &Value) -> Option<String> {
        self.type_fault(value).or_else(|| self.limit_fault(value))
    }

    fn type_fault(&self, value: &Value) -> Option<String> {
        let fits = match self.kind {
            FieldType::String => value.is_string(),
            FieldType::Bool => value.is_boolean(),
            FieldType::Integer => value.is_i64() || value.is_u64(),
            FieldType::Number => value.is_number(),
            FieldType::Date => value.as_str().is_some_and(|text| text.parse::<NaiveDate>().is_ok()),
            FieldType::Datetime => value.as_str().is_some_and(|text| DateTime::parse_from_rfc3339(text).is_ok()),
            FieldType::List => value.as_array().is_some_and(|items| items.len() <= MAX_LIST),
            FieldType::Object => value.is_object(),
        };
        (!fits).then(|| format!("expected {}, got {}", self.expectation(), name_of(value)))
    }

    fn expectation(&self) -> &'static str {
        match self.kind {
            FieldType::String => "a string",
            FieldType::Bool => "true or false",
            FieldType::Integer => "an integer",
            FieldType::Number => "a number",
            FieldType::Date => "a date such as \"2026-11-21\"",
            FieldType::Datetime => "an RFC 3339 time such as \"2026-11-21T09:30:00Z\"",
            FieldType::List => "a list of at most 1000 items",
            FieldType::Object => "an object",
        }
    }

    fn limit_fault(&self, value: &Value) -> Option<String> {
        if let Some(allowed) = &self.allowed
            && !allowed.contains(value)
        {
            let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
            return Some(format!("expected one of {}", allowed.join(", ")));
        }
        if let Some(number) = value.as_f64() {
            if let Some(min) = self.min.filter(|min| number < *min) {
                return Some(format!("expected at least {min}"));
            }
            if let Some(max) = self.max.filter(|max| number > *max) {
                return Some(format!("expected at most {max}"));
            }
        }
        let text = value.as_str()?;
        if let Some(longest) = self.max_length.filter(|longest| text.chars().count() > *longest) {
            return Some(format!("expected at most {longest} characters"));
        }
        let pattern = self.pattern.as_ref()?;
        let matches = anchored(pattern).is_ok_and(|pattern| pattern.is_match(text));
        (!matches).then(|| format!("expected text that matches {pattern}"))
    }
}

/// Compiles a pattern so that it must match the whole text.
pub fn anchored(pattern: &str) -> Result<regex_lite::Regex, regex_lite::Error> {
    bounded(&format!("^(?:{pattern})$"))
}

/// Compiles a pattern by itself, to be found anywhere in a text.
///
/// Before a pattern is trusted to be [`anchored`] it must compile by itself: `a)|(b` is well-formed only between the
/// parentheses put around it there, and then matches more than it says.
pub fn bounded(pattern: &str) -> Result<regex_lite::Regex, regex_lite::Error> {
    regex_lite::RegexBuilder::new(pattern).size_limit(1 << 18).build()
}

fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a bool",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_held_to_their_type_and_limits() {
        let tier = Field { allowed: Some(vec![json!("low"), json!("high")]), ..Field::of(FieldType::String) };
        let amount = Field { min: Some(0.0), max: Some(10.5), ..Field::of(FieldType::Number) };
        let id = Field { pattern: Some("cust_[0-9]+".into()), max_length: Some(8), ..Field::of(FieldType::String) };
        let table = [
            (&tier, json!("low"), None),
            (&tier, json!("LOW"), Some("expected one of \"low\", \"high\"")),
            (&tier, json!(1), Some("expected a string, got a number")),
            (&amount, json!(10.5), None),
            (&amount, json!(11), Some("expected at most 10.5")),
            (&amount, json!(-1), Some("expected at least 0")),
            (&amount, json!(null), Some("expected a number, got null")),
            (&id, json!("cust_12"), None),
            (&id, json!("xcust_1"), Some("expected text that matches cust_[0-9]+")),
            (&id, json!("cust_1234"), Some("expected at most 8 characters")),
        ];
        for (field, value, fault) in table {
            assert_eq!(field.fault(&value).as_deref(), fault, "{value}");
        }
        assert!(Field::of(FieldType::Date).fault(&json!("2026-02-30")).is_some());
        assert!(Field::of(FieldType::Integer).fault(&json!(1.5)).is_some());
    }
}
