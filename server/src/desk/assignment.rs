//! Assignments: whoever may decide a pending approval, and support leads, say who is to decide it: a person, one of its
//! groups, or the group it is raised to, which then may. Nothing of it keeps anybody else from deciding.

use domain::{
    Actor, Refusal, Scope,
    approval::Status,
    assignment::{Assigned, Assignment, MAX_REASON, Target, check_group, check_person},
    deadline::Steps,
    decision::Decision,
    id::{ApprovalId, PersonId},
    permission::Action,
    policy::Circumstances,
    refusal::Code,
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Caller, Desk,
    ballot::{Reviewer, entitled_at_all, settled},
    decision::circumstances,
    snapshot::Attempts,
    text::{self, NAME},
};
use crate::{
    error::{Error, Result},
    store::{self, Tx, approval::Stored, run::Run},
};

/// What `POST /approvals/{id}/assign` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignApproval {
    /// The email or `usr_…` id of somebody who may decide it now, or the name of one of its groups or of the group it is
    /// raised to; null gives it back.
    pub to: Option<String>,
    /// Why; whoever it is assigned to reads this. Not needed to give it back.
    #[serde(default)]
    pub reason: Option<String>,
}

/// What stands after that.
#[derive(Debug, Clone)]
pub struct AssignmentNow {
    /// To whom it is assigned.
    pub assigned_to: Option<Assigned>,
    /// The group it was raised to.
    pub raised_to: Option<String>,
}

/// Whoever assigns.
#[derive(Clone)]
struct Assigner {
    person: PersonId,
    /// Whether they assign what they may not decide themselves.
    is_lead: bool,
    /// Who they are as a reviewer, if they are one.
    reviewer: Option<Reviewer>,
}

/// What is to be done, once it is known who `to` is.
#[derive(Clone)]
enum Wanted {
    GiveBack,
    Assign(Target),
    Raise,
}

impl Desk {
    /// Assigns an approval, raises it, or gives it back; answers with what stands then. The same again changes nothing.
    ///
    /// # Errors
    /// In this order: `not_found`; `self_approval`, `not_entitled`; `already_decided`, `expired`, `cancelled`; `illegal_move`
    /// for a second raise; `invalid_field` at `/to` with why somebody may not decide, or which groups would do, and at
    /// `/reason`.
    pub async fn assign_approval(
        &self,
        caller: &Caller,
        id: ApprovalId,
        body: &AssignApproval,
    ) -> Result<AssignmentNow> {
        let assigner = self.must_be_assignable(caller, id).await?;
        let mut attempts = Attempts::default();
        loop {
            let attempt = self.assign_once(&assigner, id, body).await;
            if let Some(settled) = attempts.settled(attempt) {
                settled?;
                return self.assignment(id).await;
            }
        }
    }

    /// To whom an approval is assigned and was raised.
    pub async fn assignment(&self, id: ApprovalId) -> Result<AssignmentNow> {
        let mut tx = self.database.read().await?;
        let stored = store::approval::find(&mut tx, id).await?.ok_or(Error::Moved)?;
        let raised_to = stored.state.steps().and_then(Steps::raised).map(|(group, _)| group.to_owned());
        Ok(AssignmentNow { assigned_to: store::assignment::find_assigned(&mut tx, id).await?, raised_to })
    }

    /// Refuses who may not assign this, and what nobody decides any more, before anything is said of the body.
    pub async fn may_assign(&self, caller: &Caller, id: ApprovalId) -> Result<()> {
        self.must_be_assignable(caller, id).await.map(drop)
    }

    async fn must_be_assignable(&self, caller: &Caller, id: ApprovalId) -> Result<Assigner> {
        caller.authorize(Action::AssignApproval)?;
        let (stored, votes) = self.approval_detail(caller, id).await?;
        let assigner = self.assigner(caller, id).await?;
        let mut tx = self.database.read().await?;
        let circumstances = circumstances(&mut tx, &stored).await?;
        drop(tx);
        may_assign(&stored, &assigner, &circumstances)?;
        if stored.state.is_overdue(self.database.clock().now()) {
            self.expire_one(id).await?;
            return Err(Refusal::new(Code::Expired, "Nothing was assigned: the time to decide is over.").into());
        }
        must_wait(&stored, &votes)?;
        Ok(assigner)
    }

    async fn assigner(&self, caller: &Caller, id: ApprovalId) -> Result<Assigner> {
        let (person, is_lead) = match caller {
            Caller::Person(person) => (Some(person.id), person.roles.contains(&domain::Role::SupportLead)),
            Caller::Key(key) => (key.owner, key.scopes.contains(&Scope::SupportLead)),
            Caller::Remembered(_) | Caller::CommandLine => (None, false),
        };
        let nobody = || Refusal::new(Code::WrongScope, "Only people assign approvals: this key belongs to nobody.");
        let person = person.ok_or_else(nobody)?;
        let reviewer = match self.reviewer(caller, id).await {
            Ok(reviewer) => Some(reviewer),
            Err(error) if error.code() == Some(Code::WrongScope) => None,
            Err(error) => return Err(error),
        };
        Ok(Assigner { person, is_lead, reviewer })
    }

    async fn assign_once(&self, assigner: &Assigner, id: ApprovalId, body: &AssignApproval) -> Result<()> {
        let mut tx = self.database.read().await?;
        let stored = store::approval::find(&mut tx, id).await?.ok_or(Error::Moved)?;
        let wanted = wanted(&mut tx, &stored, assigner, body).await?;
        drop(tx);
        let (assigner, reason, run) = (assigner.clone(), body.reason.clone().unwrap_or_default(), stored.run);
        self.database
            .write(move |tx| {
                async move {
                    // A raise changes what a decision is checked against; an assignment does not.
                    let run = match wanted {
                        Wanted::Raise => store::run::lock(tx, run).await?,
                        Wanted::GiveBack | Wanted::Assign(_) => store::run::lock_still(tx, run).await?,
                    };
                    let run = run.ok_or(Error::Moved)?;
                    take(tx, &run, id, &assigner, wanted, reason.trim()).await
                }
                .boxed()
            })
            .await
    }
}

