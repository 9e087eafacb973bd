//! What happens by itself while an approval waits: a reminder, then more people who may decide. Its end is the third.

use serde::{Deserialize, Serialize};

use crate::Time;

/// When a policy lets more people decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Raise {
    /// Seconds after which.
    pub after: u64,
    /// The group whose people may then fill any open seat.
    pub to: String,
}

/// What is to happen by itself to one approval before it expires, and what has happened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Steps {
    /// When those who may decide are reminded.
    #[serde(default)]
    pub remind_at: Option<Time>,
    /// When they were.
    #[serde(default)]
    pub reminded_at: Option<Time>,
    /// To whom it is raised.
    #[serde(default)]
    pub raise: Option<Raising>,
}

/// Raising one approval to a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Raising {
    /// The group.
    pub to: String,
    /// When it is due.
    pub at: Time,
    /// When it was done.
    #[serde(default)]
    pub raised_at: Option<Time>,
}

impl Steps {
    /// When the reminder is due that has not been given.
    pub fn reminder_due(&self) -> Option<Time> {
        self.remind_at.filter(|_| self.reminded_at.is_none())
    }

    /// When the raise is due that has not been made.
    pub fn raise_due(&self) -> Option<Time> {
        self.raise.as_ref().filter(|raise| raise.raised_at.is_none()).map(|raise| raise.at)
    }

    /// The group it was raised to, and when.
    pub fn raised(&self) -> Option<(&str, Time)> {
        self.raise.as_ref().and_then(|raise| Some((raise.to.as_str(), raise.raised_at?)))
    }

    /// The same with what is still to happen at other moments.
    #[must_use]
    pub fn moved(self, shift: impl Fn(Time) -> Time) -> Self {
        let is_reminded = self.reminded_at.is_some();
        let move_raise = |raise: Raising| match raise.raised_at {
            None => Raising { at: shift(raise.at), ..raise },
            Some(_) => raise,
        };
        Self {
            remind_at: self.remind_at.map(|at| if is_reminded { at } else { shift(at) }),
            reminded_at: self.reminded_at,
            raise: self.raise.map(move_raise),
        }
    }
}
