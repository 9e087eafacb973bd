//! What may be asked of the approvals list: a view, filters, an order. All of it stands in the page's address.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{Assignee, View};
use crate::{
    Refusal,
    actor::{UnknownWord, words},
    approval::Status,
    id::SavedViewId,
    refusal::Code,
    search,
    workflow::Risk,
};

/// Views that one person may keep.
pub const MOST_SAVED: usize = 12;
/// The longest name of a view, in characters.
const LONGEST_NAME: usize = 40;
/// The longest value of a filter, in characters.
const LONGEST_VALUE: usize = 200;

words! {
    /// Statuses that are asked for: one, or several at once.
    Standing {
        /// Waits for people.
        Pending = "pending",
        /// Approved.
        Approved = "approved",
        /// Rejected.
        Rejected = "rejected",
        /// Nobody decided in time.
        Expired = "expired",
        /// Taken back by whoever asked.
        Cancelled = "cancelled",
        /// The call it was for is gone.
        Superseded = "superseded",
        /// Given, and taken back before it was used.
        Revoked = "revoked",
        /// Approved or rejected, also where an approval was taken back since.
        Decided = "decided",
        /// Whatever it is.
        Any = "any",
    }
}

impl Standing {
    /// The statuses that are meant; `None` for all of them.
    pub const fn statuses(self) -> Option<&'static [Status]> {
        match self {
            Self::Pending => Some(&[Status::Pending]),
            Self::Approved => Some(&[Status::Approved]),
            Self::Rejected => Some(&[Status::Rejected]),
            Self::Expired => Some(&[Status::Expired]),
            Self::Cancelled => Some(&[Status::Cancelled]),
            Self::Superseded => Some(&[Status::Superseded]),
            Self::Revoked => Some(&[Status::Revoked]),
            Self::Decided => Some(&[Status::Approved, Status::Rejected, Status::Revoked]),
            Self::Any => None,
        }
    }
}

words! {
    /// The order of the list.
    Sort {
        /// What waits for decisions before what waits for answers, soonest deadline first.
        Due = "due",
        /// Latest opened first.
        Newest = "newest",
        /// Longest open first.
        Oldest = "oldest",
        /// Highest risk first, then as `due`.
        Risk = "risk",
    }
}

/// What a list is narrowed to; what is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filters {
    /// Only these statuses.
    #[serde(default)]
    pub status: Option<Standing>,
    /// Only this risk.
    #[serde(default)]
    pub risk: Option<Risk>,
    /// Only this workflow, by name.
    #[serde(default)]
    pub workflow: Option<String>,
    /// Only what this gate holds.
    #[serde(default)]
    pub gate: Option<String>,
    /// Only calls of this agent, by name.
    #[serde(default)]
    pub agent: Option<String>,
    /// Only what is assigned so.
    #[serde(default)]
    pub assignee: Option<Assignee>,
    /// Only what waits for this group: one of its seats is open, or it was raised to it and any seat is.
    #[serde(default)]
    pub waiting_for: Option<String>,
    /// Words that are looked for ([`search::Question`]).
    #[serde(default)]
    pub search: Option<String>,
}

impl Filters {
    /// Whether nothing is narrowed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// # Errors
    /// `malformed_request` for a value that is longer than any there is, or holds what no database keeps.
    pub fn check(&self) -> Result<(), Refusal> {
        let assignee = self.assignee.as_ref().map(Assignee::to_string);
        let values = [
            ("assignee", &assignee, LONGEST_VALUE),
            ("workflow", &self.workflow, LONGEST_VALUE),
            ("gate", &self.gate, LONGEST_VALUE),
            ("agent", &self.agent, LONGEST_VALUE),
            ("waiting_for", &self.waiting_for, LONGEST_VALUE),
            ("q", &self.search, search::LONGEST),
        ];
        for (name, value, longest) in values {
            let Some(value) = value else { continue };
            let wrong = if value.contains('\0') {
                Some("U+0000 is not allowed".to_owned())
            } else {
                (value.chars().count() > longest).then(|| format!("at most {longest} characters"))
            };
            if let Some(wrong) = wrong {
                return Err(Refusal::new(Code::MalformedRequest, format!("{name}: {wrong}")));
            }
        }
        Ok(())
    }
}

/// What the page asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueQuery {
    /// The view.
    pub view: View,
    /// What it is narrowed to.
    #[serde(default)]
    pub filters: Filters,
    /// The order, where it is not the view's own.
    #[serde(default)]
    pub sort: Option<Sort>,
    /// Where the page begins; absent for the first.
    #[serde(default)]
    pub cursor: Option<String>,
}

impl QueueQuery {
    /// A view as it is.
    pub fn of(view: View) -> Self {
        Self { view, filters: Filters::default(), sort: None, cursor: None }
    }

    /// Reads an address: what it does not understand is as if it were not there.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| value(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        Self {
            view: word(text("view")).unwrap_or(View::AllPending),
            filters: Filters {
                status: word(text("status")),
                risk: word(text("risk")),
                workflow: text("workflow"),
                gate: text("gate"),
                agent: text("agent"),
                assignee: word(text("assignee")),
                waiting_for: text("waiting_for"),
                search: text("q"),
            },
            sort: word(text("sort")),
            cursor: text("cursor"),
        }
    }

    /// The statuses that are listed. Views other than all of them say it themselves.
    pub fn standing(&self) -> Standing {
        match self.view {
            View::AllPending => self.filters.status.unwrap_or(Standing::Pending),
            View::DecidedToday => Standing::Decided,
            View::NeedsMyDecision
            | View::HighRisk
            | View::Unclaimed
            | View::DueSoon
            | View::ResumptionFailed
            | View::InfoRequested => Standing::Pending,
        }
    }

    /// The order: the one that was asked for, else what is due first, and of what has ended the latest first.
    pub fn order(&self) -> Sort {
        let own = if self.standing() == Standing::Pending { Sort::Due } else { Sort::Newest };
        self.sort.unwrap_or(own)
    }

    /// The same without a place in it: what a person may keep.
    #[must_use]
    pub fn from_the_beginning(self) -> Self {
        Self { cursor: None, ..self }
    }
}

/// What a text means; one without a meaning is none.
fn word<T: FromStr>(text: Option<String>) -> Option<T> {
    text?.parse().ok()
}

/// A view that a person keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// Its id.
    pub id: SavedViewId,
    /// What the person calls it.
    pub name: String,
    /// What it asks for.
    pub query: QueueQuery,
}

/// The name of a view as it is kept: without blanks around it, and with one between its words.
///
/// # Errors
/// `invalid_field` of `name` when there is none, or it is too long, or holds what cannot be seen.
pub fn saved_name(typed: &str) -> Result<String, Refusal> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let wrong = if name.is_empty() {
        "Give the view a name.".to_owned()
    } else if name.chars().count() > LONGEST_NAME {
        format!("Use at most {LONGEST_NAME} characters.")
    } else if name.chars().any(char::is_control) {
        "Use characters that can be seen.".to_owned()
    } else {
        return Ok(name);
    };
    Err(Refusal::invalid("name", wrong))
}

#[cfg(test)]
mod tests;
