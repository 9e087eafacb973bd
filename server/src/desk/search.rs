//! Indexing approvals that were opened before there was an index. What changes is indexed with the change.

use domain::id::ApprovalId;
use futures::FutureExt as _;

use super::Desk;
use crate::{error::Result, store};

/// Approvals indexed in one transaction, so that nobody waits for it.
const BATCH: i64 = 50;

impl Desk {
    /// Indexes some approvals before one that are not indexed yet, the latest first, and says before which to go on;
    /// `None` when there is no more. What was indexed when this is cut off is found so again.
    pub async fn index_some(&self, before: Option<ApprovalId>) -> Result<Option<ApprovalId>> {
        let mut tx = self.database.read().await?;
        let absent = store::search::list_absent(&mut tx, before, BATCH).await?;
        drop(tx);
        let Some(last) = absent.last().copied() else { return Ok(None) };
        self.database.write(move |tx| async move { store::search::fill(tx, &absent).await }.boxed()).await?;
        Ok(Some(last))
    }
}
