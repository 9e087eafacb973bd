//! Approvals: the record, its seats, and the look-ups gates and timers need.

mod of_run;

use domain::{
    Digest, Time,
    approval::{Approval, Call},
    decision::Decision,
    id::{ApprovalId, KeyId, PersonId, RunId, SessionId},
    package::Package,
    policy::{Circumstances, SeatStanding},
};
use sqlx::FromRow;
use uuid::Uuid;

pub use self::of_run::{RunApproval, list_of_run, mark_undone};
use super::{Tx, digest, from_text, inconsistent, item, on, search, seat, to_text};
use crate::error::{Result, StoreError};

/// An approval as stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: ApprovalId,
    /// The run.
    pub run: RunId,
    /// The call that opened it.
    pub call: Call,
    /// The key whose harness asked.
    pub key: KeyId,
    /// Its state.
    pub state: Approval,
    /// The package's revision.
    pub revision: u32,
    /// The package.
    pub package: Package,
    /// The package's digest at this revision.
    pub package_digest: Digest,
    /// Whom exclusions mean.
    pub circumstances: Circumstances,
    /// What the rejecting reviewer wrote.
    pub notes: Option<String>,
    /// Since when it waits.
    pub opened_at: Time,
}

impl Stored {
    /// The revision of the package that decisions bind to. The end of an approval counts as a revision of the record,
    /// not of what was read.
    pub fn package_revision(&self) -> u32 {
        self.revision - u32::from(self.state.ended_at().is_some())
    }

    /// The decisions that count: those on the package as it stands. A new revision voids earlier ones.
    pub fn current(&self, votes: &[Decision]) -> Vec<Decision> {
        votes.iter().filter(|vote| vote.revision == self.package_revision()).cloned().collect()
    }
}

#[derive(FromRow)]
struct ApprovalRow {
    id: Uuid,
    run_id: Uuid,
    session_id: Uuid,
    tool_use_id: String,
    key_id: Uuid,
    state: String,
    revision: i64,
    package: String,
    package_digest: Vec<u8>,
    circumstances: String,
    notes: Option<String>,
    opened_at: Time,
}

impl TryFrom<ApprovalRow> for Stored {
    type Error = StoreError;

    fn try_from(row: ApprovalRow) -> Result<Self, StoreError> {
        let id = ApprovalId::from_uuid(row.id);
        Ok(Self {
            id,
            run: RunId::from_uuid(row.run_id),
            call: Call { session: SessionId::from_uuid(row.session_id), tool_use_id: row.tool_use_id },
            key: KeyId::from_uuid(row.key_id),
            state: from_text(&row.state, "approval", "state", id)?,
            revision: u32::try_from(row.revision).map_err(|error| inconsistent("approval", "revision", id, error))?,
            package: from_text(&row.package, "approval", "package", id)?,
            package_digest: digest(&row.package_digest, "approval", "package_digest", id)?,
            circumstances: from_text(&row.circumstances, "approval", "circumstances", id)?,
            notes: row.notes,
            opened_at: row.opened_at,
        })
    }
}

/// Stands for "no deadline", so that one index orders everything.
fn no_deadline() -> Time {
    Time::from_timestamp(253_402_214_400, 0).unwrap_or_default()
}

/// The deadline a due column means.
pub(super) fn deadline(due_at: Time) -> Option<Time> {
    (due_at < no_deadline()).then_some(due_at)
}

