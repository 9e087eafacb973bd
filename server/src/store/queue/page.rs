//! A page of the list, and how much lists hold. Which rows are wanted is found out in keys alone; what a row shows is
//! read of those only.

use domain::queue::{COUNTED, Sort};
use sqlx::AssertSqlSafe;

use super::{
    super::{
        Tx, assignment, claim,
        delegation::in_force,
        on,
        statement::{Bind, Statement, bound},
        tx::Conn,
    },
    LineRow, QueueCursor, QueueFilter, QueueLine,
    conditions::{after, order},
    fill_waiting_for,
};
use crate::error::{Result, StoreError};

/// A page of approvals in an order.
pub async fn list(
    tx: &mut Tx,
    filter: &QueueFilter,
    sort: Sort,
    from: Option<QueueCursor>,
    limit: i64,
) -> Result<Vec<QueueLine>, StoreError> {
    let is_sqlite = matches!(tx.conn, Conn::Sqlite(_));
    let mut statement = begun(filter, tx);
    statement.push(concat!(select_lines!("$1", "$2"), "WHERE a.id IN (SELECT a.id FROM approval a WHERE 1 = 1"));
    filter.conditions(is_sqlite, &mut statement);
    if let Some(cursor) = from {
        after(sort, cursor, &mut statement);
    }
    statement.push(order(sort)).push(" LIMIT ").bind(Bind::Number(limit)).push(")").push(order(sort));
    let Statement { sql, binds } = statement;
    let rows: Vec<LineRow> = on!(tx, |conn| bound!(sqlx::query_as(AssertSqlSafe(sql)), binds).fetch_all(conn).await)?;
    let mut lines = rows.into_iter().map(QueueLine::try_from).collect::<Result<Vec<_>, _>>()?;
    fill_waiting_for(tx, &mut lines).await?;
    claim::fill(tx, &mut lines).await?;
    assignment::fill(tx, &mut lines).await?;
    Ok(lines)
}

/// How many rows each of these holds, up to [`COUNTED`]; all of one viewer.
pub async fn count_each(tx: &mut Tx, filters: &[QueueFilter]) -> Result<Vec<u32>, StoreError> {
    let Some(first) = filters.first() else { return Ok(Vec::new()) };
    let is_sqlite = matches!(tx.conn, Conn::Sqlite(_));
    let mut statement = begun(first, tx);
    for (place, filter) in filters.iter().enumerate() {
        statement.push(if place == 0 { "" } else { " UNION ALL " });
        statement.push("SELECT CAST(").bind(Bind::Number(i64::try_from(place).unwrap_or(i64::MAX)));
        statement.push(" AS BIGINT) AS place, COUNT(*) AS held FROM (SELECT 1 FROM approval a WHERE 1 = 1");
        filter.conditions(is_sqlite, &mut statement);
        statement.push(" LIMIT ").bind(Bind::Number(COUNTED.into())).push(") AS counted");
    }
    let Statement { sql, binds } = statement;
    let rows: Vec<(i64, i64)> =
        on!(tx, |conn| bound!(sqlx::query_as(AssertSqlSafe(sql)), binds).fetch_all(conn).await)?;
    let held =
        |place: usize| rows.iter().find(|(at, _)| usize::try_from(*at) == Ok(place)).map_or(0, |(_, held)| *held);
    Ok((0..filters.len()).map(|place| u32::try_from(held(place)).unwrap_or(u32::MAX)).collect())
}

/// A statement whose first values are the viewer and the time.
fn begun(filter: &QueueFilter, tx: &Tx) -> Statement {
    let viewer = filter.viewer.map(domain::id::PersonId::uuid);
    Statement { sql: String::new(), binds: vec![Bind::MaybeUuid(viewer), Bind::Time(tx.now())] }
}
