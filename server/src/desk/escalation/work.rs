//! What support leads do with an escalation: they take it up, give it to somebody, and say how it was settled.

use domain::{
    Actor, Refusal, Role,
    escalation::{Escalation, MAX_TEXT},
    event::Event,
    id::{EscalationId, PersonId},
    permission::Action,
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    desk::{
        Caller, Desk,
        text::{self, NAME},
    },
    error::{Error, Result},
    store::{self, Tx, escalation::Stored},
};

/// What `POST /escalations/{id}/assign` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assign {
    /// The email or `usr_…` id of a support lead.
    pub to: String,
    /// Why them.
    pub reason: String,
}

/// What `POST /escalations/{id}/resolve` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resolve {
    /// How it was settled.
    pub resolution: String,
}

/// A step of whoever works an escalation.
#[derive(Debug, Clone)]
pub enum Step {
    /// They take it up.
    Acknowledge,
    /// They give it to somebody.
    Assign(Assign),
    /// They say how it was settled.
    Resolve(Resolve),
}

impl Desk {
    /// Acknowledges, assigns or resolves an escalation. The same step of the same caller again changes nothing.
    ///
    /// # Errors
    /// `not_found`; `illegal_move`; `invalid_field`, also for an assignee who is no support lead.
    pub async fn work_escalation(&self, caller: &Caller, id: EscalationId, step: Step) -> Result<Stored> {
        caller.authorize(Action::WorkEscalations)?;
        let run = self.visible_escalation(caller, id).await?.run;
        check(&step)?;
        let (actor, person) = (caller.actor(), person_behind(caller));
        self.database
            .write(move |tx| {
                async move {
                    let locked = store::run::lock_still(tx, run).await?.ok_or(Error::Moved)?;
                    let stored = store::escalation::find(tx, id).await?.ok_or(Error::Moved)?;
                    if let Some((state, event)) = take(tx, &stored, step, (actor, person)).await? {
                        store::escalation::update(tx, &stored, &state).await?;
                        tx.record_in(run, &locked.subject, None, actor, event);
                    }
                    store::escalation::find(tx, id).await?.ok_or(Error::Moved)
                }
                .boxed()
            })
            .await
    }
}

/// What a step makes of an escalation; `None` for one that was taken already.
async fn take(
    tx: &mut Tx,
    stored: &Stored,
    step: Step,
    (actor, person): (Actor, Option<PersonId>),
) -> Result<Option<(Escalation, Event)>> {
    let (id, state, now) = (stored.id, stored.state.clone(), tx.now());
    let moved = match step {
        Step::Acknowledge => match &state {
            Escalation::Acknowledged { by, .. } if *by == actor => return Ok(None),
            Escalation::Open { .. } | Escalation::Acknowledged { .. } | Escalation::Resolved { .. } => {
                state.acknowledge(id, actor, person, now)?
            }
        },
        Step::Assign(Assign { to, reason }) => {
            let to = find_lead(tx, &to).await?;
            match &state {
                Escalation::Open { assignee, .. } | Escalation::Acknowledged { assignee, .. }
                    if *assignee == Some(to) =>
                {
                    return Ok(None);
                }
                Escalation::Open { .. } | Escalation::Acknowledged { .. } | Escalation::Resolved { .. } => {
                    state.assign(id, to, reason.trim().to_owned())?
                }
            }
        }
        Step::Resolve(Resolve { resolution }) => {
            let resolution = resolution.trim().to_owned();
            match &state {
                Escalation::Resolved { by, resolution: said, .. } if *by == actor && *said == resolution => {
                    return Ok(None);
                }
                Escalation::Open { .. } | Escalation::Acknowledged { .. } | Escalation::Resolved { .. } => {
                    state.resolve(id, actor, resolution, now)?
                }
            }
        }
    };
    Ok(Some(moved))
}

/// A support lead who may sign in.
async fn find_lead(tx: &mut Tx, named: &str) -> Result<PersonId> {
    let refuse = |why| Error::from(Refusal::invalid("/to", why));
    let found = store::entitlement::find_person(tx, named).await?;
    let unknown = "expected the email or usr_… id of a support lead who may sign in";
    let id = found.ok_or_else(|| refuse(unknown))?;
    let person = store::person::find(tx, id).await?.ok_or_else(|| refuse(unknown))?;
    if person.roles.contains(&Role::SupportLead) { Ok(id) } else { Err(refuse("this person is no support lead")) }
}

fn check(step: &Step) -> Result<(), Refusal> {
    match step {
        Step::Acknowledge => Ok(()),
        Step::Assign(Assign { to, reason }) => {
            text::required("/to", to, NAME)?;
            text::required("/reason", reason, MAX_TEXT)
        }
        Step::Resolve(Resolve { resolution }) => text::required("/resolution", resolution, MAX_TEXT),
    }
}

/// The person who acts: signed in, or by a token of theirs.
const fn person_behind(caller: &Caller) -> Option<PersonId> {
    match caller {
        Caller::Person(person) => Some(person.id),
        Caller::Key(key) | Caller::Remembered(key) => key.owner,
        Caller::CommandLine => None,
    }
}
