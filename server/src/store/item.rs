//! The items of approvals: which calls they are, and what became of each.

use domain::{
    Digest,
    approval::Approval,
    id::{ApprovalId, RunId},
    item::{Item, ItemState},
};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{Tx, digest, from_text, on, to_text};
use crate::error::StoreError;

/// An item as gate checks need it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The approval it belongs to.
    pub approval: ApprovalId,
    /// Its place, from 0.
    pub position: i64,
    /// The client's id of its call.
    pub tool_use_id: String,
    /// The gate that holds it.
    pub gate_id: String,
    /// The tool.
    pub tool: String,
    /// The action it is about.
    pub action_digest: Digest,
    /// What became of it.
    pub state: ItemState,
    /// Whether the attempt it was given for was undone since.
    pub is_undone: bool,
}

impl Stored {
    /// What its call is told, given what became of the whole.
    pub fn seen_in(&self, whole: &Approval) -> Approval {
        self.state.seen_in(whole)
    }

    /// What was written about it, where it was not approved.
    pub fn notes(&self) -> Option<String> {
        match &self.state {
            ItemState::Rejected { notes } => notes.clone(),
            ItemState::Waiting | ItemState::Approved { .. } => None,
        }
    }
}

#[derive(FromRow)]
struct ItemRow {
    approval_id: Uuid,
    position: i64,
    tool_use_id: String,
    gate_id: String,
    tool: String,
    action_digest: Vec<u8>,
    state: String,
    undone: bool,
}

impl TryFrom<ItemRow> for Stored {
    type Error = StoreError;

    fn try_from(row: ItemRow) -> Result<Self, StoreError> {
        let approval = ApprovalId::from_uuid(row.approval_id);
        Ok(Self {
            approval,
            position: row.position,
            tool_use_id: row.tool_use_id,
            gate_id: row.gate_id,
            tool: row.tool,
            action_digest: digest(&row.action_digest, "approval_item", "action_digest", approval)?,
            state: from_text(&row.state, "approval_item", "state", approval)?,
            is_undone: row.undone,
        })
    }
}

/// Stores the items of a new approval.
pub async fn insert(tx: &mut Tx, approval: ApprovalId, items: &[Item]) -> Result<(), StoreError> {
    if items.is_empty() {
        return Ok(());
    }
    on!(tx, |conn| {
        let mut query = QueryBuilder::new(
            "INSERT INTO approval_item (approval_id, position, tool_use_id, gate_id, tool, action_digest, state) ",
        );
        query.push_values(items.iter().zip(0_i64..), |mut row, (item, position)| {
            row.push_bind(approval.uuid()).push_bind(position).push_bind(&item.tool_use_id).push_bind(&item.gate_id);
            row.push_bind(&item.tool).push_bind(item.action_digest.bytes().to_vec());
            row.push_bind(to_text(&ItemState::Waiting));
        });
        query.build().execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// Stores what became of an item; its run is locked.
pub async fn update(tx: &mut Tx, approval: ApprovalId, position: i64, state: &ItemState) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE approval_item SET state = $1 WHERE approval_id = $2 AND position = $3")
            .bind(to_text(state))
            .bind(approval.uuid())
            .bind(position)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Notes that the attempt in which the calls of a tool were approved is undone; the run is locked.
pub async fn mark_undone(tx: &mut Tx, approval: ApprovalId, tool: &str) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE approval_item SET undone = $1 WHERE approval_id = $2 AND tool = $3")
            .bind(true)
            .bind(approval.uuid())
            .bind(tool)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// The items of an approval, in their order.
pub async fn list_of_approval(tx: &mut Tx, approval: ApprovalId) -> Result<Vec<Stored>, StoreError> {
    let rows: Vec<ItemRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT approval_id, position, tool_use_id, gate_id, tool, action_digest, state, undone FROM approval_item \
             WHERE approval_id = $1 ORDER BY position",
        )
        .bind(approval.uuid())
        .fetch_all(conn)
        .await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// The items of a run's approvals, in their order.
pub async fn list_of_run(tx: &mut Tx, run: RunId) -> Result<Vec<Stored>, StoreError> {
    let rows: Vec<ItemRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT i.approval_id, i.position, i.tool_use_id, i.gate_id, i.tool, i.action_digest, i.state, i.undone \
             FROM approval a JOIN approval_item i ON i.approval_id = a.id WHERE a.run_id = $1 ORDER BY a.id, i.position",
        )
        .bind(run.uuid())
        .fetch_all(conn)
        .await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}
