//! Delegations: who decides in whose place, from when to when, and whom that lets decide an approval.

use std::collections::HashMap;

use domain::{
    Time,
    delegation::{Delegation, Party, Principal, Terms},
    id::{ApprovalId, DelegationId, PersonId},
    policy::StandIn,
};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{Tx, on};
use crate::error::StoreError;

/// Groups of delegations in force read at the most.
const MOST_READ: i64 = 1_000;

/// A delegation as stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: DelegationId,
    /// How far it is.
    pub state: Delegation,
    /// Who set it, with their name; `None` for the command line.
    pub set_by: Option<Party>,
    /// Whether the delegate may sign in and is a reviewer.
    pub delegate_can_decide: bool,
}

/// Somebody who may decide in another's place.
pub struct Delegate {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// In whose place, and for which groups.
    pub stand_in: StandIn,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    principal_id: Uuid,
    principal_name: String,
    delegate_id: Uuid,
    delegate_name: String,
    delegate_can_decide: bool,
    starts_at: Time,
    ends_at: Time,
    ended_at: Option<Time>,
    set_by: Option<Uuid>,
    set_by_name: Option<String>,
}

impl Row {
    fn read(self, groups: Vec<String>) -> Stored {
        let party = |id, name| Party { id: PersonId::from_uuid(id), name };
        let terms = Terms {
            principal: party(self.principal_id, self.principal_name),
            delegate: party(self.delegate_id, self.delegate_name),
            groups,
            from: self.starts_at,
            until: self.ends_at,
        };
        Stored {
            id: DelegationId::from_uuid(self.id),
            state: match self.ended_at {
                Some(at) => Delegation::Ended { terms, at },
                None => Delegation::Set { terms },
            },
            set_by: self.set_by.zip(self.set_by_name).map(|(id, name)| party(id, name)),
            delegate_can_decide: self.delegate_can_decide,
        }
    }
}

/// What is read of a delegation.
macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT d.id, d.principal_id, p.name AS principal_name, d.delegate_id, q.name AS delegate_name, \
             (q.disabled_at IS NULL AND EXISTS (SELECT 1 FROM person_role r WHERE r.person_id = q.id AND r.role = 'reviewer')) \
             AS delegate_can_decide, d.starts_at, d.ends_at, d.ended_at, d.set_by, s.name AS set_by_name \
             FROM delegation d JOIN person p ON p.id = d.principal_id JOIN person q ON q.id = d.delegate_id \
             LEFT JOIN person s ON s.id = d.set_by ",
            $tail
        )
    };
}

/// The conditions under which a delegation `d` lets its delegate decide for a membership `m` of its principal in the
/// group `g`: it is in force at the moment `$now`, it is for that group, and the principal may decide themselves.
macro_rules! in_force {
    ($now:literal) => {
        concat!(
            "d.ended_at IS NULL AND d.starts_at <= ",
            $now,
            " AND d.ends_at > ",
            $now,
            " AND (d.all_groups OR EXISTS (SELECT 1 FROM delegation_group x WHERE x.delegation_id = d.id AND x.group_name = g.name)) \
             AND EXISTS (SELECT 1 FROM person p JOIN person_role r ON r.person_id = p.id AND r.role = 'reviewer' \
             WHERE p.id = d.principal_id AND p.disabled_at IS NULL)"
        )
    };
}
pub(super) use in_force;

