//! A concern: one of several matters of a run, looked into for itself, often beside the others. Once all are resolved,
//! they get one resolution together.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Actor, FieldError, Refusal, Time,
    actor::{UnknownWord, words},
    canonical,
    escalation::{MAX_NAME, MAX_TEXT, fault},
    event::Event,
    id::ConcernId,
    money::{Least, Money, totals},
    refusal::Code,
};

/// Concerns of one run at the most.
pub const MAX_OF_RUN: usize = 100;
/// References of one concern at the most.
pub const MAX_REFS: usize = 20;
/// The most bytes of a shared context, as canonical JSON.
pub const MAX_CONTEXT: usize = 16_384;

/// What is to be looked into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Matter {
    /// What it is.
    pub title: String,
    /// Which sort it is, in the words of whoever opens it.
    #[serde(default)]
    pub kind: Option<String>,
    /// What it refers to: orders, invoices, tickets.
    #[serde(default)]
    pub refs: Vec<String>,
    /// What whoever looks into it needs to know, the same for all concerns of a request.
    #[serde(default)]
    pub shared_context: Map<String, Value>,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Findings {
    /// What was charged.
    #[serde(default)]
    pub charged: Option<Money>,
    /// What should have been.
    #[serde(default)]
    pub should_be: Option<Money>,
    /// What is to be paid back.
    #[serde(default)]
    pub refund: Option<Money>,
    /// Where it is recorded: a calculation, a credit note, an entry of a ledger.
    #[serde(default)]
    pub reference: Option<String>,
    /// Everything else, in words.
    #[serde(default)]
    pub text: Option<String>,
}

words! {
    /// The status of a concern.
    ConcernStatus {
        /// Nobody looks into it yet.
        Open = "open",
        /// Somebody does.
        Investigating = "investigating",
        /// It is settled.
        Resolved = "resolved",
    }
}

tagged! {
    "Concern", "state", "state@";
    /// The state of a concern.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(tag = "state", rename_all = "snake_case")]
    pub enum Concern {
        /// Nobody looks into it yet.
        Open {
            /// Since when.
            at: Time,
        },
        /// Somebody looks into it.
        Investigating {
            /// Since when.
            since: Time,
            /// What was found so far.
            findings: Option<Findings>,
        },
        /// It is settled.
        Resolved {
            /// When somebody began to look into it.
            since: Time,
            /// When it was settled.
            at: Time,
            /// Who said so.
            by: Actor,
            /// What was found.
            findings: Option<Findings>,
            /// How it is settled.
            resolution: String,
        },
    }
}

/// What `PATCH /concerns/{id}` changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// The status wanted.
    pub status: Option<ConcernStatus>,
    /// What was found; it replaces what was found before.
    pub findings: Option<Findings>,
    /// How it is settled, which resolves it.
    pub resolution: Option<String>,
}

/// What a move gives: the new state and what the log says of it.
type Moved = Result<(Concern, Event), Refusal>;

impl Concern {
    /// Opens a concern.
    pub fn open(concern: ConcernId, matter: &Matter, now: Time) -> (Self, Event) {
        let event = Event::ConcernOpened { concern, title: matter.title.clone(), refs: matter.refs.clone() };
        (Self::Open { at: now }, event)
    }

    /// Somebody looks into it. Without findings those so far stand.
    ///
    /// # Errors
    /// `illegal_move` when it is resolved.
    pub fn investigate(self, concern: ConcernId, found: Option<Findings>, now: Time) -> Moved {
        let (since, findings) = match self {
            Self::Open { .. } => (now, found.clone()),
            Self::Investigating { since, findings } => (since, found.clone().or(findings)),
            Self::Resolved { .. } => return Err(resolved()),
        };
        Ok((Self::Investigating { since, findings }, Event::ConcernUpdated { concern, findings: found }))
    }

    /// Says how it is settled; what nobody was seen to look into can be, too.
    ///
    /// # Errors
    /// `illegal_move` when it is resolved.
    pub fn resolve(
        self,
        concern: ConcernId,
        found: Option<Findings>,
        by: Actor,
        resolution: String,
        now: Time,
    ) -> Moved {
        let (since, findings) = match self {
            Self::Open { at } => (at, found),
            Self::Investigating { since, findings } => (since, found.or(findings)),
            Self::Resolved { .. } => return Err(resolved()),
        };
        let event = Event::ConcernResolved { concern, findings: findings.clone(), resolution: resolution.clone() };
        Ok((Self::Resolved { since, at: now, by, findings, resolution }, event))
    }

    /// Whether a change asks for nothing that is not so already.
    pub fn is_as(&self, change: &Change) -> bool {
        let has = |own: Option<&Findings>| change.findings.is_none() || own == change.findings.as_ref();
        let is = |status| change.status.is_none_or(|wanted| wanted == status);
        match self {
            Self::Open { .. } => false,
            Self::Investigating { findings, .. } => {
                is(ConcernStatus::Investigating) && change.resolution.is_none() && has(findings.as_ref())
            }
            Self::Resolved { findings, resolution, .. } => {
                let says = change.resolution.as_ref().is_none_or(|said| said == resolution);
                is(ConcernStatus::Resolved) && says && has(findings.as_ref())
            }
        }
    }

