//! Signatures that were given, by the hash of their token, until they have been used or are over.

use domain::{
    Digest, Time,
    id::{ApprovalId, PersonId},
    signature::{Covered, Given, Signature},
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, digest, on, parse};
use crate::error::{Result, StoreError};

#[derive(FromRow)]
struct GivenRow {
    person_id: Uuid,
    approval_id: Uuid,
    package_digest: Vec<u8>,
    verdict: String,
    edited_digest: Option<Vec<u8>>,
    group_name: String,
    principal_id: Option<Uuid>,
    meaning: String,
    authenticated_by: String,
    signed_at: Time,
    expires_at: Time,
    used_at: Option<Time>,
}

impl TryFrom<GivenRow> for Given {
    type Error = StoreError;

    fn try_from(row: GivenRow) -> Result<Self, StoreError> {
        const TABLE: &str = "signature_token";
        let approval = ApprovalId::from_uuid(row.approval_id);
        let read = |bytes: &Vec<u8>, column| digest(bytes, TABLE, column, approval);
        Ok(Self {
            covered: Covered {
                person: PersonId::from_uuid(row.person_id),
                approval,
                package_digest: read(&row.package_digest, "package_digest")?,
                verdict: parse(&row.verdict, TABLE, "verdict", approval)?,
                edited_input: row.edited_digest.as_ref().map(|bytes| read(bytes, "edited_digest")).transpose()?,
                group: row.group_name,
                on_behalf_of: row.principal_id.map(PersonId::from_uuid),
            },
            signature: Signature {
                meaning: row.meaning,
                signed_at: row.signed_at,
                authenticated_by: parse(&row.authenticated_by, TABLE, "authenticated_by", approval)?,
            },
            expires_at: row.expires_at,
            is_used: row.used_at.is_some(),
        })
    }
}

/// Stores a signature under the hash of its token.
pub async fn insert(tx: &mut Tx, token: Digest, given: &Given) -> Result<(), StoreError> {
    let Given { covered, signature, expires_at, .. } = given;
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO signature_token (token_hash, person_id, approval_id, package_digest, verdict, edited_digest, group_name, principal_id, \
             meaning, authenticated_by, signed_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(token.bytes().to_vec())
        .bind(covered.person.uuid())
        .bind(covered.approval.uuid())
        .bind(covered.package_digest.bytes().to_vec())
        .bind(covered.verdict.as_str())
        .bind(covered.edited_input.map(|digest| digest.bytes().to_vec()))
        .bind(&covered.group)
        .bind(covered.on_behalf_of.map(PersonId::uuid))
        .bind(&signature.meaning)
        .bind(signature.authenticated_by.as_str())
        .bind(signature.signed_at)
        .bind(*expires_at)
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// The signature a token stands for, used and over or not.
pub async fn find(tx: &mut Tx, token: Digest) -> Result<Option<Given>, StoreError> {
    let row: Option<GivenRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT person_id, approval_id, package_digest, verdict, edited_digest, group_name, principal_id, meaning, authenticated_by, signed_at, \
             expires_at, used_at FROM signature_token WHERE token_hash = $1",
        )
        .bind(token.bytes().to_vec())
        .fetch_optional(conn)
        .await
    })?;
    row.map(Given::try_from).transpose()
}

/// Uses a signature up; of several who try, one does. Answers whether this one did.
pub async fn spend(tx: &mut Tx, token: Digest) -> Result<bool, StoreError> {
    let now = tx.now();
    let spent: Option<(i64,)> = on!(tx, |conn| {
        sqlx::query_as(
            "UPDATE signature_token SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 \
             RETURNING CAST(1 AS BIGINT)",
        )
        .bind(token.bytes().to_vec())
        .bind(now)
        .fetch_optional(conn)
        .await
    })?;
    Ok(spent.is_some())
}

/// Removes signatures that were over at this moment.
pub async fn delete_before(tx: &mut Tx, moment: Time) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("DELETE FROM signature_token WHERE expires_at < $1").bind(moment).execute(conn).await.map(drop)
    })?;
    Ok(())
}
