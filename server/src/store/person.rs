//! People with their roles and groups.

mod page;

use std::collections::BTreeSet;

use domain::{Role, Time, id::PersonId};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, on, parse, tx::Conn};
use crate::{
    error::{Result, StoreError},
    password::PasswordHash,
};

pub use page::{last_decision, list_page};

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Their email, in lower case.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Their password's hash.
    pub password: PasswordHash,
    /// Their roles.
    pub roles: Vec<Role>,
    /// The names of their groups, in order.
    pub groups: Vec<String>,
    /// When they were added.
    pub created_at: Time,
    /// Since when they may not sign in.
    pub disabled_at: Option<Time>,
}

/// A person with one of their roles and one of their groups.
#[derive(FromRow)]
struct PersonRow {
    id: Uuid,
    email: String,
    name: String,
    password_hash: String,
    created_at: Time,
    disabled_at: Option<Time>,
    role: Option<String>,
    group_name: Option<String>,
}

/// People with roles and groups in one statement: a row for each pair of them, put together below.
macro_rules! select_people {
    ($tail:literal) => {
        concat!(
            "SELECT p.id, p.email, p.name, p.password_hash, p.created_at, p.disabled_at, r.role, g.name AS group_name \
             FROM person p LEFT JOIN person_role r ON r.person_id = p.id \
             LEFT JOIN membership m ON m.person_id = p.id LEFT JOIN person_group g ON g.id = m.group_id ",
            $tail
        )
    };
}

/// Puts the rows of each person together; they stand one after another.
fn read_people(rows: &[PersonRow]) -> Result<Vec<Person>, StoreError> {
    let mut people = Vec::new();
    for rows in rows.chunk_by(|one, next| one.id == next.id) {
        let (mut roles, mut groups) = (BTreeSet::new(), BTreeSet::new());
        for row in rows {
            if let Some(role) = &row.role {
                roles.insert(parse::<Role>(role, "person_role", "role", PersonId::from_uuid(row.id))?);
            }
            groups.extend(row.group_name.clone());
        }
        if let Some(first) = rows.first() {
            people.push(Person {
                id: PersonId::from_uuid(first.id),
                email: first.email.clone(),
                name: first.name.clone(),
                password: PasswordHash::from_stored(&first.password_hash),
                roles: roles.into_iter().collect(),
                groups: groups.into_iter().collect(),
                created_at: first.created_at,
                disabled_at: first.disabled_at,
            });
        }
    }
    Ok(people)
}

/// A person by id, disabled or not.
pub async fn find(tx: &mut Tx, id: PersonId) -> Result<Option<Person>, StoreError> {
    let rows: Vec<PersonRow> =
        on!(tx, |conn| sqlx::query_as(select_people!("WHERE p.id = $1")).bind(id.uuid()).fetch_all(conn).await)?;
    Ok(read_people(&rows)?.pop())
}

/// A person by email, disabled or not.
pub async fn find_by_email(tx: &mut Tx, email: &str) -> Result<Option<Person>, StoreError> {
    let email = email.to_lowercase();
    let rows: Vec<PersonRow> =
        on!(tx, |conn| sqlx::query_as(select_people!("WHERE p.email = $1")).bind(&email).fetch_all(conn).await)?;
    Ok(read_people(&rows)?.pop())
}

/// Everybody, by email.
pub async fn list(tx: &mut Tx) -> Result<Vec<Person>, StoreError> {
    let rows: Vec<PersonRow> =
        on!(tx, |conn| sqlx::query_as(select_people!("ORDER BY p.email, p.id")).fetch_all(conn).await)?;
    read_people(&rows)
}

/// Whether there is anybody.
pub async fn is_any(tx: &mut Tx) -> Result<bool, StoreError> {
    let row: Option<(Uuid,)> =
        on!(tx, |conn| sqlx::query_as("SELECT id FROM person LIMIT 1").fetch_optional(conn).await)?;
    Ok(row.is_some())
}

/// Adds a person with their roles; `false` when the email is taken.
pub async fn insert(tx: &mut Tx, person: &Person) -> Result<bool, StoreError> {
    let added = on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO person (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (email) DO NOTHING",
        )
        .bind(person.id.uuid())
        .bind(person.email.to_lowercase())
        .bind(&person.name)
        .bind(person.password.as_str())
        .bind(person.created_at)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    if added == 0 {
        return Ok(false);
    }
    insert_roles(tx, person.id, &person.roles).await?;
    Ok(true)
}