/// Stores a new delegation.
pub async fn insert(tx: &mut Tx, id: DelegationId, terms: &Terms, set_by: Option<PersonId>) -> Result<(), StoreError> {
    let now = tx.now();
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO delegation (id, principal_id, delegate_id, starts_at, ends_at, all_groups, set_by, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(id.uuid())
        .bind(terms.principal.id.uuid())
        .bind(terms.delegate.id.uuid())
        .bind(terms.from)
        .bind(terms.until)
        .bind(terms.groups.is_empty())
        .bind(set_by.map(PersonId::uuid))
        .bind(now)
        .execute(conn)
        .await
        .map(drop)
    })?;
    if terms.groups.is_empty() {
        return Ok(());
    }
    on!(tx, |conn| {
        let mut query = QueryBuilder::new("INSERT INTO delegation_group (delegation_id, group_name) ");
        query.push_values(&terms.groups, |mut row, group| {
            row.push_bind(id.uuid()).push_bind(group);
        });
        query.build().execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// Stores that a delegation ended.
pub async fn end(tx: &mut Tx, id: DelegationId, at: Time) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE delegation SET ended_at = $1 WHERE id = $2 AND ended_at IS NULL")
            .bind(at)
            .bind(id.uuid())
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// A delegation by id.
pub async fn find(tx: &mut Tx, id: DelegationId) -> Result<Option<Stored>, StoreError> {
    let row: Option<Row> =
        on!(tx, |conn| sqlx::query_as(select!("WHERE d.id = $1")).bind(id.uuid()).fetch_optional(conn).await)?;
    Ok(with_groups(tx, row.into_iter().collect()).await?.pop())
}

/// Every delegation that is not over, the first to begin first.
pub async fn list_open(tx: &mut Tx) -> Result<Vec<Stored>, StoreError> {
    let now = tx.now();
    let rows: Vec<Row> = on!(tx, |conn| {
        sqlx::query_as(select!("WHERE d.ended_at IS NULL AND d.ends_at > $1 ORDER BY d.starts_at, d.id"))
            .bind(now)
            .fetch_all(conn)
            .await
    })?;
    with_groups(tx, rows).await
}

async fn with_groups(tx: &mut Tx, rows: Vec<Row>) -> Result<Vec<Stored>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let named: Vec<(Uuid, String)> = on!(tx, |conn| {
        let mut query =
            QueryBuilder::new("SELECT delegation_id, group_name FROM delegation_group WHERE delegation_id IN (");
        let mut list = query.separated(", ");
        for row in &rows {
            list.push_bind(row.id);
        }
        query.push(") ORDER BY group_name");
        query.build_query_as().fetch_all(conn).await
    })?;
    let mut groups = HashMap::<Uuid, Vec<String>>::new();
    for (id, group) in named {
        groups.entry(id).or_default().push(group);
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let own = groups.remove(&row.id).unwrap_or_default();
            row.read(own)
        })
        .collect())
}

#[derive(FromRow)]
struct StandInRow {
    delegation_id: Uuid,
    delegate_id: Uuid,
    delegate_name: String,
    principal_id: Uuid,
    principal_name: String,
    group_name: String,
}

/// Who may decide an approval in another's place now, by delegate: only `delegate`, or everybody. The principals'
/// groups are those of its seats that they have belonged to since it opened.
pub async fn list_delegates(
    tx: &mut Tx,
    approval: ApprovalId,
    delegate: Option<PersonId>,
) -> Result<Vec<Delegate>, StoreError> {
    let now = tx.now();
    let rows: Vec<StandInRow> = on!(tx, |conn| {
        sqlx::query_as(concat!(
            "SELECT d.id AS delegation_id, q.id AS delegate_id, q.name AS delegate_name, d.principal_id, \
             p.name AS principal_name, g.name AS group_name FROM delegation d JOIN person q ON q.id = d.delegate_id \
             JOIN person p ON p.id = d.principal_id JOIN membership m ON m.person_id = d.principal_id \
             JOIN person_group g ON g.id = m.group_id WHERE ",
            in_force!("$1"),
            " AND ($2 IS NULL OR d.delegate_id = $2) AND q.disabled_at IS NULL \
             AND EXISTS (SELECT 1 FROM person_role r WHERE r.person_id = q.id AND r.role = 'reviewer') \
             AND m.joined_at <= (SELECT a.opened_at FROM approval a WHERE a.id = $3) \
             AND EXISTS (SELECT 1 FROM approval_seat s WHERE s.approval_id = $3 AND s.group_name = g.name) ORDER BY q.name, d.id, g.name LIMIT $4"
        ))
        .bind(now)
        .bind(delegate.map(PersonId::uuid))
        .bind(approval.uuid())
        .bind(MOST_READ)
        .fetch_all(conn)
        .await
    })?;
    Ok(rows.chunk_by(|one, next| one.delegation_id == next.delegation_id).filter_map(read_delegate).collect())
}

/// The rows of one delegation, one a group.
fn read_delegate(rows: &[StandInRow]) -> Option<Delegate> {
    let first = rows.first()?;
    let principal = Principal {
        person: PersonId::from_uuid(first.principal_id),
        name: first.principal_name.clone(),
        delegation: DelegationId::from_uuid(first.delegation_id),
    };
    Some(Delegate {
        person: PersonId::from_uuid(first.delegate_id),
        name: first.delegate_name.clone(),
        stand_in: StandIn { principal, groups: rows.iter().map(|row| row.group_name.clone()).collect() },
    })
}
