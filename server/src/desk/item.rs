//! Items of an approval: settled with the whole, used and voided one by one.

use domain::{Digest, Refusal, Time, approval::Approval, event::Event, item, refusal::Code};

use crate::{
    error::Result,
    store::{self, Tx, approval::Stored},
};

/// Stores what the votes make of each item; the whole was just decided by approvals, and its run is locked.
pub(super) async fn settle(tx: &mut Tx, stored: &Stored) -> Result<()> {
    let items = &stored.package.items;
    if items.is_empty() {
        return Ok(());
    }
    let votes = stored.current(&store::decision::list_of_approval(tx, stored.id).await?);
    for (state, position) in item::settle(items, &votes).iter().zip(0_i64..) {
        store::item::update(tx, stored.id, position, state).await?;
    }
    Ok(())
}

/// Moves the item of one action as if it were an approval of its own; the run is locked. Of several that are the same
/// action it is the call's own, or the first that can be used.
///
/// # Errors
/// What the step says; `illegal_move` where no item is of this action.
pub(super) async fn step(
    tx: &mut Tx,
    stored: &Stored,
    (action, tool_use_id): (Digest, &str),
    step: impl FnOnce(Approval, Time) -> Result<(Approval, Event), Refusal>,
) -> Result<Event> {
    let now = tx.now();
    let mut items = store::item::list_of_approval(tx, stored.id).await?;
    items.retain(|item| item.action_digest == action);
    let own = items.iter().position(|item| item.tool_use_id == tool_use_id);
    let usable = || items.iter().position(|item| item.seen_in(&stored.state).is_open_or_usable(now));
    let chosen = own.or_else(usable).map(|place| items.swap_remove(place));
    let own = chosen.ok_or_else(|| Refusal::new(Code::IllegalMove, "No item of the approval is this action."))?;
    let (seen, mut event) = step(own.seen_in(&stored.state), now)?;
    if let Event::ApprovalVoided { tool_use_id, .. } = &mut event {
        *tool_use_id = Some(own.tool_use_id.clone());
    }
    store::item::update(tx, stored.id, own.position, &own.state.with_use(&seen)?).await?;
    Ok(event)
}

/// Refuses where every approved item was used or is void: nothing is left to be taken back.
pub(super) async fn must_be_left(tx: &mut Tx, stored: &Stored) -> Result<()> {
    let is_approved = matches!(stored.state, Approval::Approved { .. });
    if stored.package.items.is_empty() || !is_approved {
        return Ok(());
    }
    let now = tx.now();
    let items = store::item::list_of_approval(tx, stored.id).await?;
    if items.iter().any(|item| item.seen_in(&stored.state).is_open_or_usable(now)) {
        return Ok(());
    }
    let message =
        "Nothing was taken back: no approved item is left that could be used. What ran is not undone by itself.";
    Err(Refusal::new(Code::AlreadyUsed, message).into())
}
