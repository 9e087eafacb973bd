//! One record as it was found: as wanted, otherwise, gone, or out of reach.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Digest, Time,
    closure::{key::is_reference, rule::is_short},
    id::ClosureId,
};

tagged! {
    "Told", "told", "told@";
    /// What is told of a value that is not the one that is wanted.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "DriftValue"))]
    #[serde(tag = "told", rename_all = "snake_case")]
    pub enum Told {
        /// The value: an id, a status or a reference.
        Value {
            /// It.
            value: Value,
        },
        /// There is one, and it is nobody's business here: nobody reads a record through a target's credential.
        Withheld {},
        /// There is none.
        Absent {},
    }
}

impl Told {
    /// What may be told of what stands somewhere: only ids, statuses and references by their name, and only short ones.
    pub fn of(pointer: &str, found: Option<&Value>) -> Self {
        let is_reference = pointer.rsplit('/').next().is_some_and(is_reference);
        match found {
            None => Self::Absent {},
            Some(Value::String(text)) if !(is_reference && is_short(text)) => Self::Withheld {},
            Some(Value::Number(_) | Value::Bool(_)) if !is_reference => Self::Withheld {},
            Some(Value::Array(_) | Value::Object(_)) => Self::Withheld {},
            Some(value) => Self::Value { value: value.clone() },
        }
    }
}

/// A field that is not as wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "DriftField"))]
pub struct Difference {
    /// Which field, as a JSON pointer; `content` for a file.
    pub pointer: String,
    /// What was wanted.
    pub wanted: Value,
    /// What stands there.
    pub found: Told,
}

tagged! {
    "Found", "found", "found@";
    /// What a look has found.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "DriftFound"))]
    #[serde(tag = "found", rename_all = "snake_case")]
    pub enum Found {
        /// It is as wanted.
        AsWanted {},
        /// Some of it is not.
        Differs {
            /// Which fields.
            fields: Vec<Difference>,
        },
        /// There is no such record any more.
        Gone {},
        /// Later closures have written all of it: theirs is what counts.
        Overtaken {},
        /// It could not be looked at.
        Unreadable {
            /// Why.
            why: String,
        },
    }
}

impl Found {
    /// Compares a record with what is wanted there.
    pub fn compare(record: &Value, wanted: &BTreeMap<String, Value>) -> Self {
        let differs = |(pointer, wanted): (&String, &Value)| {
            let found = record.pointer(pointer);
            (found != Some(wanted)).then(|| Difference {
                pointer: pointer.clone(),
                wanted: wanted.clone(),
                found: Told::of(pointer, found),
            })
        };
        let fields: Vec<Difference> = wanted.iter().filter_map(differs).collect();
        if fields.is_empty() { Self::AsWanted {} } else { Self::Differs { fields } }
    }

    /// Whether it is otherwise than wanted. What could not be looked at is neither.
    pub const fn is_drift(&self) -> bool {
        matches!(self, Self::Differs { .. } | Self::Gone {})
    }

    const fn is_unreadable(&self) -> bool {
        matches!(self, Self::Unreadable { .. })
    }
}

impl Found {
    /// The same without the values that others have written.
    #[must_use]
    pub fn withheld(self) -> Self {
        let hidden = |field: Difference| match field.found {
            Told::Value { .. } => Difference { found: Told::Withheld {}, ..field },
            Told::Withheld {} | Told::Absent {} => field,
        };
        match self {
            Self::Differs { fields } => Self::Differs { fields: fields.into_iter().map(hidden).collect() },
            other => other,
        }
    }
}

/// What was found, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "DriftSeen"))]
pub struct Seen {
    /// What.
    pub found: Found,
    /// Since when it is found so.
    pub since: Time,
    /// When it was found so last.
    pub at: Time,
}

/// A field that a later closure has written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "DriftOvertaken"))]
pub struct Overtaken {
    /// Which field.
    pub pointer: String,
    /// By which closure.
    pub by: ClosureId,
}

/// A record that is looked at, with what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "DriftRecord"))]
pub struct Looked {
    /// The step that brought it to what was wanted; absent for the source.
    pub step: Option<String>,
    /// The target, or the system of the source.
    pub target: String,
    /// The record there.
    pub record: String,
    /// Fields that later closures have written: they are not compared.
    pub overtaken: Vec<Overtaken>,
    /// What was found last.
    pub seen: Seen,
    /// What was found when it could be looked at last; only where it cannot be now.
    pub before: Option<Seen>,
}

impl Looked {
    /// The same without the values that others have written.
    #[must_use]
    pub fn withheld(mut self) -> Self {
        self.seen.found = self.seen.found.withheld();
        self.before = self.before.map(|before| Seen { found: before.found.withheld(), ..before });
        self
    }

    /// What was found when it could be looked at last.
    pub const fn known(&self) -> Option<&Seen> {
        match &self.seen.found {
            Found::Unreadable { .. } => self.before.as_ref(),
            _ => Some(&self.seen),
        }
    }

    /// Whether it could not be looked at.
    pub const fn is_unread(&self) -> bool {
        self.seen.found.is_unreadable()
    }

    /// Whether it is otherwise than wanted, as far as anybody knows.
    pub fn is_drift(&self) -> bool {
        self.known().is_some_and(|seen| seen.found.is_drift())
    }

    /// What the log calls it: names and fields, no value.
    pub(super) fn name(&self) -> String {
        let step = self.step.as_deref().unwrap_or("source");
        let what = match self.known().map(|seen| &seen.found) {
            Some(Found::Differs { fields }) => {
                fields.iter().map(|field| field.pointer.as_str()).collect::<Vec<_>>().join(", ")
            }
            _ => "gone".to_owned(),
        };
        format!("{step}: {}/{}: {what}", self.target, self.record)
    }
}

/// What one look has brought of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// The step; `None` for the source.
    pub step: Option<String>,
    /// The target.
    pub target: String,
    /// The record there.
    pub record: String,
    /// Fields that later closures have written.
    pub overtaken: Vec<Overtaken>,
    /// What was found.
    pub found: Found,
    /// What tells what was found from anything else, the values that are not told included.
    pub print: Option<Digest>,
}

/// A record as it is kept between looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// What is told of it.
    pub looked: Looked,
    /// What tells what is known of it from anything else; it never leaves the database.
    pub print: Option<Digest>,
}

impl Noted {
    /// What is kept after a look.
    pub fn after(before: Option<&Self>, glance: Glance, now: Time) -> Self {
        let Glance { step, target, record, overtaken, found, print } = glance;
        let known = before.and_then(|before| before.looked.known());
        let was_unread = before.is_some_and(|before| before.looked.is_unread());
        let (since, kept, print) = if found.is_unreadable() {
            let since = before.filter(|_| was_unread).map_or(now, |before| before.looked.seen.since);
            (since, known.cloned(), before.and_then(|before| before.print))
        } else {
            let is_same = |seen: &&Seen| seen.found == found && before.is_some_and(|before| before.print == print);
            (known.filter(is_same).map_or(now, |seen| seen.since), None, print)
        };
        let seen = Seen { found, since, at: now };
        Self { looked: Looked { step, target, record, overtaken, seen, before: kept }, print }
    }

    /// What tells that it drifts, and how; `None` where it does not.
    pub(super) fn mark(&self) -> Option<(Option<&str>, Option<Digest>)> {
        self.looked.is_drift().then_some((self.looked.step.as_deref(), self.print))
    }
}

/// Whether a pointer is another, or leads into it.
pub fn overlaps(one: &str, other: &str) -> bool {
    let leads =
        |short: &str, long: &str| long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    leads(one, other) || leads(other, one)
}
