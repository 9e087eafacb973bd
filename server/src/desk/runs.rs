//! The list of runs, of the API and of the console.

use domain::{
    Refusal,
    id::RunId,
    page::Page,
    permission::Action,
    refusal::Code,
    runs::{RunRow, RunsPage, RunsQuery},
};

use super::{Caller, Desk, KeyCaller, PersonCaller};
use crate::{
    error::Result,
    store::{self, runs::RunFilter},
};

/// Rows of a console page.
const ROWS: u32 = 50;
/// Workflows to choose from.
const NAMES: i64 = 100;

impl Desk {
    /// Runs, newest first; a key minted for a run sees that run only.
    pub async fn list_runs(
        &self,
        caller: &Caller,
        mut filter: RunFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<RunRow>> {
        caller.authorize(Action::ReadRun)?;
        if let Caller::Key(KeyCaller { run: Some(run), .. }) = caller {
            filter.only = Some(*run);
        }
        let before = cursor.map(read_cursor).transpose()?;
        let mut tx = self.database.read().await?;
        let mut items = store::runs::list(&mut tx, &filter, before, i64::from(limit) + 1).await?;
        let has_more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next_cursor = items.last().filter(|_| has_more).map(|row| row.id.to_string());
        Ok(Page { items, next_cursor })
    }

    /// A page of the console's list.
    pub async fn runs_page(&self, viewer: &PersonCaller, query: &RunsQuery) -> Result<RunsPage> {
        for (name, text) in [("workflow", &query.workflow), ("subject", &query.subject)] {
            if text.as_ref().is_some_and(|text| text.contains('\0')) {
                return Err(Refusal::new(Code::MalformedRequest, format!("{name}: U+0000 is not allowed")).into());
            }
        }
        let filter = RunFilter {
            status: query.status,
            workflow: query.workflow.clone(),
            subject: query.subject.clone(),
            only: None,
        };
        let caller = Caller::Person(viewer.clone());
        let page = self.list_runs(&caller, filter, query.cursor.as_deref(), ROWS).await?;
        let mut tx = self.database.read().await?;
        let workflows = store::workflow::list_names(&mut tx, NAMES).await?;
        Ok(RunsPage { now: self.database.clock().now(), rows: page.items, next_cursor: page.next_cursor, workflows })
    }
}

fn read_cursor(text: &str) -> Result<RunId, Refusal> {
    let message = "The cursor is not one that a page gave; begin without one.";
    text.parse().map_err(|_| Refusal::new(Code::MalformedRequest, message))
}