/// Stores a new approval with its open seats and the people who may not decide it.
pub async fn insert(tx: &mut Tx, new: &Stored, seats: &[SeatStanding], barred: &[PersonId]) -> Result<()> {
    let Approval::Pending { expires_at, .. } = &new.state else {
        return Err(StoreError::Unexpected("an approval begins as pending".to_owned()).into());
    };
    let package = &new.package;
    let differences = package.evidence.assertions.iter().filter(|said| said.differs()).count();
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO approval (id, run_id, session_id, tool_use_id, key_id, gate_id, tool, action_digest, title, risk, subject, \
             agent, workflow_title, reversible, differences, status, state, revision, package, package_digest, circumstances, \
             quorum, given, opened_at, due_at, origin, step_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
             $15, $16, $17, $18, $19, $20, $21, $22, 0, $23, $24, $25, $26)",
        )
        .bind(new.id.uuid())
        .bind(new.run.uuid())
        .bind(new.call.session.uuid())
        .bind(&new.call.tool_use_id)
        .bind(new.key.uuid())
        .bind(&package.gate_id)
        .bind(&package.tool)
        .bind(package.action_digest.bytes().to_vec())
        .bind(&package.title)
        .bind(package.risk.as_str())
        .bind(&package.subject)
        .bind(&package.agent)
        .bind(&package.workflow_title)
        .bind(package.reversible)
        .bind(i64::try_from(differences).unwrap_or(i64::MAX))
        .bind(new.state.status().as_str())
        .bind(to_text(&new.state))
        .bind(i64::from(new.revision))
        .bind(to_text(package))
        .bind(new.package_digest.bytes().to_vec())
        .bind(to_text(&new.circumstances))
        .bind(i64::from(package.policy.quorum()))
        .bind(new.opened_at)
        .bind(expires_at.unwrap_or_else(no_deadline))
        .bind(package.origin.as_str())
        .bind(new.state.next_step())
        .execute(conn)
        .await
        .map(drop)
    })?;
    item::insert(tx, new.id, &package.items).await?;
    search::write(tx, new.id, package).await?;
    seat::insert(tx, new.id, seats).await?;
    Ok(seat::bar(tx, &[new.id], barred).await?)
}

/// An approval by id.
pub async fn find(tx: &mut Tx, id: ApprovalId) -> Result<Option<Stored>, StoreError> {
    let row: Option<ApprovalRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, run_id, session_id, tool_use_id, key_id, state, revision, package, package_digest, circumstances, notes, opened_at \
             FROM approval WHERE id = $1",
        )
        .bind(id.uuid())
        .fetch_optional(conn)
        .await
    })?;
    row.map(Stored::try_from).transpose()
}

/// What an approval becomes.
pub struct Change<'a> {
    /// The new state.
    pub state: &'a Approval,
    /// The new revision.
    pub revision: u32,
    /// Seats filled.
    pub given: u32,
    /// What the rejecting reviewer wrote.
    pub notes: Option<&'a str>,
}

/// Stores an approval's new state; its run is locked by the caller.
pub async fn update(tx: &mut Tx, id: ApprovalId, change: &Change<'_>) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query(
            "UPDATE approval SET status = $1, state = $2, revision = $3, given = $4, notes = COALESCE($5, notes), ended_at = $6, \
             waiting = $7 WHERE id = $8",
        )
        .bind(change.state.status().as_str())
        .bind(to_text(change.state))
        .bind(i64::from(change.revision))
        .bind(i64::from(change.given))
        .bind(change.notes)
        .bind(change.state.ended_at())
        .bind(change.state.is_waiting_for_information())
        .bind(id.uuid())
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// A new revision of an approval's package.
pub struct Revision<'a> {
    /// The new state.
    pub state: &'a Approval,
    /// Its number.
    pub number: u32,
    /// The package.
    pub package: &'a Package,
    /// Its digest.
    pub digest: Digest,
}

/// Stores a new revision, on which nobody has voted yet; the run is locked by the caller.
pub async fn revise(tx: &mut Tx, id: ApprovalId, revision: &Revision<'_>) -> Result<(), StoreError> {
    let package = revision.package;
    on!(tx, |conn| {
        sqlx::query(
            "UPDATE approval SET state = $1, revision = $2, package = $3, package_digest = $4, due_at = $5, waiting = $6, given = 0, \
             title = $7, risk = $8, edited_input = $9, step_at = $10 WHERE id = $11",
        )
        .bind(to_text(revision.state))
        .bind(i64::from(revision.number))
        .bind(to_text(revision.package))
        .bind(revision.digest.bytes().to_vec())
        .bind(revision.state.expires_at().unwrap_or_else(no_deadline))
        .bind(revision.state.is_waiting_for_information())
        .bind(&package.title)
        .bind(package.risk.as_str())
        .bind(package.edit.as_ref().map(|_| to_text(&package.input)))
        .bind(revision.state.next_step())
        .bind(id.uuid())
        .execute(conn)
        .await
        .map(drop)
    })?;
    search::write(tx, id, package).await
}

/// The run of an approval, to lock it before anything is read.
pub async fn find_run(tx: &mut Tx, id: ApprovalId) -> Result<Option<RunId>, StoreError> {
    let row: Option<(Uuid,)> = on!(tx, |conn| {
        sqlx::query_as("SELECT run_id FROM approval WHERE id = $1").bind(id.uuid()).fetch_optional(conn).await
    })?;
    Ok(row.map(|(run,)| RunId::from_uuid(run)))
}
