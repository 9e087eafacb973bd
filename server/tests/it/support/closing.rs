//! What the closure worker does, once and to its end.

use server::{desk::Desk, error::Result};

/// As many as a worker takes at once.
const MOST: usize = 8;

/// Works what is due; says of how many.
pub async fn work_closures(desk: &Desk) -> Result<usize> {
    let held = desk.lease_closures(MOST).await?;
    let count = held.len();
    futures::future::try_join_all(held.into_iter().map(|one| desk.work_closure(one))).await?;
    Ok(count)
}
