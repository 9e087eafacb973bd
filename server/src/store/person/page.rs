//! The list of people, by name, with what each last decided.

use std::collections::HashMap;

use domain::{Role, Time, id::PersonId, person::PersonRow};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::super::{Tx, on, parse};
use crate::error::{Result, StoreError};

#[derive(FromRow)]
struct Line {
    id: Uuid,
    name: String,
    email: String,
    disabled_at: Option<Time>,
    last_decision: Option<Time>,
}

/// People by name, those of a group only where one is named, after a person where a page goes on.
pub async fn list_page(
    tx: &mut Tx,
    group: Option<&str>,
    after: Option<PersonId>,
    limit: i64,
) -> Result<Vec<PersonRow>, StoreError> {
    let lines: Vec<Line> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT p.id, p.name, p.email, p.disabled_at, \
             (SELECT MAX(d.decided_at) FROM decision d WHERE d.person_id = p.id) AS last_decision FROM person p \
             WHERE (CAST($1 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM membership m JOIN person_group g ON g.id = m.group_id \
             WHERE m.person_id = p.id AND g.name = $1)) \
             AND ($2 IS NULL OR (p.name, p.id) > (SELECT o.name, o.id FROM person o WHERE o.id = $2)) \
             ORDER BY p.name, p.id LIMIT $3",
        )
        .bind(group)
        .bind(after.map(PersonId::uuid))
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    let ids: Vec<Uuid> = lines.iter().map(|line| line.id).collect();
    let mut roles = words(tx, "SELECT person_id, role FROM person_role WHERE person_id IN (", &ids).await?;
    let groups =
        "SELECT m.person_id, g.name FROM membership m JOIN person_group g ON g.id = m.group_id WHERE m.person_id IN (";
    let mut groups = words(tx, groups, &ids).await?;
    lines.into_iter().map(|line| read(line, &mut roles, &mut groups)).collect()
}

type Words = HashMap<Uuid, Vec<String>>;

fn read(line: Line, roles: &mut Words, groups: &mut Words) -> Result<PersonRow, StoreError> {
    let id = PersonId::from_uuid(line.id);
    let role = |word: String| parse::<Role>(&word, "person_role", "role", id);
    let mut roles: Vec<Role> =
        roles.remove(&line.id).unwrap_or_default().into_iter().map(role).collect::<Result<_, _>>()?;
    roles.sort_unstable();
    Ok(PersonRow {
        id,
        name: line.name,
        email: line.email,
        roles,
        groups: groups.remove(&line.id).unwrap_or_default(),
        last_decision: line.last_decision,
        disabled_at: line.disabled_at,
    })
}

/// The words that belong to each of these people, in order.
async fn words(tx: &mut Tx, statement: &'static str, people: &[Uuid]) -> Result<Words, StoreError> {
    let mut found = Words::new();
    if people.is_empty() {
        return Ok(found);
    }
    let rows: Vec<(Uuid, String)> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(statement);
        let mut list = query.separated(", ");
        for id in people {
            list.push_bind(*id);
        }
        query.push(") ORDER BY 1, 2");
        query.build_query_as().fetch_all(conn).await
    })?;
    for (person, word) in rows {
        found.entry(person).or_default().push(word);
    }
    Ok(found)
}

/// When a person last decided.
pub async fn last_decision(tx: &mut Tx, person: PersonId) -> Result<Option<Time>, StoreError> {
    let (at,): (Option<Time>,) = on!(tx, |conn| {
        sqlx::query_as("SELECT MAX(decided_at) FROM decision WHERE person_id = $1")
            .bind(person.uuid())
            .fetch_one(conn)
            .await
    })?;
    Ok(at)
}
