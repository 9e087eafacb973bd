//! TypeIDs: a prefix that says what is named, and a UUIDv7 in Crockford base 32.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of the suffix: 128 bits in groups of five.
const SUFFIX: usize = 26;
/// Characters shown where space is short.
const TAIL: usize = 6;

/// A text that is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id that begins with {prefix}_")]
pub struct NotAnId {
    /// The prefix that was expected, without its underscore.
    pub prefix: &'static str,
}

fn encode(uuid: Uuid) -> String {
    let bits = uuid.as_u128();
    (0..SUFFIX)
        .map(|place| {
            let shift = 5 * (SUFFIX - 1 - place);
            char::from(ALPHABET[((bits >> shift) & 31) as usize])
        })
        .collect()
}

fn decode(suffix: &str) -> Option<Uuid> {
    if suffix.len() != SUFFIX {
        return None;
    }
    let mut bits: u128 = 0;
    for (place, byte) in suffix.bytes().enumerate() {
        let value = ALPHABET.iter().position(|known| *known == byte)?;
        // 26 characters hold 130 bits: the first may use three of its five.
        if place == 0 && value > 7 {
            return None;
        }
        bits = (bits << 5) | value as u128;
    }
    Some(Uuid::from_u128(bits))
}

macro_rules! ids {
    ($($(#[doc = $doc_text:literal])* $name:ident = $prefix:literal;)*) => {$(
        $(#[doc = $doc_text])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The prefix in front of the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// Names the record with this UUID.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID as the database keeps it.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// The last characters, for places where the whole id has no room.
            pub fn tail(self) -> String {
                let whole = encode(self.0);
                whole[SUFFIX - TAIL..].to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, encode(self.0))
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                text.strip_prefix($prefix)
                    .and_then(|rest| rest.strip_prefix('_'))
                    .and_then(decode)
                    .map(Self)
                    .ok_or(NotAnId { prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let description = concat!($($doc_text),*).trim();
                schemars::json_schema!({
                    "type": "string",
                    "description": description,
                    "pattern": concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$"),
                })
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// One execution of a workflow version.
    RunId = "run";
    /// An agent session of a run.
    SessionId = "ses";
    /// An approval.
    ApprovalId = "apr";
    /// A reviewer's decision.
    DecisionId = "dec";
    /// One evaluation of a gate.
    CheckId = "gc";
    /// What a stage hands to the next.
    HandoffId = "ho";
    /// What was recorded before a stage was entered.
    SnapshotId = "snap";
    /// The undoing of one effect.
    CompensationId = "cmp";
    /// What is handed over to people without the transcript.
    EscalationId = "esc";
    /// One of several matters of a run, investigated for itself.
    ConcernId = "con";
    /// The outbox record that wakes a session.
    ResumptionId = "res";
    /// A place where sessions are woken.
    EndpointId = "end";
    /// One try to send something to an endpoint.
    DeliveryId = "del";
    /// An entry of the audit log.
    EventId = "evt";
    /// A person.
    PersonId = "usr";
    /// A group of people.
    GroupId = "grp";
    /// An API key.
    KeyId = "key";
    /// What one person was told of one event.
    NotificationId = "ntf";
    /// A message of a channel.
    DispatchId = "dsp";
    /// Somebody deciding in another's place for some days.
    DelegationId = "dlg";
    /// One completion of what a decision has settled.
    ClosureId = "clo";
    /// What a closure hands over to a person.
    FollowUpId = "fup";
    /// A system that closures write to or read from.
    TargetId = "tgt";
    /// A view of the approvals list that somebody keeps.
    SavedViewId = "view";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text() {
        let id = RunId::from_uuid(Uuid::from_u128(0x0190_7a6b_8c9d_7eef_8123_4567_89ab_cdef));
        let text = id.to_string();
        assert_eq!(text.len(), "run_".len() + SUFFIX);
        assert_eq!(text.parse::<RunId>(), Ok(id));
        assert!(text.ends_with(&id.tail()));
    }

    #[test]
    fn texts_that_are_no_ids_are_refused() {
        let good = SessionId::from_uuid(Uuid::from_u128(7)).to_string();
        for bad in [
            "",
            "ses_",
            "run_00000000000000000000000000",
            "ses_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "ses_0000000000000000000000000l",
            &good.to_uppercase(),
        ] {
            assert_eq!(bad.parse::<SessionId>(), Err(NotAnId { prefix: "ses" }), "{bad}");
        }
    }
}
