//! Makes approvals searchable that were opened before there was an index: once, when the server starts.

use std::time::Duration;

use crate::desk::Desk;

/// How long to wait after a failure before trying again.
const RETRY: Duration = Duration::from_secs(1);

/// Indexes what is not indexed. It keeps nothing in memory that a restart would lose.
pub async fn run(desk: Desk) {
    let mut before = None;
    loop {
        match desk.index_some(before).await {
            Ok(Some(last)) => before = Some(last),
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "older approvals could not be made searchable, trying again");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}
