//! A run's timeline.

use domain::{Actor, Refusal, id::RunId, page::Page, permission::Action, refusal::Code, review::TimelineItem};

use super::{Caller, Desk};
use crate::{
    error::Result,
    store::{self, Tx, event::Logged},
};

/// Entries with their actors named.
pub(super) async fn named(tx: &mut Tx, logged: Vec<Logged>) -> Result<Vec<TimelineItem>> {
    let names = store::entitlement::names(tx, logged.iter().map(|line| line.entry.actor)).await?;
    let item = |line: Logged| {
        let actor_name = match line.entry.actor {
            Actor::Person(id) => names.get(&id.uuid()).cloned().unwrap_or_else(|| id.to_string()),
            Actor::Key(id) => names.get(&id.uuid()).cloned().unwrap_or_else(|| id.to_string()),
            Actor::System(part) => part.to_string(),
        };
        TimelineItem { leaf_index: line.leaf_index, actor_name, entry: line.entry }
    };
    Ok(logged.into_iter().map(item).collect())
}

impl Desk {
    /// A page of a run's timeline, oldest first unless `newest_first`.
    pub async fn run_timeline(
        &self,
        caller: &Caller,
        run: RunId,
        newest_first: bool,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<TimelineItem>> {
        caller.authorize(Action::ReadRun)?;
        self.visible_run(caller, run).await?;
        let from = cursor.map(read_cursor).transpose()?;
        let mut tx = self.database.read().await?;
        let wanted = i64::from(limit) + 1;
        let mut logged = if newest_first {
            store::event::list_of_run_before(&mut tx, run, from.unwrap_or(i64::MAX), wanted).await?
        } else {
            store::event::list_of_run_after(&mut tx, run, from.unwrap_or(0), wanted).await?
        };
        let has_more = logged.len() > limit as usize;
        logged.truncate(limit as usize);
        let next_cursor = logged.last().filter(|_| has_more).map(|line| line.leaf_index.to_string());
        Ok(Page { items: named(&mut tx, logged).await?, next_cursor })
    }
}

/// Where a page of a timeline begins.
pub(super) fn read_cursor(text: &str) -> Result<i64, Refusal> {
    let message = "The cursor is not one that a page gave; begin without one.";
    text.parse().map_err(|_| Refusal::new(Code::MalformedRequest, message))
}
