//! Finding approvals and runs by what somebody typed: whole ids and subjects among all, words among the latest.

use domain::{
    found::{Found, FoundApproval, FoundRun, MOST, Wanted},
    permission::Action,
};

use super::{Caller, Desk, PersonCaller};
use crate::{
    error::Result,
    store::{self, Tx},
};

/// How many of the latest are looked through.
const LATEST: i64 = 500;
/// The longest text that is looked for, in bytes.
const LONGEST: usize = 200;

impl Desk {
    /// What the typed text finds, by the same rights as the pages that are found.
    pub async fn found(&self, viewer: &PersonCaller, typed: &str) -> Result<Found> {
        let caller = Caller::Person(viewer.clone());
        caller.authorize(Action::ReadApprovals)?;
        caller.authorize(Action::ReadRun)?;
        let Some(wanted) = Wanted::read(typed).filter(|_| typed.len() <= LONGEST) else { return Ok(Found::default()) };
        let mut tx = self.database.read().await?;
        Ok(Found { approvals: approvals(&mut tx, &wanted).await?, runs: runs(&mut tx, &wanted, typed.trim()).await? })
    }
}

async fn approvals(tx: &mut Tx, wanted: &Wanted) -> Result<Vec<FoundApproval>> {
    if let Ok(id) = wanted.text().parse() {
        return Ok(store::found::find_approval(tx, id).await?.into_iter().collect());
    }
    let latest = store::found::list_approvals(tx, LATEST).await?;
    Ok(latest.into_iter().filter(|approval| approval.is_meant(wanted)).take(MOST).collect())
}

async fn runs(tx: &mut Tx, wanted: &Wanted, subject: &str) -> Result<Vec<FoundRun>> {
    if let Ok(id) = wanted.text().parse() {
        return Ok(store::found::find_run(tx, id).await?.into_iter().collect());
    }
    let most = i64::try_from(MOST).unwrap_or_default();
    let mut found = store::found::list_runs(tx, Some(subject), most).await?;
    if found.is_empty() {
        found = store::found::list_runs(tx, None, LATEST).await?;
        found.retain(|run| run.is_meant(wanted));
        found.truncate(MOST);
    }
    Ok(found)
}
