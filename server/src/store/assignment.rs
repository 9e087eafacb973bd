//! Assignments of pending approvals: at most one each, to a person or a group.

use domain::{
    Time,
    approval::Status,
    assignment::{Assigned, Assignment, Target},
    id::{ApprovalId, PersonId},
    queue::{Assignee, KnownAssignee},
};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{Tx, inconsistent, on, queue::QueueLine};
use crate::error::StoreError;

#[derive(FromRow)]
struct Row {
    approval_id: Uuid,
    person_id: Option<Uuid>,
    person_name: Option<String>,
    group_name: Option<String>,
    assigned_by: Uuid,
    assigned_by_name: String,
    reason: String,
    assigned_at: Time,
}

/// The assignment of an approval.
pub async fn find(tx: &mut Tx, id: ApprovalId) -> Result<Assignment, StoreError> {
    let Some((_, found)) = list_assigned(tx, &[id]).await?.pop() else { return Ok(Assignment::Free) };
    let to = found.person_id.map_or(Target::Group(found.name), Target::Person);
    Ok(Assignment::Assigned { to, by: found.assigned_by, reason: found.reason, at: found.assigned_at })
}

/// Stores what has become of an assignment; the run is locked.
pub async fn update(tx: &mut Tx, id: ApprovalId, assignment: &Assignment) -> Result<(), StoreError> {
    match assignment {
        Assignment::Free => on!(tx, |conn| {
            sqlx::query("DELETE FROM approval_assignment WHERE approval_id = $1")
                .bind(id.uuid())
                .execute(conn)
                .await
                .map(drop)
        })?,
        Assignment::Assigned { to, by, reason, at } => {
            let (person, group) = match to {
                Target::Person(person) => (Some(person.uuid()), None),
                Target::Group(group) => (None, Some(group.as_str())),
            };
            on!(tx, |conn| {
                sqlx::query(
                    "INSERT INTO approval_assignment (approval_id, person_id, group_name, assigned_by, reason, assigned_at) \
                     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (approval_id) DO UPDATE SET person_id = $2, group_name = $3, \
                     assigned_by = $4, reason = $5, assigned_at = $6",
                )
                .bind(id.uuid())
                .bind(person)
                .bind(group)
                .bind(by.uuid())
                .bind(reason)
                .bind(*at)
                .execute(conn)
                .await
                .map(drop)
            })?;
        }
    }
    Ok(())
}

/// To whom each of these is assigned.
pub async fn list_assigned(tx: &mut Tx, ids: &[ApprovalId]) -> Result<Vec<(ApprovalId, Assigned)>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(
            "SELECT x.approval_id, x.person_id, p.name AS person_name, x.group_name, x.assigned_by, b.name AS assigned_by_name, \
             x.reason, x.assigned_at FROM approval_assignment x LEFT JOIN person p ON p.id = x.person_id \
             JOIN person b ON b.id = x.assigned_by WHERE x.approval_id IN (",
        );
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(id.uuid());
        }
        query.push(")");
        query.build_query_as().fetch_all(conn).await
    })?;
    let read = |row: Row| {
        let id = ApprovalId::from_uuid(row.approval_id);
        let name = row.person_name.or(row.group_name);
        let name = name.ok_or_else(|| inconsistent("approval_assignment", "person_id", id, "nobody is named"))?;
        let assigned = Assigned {
            person_id: row.person_id.map(PersonId::from_uuid),
            name,
            assigned_by: PersonId::from_uuid(row.assigned_by),
            assigned_by_name: row.assigned_by_name,
            reason: row.reason,
            assigned_at: row.assigned_at,
        };
        Ok((id, assigned))
    };
    rows.into_iter().map(read).collect()
}

/// To whom this one is.
pub async fn find_assigned(tx: &mut Tx, id: ApprovalId) -> Result<Option<Assigned>, StoreError> {
    Ok(list_assigned(tx, &[id]).await?.pop().map(|(_, assigned)| assigned))
}

/// Everybody to whom something is assigned, people before groups, by name.
pub async fn list_assignees(tx: &mut Tx, limit: i64) -> Result<Vec<KnownAssignee>, StoreError> {
    let people: Vec<(Uuid, String)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT p.id, p.name FROM person p WHERE p.id IN (SELECT x.person_id FROM approval_assignment x) ORDER BY p.name, p.id LIMIT $1",
        )
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    let groups: Vec<(String,)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT DISTINCT x.group_name FROM approval_assignment x WHERE x.group_name IS NOT NULL ORDER BY x.group_name LIMIT $1",
        )
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    let person = |(id, name)| KnownAssignee { assignee: Assignee::Person(PersonId::from_uuid(id)), name };
    let group = |(name,): (String,)| KnownAssignee { assignee: Assignee::Group(name.clone()), name };
    Ok(people.into_iter().map(person).chain(groups.into_iter().map(group)).collect())
}

/// Fills in to whom what is pending is assigned.
pub(super) async fn fill(tx: &mut Tx, lines: &mut [QueueLine]) -> Result<(), StoreError> {
    let pending = lines.iter().filter(|line| line.row.status == Status::Pending);
    let ids: Vec<ApprovalId> = pending.map(|line| line.row.id).collect();
    for (approval, assigned) in list_assigned(tx, &ids).await? {
        if let Some(line) = lines.iter_mut().find(|line| line.row.id == approval) {
            line.row.assigned_to = Some(assigned);
        }
    }
    Ok(())
}
