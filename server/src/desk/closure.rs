//! Closures: begun by events, worked in stored phases, and left to a person where anything is doubtful.
//!
//! Whatever is written elsewhere is said in the log before (`closure.step_intended`). Whoever finds such a word without
//! its end looks first and asks a person where it cannot be seen.

mod archive;
pub mod drift;
mod execute;
mod follow;
mod intake;
pub(super) mod keep;
mod mail;
mod packet;
mod page;
mod place;
mod replay;
mod revalidate;
mod review;
mod sample;
mod see;
mod shown;
mod stand;
mod write;

use chrono::TimeDelta;
use domain::{
    Actor, Refusal, SystemActor, Time,
    closure::{
        Closure, Phase, Reason,
        rule::Moment,
        trigger::{Source, Trigger},
    },
    event::Event,
    id::{ClosureId, FollowUpId, RunId},
    resumption::Resumption,
};
use futures::FutureExt as _;
use serde_json::{Value, json};

use super::{Desk, snapshot::Snapshot};
use crate::{
    error::{Error, Result},
    rules::{Compiled, Roots, closure::Follows},
    store::{self, Tx, closure::Stored},
};

pub use drift::AcceptDrift;
pub use intake::{EventOutcome, EventTaken, PostEvent};
pub use replay::Replay;
pub use review::ReviewClosure;
pub(super) use sample::involved;

/// Who finishes what decisions leave to be done.
const CLOSURE: Actor = Actor::System(SystemActor::Closure);
/// How long a worker may take for one phase, or one step. Longer than everything that is waited for in it together.
const LEASE: TimeDelta = TimeDelta::minutes(3);
/// How long ago a source may have been read when something is written because of it.
const FRESH: TimeDelta = TimeDelta::minutes(1);

/// A closure to be begun.
struct Beginning {
    event_key: String,
    event_digest: String,
    trigger: Trigger,
    workflow: String,
    version: u32,
    rule: String,
    title: String,
    is_unknown: bool,
}

/// A closure that this process works: as it stands, and as nobody else has moved it.
#[derive(Debug, Clone)]
pub struct Held(Stored);

impl Held {
    /// The closure.
    pub const fn id(&self) -> ClosureId {
        self.0.id
    }

    /// What comes next.
    pub const fn phase(&self) -> Option<Phase> {
        match self.0.state {
            Closure::Running { phase, .. } => Some(phase),
            _ => None,
        }
    }
}

impl Desk {
    /// Takes as many as `most` of what is due. Nobody else works it until the lease is over.
    pub async fn lease_closures(&self, most: usize) -> Result<Vec<Held>> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.database
            .write(move |tx| {
                async move {
                    let mut held = Vec::new();
                    for read in store::closure::list_due(tx, Resumption::longest_pause(tx.now()), most).await? {
                        let now = tx.now();
                        let Ok((state, event)) = read.state.clone().lease(read.id, now + LEASE, now) else { continue };
                        if store::closure::update(tx, &read, &state).await? {
                            if let Some(event) = event {
                                keep::record(tx, &read, event);
                            }
                            let moves = read.moves + 1;
                            held.push(Held(Stored { state, moves, ..read }));
                        }
                    }
                    Ok(held)
                }
                .boxed()
            })
            .await
    }

    /// When the next closure is due.
    pub async fn next_closure(&self) -> Result<Option<Time>> {
        let mut tx = self.database.read().await?;
        Ok(store::closure::next_due(&mut tx).await?)
    }

    /// Works a closure until it ends, or waits.
    pub async fn work_closure(&self, held: Held) -> Result<()> {
        let mut held = Some(held);
        while let Some(one) = held {
            held = self.advance_closure(one).await?;
        }
        Ok(())
    }

    /// Does what comes next: one phase, or one step. `None` when it ended, waits, or is somebody else's by now.
    pub async fn advance_closure(&self, held: Held) -> Result<Option<Held>> {
        let next = match held.phase() {
            Some(Phase::Revalidate) => self.revalidate(held).await,
            Some(Phase::Plan) => self.plan_closure(held).await,
            Some(Phase::Execute) => self.execute_step(held).await,
            Some(Phase::Confirm) => self.settle_closure(held).await.map(|()| None),
            None => Ok(None),
        };
        match next {
            Err(Error::Moved) => Ok(None),
            next => next,
        }
    }

    /// The definition, what is recorded of the run, and what the event says, as its policy reads them.
    async fn readings(&self, tx: &mut Tx, stored: &Stored) -> Result<(std::sync::Arc<Compiled>, Roots, Value)> {
        let compiled = self.compiled_in(tx, &stored.workflow, stored.version).await?;
        let roots = match stored.run {
            Some(run) => {
                let run = store::run::find(tx, run).await?.ok_or_else(|| Refusal::not_found("run"))?;
                let Snapshot { roots, .. } = self.snapshot_of(tx, run).await?;
                roots
            }
            None => Roots::of_nothing(self.database.clock().now()),
        };
        let said = said(tx, &stored.trigger).await?;
        Ok((compiled, roots, said))
    }
}

