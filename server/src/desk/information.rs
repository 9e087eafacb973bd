//! Asking before deciding: a question makes the approval wait, its answer makes a new revision. Both void the votes.

use domain::{
    Actor, Refusal,
    approval::Approval,
    canonical,
    decision::{Decision, Verdict},
    event::Event,
    id::{ApprovalId, PersonId},
    information::{Answer, Information, MAX_ANSWER, MAX_QUESTIONS},
    package::Package,
    permission::Action,
    refusal::Code,
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Caller, Desk,
    approval::{AWAITING, barred, eta_hours},
    ballot::EXPIRED,
    deadline::counting,
    outcome::expire,
    text,
};
use crate::{
    error::{Error, Result},
    store::{
        self, Tx,
        approval::{Revision, Stored},
        run::Run,
    },
};

/// The largest attachments, in bytes of canonical JSON.
const MAX_ATTACHMENTS: usize = 64 << 10;

/// What `POST /approvals/{id}/information` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveInformation {
    /// The answer.
    pub answer: String,
    /// What comes along, of any shape.
    #[serde(default)]
    pub attachments: Option<Value>,
}

impl GiveInformation {
    fn check(&self) -> Result<(), Refusal> {
        text::required("/answer", &self.answer, MAX_ANSWER)?;
        let size = self.attachments.as_ref().map_or(0, |attachments| canonical::to_string(attachments).len());
        if size > MAX_ATTACHMENTS {
            return Err(Refusal::invalid("/attachments", format!("expected at most {MAX_ATTACHMENTS} bytes")));
        }
        Ok(())
    }
}

/// Whoever answers.
struct Answerer {
    name: String,
    actor: Actor,
    person: Option<PersonId>,
}

/// What the transaction found.
enum Given {
    Stored,
    Expired,
}

impl Desk {
    /// Answers the open question. The same answer again changes nothing.
    ///
    /// # Errors
    /// `not_found`; `not_entitled` for the person who asked; `illegal_move` when no question is open; `stale_revision`
    /// when another was asked since `read`; `invalid_field`.
    pub async fn give_information(
        &self,
        caller: &Caller,
        id: ApprovalId,
        body: GiveInformation,
        read: Option<u32>,
    ) -> Result<Value> {
        caller.authorize(Action::GiveInformation)?;
        let stored = self.outcome_now(caller, id).await?;
        body.check()?;
        let by = answerer(caller);
        let given = self.database.write(move |tx| {
            async move {
                let run = store::run::lock(tx, stored.run).await?.ok_or(Error::Moved)?;
                let stored = store::approval::find(tx, id).await?.ok_or(Error::Moved)?;
                give(tx, &run, stored, body, by, read).await
            }
            .boxed()
        });
        match given.await? {
            Given::Stored => {
                let stored = self.outcome_now(caller, id).await?;
                let eta = eta_hours(stored.state.expires_at(), self.database.clock().now());
                Ok(json!({
                    "approval_id": id, "status": AWAITING, "revision": stored.revision,
                    "package_digest": stored.package_digest, "eta_hours": eta,
                }))
            }
            Given::Expired => Err(Refusal::new(Code::Expired, EXPIRED).into()),
        }
    }
}

fn answerer(caller: &Caller) -> Answerer {
    let (name, person) = match caller {
        Caller::Key(key) | Caller::Remembered(key) => (key.name.clone(), None),
        Caller::Person(person) => (person.name.clone(), Some(person.id)),
        Caller::CommandLine => ("the command line".to_owned(), None),
    };
    Answerer { name, actor: caller.actor(), person }
}