/// What `to` means.
async fn wanted(tx: &mut Tx, stored: &Stored, assigner: &Assigner, body: &AssignApproval) -> Result<Wanted> {
    let Some(to) = &body.to else { return Ok(Wanted::GiveBack) };
    text::required("/to", to, NAME)?;
    text::required("/reason", body.reason.as_deref().unwrap_or_default(), MAX_REASON)?;
    let to = to.trim();
    if let Some(person) = store::entitlement::find_person(tx, to).await? {
        if person == assigner.person {
            let message = "this is you; claim it instead, and others see that you look into it";
            return Err(Refusal::invalid("/to", message).into());
        }
        return Ok(Wanted::Assign(Target::Person(person)));
    }
    if to.contains('@') || to.starts_with("usr_") {
        return Err(Refusal::invalid("/to", "nobody who may sign in has this email or id").into());
    }
    let policy = &stored.package.policy;
    let is_own = policy.approve.iter().any(|seats| seats.group == to);
    let is_raise = policy.raise.as_ref().is_some_and(|raise| raise.to == to);
    Ok(if is_raise && !is_own { Wanted::Raise } else { Wanted::Assign(Target::Group(to.to_owned())) })
}

/// Does it. The run is locked.
async fn take(tx: &mut Tx, run: &Run, id: ApprovalId, assigner: &Assigner, wanted: Wanted, reason: &str) -> Result<()> {
    let stored = store::approval::find(tx, id).await?.ok_or(Error::Moved)?;
    let votes = stored.current(&store::decision::list_of_approval(tx, id).await?);
    must_wait(&stored, &votes)?;
    let by = assigner.person;
    let record = |tx: &mut Tx, event| tx.record_in(run.id, &run.subject, Some(id), Actor::Person(by), event);
    let (assignment, event) = match wanted {
        Wanted::Raise => {
            let (state, event) = stored.state.clone().raise(id, Some(reason.to_owned()), tx.now())?;
            store::deadline::step(tx, id, &state).await?;
            record(tx, event);
            return Ok(());
        }
        Wanted::GiveBack => store::assignment::find(tx, id).await?.give_back(id, by, assigner.is_lead)?,
        Wanted::Assign(to) => {
            check_target(tx, &stored, &votes, &to).await?;
            store::assignment::find(tx, id).await?.assign(id, to, by, reason.to_owned(), tx.now())
        }
    };
    if let Some(event) = event {
        store::assignment::update(tx, id, &assignment).await?;
        record(tx, event);
    }
    Ok(())
}

/// Refuses whoever may not decide, with why.
async fn check_target(tx: &mut Tx, stored: &Stored, votes: &[Decision], to: &Target) -> Result<()> {
    let policy = &stored.package.policy;
    match to {
        Target::Group(group) => {
            let steps = stored.state.steps();
            let raise_to = steps.and_then(|steps| steps.raise.as_ref()).filter(|raise| raise.raised_at.is_none());
            Ok(check_group(policy, group, votes, raise_to.map(|raise| &*raise.to))?)
        }
        Target::Person(person) => {
            let candidate = store::entitlement::find_candidate(tx, *person, stored.id).await?;
            let no_reviewer = || Refusal::invalid("/to", "this person is no reviewer who may sign in");
            let (name, candidate) = candidate.ok_or_else(no_reviewer)?;
            let circumstances = circumstances(tx, stored).await?;
            Ok(check_person(policy, (&name, &candidate), &circumstances, votes)?)
        }
    }
}

/// Whether this person may say who is to decide: whoever might decide it, and support leads.
fn may_assign(stored: &Stored, assigner: &Assigner, circumstances: &Circumstances) -> Result<(), Refusal> {
    if assigner.is_lead {
        return Ok(());
    }
    let nobody = || Refusal::new(Code::NotEntitled, "Only whoever may decide it assigns it, and support leads.");
    entitled_at_all(stored, assigner.reviewer.as_ref().ok_or_else(nobody)?, circumstances)
}

/// Refuses what nobody decides any more.
fn must_wait(stored: &Stored, votes: &[Decision]) -> Result<(), Refusal> {
    if stored.state.status() == Status::Pending {
        return Ok(());
    }
    let message = format!("Nothing was assigned: the approval is {}.", stored.state.status());
    Err(Refusal { message, ..settled(stored, &stored.current(votes)) })
}

/// Somebody has decided, and the approval waits on: an assignment to whom nothing is left to decide goes. The run is locked.
pub(super) async fn decided(tx: &mut Tx, stored: &Stored) -> Result<()> {
    let assignment = store::assignment::find(tx, stored.id).await?;
    let Assignment::Assigned { to, .. } = &assignment else { return Ok(()) };
    let votes = stored.current(&store::decision::list_of_approval(tx, stored.id).await?);
    match check_target(tx, stored, &votes, to).await {
        Err(Error::Refused(_)) => Ok(store::assignment::update(tx, stored.id, &assignment.end()).await?),
        checked => checked,
    }
}

/// The approval has ended: no assignment is left. The run is locked.
pub(super) async fn ended(tx: &mut Tx, id: ApprovalId) -> Result<()> {
    Ok(store::assignment::update(tx, id, &Assignment::Free).await?)
}
