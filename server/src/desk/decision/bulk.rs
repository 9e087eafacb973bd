//! Several approvals decided at once: a guard over all of them, then each by the very path of a single decision.

use std::collections::HashMap;

use domain::{
    Refusal,
    bulk::{self, Bulk, Member, Outcome, Preview, Previewed},
    decision::Verdict,
    id::ApprovalId,
    permission::Action,
    policy::{Seat, Wanted},
    refusal::Code,
};

use super::circumstances;
use crate::{
    desk::{Caller, Desk, PersonCaller, ballot::entitled_at_all},
    error::{Error, Result},
    store::{self, approval::Stored},
};

impl Desk {
    /// Decides all of them or, where one does not fit, none. Past the guard each stands for itself: one that was settled
    /// or changed meanwhile fails alone.
    ///
    /// # Errors
    /// `invalid_field` for what is wrong whatever the approvals are; `not_found`; `bulk_refused` or `not_entitled` with
    /// the `item` that is why; `reason_required`. Nothing is stored then.
    pub async fn decide_together(
        &self,
        caller: &Caller,
        bulk: &Bulk,
    ) -> Result<Vec<(Outcome, Option<super::Decided>)>> {
        caller.authorize(Action::Decide)?;
        bulk.check()?;
        let mut chosen = Vec::with_capacity(bulk.items.len());
        for (at, item) in bulk.items.iter().enumerate() {
            chosen.push(self.member(caller, item.id).await.map_err(|error| naming(error, at, item.id))?);
        }
        let members: Vec<Member> = chosen.iter().map(|(member, _)| member.clone()).collect();
        if let Some((at, objection)) = bulk::guard(&members) {
            return Err(bulk::refusal(&members, at, objection).into());
        }
        for ((_, stored), item) in chosen.iter().zip(&bulk.items) {
            stored.package.policy.check_reasons(&bulk.ballot(item))?;
        }
        let mut outcomes = Vec::with_capacity(bulk.items.len());
        for (member, item) in members.into_iter().zip(&bulk.items) {
            let (result, decided) = match self.decide(caller, item.id, &bulk.ballot(item)).await {
                Ok(decided) => (Ok(told(&decided)), Some(decided)),
                Err(error) => (Err(alone(error, item.id)), None),
            };
            outcomes.push((Outcome { id: member.id, title: member.title, result }, decided));
        }
        Ok(outcomes)
    }

    /// The approvals as they are now, with what speaks against deciding them together.
    ///
    /// # Errors
    /// `invalid_field` for none or too many; `not_found`.
    pub async fn preview_bulk(&self, viewer: &PersonCaller, ids: &[ApprovalId]) -> Result<Preview> {
        let caller = Caller::Person(viewer.clone());
        caller.authorize(Action::Decide)?;
        if ids.is_empty() || ids.len() > bulk::MAX_ITEMS {
            return Err(Refusal::invalid("/items", format!("choose 1 to {} approvals", bulk::MAX_ITEMS)).into());
        }
        let (mut members, mut items, mut reasons) = (Vec::new(), Vec::new(), HashMap::new());
        for id in ids {
            let (member, stored) = self.member(&caller, *id).await?;
            reasons.insert(member.id, stored.package.policy.reasons.clone());
            members.push(member);
            let seat = self.seat_now(&caller, &stored).await?;
            items.push(previewed(stored, seat));
        }
        let objection = bulk::guard(&members).and_then(|(at, objection)| Some((members.get(at)?.id, objection)));
        let first = ids.first().and_then(|id| reasons.remove(id)).unwrap_or_default();
        Ok(Preview { now: self.database.clock().now(), viewer: viewer.id, items, objection, reasons: first })
    }

    /// The seat this caller would fill now: that of an approval, else where a rejection would count.
    async fn seat_now(&self, caller: &Caller, stored: &Stored) -> Result<Option<Seat>> {
        let reviewer = self.reviewer(caller, stored.id).await?;
        let mut tx = self.database.read().await?;
        let circumstances = circumstances(&mut tx, stored).await?;
        let votes = stored.current(&store::decision::list_of_approval(&mut tx, stored.id).await?);
        let policy = &stored.package.policy;
        let seat =
            |verdict| policy.seat_for(&reviewer.candidate, &circumstances, &votes, verdict, Wanted::default()).ok();
        Ok(seat(Verdict::Approve).or_else(|| seat(Verdict::Reject)))
    }

    /// What counts of an approval for this caller.
    async fn member(&self, caller: &Caller, id: ApprovalId) -> Result<(Member, Stored)> {
        let mut tx = self.database.read().await?;
        let stored = store::approval::find(&mut tx, id).await?.filter(|stored| caller.sees(stored.run));
        let stored = stored.ok_or_else(|| Error::from(Refusal::not_found("approval")))?;
        let circumstances = circumstances(&mut tx, &stored).await?;
        drop(tx);
        let reviewer = self.reviewer(caller, id).await?;
        let package = &stored.package;
        let member = Member {
            id,
            title: package.title.clone(),
            origin: package.origin,
            workflow: package.workflow.name.clone(),
            gate: package.gate_id.clone(),
            policy: package.policy_name.clone(),
            risk: package.risk,
            differs: package.evidence.assertions.iter().any(domain::gate::Asserted::differs),
            is_asked: stored.state.is_waiting_for_information(),
            must_sign: package.policy.sign,
            may_decide: entitled_at_all(&stored, &reviewer, &circumstances).is_ok(),
        };
        Ok((member, stored))
    }
}

fn previewed(stored: Stored, seat: Option<Seat>) -> Previewed {
    let package = stored.package;
    Previewed {
        id: stored.id,
        title: package.title,
        tool: package.tool,
        input: package.input,
        gate: package.gate_id,
        agent: package.agent,
        subject: package.subject,
        risk: package.risk,
        revision: stored.revision,
        package_digest: stored.package_digest,
        seat,
    }
}

fn told(decided: &super::Decided) -> bulk::Stored {
    let seats = &decided.standing.seats;
    bulk::Stored {
        status: decided.status,
        given: seats.iter().map(|seat| seat.given).sum(),
        needed: seats.iter().map(|seat| seat.needed).sum(),
    }
}

/// A refusal of the whole that says which item it is about.
fn naming(error: Error, at: usize, id: ApprovalId) -> Error {
    match error {
        Error::Refused(refusal) => {
            let wrong = domain::FieldError::new(format!("/items/{at}/id"), refusal.message.clone());
            refusal.with_errors(vec![wrong]).with("item", id.to_string()).into()
        }
        other => other,
    }
}

/// Why one of them was not decided. What broke on the way is told with the others, which may have been decided.
fn alone(error: Error, id: ApprovalId) -> Refusal {
    match error {
        Error::Refused(refusal) => *refusal,
        Error::Moved => Refusal::new(Code::Conflict, "The run changes too fast; try this one again."),
        Error::Broken(error) => {
            tracing::error!(%error, approval = %id, "a decision among several broke");
            Refusal::new(Code::Unavailable, "Something broke on our side. Nothing was stored for this one.")
        }
    }
}
