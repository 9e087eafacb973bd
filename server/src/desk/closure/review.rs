//! Looking at samples: what waits, who may, and what somebody says of one.

use domain::{
    Actor, Refusal,
    closure::{
        Reason,
        review::{Bar, Finding, Involved, ReviewRow, ReviewStatus, ReviewVerdict},
    },
    closures::{Lookers, Sampled},
    follow_up::FollowUp,
    id::{ClosureId, FollowUpId, PersonId},
    page::Page,
    permission::Action,
    refusal::Code,
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    follow_up_id,
    keep::record_by,
    packet::packet,
    page::{read_cursor, sight},
    sample::involved,
};
use crate::{
    desk::{Caller, Desk, PersonCaller, follow_up::name_of},
    error::{Error, Result},
    store::{
        self, Tx,
        closure::{
            Stored as Closure,
            review::{self, Place, Stored},
        },
    },
};

/// Samples looked through for those that wait for somebody.
const MOST_MINE: i64 = 200;
/// Names of those who may look at one.
const MOST_NAMES: usize = 10;
/// Members of a group looked through for them.
const MOST_MEMBERS: i64 = 200;
/// Tries to store what somebody says, where others are at it at the same moment.
const TRIES: usize = 3;

/// What `POST /closures/{id}/review` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewClosure {
    /// Whether the closure did what it should have done.
    pub verdict: ReviewVerdict,
    /// What is to be said of it; needed for what is not in order.
    #[serde(default)]
    pub note: Option<String>,
}

impl Desk {
    /// Says of a sample whether it is in order. What is not becomes a follow-up; nothing is written elsewhere.
    ///
    /// # Errors
    /// `not_found`; `not_entitled` for whoever is not of its group, or had a part in the closure; `invalid_field` of
    /// `/note`; `already_decided` with who was first; `illegal_move` where it is no sample.
    pub async fn review_closure(&self, caller: &Caller, id: ClosureId, body: ReviewClosure) -> Result<ReviewRow> {
        caller.authorize(Action::ReviewClosure)?;
        self.visible_closure(caller, id).await?;
        let Caller::Person(person) = caller else {
            return Err(Refusal::new(Code::WrongScope, "Only a person who is signed in looks at a sample.").into());
        };
        let finding = Finding::read(body.verdict, body.note.as_deref());
        for _ in 0..TRIES {
            let (by, finding) = (person.id, finding.clone());
            let stored =
                self.database.write(move |tx| async move { store_review(tx, id, by, finding).await }.boxed()).await;
            match stored {
                Err(Error::Moved) => {}
                done => return done,
            }
        }
        Err(Error::Moved)
    }

