//! People as approvals need them: who could decide for a group, and the names behind ids.

use std::collections::HashMap;

use domain::{
    Actor,
    id::{ApprovalId, KeyId, PersonId},
    policy::Candidate,
};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{
    Tx,
    delegation::{self, Delegate},
    on,
};
use crate::error::{Result, StoreError};

/// People named at the most; a page says "and others" beyond.
const MOST_PEOPLE: i64 = 50;
/// Memberships looked at for one approval at the most, to tell everybody who may decide it.
const MOST_TOLD: i64 = 2_000;

/// A reviewer and a group they could decide for.
pub struct Eligible {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// The group.
    pub group: String,
}

/// The reviewers of these groups, by name, as far as they belonged to them when the approval opened.
pub async fn list_eligible(tx: &mut Tx, approval: ApprovalId, groups: &[String]) -> Result<Vec<Eligible>, StoreError> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(Uuid, String, String)> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(
            "SELECT p.id, p.name, g.name FROM person p JOIN person_role r ON r.person_id = p.id AND r.role = 'reviewer' \
             JOIN membership m ON m.person_id = p.id JOIN person_group g ON g.id = m.group_id \
             WHERE p.disabled_at IS NULL AND m.joined_at <= (SELECT a.opened_at FROM approval a WHERE a.id = ",
        );
        query.push_bind(approval.uuid()).push(") AND g.name IN (");
        let mut list = query.separated(", ");
        for group in groups {
            list.push_bind(group);
        }
        query.push(") ORDER BY p.name, p.id LIMIT ").push_bind(MOST_PEOPLE);
        query.build_query_as().fetch_all(conn).await
    })?;
    let read = |(id, name, group)| Eligible { person: PersonId::from_uuid(id), name, group };
    Ok(rows.into_iter().map(read).collect())
}

/// Everybody who may review, with the groups that may be asked about an approval: those of its seats and the one it was
/// raised to, as far as they belonged to them when it opened. Who decides in another's place now is among them.
pub async fn list_candidates(tx: &mut Tx, approval: ApprovalId) -> Result<Vec<Candidate>, StoreError> {
    let rows: Vec<(Uuid, String, bool)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT p.id, g.name, COALESCE(g.name = a.raised_to, FALSE) FROM approval a JOIN person_group g ON g.name = a.raised_to \
             OR EXISTS (SELECT 1 FROM approval_seat s WHERE s.approval_id = a.id AND s.group_name = g.name) \
             JOIN membership m ON m.group_id = g.id AND m.joined_at <= a.opened_at \
             JOIN person p ON p.id = m.person_id AND p.disabled_at IS NULL \
             JOIN person_role r ON r.person_id = p.id AND r.role = 'reviewer' WHERE a.id = $1 ORDER BY p.id, g.name LIMIT $2",
        )
        .bind(approval.uuid())
        .bind(MOST_TOLD)
        .fetch_all(conn)
        .await
    })?;
    let read = |rows: &[(Uuid, String, bool)]| Candidate {
        person: PersonId::from_uuid(rows[0].0),
        groups: rows.iter().map(|(_, group, _)| group.clone()).collect(),
        raised_to: rows.iter().find(|(.., is_raised)| *is_raised).map(|(_, group, _)| group.clone()),
        stands_in: Vec::new(),
    };
    let mut candidates: Vec<Candidate> = rows.chunk_by(|one, next| one.0 == next.0).map(read).collect();
    for Delegate { person, stand_in, .. } in delegation::list_delegates(tx, approval, None).await? {
        if let Some(known) = candidates.iter_mut().find(|candidate| candidate.person == person) {
            known.stands_in.push(stand_in);
        } else {
            candidates.push(Candidate { person, groups: Vec::new(), raised_to: None, stands_in: vec![stand_in] });
        }
    }
    Ok(candidates)
}

/// Somebody who can be told something.
#[derive(Debug, Clone)]
pub struct Reachable {
    /// Who.
    pub person: PersonId,
    /// Their email.
    pub email: String,
}

/// Those of these people who may sign in.
pub async fn list_reachable(tx: &mut Tx, people: &[PersonId]) -> Result<Vec<Reachable>, StoreError> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(Uuid, String)> = on!(tx, |conn| {
        let mut query = QueryBuilder::new("SELECT id, email FROM person WHERE disabled_at IS NULL AND id IN (");
        let mut list = query.separated(", ");
        for person in people {
            list.push_bind(person.uuid());
        }
        query.push(") ORDER BY id");
        query.build_query_as().fetch_all(conn).await
    })?;
    Ok(rows.into_iter().map(|(id, email)| Reachable { person: PersonId::from_uuid(id), email }).collect())
}

/// Who could sign in and belongs to a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Staff {
    /// All of them.
    pub members: u32,
    /// Those with the role reviewer.
    pub reviewers: u32,
}

