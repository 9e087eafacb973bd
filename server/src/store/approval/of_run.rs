//! The approvals of a run, as gate checks and stages need them.

use domain::{
    Digest,
    approval::Call,
    id::{ApprovalId, RunId, SessionId},
    judge::Prior,
    package::Origin,
};
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    error::StoreError,
    store::{Tx, digest, from_text, item, on, parse},
};

#[derive(FromRow)]
struct PriorRow {
    id: Uuid,
    session_id: Uuid,
    tool_use_id: String,
    gate_id: String,
    tool: String,
    action_digest: Vec<u8>,
    origin: String,
    state: String,
    notes: Option<String>,
    undone: bool,
    edited_input: Option<String>,
}

/// The approvals of a run as gate checks need them: one for each call, so that items stand for themselves.
#[derive(Debug, Clone)]
pub struct RunApproval {
    /// The gate that opened it.
    pub gate_id: String,
    /// The tool it would let run; empty for a stage's review.
    pub tool: String,
    /// The action it is about.
    pub action_digest: Digest,
    /// What its reviewers let run instead of what was asked for.
    pub edited_input: Option<Value>,
    /// Whether the attempt it was given for was undone since.
    pub is_undone: bool,
    /// Who wanted it.
    pub origin: Origin,
    /// The rest.
    pub prior: Prior,
}

impl RunApproval {
    /// Whether it would let a call run.
    pub const fn holds_calls(&self) -> bool {
        matches!(self.origin, Origin::Gate | Origin::Items)
    }
}

/// The approvals of a run, newest first.
pub async fn list_of_run(tx: &mut Tx, run: RunId) -> Result<Vec<RunApproval>, StoreError> {
    let rows: Vec<PriorRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, session_id, tool_use_id, gate_id, tool, action_digest, origin, state, notes, undone, edited_input \
             FROM approval WHERE run_id = $1 ORDER BY id DESC",
        )
        .bind(run.uuid())
        .fetch_all(conn)
        .await
    })?;
    let read = |row: PriorRow| {
        let id = ApprovalId::from_uuid(row.id);
        Ok(RunApproval {
            gate_id: row.gate_id,
            tool: row.tool,
            action_digest: digest(&row.action_digest, "approval", "action_digest", id)?,
            edited_input: row.edited_input.map(|text| from_text(&text, "approval", "edited_input", id)).transpose()?,
            is_undone: row.undone,
            origin: parse(&row.origin, "approval", "origin", id)?,
            prior: Prior {
                id,
                opened_by: Call { session: SessionId::from_uuid(row.session_id), tool_use_id: row.tool_use_id },
                state: from_text(&row.state, "approval", "state", id)?,
                notes: row.notes,
            },
        })
    };
    let known: Vec<RunApproval> = rows.into_iter().map(read).collect::<Result<_, StoreError>>()?;
    if known.iter().all(|known| known.origin != Origin::Items) {
        return Ok(known);
    }
    let items = item::list_of_run(tx, run).await?;
    Ok(known.into_iter().flat_map(|known| itemised(known, &items)).collect())
}

/// An approval of several calls as one of each, which ends with the whole.
fn itemised(known: RunApproval, items: &[item::Stored]) -> Vec<RunApproval> {
    if known.origin != Origin::Items {
        return vec![known];
    }
    let one = |item: &item::Stored| RunApproval {
        gate_id: item.gate_id.clone(),
        tool: item.tool.clone(),
        action_digest: item.action_digest,
        is_undone: known.is_undone || item.is_undone,
        prior: Prior {
            opened_by: Call { tool_use_id: item.tool_use_id.clone(), ..known.prior.opened_by.clone() },
            state: item.seen_in(&known.prior.state),
            notes: item.notes().or_else(|| known.prior.notes.clone()),
            ..known.prior.clone()
        },
        ..known.clone()
    };
    items.iter().filter(|item| item.approval == known.prior.id).map(one).collect()
}

/// Notes that the attempt an approval was given for is undone; the run is locked.
pub async fn mark_undone(tx: &mut Tx, id: ApprovalId) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE approval SET undone = $1 WHERE id = $2")
            .bind(true)
            .bind(id.uuid())
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}
