//! The approvals list of the API and of the console.

mod cursor;

use chrono::{NaiveTime, TimeDelta};
use domain::{
    Refusal, Time,
    alert::Alert,
    approval::Status,
    decision::Verdict,
    id::{ApprovalId, PersonId},
    page::Page,
    permission::Action,
    queue::{
        Assignee, FailingRow, Filters, KnownAssignee, Offered, QueueCounts, QueuePage, QueueQuery, QueueRefresh,
        QueueRow, SOON, Sort, View, Whereabouts,
    },
    refusal::Code,
    workflow::Risk,
};

use super::{Caller, Desk, KeyCaller, PersonCaller, delivery::ALERTS};
use crate::{
    error::Result,
    store::{self, queue::QueueFilter},
};

/// Rows of a console page.
const ROWS: u32 = 50;
/// Rows a page may show that was added to while it was open.
const MOST_SHOWN: usize = 200;
/// Failed resumptions of the first page, and of their own view.
const FAILING: i64 = 10;
const FAILING_ALONE: i64 = 200;
/// Workflows to choose from.
const NAMES: i64 = 100;

impl Desk {
    /// A page of approvals in an order, for the API and for the console.
    ///
    /// # Errors
    /// `malformed_request` for a cursor of another list, and for values that [`Filters::check`] refuses.
    pub async fn list_approvals(
        &self,
        caller: &Caller,
        mut filter: QueueFilter,
        sort: Sort,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<QueueRow>> {
        caller.authorize(Action::ReadApprovals)?;
        filter.filters.check()?;
        match caller {
            Caller::Key(KeyCaller { run: Some(run), .. }) | Caller::Remembered(KeyCaller { run: Some(run), .. }) => {
                filter.run = Some(*run);
            }
            Caller::Person(person) => filter.viewer = Some(person.id),
            Caller::Key(_) | Caller::Remembered(_) | Caller::CommandLine => {}
        }
        if filter.filters.assignee == Some(Assignee::Viewer) {
            filter.filters.assignee = Some(Assignee::Person(own(caller)?));
        }
        let after = cursor.map(|cursor| cursor::read(sort, cursor)).transpose()?;
        let mut tx = self.database.read().await?;
        let mut lines = store::queue::list(&mut tx, &filter, sort, after, i64::from(limit) + 1).await?;
        let has_more = lines.len() > limit as usize;
        lines.truncate(limit as usize);
        let next_cursor = lines.last().filter(|_| has_more).map(|line| cursor::write(sort, line.cursor));
        Ok(Page { items: lines.into_iter().map(|line| line.row).collect(), next_cursor })
    }

    /// A page of the console's list.
    pub async fn queue_page(&self, viewer: &PersonCaller, query: &QueueQuery) -> Result<QueuePage> {
        let caller = Caller::Person(viewer.clone());
        let now = self.database.clock().now();
        let page = if query.view == View::ResumptionFailed {
            Page { items: Vec::new(), next_cursor: None }
        } else {
            self.list_of(&caller, filter_of(query, viewer.id, now), query).await?
        };
        let (alerts, failing) = self.troubles(query).await?;
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
            saved: self.saved_tabs(viewer, now).await?,
            offered: self.offered(query.filters.assignee.as_ref()).await?,
        })
    }

    /// The rows of a view. Of what needs somebody's decision, what is assigned to them comes first: a page of it, on the
    /// first page. The rest of it stands among the others, where it is due.
    async fn list_of(&self, caller: &Caller, filter: QueueFilter, query: &QueueQuery) -> Result<Page<QueueRow>> {
        let (sort, cursor) = (query.order(), query.cursor.as_deref());
        if !filter.is_mine || sort != Sort::Due {
            return self.list_approvals(caller, filter, sort, cursor, ROWS).await;
        }
        let own = QueueFilter { assigned_to: filter.viewer, ..filter.clone() };
        let own = self.list_approvals(caller, own, sort, None, ROWS).await?.items;
        let others = QueueFilter { not_among: own.iter().map(|row| row.id).collect(), ..filter };
        let mut page = self.list_approvals(caller, others, sort, cursor, ROWS).await?;
        if cursor.is_none() {
            page.items.splice(0..0, own);
        }
        Ok(page)
    }

    /// What the filters offer; and the name of whom is asked for, to whom nothing may be assigned.
    async fn offered(&self, asked: Option<&Assignee>) -> Result<Offered> {
        let mut tx = self.database.read().await?;
        let workflows = store::workflow::list_names(&mut tx, NAMES).await?;
        let mut assignees = store::assignment::list_assignees(&mut tx, NAMES).await?;
        let unnamed = asked.filter(|asked| assignees.iter().all(|known| known.assignee != **asked));
        let person = match unnamed {
            Some(Assignee::Person(id)) => store::person::find(&mut tx, *id).await?,
            Some(Assignee::Email(email)) => store::person::find_by_email(&mut tx, email).await?,
            Some(Assignee::Viewer | Assignee::Nobody | Assignee::Group(_)) | None => None,
        };
        assignees.extend(
            unnamed.cloned().zip(person).map(|(assignee, person)| KnownAssignee { assignee, name: person.name }),
        );
        Ok(Offered { workflows, groups: store::group::list_names(&mut tx).await?, assignees })
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
            View::AllPending if query.cursor.is_none() && query.filters.is_empty() => FAILING,
            View::ResumptionFailed => FAILING_ALONE,
            View::AllPending
            | View::NeedsMyDecision
            | View::HighRisk
            | View::Unclaimed
            | View::DueSoon
            | View::InfoRequested
            | View::DecidedToday => return Ok((Vec::new(), Vec::new())),
        };
        let mut tx = self.database.read().await?;
        let alerts = store::alert::list(&mut tx, ALERTS).await?;
        Ok((alerts, store::resumption::list_failing(&mut tx, most).await?))
    }

    /// Counts for tabs and navigation.
    pub async fn counts(&self, viewer: &PersonCaller) -> Result<QueueCounts> {
        let today = day_of(self.database.clock().now());
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

/// Whom "me" means.
fn own(caller: &Caller) -> Result<PersonId> {
    let person = match caller {
        Caller::Person(person) => Some(person.id),
        Caller::Key(key) => key.owner,
        Caller::Remembered(_) | Caller::CommandLine => None,
    };
    let message =
        "assignee: this key belongs to nobody, so that \"me\" means nobody; name somebody by email or usr_… id";
    person.ok_or_else(|| Refusal::new(Code::MalformedRequest, message).into())
}

/// What a query asks the store for, with the terms of its view.
pub(super) fn filter_of(query: &QueueQuery, viewer: PersonId, now: Time) -> QueueFilter {
    QueueFilter {
        standing: Some(query.standing()),
        filters: Filters {
            risk: if query.view == View::HighRisk { Some(Risk::High) } else { query.filters.risk },
            ..query.filters.clone()
        },
        is_mine: query.view == View::NeedsMyDecision,
        is_unclaimed: query.view == View::Unclaimed,
        is_asked: query.view == View::InfoRequested,
        due_by: (query.view == View::DueSoon).then(|| now + TimeDelta::seconds(SOON)),
        ended_since: (query.view == View::DecidedToday).then(|| day_of(now)),
        run: None,
        assigned_to: None,
        not_among: Vec::new(),
        viewer: Some(viewer),
    }
}

/// When the day of a time began (UTC).
fn day_of(now: Time) -> Time {
    now.date_naive().and_time(NaiveTime::MIN).and_utc()
}
