//! One look at the outbox for a runner: the next record that it may take, and what became of the runner before.

use domain::{
    Scope,
    approval::{Approval, Use},
    event::Event,
    gate::Outcome,
    id::ResumptionId,
    package::Origin,
    resumption::Resumption,
};

use super::{HELD, Lent, LentSession, digest};
use crate::{
    desk::{
        resumption::{RESUMPTION, delivered, due_within, run_of},
        session::{CLAUDE_CODE, is_session_id},
    },
    error::{Error, Result},
    store::{self, Tx, approval::Stored, resumption::Queued},
};

/// One look at what there is to do.
pub(super) enum Look {
    Took(Box<Lent>),
    /// Something was put right instead: look again.
    Again,
    Nothing,
}

/// Takes the next record, and says what the runner needs to know.
pub(super) async fn look(tx: &mut Tx, runner: &str, secret: String, jitter: u8) -> Result<Look> {
    let now = tx.now();
    let next = store::resumption::runner::lock_next(tx, runner, due_within(now, HELD)).await?;
    let Some((queued, session)) = next else { return Ok(Look::Nothing) };
    let stored = store::approval::find(tx, queued.approval).await?.ok_or(Error::Moved)?;
    let run = run_of(tx, queued.approval).await?;
    let call = waiting_call(tx, &stored).await?;
    if let Some((state, event)) = given_up(tx, &queued, &stored, call.as_deref(), jitter).await? {
        return settle(tx, &queued, &stored, &state, event).await;
    }
    let leased_until = now + HELD;
    let lease = digest(&secret);
    let Ok((state, event)) = queued.state.clone().lend(queued.id, queued.approval, lease, leased_until, now) else {
        return Ok(Look::Nothing);
    };
    let Some(cwd) = session.cwd.filter(|_| session.framework == CLAUDE_CODE && is_session_id(&session.external_id))
    else {
        return Ok(Look::Nothing);
    };
    if !store::resumption::update(tx, &queued, &state).await? {
        return Ok(Look::Again);
    }
    let attempt = state.attempt();
    tx.record_in(run.id, &run.subject, Some(queued.approval), RESUMPTION, event);
    let origin = match stored.package.origin {
        Origin::Gate if call.is_none() => Origin::Request,
        origin => origin,
    };
    Ok(Look::Took(Box::new(Lent {
        resumption_id: queued.id,
        lease: secret,
        leased_until,
        attempt,
        approval_id: queued.approval,
        status: stored.state.status(),
        origin,
        tool_use_id: call,
        run_id: run.id,
        session: LentSession { id: session.external_id, cwd, framework: session.framework },
    })))
}

/// What becomes of a record whose runner is silent beyond its lease. Where the call had gone through the gate nothing is
/// repeated by itself; anything else counts as a try, and has its pause.
async fn given_up(
    tx: &mut Tx,
    queued: &Queued,
    stored: &Stored,
    call: Option<&str>,
    jitter: u8,
) -> Result<Option<(Resumption, Event)>> {
    let now = tx.now();
    let is_under_way = matches!(queued.state, Resumption::Delivering { .. });
    if is_under_way && is_read(tx, queued, stored, call).await? {
        return Ok(Some(delivered(queued, now)?));
    }
    // A lease that is longer than there are any was noted by a clock that was wrong: it is simply taken over.
    Ok(queued.state.clone().lapse(queued.id, queued.approval, jitter, now).ok())
}

async fn settle(tx: &mut Tx, queued: &Queued, stored: &Stored, state: &Resumption, event: Event) -> Result<Look> {
    if store::resumption::update(tx, queued, state).await? {
        let run = store::run::find(tx, stored.run).await?.ok_or(Error::Moved)?;
        tx.record_in(run.id, &run.subject, Some(stored.id), RESUMPTION, event);
    }
    Ok(Look::Again)
}

/// The call that waits in its session for an approval, if one does: the one a gate stopped. What an agent asked for itself
/// stops no call, though a later call of the session may wait for it.
pub(in crate::desk) async fn waiting_call(tx: &mut Tx, stored: &Stored) -> Result<Option<String>> {
    if stored.package.origin != Origin::Gate {
        return Ok(None);
    }
    let own = &stored.call.tool_use_id;
    let is_asked = stored.package.summary.is_some();
    let key = if is_asked { store::key::find(tx, stored.key).await? } else { None };
    if key.is_none_or(|key| key.scopes.contains(&Scope::Hook)) {
        return Ok(Some(own.clone()));
    }
    Ok(store::gate_check::find_other_waiting(tx, stored.call.session, stored.id, own).await?)
}

/// Whether the call that waited has the outcome: it was allowed or blocked since.
pub(super) async fn is_read(tx: &mut Tx, queued: &Queued, stored: &Stored, call: Option<&str>) -> Result<bool> {
    if matches!(queued.state, Resumption::Resumed { .. })
        || matches!(stored.state, Approval::Approved { used: Use::Consumed { .. } | Use::Void { .. }, .. })
    {
        return Ok(true);
    }
    let Some(call) = call else { return Ok(false) };
    let checked = store::gate_check::find_of_call(tx, stored.call.session, call).await?;
    // A call may have rested for another before it waited for its own.
    Ok(checked.is_some_and(|check| check.approval != Some(stored.id) || check.outcome != Outcome::Suspend))
}

/// Gives up on the runner of a record, unless it has reported meanwhile.
pub(super) async fn give_up(tx: &mut Tx, id: ResumptionId, jitter: u8) -> Result<()> {
    let Some(queued) = store::resumption::runner::find(tx, id).await? else { return Ok(()) };
    let stored = store::approval::find(tx, queued.approval).await?.ok_or(Error::Moved)?;
    let call = waiting_call(tx, &stored).await?;
    if queued.state.held_until().is_some_and(|end| end <= tx.now())
        && let Some((state, event)) = given_up(tx, &queued, &stored, call.as_deref(), jitter).await?
    {
        settle(tx, &queued, &stored, &state, event).await?;
    }
    Ok(())
}
