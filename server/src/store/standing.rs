//! How versions that could let more through stand; every other is in force since it was published.

use domain::{
    Time,
    id::PersonId,
    workflow::{Version, standing::Standing},
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, inconsistent, on};
use crate::error::{Result, StoreError};

/// The columns as they are joined to a version: empty for one that waited for nobody.
#[derive(FromRow)]
pub struct StandingRow {
    state: Option<String>,
    settled_by: Option<Uuid>,
    settled_at: Option<Time>,
    reason: Option<String>,
}

impl StandingRow {
    /// The state of a version; a broken row names itself.
    pub fn read(self, name: &str, version: u32) -> Result<Standing, StoreError> {
        let settled = self.settled_by.map(PersonId::from_uuid).zip(self.settled_at);
        Ok(match (self.state.as_deref(), settled, self.reason) {
            (None, ..) => Standing::Narrow,
            (Some("unseconded"), ..) => Standing::Unseconded,
            (Some("proposed"), ..) => Standing::Proposed,
            (Some("confirmed"), Some((by, at)), _) => Standing::Confirmed { by, at },
            (Some("declined"), Some((by, at)), Some(reason)) => Standing::Declined { by, at, reason },
            (Some(state), ..) => {
                return Err(inconsistent("workflow_standing", "state", format!("{name}@{version}"), state));
            }
        })
    }
}

/// A standing as it is stored.
struct Columns<'a> {
    state: &'static str,
    settled_by: Option<Uuid>,
    settled_at: Option<Time>,
    reason: Option<&'a str>,
}

/// What is stored of a standing; `None` for what has no row.
fn columns(standing: &Standing) -> Option<Columns<'_>> {
    let (state, settled, reason) = match standing {
        Standing::Narrow => return None,
        Standing::Unseconded => ("unseconded", None, None),
        Standing::Proposed => ("proposed", None, None),
        Standing::Confirmed { by, at } => ("confirmed", Some((by, at)), None),
        Standing::Declined { by, at, reason } => ("declined", Some((by, at)), Some(reason.as_str())),
    };
    let (settled_by, settled_at) = (settled.map(|(by, _)| by.uuid()), settled.map(|(_, at)| *at));
    Some(Columns { state, settled_by, settled_at, reason })
}

/// Stores how a new version begins.
pub async fn insert(tx: &mut Tx, version: &Version, standing: &Standing) -> Result<(), StoreError> {
    let Some(Columns { state, .. }) = columns(standing) else { return Ok(()) };
    on!(tx, |conn| {
        sqlx::query("INSERT INTO workflow_standing (workflow, version, state) VALUES ($1, $2, $3)")
            .bind(&version.name)
            .bind(i64::from(version.version))
            .bind(state)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Settles a proposal; `false` when somebody else has.
pub async fn settle(tx: &mut Tx, version: &Version, standing: &Standing) -> Result<bool, StoreError> {
    let Some(Columns { state, settled_by, settled_at, reason }) = columns(standing) else { return Ok(false) };
    let settled = on!(tx, |conn| {
        sqlx::query(
            "UPDATE workflow_standing SET state = $3, settled_by = $4, settled_at = $5, reason = $6 \
             WHERE workflow = $1 AND version = $2 AND state = 'proposed'",
        )
        .bind(&version.name)
        .bind(i64::from(version.version))
        .bind(state)
        .bind(settled_by)
        .bind(settled_at)
        .bind(reason)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(settled == 1)
}

/// Workflows of these names with a version that waits and is newer than all in force: the newest such version each.
pub async fn list_proposed(tx: &mut Tx, names: &[String]) -> Result<Vec<(String, u32)>, StoreError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, i64)> = on!(tx, |conn| {
        let mut query = sqlx::QueryBuilder::new(
            "SELECT s.workflow, MAX(s.version) FROM workflow_standing s WHERE s.state = 'proposed' \
             AND NOT EXISTS (SELECT 1 FROM workflow w LEFT JOIN workflow_standing o ON o.workflow = w.name AND o.version = w.version \
             WHERE w.name = s.workflow AND w.version > s.version AND COALESCE(o.state, 'narrow') NOT IN ('proposed', 'declined')) \
             AND s.workflow IN (",
        );
        let mut list = query.separated(", ");
        for name in names {
            list.push_bind(name);
        }
        query.push(") GROUP BY s.workflow ORDER BY s.workflow");
        query.build_query_as().fetch_all(conn).await
    })?;
    let number = |(name, version): (String, i64)| match u32::try_from(version) {
        Ok(version) => Ok((name, version)),
        Err(error) => Err(inconsistent("workflow_standing", "version", name, error)),
    };
    rows.into_iter().map(number).collect()
}