    /// Samples, newest first, of closures that the caller sees.
    pub async fn list_closure_reviews(
        &self,
        caller: &Caller,
        status: Option<ReviewStatus>,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<ReviewRow>> {
        caller.authorize(Action::ReadClosures)?;
        let before = cursor.map(read_cursor::<ClosureId>).transpose()?;
        let mut tx = self.database.read().await?;
        let mut items = review::list(&mut tx, status, &sight(caller), before, i64::from(limit) + 1).await?;
        let has_more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next_cursor = items.last().filter(|_| has_more).map(|row| row.closure.to_string());
        Ok(Page { items: rows(&mut tx, items).await?, next_cursor })
    }
}

async fn store_review(
    tx: &mut Tx,
    id: ClosureId,
    by: PersonId,
    finding: Result<Finding, Refusal>,
) -> Result<ReviewRow> {
    let closure = store::closure::find(tx, id).await?.ok_or(Error::Moved)?;
    let stored = review::find(tx, id).await?;
    let not_drawn = || Refusal::new(Code::IllegalMove, "This closure is not in the sample: nobody has to look at it.");
    let stored = stored.ok_or_else(not_drawn)?;
    must_look(tx, &stored, by).await?;
    if let Some(first) = stored.state.looked() {
        return Err(second(tx, &stored, first).await?.into());
    }
    let now = tx.now();
    let (state, event) = match finding? {
        Finding::InOrder(note) => stored.state.clone().in_order(id, by, note, now)?,
        Finding::NotInOrder(note) => {
            let follow_up = hand_over(tx, &closure, by, &note).await?;
            stored.state.clone().not_in_order(id, by, (note, follow_up), now)?
        }
    };
    if !review::settle(tx, id, &state).await? {
        return Err(Error::Moved);
    }
    record_by(tx, &closure, Actor::Person(by), event);
    let row = rows(tx, vec![Stored { state, ..stored }]).await?.pop();
    row.ok_or(Error::Moved)
}

/// Who was first, for whoever comes second.
async fn second(tx: &mut Tx, stored: &Stored, (by, at): (PersonId, domain::Time)) -> Result<Refusal> {
    let name = name_of(tx, Actor::Person(by)).await?;
    let said = match stored.state.status() {
        ReviewStatus::NotInOrder => "not in order",
        ReviewStatus::InOrder | ReviewStatus::Waiting => "in order",
    };
    let at = at.format("%Y-%m-%d %H:%M UTC");
    let message = format!("{name} was first and found it {said} ({at}). What you wrote was not stored.");
    Ok(Refusal::new(Code::AlreadyDecided, message))
}

/// Refuses whoever does not belong to the group now, and whoever would look at their own work.
async fn must_look(tx: &mut Tx, stored: &Stored, by: PersonId) -> Result<()> {
    let group = &stored.group;
    if !review::is_looker(tx, group, by).await? {
        let is_anybody = !review::list_lookers(tx, group, 1).await?.is_empty();
        let message = if is_anybody {
            format!("Reviewers of the group {group} look at this sample; you are not one of them.")
        } else {
            format!(
                "The group {group} looks at this sample, and no reviewer is in it: nobody can. An administrator adds people to it."
            )
        };
        return Err(Refusal::new(Code::NotEntitled, message).into());
    }
    let involved = involved(tx, &[stored.closure]).await?.remove(&stored.closure).unwrap_or_default();
    match involved.bar(by) {
        None => Ok(()),
        Some(bar) => {
            let message = format!("Nobody looks at their own work: {}. Somebody else of {group} does.", bar.why());
            Err(Refusal::new(Code::NotEntitled, message).into())
        }
    }
}

/// Asks a person what is to be put right. The closure has ended and stays as it is.
async fn hand_over(tx: &mut Tx, closure: &Closure, by: PersonId, note: &str) -> Result<FollowUpId> {
    let packet = packet(closure, None, Reason::SampleNotInOrder, note.to_owned(), [Vec::new(), Vec::new()]);
    let id = follow_up_id(tx);
    let (state, event) = FollowUp::open(id, closure.id, &packet, tx.now());
    store::follow_up::insert(
        tx,
        &store::follow_up::Stored { id, closure: closure.id, packet, state, assigned_to: None },
    )
    .await?;
    record_by(tx, closure, Actor::Person(by), event);
    Ok(id)
}

/// Samples as rows, with what they are about and the names of those who looked.
pub(super) async fn rows(tx: &mut Tx, stored: Vec<Stored>) -> Result<Vec<ReviewRow>> {
    let ids: Vec<ClosureId> = stored.iter().map(|one| one.closure).collect();
    let titles = store::closure::list::titles(tx, &ids).await?;
    let looked = stored.iter().filter_map(|one| one.state.looked());
    let names = store::entitlement::names(tx, looked.map(|(by, _)| Actor::Person(by))).await?;
    let name = |by: PersonId| names.get(&by.uuid()).cloned().unwrap_or_else(|| by.to_string());
    let row = |one: Stored| ReviewRow {
        title: titles.get(&one.closure).cloned().unwrap_or_else(|| one.closure.to_string()),
        closure_id: one.closure,
        workflow: one.workflow,
        workflow_version: one.version,
        rule: one.rule,
        group: one.group,
        drawn: one.drawn,
        one_in: one.one_in,
        status: one.state.status(),
        reviewed_by: one.state.looked().map(|(by, _)| name(by)),
        state: one.state,
    };
    Ok(stored.into_iter().map(row).collect())
}

/// A page of the console's samples, those that wait first.
pub(super) async fn samples(
    tx: &mut Tx,
    viewer: &PersonCaller,
    cursor: Option<&str>,
    limit: u32,
) -> Result<(Vec<Sampled>, Option<String>)> {
    let after = cursor.map(read_place).transpose()?;
    let mut stored = review::list_waiting_first(tx, after, i64::from(limit) + 1).await?;
    let has_more = stored.len() > limit as usize;
    stored.truncate(limit as usize);
    let next_cursor = stored.last().filter(|_| has_more).map(written_place);
    let ids: Vec<ClosureId> = stored.iter().map(|one| one.closure).collect();
    let involved = involved(tx, &ids).await?;
    let is_mine = |row: &ReviewRow| {
        let bar = involved.get(&row.closure_id).and_then(|involved| involved.bar(viewer.id));
        row.status == ReviewStatus::Waiting && may_look(viewer, &row.group) && bar.is_none()
    };
    let rows = rows(tx, stored).await?;
    Ok((rows.into_iter().map(|row| Sampled { is_mine: is_mine(&row), row }).collect(), next_cursor))
}

/// How many samples wait for somebody; counted up to [`MOST_MINE`].
pub(super) async fn count_mine(tx: &mut Tx, viewer: &PersonCaller) -> Result<u32> {
    if Caller::Person(viewer.clone()).authorize(Action::ReviewClosure).is_err() {
        return Ok(0);
    }
    let waiting = review::list_of_groups(tx, &viewer.groups, MOST_MINE).await?;
    let involved = involved(tx, &waiting).await?;
    let mine = involved.values().filter(|involved| involved.bar(viewer.id).is_none()).count();
    Ok(u32::try_from(mine).unwrap_or(u32::MAX))
}

/// Who looks at a sample that waits.
pub(super) async fn lookers(tx: &mut Tx, row: &ReviewRow, viewer: &PersonCaller) -> Result<Option<Lookers>> {
    if row.status != ReviewStatus::Waiting {
        return Ok(None);
    }
    let members = review::list_lookers(tx, &row.group, MOST_MEMBERS).await?;
    let involved: Involved = involved(tx, &[row.closure_id]).await?.remove(&row.closure_id).unwrap_or_default();
    let is_member = may_look(viewer, &row.group) && members.iter().any(|(id, _)| *id == viewer.id);
    let bar: Option<Bar> = involved.bar(viewer.id).filter(|_| is_member);
    let free = members.into_iter().filter(|(id, _)| involved.bar(*id).is_none());
    let names = free.map(|(_, name)| name).take(MOST_NAMES).collect();
    Ok(Some(Lookers { is_viewer: is_member && bar.is_none(), bar, names }))
}

fn may_look(viewer: &PersonCaller, group: &str) -> bool {
    let is_reviewer = Caller::Person(viewer.clone()).authorize(Action::ReviewClosure).is_ok();
    is_reviewer && viewer.groups.iter().any(|own| own == group)
}

/// Where the next page begins: whether the last row waits, and which it is.
fn written_place(last: &Stored) -> String {
    let word = if last.state.status() == ReviewStatus::Waiting { "waiting" } else { "seen" };
    format!("{word}.{}", last.closure)
}

fn read_place(cursor: &str) -> Result<Place, Refusal> {
    match cursor.split_once('.') {
        Some(("waiting", id)) => Ok((true, read_cursor(id)?)),
        Some(("seen", id)) => Ok((false, read_cursor(id)?)),
        _ => Err(Refusal::new(Code::MalformedRequest, "The cursor is not one that a page gave; begin without one.")),
    }
}