    /// The word for the state.
    pub const fn status(&self) -> ConcernStatus {
        match self {
            Self::Open { .. } => ConcernStatus::Open,
            Self::Investigating { .. } => ConcernStatus::Investigating,
            Self::Resolved { .. } => ConcernStatus::Resolved,
        }
    }

    /// What was found so far.
    pub const fn findings(&self) -> Option<&Findings> {
        match self {
            Self::Open { .. } => None,
            Self::Investigating { findings, .. } | Self::Resolved { findings, .. } => findings.as_ref(),
        }
    }
}

impl Matter {
    /// Everything that is wrong with it.
    pub fn faults(&self) -> Vec<FieldError> {
        let told = |path: String, text: &str, what: &str| {
            fault(text, MAX_NAME, what).map(|message| FieldError::new(path, message))
        };
        let mut faults: Vec<FieldError> =
            told("/title".to_owned(), &self.title, "what this concern is").into_iter().collect();
        faults.extend(self.kind.iter().filter_map(|kind| told("/kind".to_owned(), kind, "its kind, or leave it out")));
        let refs = self.refs.iter().enumerate();
        faults.extend(refs.filter_map(|(place, name)| told(format!("/refs/{place}"), name, "a reference")));
        if self.refs.len() > MAX_REFS {
            faults.push(FieldError::new("/refs", format!("at most {MAX_REFS}")));
        }
        let context = canonical::to_string(&Value::Object(self.shared_context.clone()));
        if context.len() > MAX_CONTEXT {
            faults.push(FieldError::new("/shared_context", format!("at most {MAX_CONTEXT} bytes of JSON")));
        }
        faults
    }
}

impl Change {
    /// Everything that is wrong with it, whatever the concern.
    pub fn faults(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        let mut wrong = |path: &str, message: &str| faults.push(FieldError::new(path, message));
        match (self.status, &self.resolution) {
            (None, None) if self.findings.is_none() => wrong("", "say a status, findings or a resolution"),
            (Some(ConcernStatus::Open), _) => wrong("/status", "expected investigating or resolved"),
            (Some(ConcernStatus::Resolved), None) => wrong("/resolution", "say how it is settled"),
            (Some(ConcernStatus::Investigating), Some(_)) => wrong("/status", "what has a resolution is resolved"),
            (Some(ConcernStatus::Investigating | ConcernStatus::Resolved) | None, _) => {}
        }
        if let Some(message) = self.resolution.as_ref().and_then(|text| fault(text, MAX_TEXT, "how it is settled")) {
            wrong("/resolution", &message);
        }
        faults.extend(self.findings.iter().flat_map(Findings::faults));
        faults
    }
}

impl Findings {
    fn faults(&self) -> Vec<FieldError> {
        let amounts = [("charged", &self.charged), ("should_be", &self.should_be), ("refund", &self.refund)];
        let mut faults: Vec<FieldError> = amounts
            .into_iter()
            .filter_map(|(name, money)| Some(money.as_ref()?.faults(&format!("/findings/{name}"), Least::Zero)))
            .flatten()
            .collect();
        for (path, text, most) in
            [("/findings/reference", &self.reference, MAX_NAME), ("/findings/text", &self.text, MAX_TEXT)]
        {
            let message = text.as_ref().and_then(|text| fault(text, most, "it, or leave it out"));
            faults.extend(message.map(|message| FieldError::new(path, message)));
        }
        if *self == Self::default() {
            faults.push(FieldError::new("/findings", "say what was found, or leave it out"));
        }
        faults
    }
}

words! {
    /// How what was found agrees with what the agent states.
    SumCheck {
        /// No concern has found a refund.
        NothingFound = "nothing_found",
        /// The agent states no amount.
        NotStated = "not_stated",
        /// The refunds come to what is stated.
        Matches = "matches",
        /// They do not.
        Differs = "differs",
    }
}

/// The refunds found, what they come to in each currency, and whether that is what the agent states.
pub fn check_sum<'a>(stated: Option<&Money>, refunds: impl IntoIterator<Item = &'a Money>) -> (Vec<Money>, SumCheck) {
    let sums = totals(refunds);
    let check = match (stated, sums.as_slice()) {
        (_, []) => SumCheck::NothingFound,
        (None, _) => SumCheck::NotStated,
        (Some(stated), [sum]) if sum.is_same(stated) => SumCheck::Matches,
        (Some(_), _) => SumCheck::Differs,
    };
    (sums, check)
}

fn resolved() -> Refusal {
    Refusal::new(Code::IllegalMove, "It is resolved already.")
}

#[cfg(test)]
mod tests;
