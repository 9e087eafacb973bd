//! Out of office: who decides in whose place, and from which day to which.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use crate::{
    Refusal, Time,
    event::Event,
    id::{DelegationId, PersonId},
    refusal::Code,
};

/// The longest delegation, in days.
pub const MAX_DAYS: i64 = 90;

/// Who decides by whom.
pub type Able = BTreeMap<String, BTreeSet<PersonId>>;

/// Somebody, with their name as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Who.
    pub id: PersonId,
    /// Their name.
    pub name: String,
}

/// What is settled once and never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Who is away.
    pub principal: Party,
    /// Who decides in their place.
    pub delegate: Party,
    /// The groups of the principal it is for; empty for all of them.
    pub groups: Vec<String>,
    /// Since when it holds.
    pub from: Time,
    /// Until when, this moment left out.
    pub until: Time,
}

tagged! {
    "Delegation", "state", "state@";
    /// How far a delegation is. Whether it holds is a question of the time.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[serde(tag = "state", rename_all = "snake_case")]
    pub enum Delegation {
        /// It holds between its two moments.
        Set {
            /// What was settled.
            terms: Terms,
        },
        /// Somebody ended it before its time.
        Ended {
            /// What was settled.
            terms: Terms,
            /// When.
            at: Time,
        },
    }
}

/// In whose place somebody decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Principal {
    /// Who.
    pub person: PersonId,
    /// Their name, as it was.
    pub name: String,
    /// The delegation that was in force.
    pub delegation: DelegationId,
}

impl Terms {
    /// The last day on which it holds, in UTC.
    pub fn last_day(&self) -> NaiveDate {
        (self.until - TimeDelta::microseconds(1)).date_naive()
    }

    /// Whether both hold at some moment.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.from < other.until && other.from < self.until
    }

    /// Whether both are for the same group of one principal at some moment.
    pub fn collides(&self, other: &Self) -> bool {
        let share = self.groups.is_empty()
            || other.groups.is_empty()
            || self.groups.iter().any(|group| other.groups.contains(group));
        self.principal.id == other.principal.id && share && self.overlaps(other)
    }

    fn check(&self, now: Time) -> Result<(), Refusal> {
        let refuse = |field, message: String| Err(Refusal::invalid(field, message));
        if self.principal.id == self.delegate.id {
            return refuse("to", "Choose somebody else: nobody decides in their own place.".to_owned());
        }
        if self.from.date_naive() < now.date_naive() {
            return refuse("start", format!("This day is over. Today is {} in UTC.", now.date_naive()));
        }
        if self.until <= self.from {
            return refuse("until", "The last day lies before the first.".to_owned());
        }
        if self.until - self.from > TimeDelta::days(MAX_DAYS) {
            return refuse("until", format!("A delegation lasts at most {MAX_DAYS} days. Choose an earlier last day."));
        }
        Ok(())
    }
}

impl Delegation {
    /// Sets a delegation beside others that are not over.
    ///
    /// # Errors
    /// `invalid_field` for days that are over, in the wrong order or too many, for a delegate who is the principal or
    /// is away then; `conflict` where the principal has a delegate for one of the groups already.
    pub fn set(
        id: DelegationId,
        terms: Terms,
        others: &[(DelegationId, Self)],
        now: Time,
    ) -> Result<(Self, Event), Refusal> {
        terms.check(now)?;
        let running = || others.iter().filter(|(_, other)| !other.is_over(now)).map(|(_, other)| other.terms());
        if running().any(|other| other.principal.id == terms.delegate.id && other.overlaps(&terms)) {
            let message = format!("{} is out of office then. Choose somebody who is there.", terms.delegate.name);
            return Err(Refusal::invalid("to", message));
        }
        if let Some(other) = running().find(|other| other.collides(&terms)) {
            let message = format!(
                "Nothing was stored: {} decides for {} in that time already. End that first, or choose other days.",
                other.delegate.name, terms.principal.name
            );
            return Err(Refusal::new(Code::Conflict, message));
        }
        let event = Event::DelegationCreated {
            delegation: id,
            principal: terms.principal.id,
            principal_name: terms.principal.name.clone(),
            delegate: terms.delegate.id,
            delegate_name: terms.delegate.name.clone(),
            groups: terms.groups.clone(),
            from: terms.from,
            until: terms.until,
        };
        Ok((Self::Set { terms }, event))
    }

