//! Own moments: approvals, tools that ran and runs that completed, each looked at once.

use domain::{
    closure::{
        rule::Moment,
        trigger::{Source, Trigger},
    },
    event::{Entry, Event},
};
use futures::FutureExt as _;
use serde_json::{Value, json};

use super::{Beginning, begin, following, said, title_of};
use crate::{
    desk::Desk,
    error::{Error, Result, StoreError},
    store::{self, Tx},
};

/// Events looked at together.
const BATCH: i64 = 100;
/// The system that own moments come from.
pub(super) const OWN: &str = "countersign";

impl Desk {
    /// Begins what follows from what happened here since the last time; says how many closures that were. However often
    /// it is cut off, each event is looked at once: what follows and how far the log was looked through are stored
    /// together.
    pub async fn follow_closures(&self) -> Result<usize> {
        let mut begun = 0;
        loop {
            let mut tx = self.database.read().await?;
            let from = store::closure::cursor(&mut tx).await?;
            let events = store::closure::list_events(&mut tx, from, BATCH).await?;
            let Some(to) = events.last().map(|(leaf, _)| *leaf) else { return Ok(begun) };
            let mut beginnings = Vec::new();
            for (leaf, read) in events {
                beginnings.extend(self.followers_or_none(&mut tx, leaf, read).await?);
            }
            drop(tx);
            let kept = self.database.write(move |tx| keep(tx, from, to, beginnings).boxed()).await?;
            // Otherwise another server was first; what it left is read anew.
            begun += kept.unwrap_or(0);
        }
    }

    /// What follows an event. One that cannot be read keeps nothing else from being closed.
    async fn followers_or_none(
        &self,
        tx: &mut Tx,
        leaf: i64,
        read: Result<Entry, StoreError>,
    ) -> Result<Vec<Beginning>> {
        let followed = match read {
            Ok(entry) => self.followers(tx, &entry).await,
            Err(error) => Err(error.into()),
        };
        match followed {
            Err(Error::Broken(error @ StoreError::Inconsistent { .. })) => {
                tracing::warn!(%error, leaf, "nothing follows an event that cannot be read");
                Ok(Vec::new())
            }
            followed => followed,
        }
    }

    async fn followers(&self, tx: &mut Tx, entry: &Entry) -> Result<Vec<Beginning>> {
        let moment = match &entry.event {
            Event::ApprovalApproved { .. } => Moment::ApprovalApproved,
            Event::ToolExecuted { is_error: false, .. } => Moment::ToolExecuted,
            Event::RunCompleted {} => Moment::RunCompleted,
            _ => return Ok(Vec::new()),
        };
        let Some(run) = entry.run else { return Ok(Vec::new()) };
        let Some(run) = store::run::find(tx, run).await? else { return Ok(Vec::new()) };
        let compiled = self.compiled_in(tx, &run.workflow, run.version).await?;
        if !compiled.closes_after(moment) {
            return Ok(Vec::new());
        }
        let Some(trigger) = trigger(tx, entry, moment).await? else { return Ok(Vec::new()) };
        let (workflow, version) = (run.workflow.clone(), run.version);
        let snapshot = self.snapshot_of(tx, run).await?;
        let said = said(tx, &trigger).await?;
        let title = title_of(tx, trigger.run, &trigger.source).await?;
        let begin = |(rule, is_unknown)| Beginning {
            event_key: trigger.event_id.clone(),
            // The log says a thing once, and never otherwise.
            event_digest: String::new(),
            trigger: trigger.clone(),
            workflow: workflow.clone(),
            version,
            rule,
            title: title.clone(),
            is_unknown,
        };
        Ok(following(&compiled, &snapshot.roots, moment, &said).into_iter().map(begin).collect())
    }
}

/// What an entry of the log says to policies; `None` when what it is about is not there.
async fn trigger(tx: &mut Tx, entry: &Entry, moment: Moment) -> Result<Option<Trigger>> {
    let (record, version, disposition, context) = match &entry.event {
        Event::ApprovalApproved { approval } => {
            let Some(stored) = store::approval::find(tx, *approval).await? else { return Ok(None) };
            let context = json!({
                "approval_id": approval, "gate": stored.package.gate_id, "tool": stored.package.tool,
                "package_digest": stored.package_digest,
            });
            (approval.to_string(), stored.package_revision().to_string(), "approved", context)
        }
        Event::ToolExecuted { check, tool, .. } => {
            (check.to_string(), "1".to_owned(), "executed", json!({"check_id": check, "tool": tool}))
        }
        _ => {
            let Some(run) = entry.run else { return Ok(None) };
            (run.to_string(), "1".to_owned(), "completed", json!({"run_id": run}))
        }
    };
    let source =
        Source { system: OWN.to_owned(), record, version, url: None, expect: std::collections::BTreeMap::new() };
    let context = match context {
        Value::Object(members) => members.into_iter().collect(),
        _ => std::collections::BTreeMap::new(),
    };
    Ok(Some(Trigger {
        event_id: entry.id.to_string(),
        moment,
        occurred_at: entry.at,
        source,
        disposition: disposition.to_owned(),
        context,
        run: entry.run,
        approval: entry.approval,
        key: None,
    }))
}

/// Stores what follows with the cursor behind it; `None` when the cursor stands elsewhere by now.
async fn keep(tx: &mut Tx, from: i64, to: i64, beginnings: Vec<Beginning>) -> Result<Option<usize>> {
    if !store::closure::advance(tx, from, to).await? {
        return Ok(None);
    }
    let mut begun = 0;
    for beginning in beginnings {
        begun += usize::from(begin(tx, beginning).await?.is_some());
    }
    Ok(Some(begun))
}