async fn insert_roles(tx: &mut Tx, id: PersonId, roles: &[Role]) -> Result<(), StoreError> {
    for role in roles {
        on!(tx, |conn| {
            sqlx::query("INSERT INTO person_role (person_id, role) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                .bind(id.uuid())
                .bind(role.as_str())
                .execute(conn)
                .await
                .map(drop)
        })?;
    }
    Ok(())
}

/// Makes changes to access wait for each other on either engine: what they read stays true until they commit.
pub async fn lock_access(tx: &mut Tx) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE access_change SET changes = changes + 1 WHERE id = 1").execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// Keeps access as it is until the commit: changes to it wait, and whoever else keeps it does not. SQLite writes one thing
/// at a time and needs no lock for it.
///
/// Whoever calls this has a run locked at the most. A change to access takes [`lock_access`] first and locks no run
/// afterwards; so none of the two waits for what the other holds.
pub async fn keep_access(tx: &mut Tx) -> Result<(), StoreError> {
    if let Conn::Postgres(conn) = &mut tx.conn {
        sqlx::query("SELECT changes FROM access_change WHERE id = 1 FOR SHARE").execute(&mut **conn).await?;
    }
    Ok(())
}

/// Makes what one person keeps change one thing after another, and changes nothing of the person.
pub async fn lock_still(tx: &mut Tx, id: PersonId) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE person SET name = name WHERE id = $1").bind(id.uuid()).execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// The support leads who may sign in, by name.
pub async fn list_leads(tx: &mut Tx) -> Result<Vec<(PersonId, String)>, StoreError> {
    let rows: Vec<(Uuid, String)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT p.id, p.name FROM person p JOIN person_role r ON r.person_id = p.id \
             WHERE r.role = 'support_lead' AND p.disabled_at IS NULL ORDER BY p.name, p.id LIMIT 500",
        )
        .fetch_all(conn)
        .await
    })?;
    Ok(rows.into_iter().map(|(id, name)| (PersonId::from_uuid(id), name)).collect())
}

/// Gives a person a name and roles in place of the old ones.
pub async fn update(tx: &mut Tx, id: PersonId, name: &str, roles: &[Role]) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE person SET name = $2 WHERE id = $1")
            .bind(id.uuid())
            .bind(name)
            .execute(conn)
            .await
            .map(drop)
    })?;
    on!(tx, |conn| {
        sqlx::query("DELETE FROM person_role WHERE person_id = $1").bind(id.uuid()).execute(conn).await.map(drop)
    })?;
    insert_roles(tx, id, roles).await
}

/// Bars a person from signing in; `false` when they are barred already.
pub async fn disable(tx: &mut Tx, id: PersonId) -> Result<bool, StoreError> {
    let now = tx.now();
    let changed = on!(tx, |conn| {
        sqlx::query("UPDATE person SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL")
            .bind(id.uuid())
            .bind(now)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(changed > 0)
}

/// Lets a person sign in again; `false` when they may already.
pub async fn enable(tx: &mut Tx, id: PersonId) -> Result<bool, StoreError> {
    let changed = on!(tx, |conn| {
        sqlx::query("UPDATE person SET disabled_at = NULL WHERE id = $1 AND disabled_at IS NOT NULL")
            .bind(id.uuid())
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(changed > 0)
}

/// The people with this role who may sign in, by name.
pub async fn list_with_role(tx: &mut Tx, role: Role, limit: i64) -> Result<Vec<(PersonId, String)>, StoreError> {
    let rows: Vec<(Uuid, String)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT p.id, p.name FROM person p JOIN person_role r ON r.person_id = p.id \
             WHERE r.role = $1 AND p.disabled_at IS NULL ORDER BY p.name, p.id LIMIT $2",
        )
        .bind(role.as_str())
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    Ok(rows.into_iter().map(|(id, name)| (PersonId::from_uuid(id), name)).collect())
}

/// Changes a password.
pub async fn set_password(tx: &mut Tx, id: PersonId, password: &PasswordHash) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE person SET password_hash = $2 WHERE id = $1")
            .bind(id.uuid())
            .bind(password.as_str())
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}
