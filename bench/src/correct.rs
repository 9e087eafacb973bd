//! Equal correctness first: the answers must be right and survive a crash, or nothing is measured.

use std::path::Path;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use sqlx::{
    Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};

use crate::{
    agents::Agent,
    console::{Installation, Product},
};

/// Allows, blocks, suspends, repeats; then a crash, after which every answer is given again.
pub async fn check(product: &Product, disk: &Path) -> Result<()> {
    let installation = Installation::new(product, disk)?;
    let running = installation.start()?;
    let mut agent = Agent::start(&installation, &running).await?;
    let calls = [
        ("a", "pay", json!({"to": "ACME", "amount": 50}), "allow"),
        ("b", "pay", json!({"to": "Mallory", "amount": 50}), "block"),
        ("c", "transfer", json!({"to": "ACME"}), "block"),
        ("d", "pay", json!({"to": "ACME", "amount": 250}), "suspend"),
        ("e", "pay", json!({"to": "ACME", "amount": 50}), "block"),
    ];
    let mut answers = Vec::new();
    for (id, tool, input, expected) in &calls {
        let answer = agent.check("s1", id, tool, input).await?;
        ensure!(answer["outcome"] == *expected, "{tool} {input} is not answered {expected}: {answer}");
        answers.push(answer);
    }
    let conditions = answers[0]["evidence"]["conditions"].as_array().map_or(&[][..], Vec::as_slice);
    let has_passed = |condition: &Value| condition["passed"] == true;
    ensure!(
        conditions.len() == 2 && conditions.iter().all(has_passed),
        "no evidence for an allowed payment: {conditions:?}"
    );
    running.kill()?;
    let running = installation.start()?;
    agent.reconnect(&running).await?;
    for ((id, tool, input, _), before) in calls.iter().zip(&answers) {
        let after = agent.check("s1", id, tool, input).await?;
        ensure!(after == *before, "after a crash {id} is answered {after} instead of {before}");
    }
    running.kill()?;
    let (checks, events, _) = counted(&installation.database()).await?;
    // The one more is the look-up that made the payee known.
    ensure!((checks, events) == (6, 6), "{checks} checks and {events} events of them are stored, not 6 and 6");
    Ok(())
}

/// How many checks are stored, and how many events of them; and whether the log has no gap.
pub async fn counted(database: &Path) -> Result<(i64, i64, bool)> {
    let options = SqliteConnectOptions::new().filename(database).synchronous(SqliteSynchronous::Full);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let counted = sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM gate_check) + (SELECT COUNT(*) FROM check_inbox), \
         (SELECT COUNT(*) FROM event_leaf WHERE kind = 'gate.checked') + (SELECT COUNT(*) FROM check_inbox), \
         (SELECT COUNT(*) = MAX(leaf_index) FROM \
          (SELECT leaf_index FROM event_leaf UNION ALL SELECT leaf_index FROM check_inbox))",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    Ok(counted)
}

/// What a check stores: the bytes of its rows, without what the database adds to them. The denominators' rows are as
/// long.
pub async fn row_bytes(database: &Path) -> Result<usize> {
    let options = SqliteConnectOptions::new().filename(database).read_only(true);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let (bytes,): (i64,) = sqlx::query_as(
        "SELECT (SELECT octet_length(id || run_id || session_id || tool_use_id || tool || call_digest || gate_id || \
                        outcome || answer || checked_at) FROM gate_check ORDER BY id DESC LIMIT 1) + \
         (SELECT octet_length(e.id || e.at || e.actor || e.kind || e.run_id || e.subject || e.commitment) + \
                 octet_length(p.event_id || p.salt || p.payload) + \
                 octet_length(l.event_id || l.run_id || l.kind || l.actor || l.subject) + 8 \
          FROM event_leaf l JOIN event e ON e.id = l.event_id JOIN event_payload p ON p.event_id = e.id \
          WHERE l.kind = 'gate.checked' ORDER BY l.leaf_index DESC LIMIT 1)",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    Ok(usize::try_from(bytes)?)
}
