//! Who takes an approval back: a person, or a system of record by its key. Both are written as their id.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    Actor,
    id::{KeyId, PersonId},
};

/// Who took an approval back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoker {
    /// A person.
    Person(PersonId),
    /// A key of a system of record.
    Key(KeyId),
}

impl Revoker {
    /// The same as the log names it.
    pub const fn actor(self) -> Actor {
        match self {
            Self::Person(person) => Actor::Person(person),
            Self::Key(key) => Actor::Key(key),
        }
    }
}

impl From<PersonId> for Revoker {
    fn from(person: PersonId) -> Self {
        Self::Person(person)
    }
}

impl fmt::Display for Revoker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(person) => person.fmt(f),
            Self::Key(key) => key.fmt(f),
        }
    }
}

impl FromStr for Revoker {
    type Err = <PersonId as FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<KeyId>() {
            Ok(key) => Ok(Self::Key(key)),
            Err(_) => text.parse().map(Self::Person),
        }
    }
}

impl Serialize for Revoker {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Revoker {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Revoker {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Revoker".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A person, or a key of a system of record.",
            "pattern": "^(usr|key)_[0-7][0-9a-hjkmnp-tv-z]{25}$",
        })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::testing::person;

    #[test]
    fn each_is_written_as_its_id() {
        let key = KeyId::from_uuid(Uuid::from_u128(7));
        for (by, id) in [(Revoker::from(person(1)), person(1).to_string()), (Revoker::Key(key), key.to_string())] {
            let text = serde_json::to_string(&by).expect("JSON");
            assert_eq!(text, format!("\"{id}\""));
            assert_eq!(serde_json::from_str::<Revoker>(&text).expect("read"), by);
        }
        assert!("run_01j0000000e00800000000000r".parse::<Revoker>().is_err());
    }
}
