//! Decisions: one row a vote, unique per approval, person and revision.

use domain::{
    Time,
    decision::Decision,
    delegation::Principal,
    id::{ApprovalId, DecisionId, DelegationId, PersonId, RunId},
    signature::Signature,
};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{Tx, digest, from_text, inconsistent, on, parse, to_text};
use crate::error::{Result, StoreError};

#[derive(FromRow)]
struct DecisionRow {
    id: Uuid,
    approval_id: Uuid,
    person_id: Uuid,
    person_name: String,
    principal_id: Option<Uuid>,
    principal_name: Option<String>,
    delegation_id: Option<Uuid>,
    group_name: String,
    by_raise: Option<String>,
    verdict: String,
    revision: i64,
    package_digest: Vec<u8>,
    reason_code: Option<String>,
    notes: Option<String>,
    items: Option<String>,
    signature_meaning: Option<String>,
    signature_by: Option<String>,
    signed_at: Option<Time>,
    decided_at: Time,
}

impl TryFrom<DecisionRow> for Decision {
    type Error = StoreError;

    fn try_from(row: DecisionRow) -> Result<Self, StoreError> {
        let id = DecisionId::from_uuid(row.id);
        let principal = |((person, name), delegation)| Principal {
            person: PersonId::from_uuid(person),
            name,
            delegation: DelegationId::from_uuid(delegation),
        };
        let on_behalf_of = row.principal_id.zip(row.principal_name).zip(row.delegation_id).map(principal);
        let signature = match row.signature_meaning.zip(row.signature_by).zip(row.signed_at) {
            Some(((meaning, by), signed_at)) => {
                let authenticated_by = parse(&by, "decision", "signature_by", id)?;
                Some(Signature { meaning, signed_at, authenticated_by })
            }
            None => None,
        };
        Ok(Self {
            id,
            approval: ApprovalId::from_uuid(row.approval_id),
            person: PersonId::from_uuid(row.person_id),
            name: row.person_name,
            on_behalf_of,
            group: row.group_name,
            by_raise: row.by_raise,
            verdict: parse(&row.verdict, "decision", "verdict", id)?,
            revision: u32::try_from(row.revision).map_err(|error| inconsistent("decision", "revision", id, error))?,
            package_digest: digest(&row.package_digest, "decision", "package_digest", id)?,
            reason_code: row.reason_code,
            notes: row.notes,
            items: row.items.map(|text| from_text(&text, "decision", "items", id)).transpose()?.unwrap_or_default(),
            signature,
            at: row.decided_at,
        })
    }
}

/// Stores a decision.
pub async fn insert(tx: &mut Tx, decision: &Decision) -> Result<(), StoreError> {
    let (principal, signature) = (decision.on_behalf_of.as_ref(), decision.signature.as_ref());
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO decision (id, approval_id, person_id, person_name, group_name, verdict, revision, package_digest, reason_code, notes, decided_at, \
             by_raise, principal_id, principal_name, delegation_id, items, signature_meaning, signature_by, signed_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        )
        .bind(decision.id.uuid())
        .bind(decision.approval.uuid())
        .bind(decision.person.uuid())
        .bind(&decision.name)
        .bind(&decision.group)
        .bind(decision.verdict.as_str())
        .bind(i64::from(decision.revision))
        .bind(decision.package_digest.bytes().to_vec())
        .bind(decision.reason_code.as_deref())
        .bind(decision.notes.as_deref())
        .bind(decision.at)
        .bind(decision.by_raise.as_deref())
        .bind(principal.map(|principal| principal.person.uuid()))
        .bind(principal.map(|principal| principal.name.as_str()))
        .bind(principal.map(|principal| principal.delegation.uuid()))
        .bind((!decision.items.is_empty()).then(|| to_text(&decision.items)))
        .bind(signature.map(|signature| signature.meaning.as_str()))
        .bind(signature.map(|signature| signature.authenticated_by.as_str()))
        .bind(signature.map(|signature| signature.signed_at))
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Who has decided, and in whose place.
#[derive(Debug, Clone, Copy)]
pub struct Decider {
    /// What.
    pub approval: ApprovalId,
    /// In which run.
    pub run: RunId,
    /// The person.
    pub person: PersonId,
    /// In whose place.
    pub principal: Option<PersonId>,
}

/// Who has decided any of these approvals.
pub async fn list_deciders(tx: &mut Tx, approvals: &[ApprovalId]) -> Result<Vec<Decider>, StoreError> {
    deciders(tx, "d.approval_id", approvals.iter().map(|approval| approval.uuid()).collect()).await
}

/// Who has decided anything in these runs.
pub async fn list_deciders_of_runs(tx: &mut Tx, runs: &[RunId]) -> Result<Vec<Decider>, StoreError> {
    deciders(tx, "a.run_id", runs.iter().map(|run| run.uuid()).collect()).await
}

async fn deciders(tx: &mut Tx, column: &'static str, ids: Vec<Uuid>) -> Result<Vec<Decider>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(Uuid, Uuid, Uuid, Option<Uuid>)> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(
            "SELECT d.approval_id, a.run_id, d.person_id, d.principal_id FROM decision d JOIN approval a ON a.id = d.approval_id WHERE ",
        );
        query.push(column).push(" IN (");
        let mut list = query.separated(", ");
        for id in &ids {
            list.push_bind(*id);
        }
        query.push(")");
        query.build_query_as().fetch_all(conn).await
    })?;
    let read = |(approval, run, person, principal): (Uuid, Uuid, Uuid, Option<Uuid>)| Decider {
        approval: ApprovalId::from_uuid(approval),
        run: RunId::from_uuid(run),
        person: PersonId::from_uuid(person),
        principal: principal.map(PersonId::from_uuid),
    };
    Ok(rows.into_iter().map(read).collect())
}

/// The decisions on an approval, oldest first.
pub async fn list_of_approval(tx: &mut Tx, approval: ApprovalId) -> Result<Vec<Decision>, StoreError> {
    let rows: Vec<DecisionRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, approval_id, person_id, person_name, group_name, verdict, revision, package_digest, reason_code, notes, decided_at, \
             by_raise, principal_id, principal_name, delegation_id, items, signature_meaning, signature_by, signed_at FROM decision WHERE approval_id = $1 ORDER BY id",
        )
        .bind(approval.uuid())
        .fetch_all(conn)
        .await
    })?;
    rows.into_iter().map(Decision::try_from).collect()
}

/// Who approved other approvals of a run, and in whose place they did.
pub async fn list_previous_approvers(tx: &mut Tx, run: RunId, but: ApprovalId) -> Result<Vec<PersonId>, StoreError> {
    let rows: Vec<(Uuid,)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT d.person_id FROM decision d JOIN approval a ON a.id = d.approval_id \
             WHERE a.run_id = $1 AND a.id <> $2 AND d.verdict = 'approve' \
             UNION SELECT d.principal_id FROM decision d JOIN approval a ON a.id = d.approval_id \
             WHERE a.run_id = $1 AND a.id <> $2 AND d.verdict = 'approve' AND d.principal_id IS NOT NULL",
        )
        .bind(run.uuid())
        .bind(but.uuid())
        .fetch_all(conn)
        .await
    })?;
    Ok(rows.into_iter().map(|(id,)| PersonId::from_uuid(id)).collect())
}
