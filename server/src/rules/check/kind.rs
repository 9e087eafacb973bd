//! Types as far as they can be told.

use domain::field::{Field, FieldType};
use serde_json::Value;

/// The type of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// It cannot be told.
    Unknown,
    /// `null`.
    Null,
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// A whole number without sign, `1u`.
    Uint,
    /// A number with a fraction.
    Double,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// A point in time; dates are midnight UTC.
    Moment,
    /// A length of time.
    Span,
    /// A list.
    List,
    /// A map.
    Map,
}

impl Type {
    /// The type of a declared field as conditions see it.
    pub const fn of_field(kind: FieldType) -> Self {
        match kind {
            FieldType::String => Self::Text,
            FieldType::Bool => Self::Bool,
            FieldType::Integer => Self::Int,
            FieldType::Number => Self::Double,
            FieldType::Date | FieldType::Datetime => Self::Moment,
            FieldType::List => Self::List,
            FieldType::Object => Self::Unknown,
        }
    }

    /// Whether it is a number of any form.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Uint | Self::Double)
    }

    /// What it is called in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "of unknown type",
            Self::Null => "null",
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::Uint => "an unsigned number",
            Self::Double => "a number",
            Self::Text => "a text",
            Self::Bytes => "bytes",
            Self::Moment => "a point in time",
            Self::Span => "a duration",
            Self::List => "a list",
            Self::Map => "a map",
        }
    }
}

/// What is known of an expression.
#[derive(Debug, Clone, Copy)]
pub struct Kind<'w> {
    /// Its type.
    pub ty: Type,
    /// The only values it can have.
    pub allowed: Option<&'w [Value]>,
    /// Whether it is read from a root, and may therefore be large.
    pub is_recorded: bool,
}

impl<'w> Kind<'w> {
    /// Something computed, of this type.
    pub const fn of(ty: Type) -> Self {
        Self { ty, allowed: None, is_recorded: false }
    }

    /// Something recorded of this type.
    pub const fn recorded(ty: Type) -> Self {
        Self { ty, allowed: None, is_recorded: true }
    }

    /// Something recorded in a declared field.
    pub fn field(field: &'w Field) -> Self {
        Self { ty: Type::of_field(field.kind), allowed: field.allowed.as_deref(), is_recorded: true }
    }
}
