//! An escalation: what a person needs to take over, without the transcript. Somebody acknowledges it, and says in the
//! end how it was resolved.

pub mod sla;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Actor, FieldError, Refusal, Time,
    actor::{UnknownWord, words},
    event::Event,
    id::{ConcernId, EscalationId, PersonId},
    money::Least,
    refusal::Code,
};

pub use crate::money::Money;

/// The longest of its long texts, in characters.
pub const MAX_TEXT: usize = 4_000;
/// The longest name or reference in it, in characters.
pub const MAX_NAME: usize = 200;
/// Concerns of one escalation at the most, and references of one concern.
pub const MAX_CONCERNS: usize = 20;
/// Unresolved escalations of one run at the most.
pub const MAX_UNRESOLVED: usize = 20;

/// What the agent's side hands over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "EscalationSummary"))]
pub struct Summary {
    /// Whom it is about.
    pub customer_id: String,
    /// What went wrong, and why.
    pub root_cause_analysis: String,
    /// What should be paid back; null when the agent states no amount.
    pub refund_amount: Option<Money>,
    /// What a person should do.
    pub recommended_action: String,
    /// What the customer was told so far, in the words they were told it in.
    #[serde(default)]
    pub told: Option<String>,
    /// The single matters, where there are several.
    pub concerns: Vec<EscalatedConcern>,
}

/// One concern of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EscalatedConcern {
    /// What it is.
    pub title: String,
    /// Which sort it is, in the words of whoever escalates.
    #[serde(default)]
    pub kind: Option<String>,
    /// What it refers to: orders, invoices, tickets.
    #[serde(default)]
    pub refs: Vec<String>,
    /// The concern of the run that it was investigated as; its findings are shown with it.
    #[serde(default)]
    pub concern_id: Option<ConcernId>,
}

words! {
    /// The status of an escalation.
    EscalationStatus {
        /// Nobody has taken it up.
        Open = "open",
        /// Somebody has.
        Acknowledged = "acknowledged",
        /// It is settled.
        Resolved = "resolved",
    }
}

tagged! {
    "Escalation", "state", "state@";
    /// The state of an escalation.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(tag = "state", rename_all = "snake_case")]
    pub enum Escalation {
        /// Nobody has taken it up.
        Open {
            /// Since when.
            at: Time,
            /// Whose it is.
            assignee: Option<PersonId>,
        },
        /// Somebody has taken it up.
        Acknowledged {
            /// When.
            at: Time,
            /// Who.
            by: Actor,
            /// Whose it is.
            assignee: Option<PersonId>,
        },
        /// It is settled.
        Resolved {
            /// When.
            at: Time,
            /// Who said so.
            by: Actor,
            /// How.
            resolution: String,
            /// Whose it was.
            assignee: Option<PersonId>,
        },
    }
}

/// What a move gives: the new state and what the log says of it.
type Moved = Result<(Escalation, Event), Refusal>;

impl Escalation {
    /// Hands a case over to people.
    pub fn open(escalation: EscalationId, summary: &Summary, now: Time) -> (Self, Event) {
        let event = Event::EscalationOpened {
            escalation,
            customer_id: summary.customer_id.clone(),
            refund_amount: summary.refund_amount.clone(),
            recommended_action: summary.recommended_action.clone(),
        };
        (Self::Open { at: now, assignee: None }, event)
    }

    /// A person takes it up. Whoever does so without its being anybody's has it.
    ///
    /// # Errors
    /// `illegal_move` when somebody has taken it up already, or it is resolved.
    pub fn acknowledge(self, escalation: EscalationId, by: Actor, person: Option<PersonId>, now: Time) -> Moved {
        match self {
            Self::Open { assignee, .. } => {
                let state = Self::Acknowledged { at: now, by, assignee: assignee.or(person) };
                Ok((state, Event::EscalationAcknowledged { escalation }))
            }
            Self::Acknowledged { .. } => Err(illegal("Somebody has acknowledged it already.")),
            Self::Resolved { .. } => Err(resolved()),
        }
    }

