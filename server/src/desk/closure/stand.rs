//! How what was settled here stands: an approval, a run, and the approval that a call ran by.

use std::collections::BTreeMap;

use domain::{
    approval::{Approval, Use},
    closure::{Reason, page::Snapshot, rule::Moment, trigger::Trigger},
    id::{ApprovalId, CheckId},
    run::Run as RunState,
};
use serde_json::json;

use super::revalidate::Stand;
use crate::{
    error::Result,
    store::{self, Tx},
};

/// How what was settled here stands.
pub(super) async fn own_stand(tx: &mut Tx, trigger: &Trigger) -> Result<Stand> {
    match (trigger.moment, trigger.approval) {
        (Moment::ApprovalApproved, Some(id)) => approval_stand(tx, id, Some(&trigger.source.version)).await,
        (Moment::ToolExecuted, _) => match call_stand(tx, trigger).await? {
            Some(gone @ Stand::Gone(..)) => Ok(gone),
            Some(Stand::Holds(_) | Stand::Silent(..)) | None => run_stand(tx, trigger).await,
        },
        (Moment::ApprovalApproved | Moment::RunCompleted | Moment::Event, _) => run_stand(tx, trigger).await,
    }
}

/// How the approval stands that a call ran by; `None` for one that needed none. It is used up, and can be taken back all
/// the same: as one of several items, of which others wait.
async fn call_stand(tx: &mut Tx, trigger: &Trigger) -> Result<Option<Stand>> {
    let Ok(check) = trigger.source.record.parse::<CheckId>() else {
        return Ok(Some(gone(tx, Reason::SourceChanged, "absent", "The call has no id of a check.".to_owned())));
    };
    let Some(approval) = store::gate_check::find_approval(tx, check).await? else {
        return Ok(Some(gone(tx, Reason::SourceChanged, "absent", format!("{check} is not there any more."))));
    };
    match approval {
        Some(id) => approval_stand(tx, id, None).await.map(Some),
        None => Ok(None),
    }
}

/// How an approval stands, decided on this revision where one is named.
async fn approval_stand(tx: &mut Tx, id: ApprovalId, revision: Option<&str>) -> Result<Stand> {
    let Some(approval) = store::approval::find(tx, id).await? else {
        return Ok(gone(tx, Reason::SourceChanged, "absent", format!("{id} is not there any more.")));
    };
    let word = approval.state.status().as_str();
    Ok(match &approval.state {
        Approval::Approved { used: Use::Void { .. }, .. } => {
            let detail = format!("{id} was voided: its conditions no longer held.");
            gone(tx, Reason::SourceSuperseded, "void", detail)
        }
        Approval::Approved { .. } if revision.is_some_and(|read| read != approval.package_revision().to_string()) => {
            gone(tx, Reason::SourceSuperseded, word, format!("{id} was decided on another revision."))
        }
        Approval::Approved { .. } => Stand::Holds(said(tx, word)),
        Approval::Revoked { .. } => gone(tx, Reason::SourceRevoked, word, format!("{id} was revoked.")),
        Approval::Superseded { .. } => gone(tx, Reason::SourceSuperseded, word, format!("{id} was superseded.")),
        Approval::Pending { .. }
        | Approval::Rejected { .. }
        | Approval::Expired { .. }
        | Approval::Cancelled { .. } => gone(tx, Reason::SourceChanged, word, format!("{id} is {word} now.")),
    })
}

/// How a run stands.
async fn run_stand(tx: &mut Tx, trigger: &Trigger) -> Result<Stand> {
    let run = match trigger.run {
        Some(run) => store::run::find(tx, run).await?,
        None => None,
    };
    let Some(run) = run else {
        return Ok(gone(tx, Reason::SourceChanged, "absent", "The run is not there any more.".to_owned()));
    };
    let word = run.status().as_str();
    Ok(match (trigger.moment, &run.state) {
        (Moment::RunCompleted, RunState::Completed { .. }) => Stand::Holds(said(tx, word)),
        (Moment::RunCompleted, _) => gone(tx, Reason::SourceChanged, word, format!("The run is {word} now.")),
        // A tool that ran has run; what became of its run afterwards is another matter, unless somebody stopped it.
        (_, RunState::Cancelled { .. }) => gone(tx, Reason::SourceRevoked, word, "The run was cancelled.".to_owned()),
        _ => Stand::Holds(said(tx, word)),
    })
}

fn said(tx: &Tx, word: &str) -> Snapshot {
    Snapshot { read_at: tx.now(), said: BTreeMap::from([("/status".to_owned(), json!(word))]), holds: true }
}

fn gone(tx: &Tx, reason: Reason, word: &str, detail: String) -> Stand {
    Stand::Gone(reason, detail, Some(Snapshot { holds: false, ..said(tx, word) }))
}