    /// Ends it before its time.
    ///
    /// # Errors
    /// `illegal_move` once it is over.
    pub fn end(self, id: DelegationId, now: Time) -> Result<(Self, Event), Refusal> {
        if self.is_over(now) {
            return Err(Refusal::new(Code::IllegalMove, "Nothing was changed: this delegation is over already."));
        }
        match self {
            Self::Set { terms } => {
                let event = Event::DelegationEnded {
                    delegation: id,
                    principal: terms.principal.id,
                    principal_name: terms.principal.name.clone(),
                    delegate: terms.delegate.id,
                    delegate_name: terms.delegate.name.clone(),
                };
                Ok((Self::Ended { terms, at: now }, event))
            }
            Self::Ended { .. } => {
                Err(Refusal::new(Code::IllegalMove, "Nothing was changed: this delegation has ended already."))
            }
        }
    }

    /// What was settled.
    pub const fn terms(&self) -> &Terms {
        match self {
            Self::Set { terms } | Self::Ended { terms, .. } => terms,
        }
    }

    /// Whether the delegate may decide now.
    pub fn is_in_force(&self, now: Time) -> bool {
        match self {
            Self::Set { terms } => terms.from <= now && now < terms.until,
            Self::Ended { .. } => false,
        }
    }

    /// Whether it will never hold again.
    pub fn is_over(&self, now: Time) -> bool {
        match self {
            Self::Set { terms } => terms.until <= now,
            Self::Ended { .. } => true,
        }
    }
}

/// A day as forms and commands give it, as the moment it begins in UTC.
///
/// # Errors
/// `invalid_field` at the field.
pub fn first_moment(field: &str, typed: &str) -> Result<Time, Refusal> {
    let day = typed.trim().parse::<NaiveDate>().ok();
    let begin = day.and_then(|day| day.and_hms_opt(0, 0, 0));
    begin
        .map(|begin| begin.and_utc())
        .ok_or_else(|| Refusal::invalid(field, "Give a day as year, month and day, e.g. 2026-11-23."))
}

/// The moment after a day that is the last.
///
/// # Errors
/// `invalid_field` at the field.
pub fn end_moment(field: &str, typed: &str) -> Result<Time, Refusal> {
    let begin = first_moment(field, typed)?;
    begin.checked_add_signed(TimeDelta::days(1)).ok_or_else(|| Refusal::invalid(field, "This day is too far away."))
}

/// Who decides for each group while these people are away, of those who do otherwise: the absent are left out, their
/// delegates count for the groups delegated to them. A delegate who is away, or may not decide, counts nowhere.
pub fn able_during(able: &Able, absences: &[(&Terms, bool)]) -> Able {
    let away: BTreeSet<PersonId> = absences.iter().map(|(terms, _)| terms.principal.id).collect();
    let present = |(group, people): (&String, &BTreeSet<PersonId>)| {
        let mut there: BTreeSet<PersonId> = people.difference(&away).copied().collect();
        let counts = |terms: &Terms| {
            let is_for = terms.groups.is_empty() || terms.groups.contains(group);
            people.contains(&terms.principal.id) && is_for && !away.contains(&terms.delegate.id)
        };
        let delegates = absences.iter().filter(|(terms, can_decide)| *can_decide && counts(terms));
        there.extend(delegates.map(|(terms, _)| terms.delegate.id));
        (group.clone(), there)
    };
    able.iter().map(present).collect()
}

#[cfg(test)]
mod tests;