/// Stores the answer; the run is locked.
async fn give(
    tx: &mut Tx,
    run: &Run,
    stored: Stored,
    body: GiveInformation,
    by: Answerer,
    read: Option<u32>,
) -> Result<Given> {
    let answer = Answer {
        text: body.answer.trim().to_owned(),
        by: by.name,
        from_agent: by.person.is_none(),
        attachments: body.attachments,
        answered_at: tx.now(),
    };
    if is_repeat(&stored, &answer) {
        return Ok(Given::Stored);
    }
    let votes = store::decision::list_of_approval(tx, stored.id).await?;
    if stored.state.is_overdue(tx.now()) {
        expire(tx, run, &stored, &stored.current(&votes)).await?;
        return Ok(Given::Expired);
    }
    let revision = stored.revision + 1;
    let counting = counting(&stored.package.policy)?;
    let (state, event) =
        stored.state.clone().give_information(stored.id, &answer.text, revision, &*counting, tx.now())?;
    if let Some(read) = read.filter(|read| *read != stored.revision) {
        let message = format!("Nothing was stored: you read revision {read}, revision {} stands.", stored.revision);
        return Err(Refusal::new(Code::StaleRevision, message).with("current_revision", stored.revision).into());
    }
    // Words of the person who asks would come back to them as if somebody else had said them.
    let asked = votes.iter().rev().find(|vote| vote.verdict == Verdict::RequestInformation);
    if by.person.is_some() && asked.map(|vote| vote.person) == by.person {
        return Err(
            Refusal::new(Code::NotEntitled, "You asked this; somebody else answers. Nothing was stored.").into()
        );
    }
    let mut package = stored.package.clone();
    let Some(open) = package.information.last_mut() else { return Err(Error::Moved) };
    open.answer = Some(answer);
    revise(tx, run, &stored, state, package).await?;
    tx.record_in(run.id, &run.subject, Some(stored.id), by.actor, event);
    Ok(Given::Stored)
}

/// Whether this answer was given before, to the question asked last.
fn is_repeat(stored: &Stored, answer: &Answer) -> bool {
    let last = stored.package.information.last().and_then(|asked| asked.answer.as_ref());
    let is_open = matches!(stored.state, Approval::Pending { .. }) && !stored.state.is_waiting_for_information();
    is_open
        && last.is_some_and(|last| {
            (&last.text, &last.by, &last.attachments) == (&answer.text, &answer.by, &answer.attachments)
        })
}

/// Whether one more question may be asked.
pub(super) fn may_ask(stored: &Stored) -> Result<(), Refusal> {
    if stored.package.information.len() < MAX_QUESTIONS {
        return Ok(());
    }
    let message = format!("This approval carries {MAX_QUESTIONS} questions already. Decide on what is known.");
    Err(Refusal::new(Code::IllegalMove, message))
}

/// Stores a reviewer's question: the approval waits for its answer. The run is locked.
pub(super) async fn ask(tx: &mut Tx, run: &Run, stored: &Stored, decision: &Decision) -> Result<()> {
    let question = decision.notes.clone().unwrap_or_default();
    let counting = counting(&stored.package.policy)?;
    let state = stored.state.clone();
    let (state, event) = state.request_information(stored.id, &question, decision.revision, &*counting, tx.now())?;
    let mut package = stored.package.clone();
    let asked_by = decision.signatory();
    package.information.push(Information { question, asked_by, asked_at: tx.now(), answer: None });
    revise(tx, run, stored, state, package).await?;
    record(tx, run, stored.id, decision.person, event);
    Ok(())
}

fn record(tx: &mut Tx, run: &Run, id: ApprovalId, person: PersonId, event: Event) {
    tx.record_in(run.id, &run.subject, Some(id), Actor::Person(person), event);
}

/// Stores a new revision: nobody has voted on it, every seat is open, and whoever voted before may vote again.
pub(super) async fn revise(tx: &mut Tx, run: &Run, stored: &Stored, state: Approval, package: Package) -> Result<()> {
    let number = stored.revision + 1;
    let revision = Revision { state: &state, number, digest: package.digest(number), package: &package };
    store::approval::revise(tx, stored.id, &revision).await?;
    store::seat::update(tx, stored.id, &package.standing(&[]).seats).await?;
    let previous = store::decision::list_previous_approvers(tx, run.id, stored.id).await?;
    store::seat::readmit(tx, stored.id).await?;
    Ok(store::seat::bar(tx, &[stored.id], &barred(stored, &previous)).await?)
}