/// How many people each of these groups has; groups without anybody are left out.
pub async fn count_staff(tx: &mut Tx, groups: &[String]) -> Result<HashMap<String, Staff>, StoreError> {
    if groups.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, i64, i64)> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(
            "SELECT g.name, COUNT(*), COUNT(r.person_id) FROM person p LEFT JOIN person_role r ON r.person_id = p.id AND r.role = 'reviewer' \
             JOIN membership m ON m.person_id = p.id JOIN person_group g ON g.id = m.group_id \
             WHERE p.disabled_at IS NULL AND g.name IN (",
        );
        let mut list = query.separated(", ");
        for group in groups {
            list.push_bind(group);
        }
        query.push(") GROUP BY g.name");
        query.build_query_as().fetch_all(conn).await
    })?;
    let bounded = |count| u32::try_from(count).unwrap_or(u32::MAX);
    let read =
        |(group, members, reviewers)| (group, Staff { members: bounded(members), reviewers: bounded(reviewers) });
    Ok(rows.into_iter().map(read).collect())
}

/// A person's name, and the groups they may decide this approval for, if they may review: what a decision relies on.
/// They, or the principal in whose place they decide now, must belong to a group now, and have belonged to it when the
/// approval opened.
pub async fn find_candidate(
    tx: &mut Tx,
    person: PersonId,
    approval: ApprovalId,
) -> Result<Option<(String, Candidate)>, StoreError> {
    let rows: Vec<(String, Option<String>, Option<String>)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT p.name, g.name, (SELECT a.raised_to FROM approval a WHERE a.id = $2) FROM person p JOIN person_role r ON r.person_id = p.id AND r.role = 'reviewer' \
             LEFT JOIN membership m ON m.person_id = p.id \
             AND m.joined_at <= (SELECT a.opened_at FROM approval a WHERE a.id = $2) \
             LEFT JOIN person_group g ON g.id = m.group_id WHERE p.id = $1 AND p.disabled_at IS NULL ORDER BY g.name",
        )
        .bind(person.uuid())
        .bind(approval.uuid())
        .fetch_all(conn)
        .await
    })?;
    let Some((name, _, raised_to)) = rows.first().cloned() else { return Ok(None) };
    let groups: Vec<String> = rows.into_iter().filter_map(|(_, group, _)| group).collect();
    let raised_to = raised_to.filter(|group| groups.contains(group));
    let delegated = delegation::list_delegates(tx, approval, Some(person)).await?;
    let stands_in = delegated.into_iter().map(|delegate| delegate.stand_in).collect();
    Ok(Some((name, Candidate { person, groups, raised_to, stands_in })))
}

/// The names behind actors; system actors name themselves.
pub async fn names(tx: &mut Tx, actors: impl IntoIterator<Item = Actor>) -> Result<HashMap<Uuid, String>, StoreError> {
    let (mut people, mut keys) = (Vec::new(), Vec::new());
    for actor in actors {
        match actor {
            Actor::Person(id) => people.push(PersonId::uuid(id)),
            Actor::Key(id) => keys.push(KeyId::uuid(id)),
            Actor::System(_) => {}
        }
    }
    let mut names = HashMap::new();
    for (ids, statement) in
        [(people, "SELECT id, name FROM person WHERE id IN ("), (keys, "SELECT id, name FROM api_key WHERE id IN (")]
    {
        if ids.is_empty() {
            continue;
        }
        let rows: Vec<(Uuid, String)> = on!(tx, |conn| {
            let mut query = QueryBuilder::new(statement);
            let mut list = query.separated(", ");
            for id in &ids {
                list.push_bind(*id);
            }
            query.push(")");
            query.build_query_as().fetch_all(conn).await
        })?;
        names.extend(rows);
    }
    Ok(names)
}

/// A person who is not disabled, by email or id.
pub async fn find_person(tx: &mut Tx, named: &str) -> Result<Option<PersonId>, StoreError> {
    let id = named.parse::<PersonId>().ok().map(PersonId::uuid);
    let email = named.to_lowercase();
    let row: Option<(Uuid,)> = on!(tx, |conn| {
        sqlx::query_as("SELECT id FROM person WHERE disabled_at IS NULL AND (id = $1 OR email = $2)")
            .bind(id)
            .bind(email)
            .fetch_optional(conn)
            .await
    })?;
    Ok(row.map(|(id,)| PersonId::from_uuid(id)))
}

/// People and keys with this in their name, or people with it in their email; at most fifty of each.
pub async fn find_named(tx: &mut Tx, part: &str) -> Result<Vec<Actor>, StoreError> {
    let escaped = part.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    // SQLite lowers ASCII only: the words as they were typed are tried as well.
    let (typed, lowered) = (format!("%{escaped}%"), format!("%{}%", escaped.to_lowercase()));
    let people: Vec<(Uuid,)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT id FROM person WHERE name LIKE $1 ESCAPE '!' OR lower(name) LIKE $2 ESCAPE '!' \
             OR email LIKE $2 ESCAPE '!' ORDER BY id LIMIT $3",
        )
        .bind(&typed)
        .bind(&lowered)
        .bind(MOST_PEOPLE)
        .fetch_all(conn)
        .await
    })?;
    let keys: Vec<(Uuid,)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT id FROM api_key WHERE name LIKE $1 ESCAPE '!' OR lower(name) LIKE $2 ESCAPE '!' ORDER BY id LIMIT $3",
        )
        .bind(&typed)
        .bind(&lowered)
        .bind(MOST_PEOPLE)
        .fetch_all(conn)
        .await
    })?;
    let people = people.into_iter().map(|(id,)| Actor::Person(PersonId::from_uuid(id)));
    Ok(people.chain(keys.into_iter().map(|(id,)| Actor::Key(KeyId::from_uuid(id)))).collect())
}
