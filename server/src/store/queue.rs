//! The approvals list: rows by keyset in several orders, and counts.

use domain::{
    Time,
    id::{ApprovalId, PersonId, RunId},
    queue::{Filters, QueueRow, Sort, Standing},
    workflow::Risk,
};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{Tx, approval::deadline, assignment, claim, delegation::in_force, inconsistent, on, parse};
use crate::error::{Result, StoreError};

/// What the list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct QueueFilter {
    /// Only these statuses; all of them when absent. The one of `filters` is not looked at.
    pub standing: Option<Standing>,
    /// What else a reader may ask for.
    pub filters: Filters,
    /// Only approvals that wait for the viewer.
    pub is_mine: bool,
    /// Only approvals that nobody has claimed.
    pub is_unclaimed: bool,
    /// Only approvals that wait for the answer to a question.
    pub is_asked: bool,
    /// Only approvals whose time runs and is over by then.
    pub due_by: Option<Time>,
    /// Only approvals that ended then or later.
    pub ended_since: Option<Time>,
    /// Only this run: what a key minted for a run sees.
    pub run: Option<RunId>,
    /// Only approvals assigned to this person.
    pub assigned_to: Option<PersonId>,
    /// None of these approvals.
    pub not_among: Vec<ApprovalId>,
    /// Whose decisions the rows' `viewer_can_decide` speaks of.
    pub viewer: Option<PersonId>,
}

/// Where a page begins: after the row with these values. Which of them count is for the order to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueCursor {
    /// The last row's risk.
    pub risk: Risk,
    /// Whether the last row waited for information.
    pub waiting: bool,
    /// The last row's deadline column.
    pub due_at: Time,
    /// The last row's id.
    pub id: ApprovalId,
}

/// A row with its place in the order.
pub struct QueueLine {
    /// The row.
    pub row: QueueRow,
    /// Its place.
    pub cursor: QueueCursor,
}

#[derive(FromRow)]
struct LineRow {
    id: Uuid,
    status: String,
    title: String,
    risk: String,
    tool: String,
    gate_id: String,
    workflow_title: String,
    agent: String,
    run_id: Uuid,
    subject: String,
    differences: i64,
    reversible: bool,
    quorum: i64,
    given: i64,
    opened_at: Time,
    due_at: Time,
    ended_at: Option<Time>,
    origin: String,
    waiting: bool,
    raised_to: Option<String>,
    raised_at: Option<Time>,
    viewer_can_decide: bool,
}

impl TryFrom<LineRow> for QueueLine {
    type Error = StoreError;

    fn try_from(row: LineRow) -> Result<Self, StoreError> {
        let id = ApprovalId::from_uuid(row.id);
        let number = |column, value| u32::try_from(value).map_err(|error| inconsistent("approval", column, id, error));
        let risk = parse(&row.risk, "approval", "risk", id)?;
        Ok(Self {
            cursor: QueueCursor { risk, waiting: row.waiting, due_at: row.due_at, id },
            row: QueueRow {
                id,
                status: parse(&row.status, "approval", "status", id)?,
                title: row.title,
                risk,
                tool: row.tool,
                gate_id: row.gate_id,
                workflow_title: row.workflow_title,
                agent: row.agent,
                run_id: RunId::from_uuid(row.run_id),
                subject: row.subject,
                differences: number("differences", row.differences)?,
                reversible: row.reversible,
                quorum: number("quorum", row.quorum)?,
                given: number("given", row.given)?,
                waiting_for: Vec::new(),
                opened_at: row.opened_at,
                expires_at: deadline(row.due_at),
                ended_at: row.ended_at,
                viewer_can_decide: row.viewer_can_decide,
                origin: parse(&row.origin, "approval", "origin", id)?,
                is_waiting_for_information: row.waiting,
                raised_to: row.raised_to,
                raised_at: row.raised_at,
                claim: None,
                assigned_to: None,
            },
        })
    }
}

