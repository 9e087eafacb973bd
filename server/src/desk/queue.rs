//! The approvals list of the API and of the console.

use domain::{
    Refusal, Time,
    alert::Alert,
    approval::Status,
    decision::Verdict,
    id::ApprovalId,
    page::Page,
    permission::Action,
    queue::{FailingRow, QueueCounts, QueuePage, QueueQuery, QueueRefresh, QueueRow, View, Whereabouts},
    refusal::Code,
};

use super::{Caller, Desk, KeyCaller, PersonCaller, delivery::ALERTS};
use crate::{
    error::Result,
    store::{
        self,
        queue::{QueueCursor, QueueFilter},
    },
};

/// Rows of a console page.
const ROWS: u32 = 50;
/// Rows a page may show that was added to while it was open.
const MOST_SHOWN: usize = 200;
/// Failed resumptions of the first page, and of their own view.
const FAILING: i64 = 10;
const FAILING_ALONE: i64 = 200;

impl Desk {
    /// A page of approvals for the API.
    pub async fn list_approvals(
        &self,
        caller: &Caller,
        mut filter: QueueFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<QueueRow>> {
        caller.authorize(Action::ReadApprovals)?;
        match caller {
            Caller::Key(KeyCaller { run: Some(run), .. }) | Caller::Remembered(KeyCaller { run: Some(run), .. }) => {
                filter.run = Some(*run);
            }
            Caller::Person(person) => filter.viewer = Some(person.id),
            Caller::Key(_) | Caller::Remembered(_) | Caller::CommandLine => {}
        }
        let after = cursor.map(read_cursor).transpose()?;
        let mut tx = self.database.read().await?;
        let mut lines = store::queue::list(&mut tx, &filter, after, i64::from(limit) + 1).await?;
        let has_more = lines.len() > limit as usize;
        lines.truncate(limit as usize);
        let next_cursor = lines.last().filter(|_| has_more).map(|line| write_cursor(line.cursor));
        Ok(Page { items: lines.into_iter().map(|line| line.row).collect(), next_cursor })
    }

    /// A page of the console's list.
    pub async fn queue_page(&self, viewer: &PersonCaller, query: &QueueQuery) -> Result<QueuePage> {
        let caller = Caller::Person(viewer.clone());
        let filter = QueueFilter {
            status: Some(Status::Pending),
            unclaimed: query.view == View::Unclaimed,
            needs: match query.view {
                View::AllPending | View::Unclaimed | View::ResumptionFailed => None,
                View::NeedsMyDecision => Some(viewer.id),
            },
            ..QueueFilter::default()
        };
        let cursor = query.cursor.as_deref();
        let page = match query.view {
            View::AllPending | View::Unclaimed => self.list_approvals(&caller, filter, cursor, ROWS).await?,
            View::NeedsMyDecision => self.list_mine(viewer, filter, cursor).await?,
            View::ResumptionFailed => Page { items: Vec::new(), next_cursor: None },
        };
        let (alerts, failing) = self.troubles(query).await?;
        let now = self.database.clock().now();
        let shown: Vec<ApprovalId> = page.items.iter().map(|row| row.id).collect();
        Ok(QueuePage {
            now,
            presence: self.views.presence(&shown, viewer.id, now),
            alerts,
            failing,
            rows: page.items,
            next_cursor: page.next_cursor,
            is_continued: query.cursor.is_some(),
            counts: self.counts(viewer).await?,
        })
    }

    /// What needs somebody's decision: what is assigned to them comes first, on the first page, and then the others.
    async fn list_mine(
        &self,
        viewer: &PersonCaller,
        filter: QueueFilter,
        cursor: Option<&str>,
    ) -> Result<Page<QueueRow>> {
        let caller = Caller::Person(viewer.clone());
        let others = QueueFilter { not_assigned_to: Some(viewer.id), ..filter.clone() };
        let mut page = self.list_approvals(&caller, others, cursor, ROWS).await?;
        if cursor.is_none() {
            let own = QueueFilter { assigned_to: Some(viewer.id), ..filter };
            let own = self.list_approvals(&caller, own, None, ROWS).await?;
            page.items.splice(0..0, own.items);
        }
        Ok(page)
    }

    /// A page that is shown already, and what became of the rows that have left it.
    pub async fn refresh_queue(
        &self,
        viewer: &PersonCaller,
        query: &QueueQuery,
        shown: &[ApprovalId],
    ) -> Result<QueueRefresh> {
        if shown.len() > MOST_SHOWN {
            return Err(Refusal::invalid("shown", format!("at most {MOST_SHOWN} rows; load the page again")).into());
        }
        let page = self.queue_page(viewer, query).await?;
        let mut tx = self.database.read().await?;
        let mut others = Vec::new();
        for id in shown.iter().filter(|id| !page.rows.iter().any(|row| row.id == **id)) {
            let Some(row) = store::queue::find(&mut tx, *id, viewer.id).await? else { continue };
            let votes = store::decision::list_of_approval(&mut tx, *id).await?;
            let by = deciding(row.status).and_then(|verdict| votes.iter().rfind(|vote| vote.verdict == verdict));
            others.push(Whereabouts { by: by.map(domain::decision::Decision::signatory), row });
        }
        Ok(QueueRefresh { page, others })
    }

    /// What stands above the list: on the first page, and not among what waits for one person.
    async fn troubles(&self, query: &QueueQuery) -> Result<(Vec<Alert>, Vec<FailingRow>)> {
        let most = match query.view {
            View::AllPending if query.cursor.is_none() => FAILING,
            View::ResumptionFailed => FAILING_ALONE,
            View::AllPending | View::NeedsMyDecision | View::Unclaimed => return Ok((Vec::new(), Vec::new())),
        };
        let mut tx = self.database.read().await?;
        let alerts = store::alert::list(&mut tx, ALERTS).await?;
        Ok((alerts, store::resumption::list_failing(&mut tx, most).await?))
    }

    /// Counts for tabs and navigation.
    pub async fn counts(&self, viewer: &PersonCaller) -> Result<QueueCounts> {
        let now = self.database.clock().now();
        let today = now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
        let mut tx = self.database.read().await?;
        Ok(store::queue::counts(&mut tx, viewer.id, today).await?)
    }
}

/// The verdict that leads to a status.
const fn deciding(status: Status) -> Option<Verdict> {
    match status {
        Status::Approved => Some(Verdict::Approve),
        Status::Rejected => Some(Verdict::Reject),
        Status::Pending | Status::Expired | Status::Cancelled | Status::Superseded | Status::Revoked => None,
    }
}

fn write_cursor(cursor: QueueCursor) -> String {
    let waits = if cursor.waiting { "w" } else { "" };
    format!("{waits}{}~{}", cursor.due_at.timestamp_micros(), cursor.id)
}

fn read_cursor(text: &str) -> Result<QueueCursor, Refusal> {
    let read = || {
        let (due, id) = text.split_once('~')?;
        let waiting = due.starts_with('w');
        let due = due.trim_start_matches('w');
        let due_at = Time::from_timestamp_micros(due.parse().ok()?)?;
        Some(QueueCursor { waiting, due_at, id: id.parse::<ApprovalId>().ok()? })
    };
    read().ok_or_else(|| {
        Refusal::new(Code::MalformedRequest, "The cursor is not one that a page gave; begin without one.")
    })
}