    /// Gives it to a person; whether it is acknowledged does not change.
    ///
    /// # Errors
    /// `illegal_move` when it is resolved, or theirs already.
    pub fn assign(self, escalation: EscalationId, to: PersonId, reason: String) -> Moved {
        let state = match self {
            Self::Open { assignee: Some(own), .. } | Self::Acknowledged { assignee: Some(own), .. } if own == to => {
                return Err(illegal("It is assigned to this person already."));
            }
            Self::Open { at, .. } => Self::Open { at, assignee: Some(to) },
            Self::Acknowledged { at, by, .. } => Self::Acknowledged { at, by, assignee: Some(to) },
            Self::Resolved { .. } => return Err(resolved()),
        };
        Ok((state, Event::EscalationAssigned { escalation, to, reason }))
    }

    /// A person says how it was settled; what was never acknowledged can be, too.
    ///
    /// # Errors
    /// `illegal_move` when it is resolved already.
    pub fn resolve(self, escalation: EscalationId, by: Actor, resolution: String, now: Time) -> Moved {
        match self {
            Self::Open { assignee, .. } | Self::Acknowledged { assignee, .. } => {
                let event = Event::EscalationResolved { escalation, resolution: resolution.clone() };
                Ok((Self::Resolved { at: now, by, resolution, assignee }, event))
            }
            Self::Resolved { .. } => Err(resolved()),
        }
    }

    /// The word for the state.
    pub const fn status(&self) -> EscalationStatus {
        match self {
            Self::Open { .. } => EscalationStatus::Open,
            Self::Acknowledged { .. } => EscalationStatus::Acknowledged,
            Self::Resolved { .. } => EscalationStatus::Resolved,
        }
    }

    /// Whose it is.
    pub const fn assignee(&self) -> Option<PersonId> {
        match self {
            Self::Open { assignee, .. } | Self::Acknowledged { assignee, .. } | Self::Resolved { assignee, .. } => {
                *assignee
            }
        }
    }
}

impl Summary {
    /// Everything that is wrong with it, each with what to do.
    pub fn faults(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        let mut look = |path: String, text: &str, most: usize, what: &str| {
            faults.extend(fault(text, most, what).map(|message| FieldError::new(path, message)));
        };
        look("/customer_id".to_owned(), &self.customer_id, MAX_NAME, "the id of the customer");
        look("/root_cause_analysis".to_owned(), &self.root_cause_analysis, MAX_TEXT, "what went wrong and why");
        look("/recommended_action".to_owned(), &self.recommended_action, MAX_TEXT, "what a person should do");
        if let Some(told) = &self.told {
            look("/told".to_owned(), told, MAX_TEXT, "what the customer was told, or leave it out");
        }
        for (place, concern) in self.concerns.iter().enumerate() {
            look(format!("/concerns/{place}/title"), &concern.title, MAX_NAME, "what this concern is");
            if let Some(kind) = &concern.kind {
                look(format!("/concerns/{place}/kind"), kind, MAX_NAME, "its kind, or leave it out");
            }
            for (at, reference) in concern.refs.iter().enumerate() {
                look(format!("/concerns/{place}/refs/{at}"), reference, MAX_NAME, "a reference");
            }
        }
        let many = format!("at most {MAX_CONCERNS}: put the rest into the analysis");
        if self.concerns.len() > MAX_CONCERNS {
            faults.push(FieldError::new("/concerns", many.clone()));
        }
        let overfull = self.concerns.iter().enumerate().filter(|(_, concern)| concern.refs.len() > MAX_CONCERNS);
        faults.extend(overfull.map(|(place, _)| FieldError::new(format!("/concerns/{place}/refs"), many.clone())));
        let no_amount = Least::Above("or say null for refund_amount");
        faults.extend(self.refund_amount.iter().flat_map(|money| money.faults("/refund_amount", no_amount)));
        faults
    }
}

/// What is wrong with a text that must be there.
pub(crate) fn fault(text: &str, most: usize, what: &str) -> Option<String> {
    if text.trim().is_empty() {
        return Some(format!("say {what}"));
    }
    if text.chars().count() > most {
        return Some(format!("say it in at most {most} characters"));
    }
    let control = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))?;
    Some(format!("leave out the control character U+{:04X}", u32::from(control)))
}

fn resolved() -> Refusal {
    illegal("It is resolved already.")
}

fn illegal(why: &str) -> Refusal {
    Refusal::new(Code::IllegalMove, why)
}

#[cfg(test)]
mod tests;