/// The condition for "waits for this person": an open seat of a group they have belonged to since it opened, any open
/// seat where it was raised to such a group, or one of a group of somebody in whose place they decide now; they are not
/// barred, nor is that somebody, they may review, and no answer to a question is awaited.
macro_rules! waits_for {
    ($person:literal, $now:literal) => {
        concat!(
            "a.status = 'pending' AND NOT a.waiting AND EXISTS (SELECT 1 FROM person_role v WHERE v.role = 'reviewer' AND v.person_id = ",
            $person,
            ") AND (EXISTS (SELECT 1 FROM approval_seat s JOIN person_group g ON g.name IN (s.group_name, a.raised_to) \
             JOIN membership m ON m.group_id = g.id WHERE s.approval_id = a.id AND s.is_open AND m.joined_at <= a.opened_at AND m.person_id = ",
            $person,
            ") OR EXISTS (SELECT 1 FROM delegation d JOIN membership m ON m.person_id = d.principal_id JOIN person_group g ON g.id = m.group_id \
             JOIN approval_seat s ON s.group_name = g.name WHERE s.approval_id = a.id AND s.is_open AND m.joined_at <= a.opened_at AND d.delegate_id = ",
            $person,
            " AND ",
            in_force!($now),
            " AND NOT EXISTS (SELECT 1 FROM approval_barred b WHERE b.approval_id = a.id AND b.person_id = d.principal_id)\
             )) AND NOT EXISTS (SELECT 1 FROM approval_barred b WHERE b.approval_id = a.id AND b.person_id = ",
            $person,
            ")"
        )
    };
}

/// The condition for "nobody has claimed it", at a time.
macro_rules! unclaimed {
    ($now:literal) => {
        concat!("NOT EXISTS (SELECT 1 FROM approval_claim c WHERE c.approval_id = a.id AND c.until > ", $now, ")")
    };
}

/// The condition for "assigned to this person".
macro_rules! assigned_to {
    ($person:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM approval_assignment x WHERE x.approval_id = a.id AND x.person_id = ",
            $person,
            ")"
        )
    };
}

/// Everything a row shows; the parameters are the viewer and the time.
macro_rules! select_lines {
    ($viewer:literal, $now:literal) => {
        concat!(
            "SELECT a.id, a.status, a.title, a.risk, a.tool, a.gate_id, a.workflow_title, a.agent, a.run_id, a.subject, a.differences, \
             a.reversible, a.quorum, a.given, a.opened_at, a.due_at, a.ended_at, a.origin, a.waiting, a.raised_to, a.raised_at, (",
            $viewer,
            " IS NOT NULL AND ",
            waits_for!($viewer, $now),
            ") AS viewer_can_decide FROM approval a "
        )
    };
}

/// One approval's row.
pub async fn find(tx: &mut Tx, id: ApprovalId, viewer: PersonId) -> Result<Option<QueueRow>, StoreError> {
    let now = tx.now();
    let row: Option<LineRow> = on!(tx, |conn| {
        sqlx::query_as(concat!(select_lines!("$2", "$3"), "WHERE a.id = $1"))
            .bind(id.uuid())
            .bind(viewer.uuid())
            .bind(now)
            .fetch_optional(conn)
            .await
    })?;
    let mut lines: Vec<QueueLine> = row.map(QueueLine::try_from).transpose()?.into_iter().collect();
    fill_waiting_for(tx, &mut lines).await?;
    claim::fill(tx, &mut lines).await?;
    assignment::fill(tx, &mut lines).await?;
    Ok(lines.pop().map(|line| line.row))
}

async fn fill_waiting_for(tx: &mut Tx, lines: &mut [QueueLine]) -> Result<(), StoreError> {
    if lines.is_empty() {
        return Ok(());
    }
    let seats: Vec<(Uuid, String)> = on!(tx, |conn| {
        let mut query =
            QueryBuilder::new("SELECT approval_id, group_name FROM approval_seat WHERE is_open AND approval_id IN (");
        let mut list = query.separated(", ");
        for line in lines.iter() {
            list.push_bind(line.row.id.uuid());
        }
        query.push(") ORDER BY approval_id, group_name");
        query.build_query_as().fetch_all(conn).await
    })?;
    for (approval, group) in seats {
        if let Some(line) = lines.iter_mut().find(|line| line.row.id.uuid() == approval) {
            line.row.waiting_for.push(group);
        }
    }
    Ok(())
}

/// The pending approvals of a run, oldest first.
pub async fn list_pending_of_run(tx: &mut Tx, run: RunId) -> Result<Vec<QueueRow>, StoreError> {
    let filter = QueueFilter { standing: Some(Standing::Pending), run: Some(run), ..QueueFilter::default() };
    let lines = list(tx, &filter, Sort::Oldest, None, i64::from(domain::page::MAX_LIMIT)).await?;
    Ok(lines.into_iter().map(|line| line.row).collect())
}

mod conditions;
mod counts;
mod page;

pub use counts::{counts, find_next, list_ids};
pub use page::{count_each, list};