/// The roots `event` and `approval`.
async fn said(tx: &mut Tx, trigger: &Trigger) -> Result<Value> {
    let mut said = json!({"event": trigger.root()});
    if let (Moment::ApprovalApproved, Some(id)) = (trigger.moment, trigger.approval)
        && let Some(approval) = store::approval::find(tx, id).await?
    {
        said["approval"] = json!({
            "id": id, "status": approval.state.status(), "gate": approval.package.gate_id,
            "tool": approval.package.tool,
        });
    }
    Ok(said)
}

/// Which policies of a definition follow an event, and whether that could be found out.
fn following(compiled: &Compiled, roots: &Roots, moment: Moment, said: &Value) -> Vec<(String, bool)> {
    let rules = compiled.workflow().closure.iter().enumerate().filter(|(_, rule)| rule.after == moment);
    rules
        .filter_map(|(position, rule)| match compiled.follows(roots, position, said) {
            Follows::Yes => Some((rule.id.clone(), false)),
            Follows::Unknown => Some((rule.id.clone(), true)),
            Follows::No => None,
        })
        .collect()
}

/// Begins a closure; `None` when its event has set this policy going already.
async fn begin(tx: &mut Tx, new: Beginning) -> Result<Option<Stored>> {
    let now = tx.now();
    let state = Closure::start(now, new.is_unknown.then_some(Reason::ConditionFailed));
    let stored = Stored {
        id: ClosureId::from_uuid(tx.uuid()),
        event_key: new.event_key,
        event_digest: new.event_digest,
        workflow: new.workflow,
        version: new.version,
        rule: new.rule,
        title: new.title,
        run: new.trigger.run,
        trigger: new.trigger,
        snapshot: None,
        state,
        started_at: now,
        moves: 0,
    };
    if !store::closure::insert(tx, &stored).await? {
        return Ok(None);
    }
    let event = Event::ClosureStarted {
        closure: stored.id,
        workflow: stored.workflow.clone(),
        version: stored.version,
        rule: stored.rule.clone(),
        event_id: stored.trigger.event_id.clone(),
    };
    keep::record(tx, &stored, event);
    if new.is_unknown {
        let detail = "The policy's condition is neither true nor false: something it reads is absent.".to_owned();
        keep::hand_over(tx, &stored, None, Reason::ConditionFailed, detail).await?;
    }
    Ok(Some(stored))
}

/// A record as receipts and packets name it.
fn named(source: &Source) -> String {
    format!("{}/{}@{}", source.system, source.record, source.version)
}

/// Every id that a follow-up can have is drawn where it is stored.
fn follow_up_id(tx: &Tx) -> FollowUpId {
    FollowUpId::from_uuid(tx.uuid())
}

/// The subject of a run, or the record itself.
async fn title_of(tx: &mut Tx, run: Option<RunId>, source: &Source) -> Result<String> {
    Ok(match run {
        Some(run) => store::run::find(tx, run).await?.map_or_else(|| source.record.clone(), |run| run.subject),
        None => source.record.clone(),
    })
}
