//! Publishing and reading workflows.

mod diff;
mod draft;
mod page;
pub mod shipped;

pub(super) use page::unstaffed;

use std::sync::{Arc, PoisonError};

use domain::{Digest, Refusal, event::Event, permission::Action, refusal::Code, workflow::Version};
use futures::FutureExt as _;

use super::{Caller, Desk};
use crate::{
    error::{Error, Result, StoreError},
    rules::{Compiled, definition},
    store::{self, Tx, workflow::Published},
};

impl Desk {
    /// Publishes a definition. The same text again answers the same version.
    ///
    /// # Errors
    /// `invalid_workflow` with line and column of every fault; `invalid_field` when the text is named otherwise than
    /// the address it was sent to.
    pub async fn publish_workflow(&self, caller: &Caller, address: Option<&str>, source: &str) -> Result<Version> {
        caller.authorize(Action::PublishWorkflow)?;
        let workflow = definition::parse(source)?;
        if let Some(address) = address.filter(|address| *address != workflow.name) {
            let message = format!("the text is named {:?}, the address says {address:?}", workflow.name);
            return Err(Refusal::invalid("name", message).into());
        }
        let digest = Digest::of("workflow/v1", source.as_bytes());
        let (name, title) = (workflow.name.clone(), workflow.title.clone());
        // Compiled before it is stored: what cannot run is never published.
        Compiled::new(workflow, Version { name: name.clone(), version: 0, digest })?;
        let (source, actor) = (source.to_owned(), caller.actor());
        self.database
            .write(move |tx| {
                async move {
                    if let Some(known) = store::workflow::find_by_digest(tx, &name, digest).await? {
                        return Ok(known.version);
                    }
                    let latest = store::workflow::find_latest(tx, &name).await?;
                    let number = latest.map_or(1, |latest| latest.version.version + 1);
                    let version = Version { name: name.clone(), version: number, digest };
                    let published = Published {
                        version: version.clone(),
                        title,
                        source,
                        published_at: tx.now(),
                        published_by: actor,
                    };
                    if !store::workflow::insert(tx, &published).await? {
                        return Err(
                            Refusal::new(Code::Conflict, "Somebody published at the same moment; try again.").into()
                        );
                    }
                    tx.record(actor, Event::WorkflowPublished { name, version: number, digest });
                    Ok(version)
                }
                .boxed()
            })
            .await
    }

    /// The newest version of a workflow, or a given one, as published.
    pub async fn find_workflow(&self, caller: &Caller, name: &str, version: Option<u32>) -> Result<Published> {
        caller.authorize(Action::ReadWorkflows)?;
        if name.contains('\0') {
            return Err(Refusal::not_found("workflow").into());
        }
        let mut tx = self.database.read().await?;
        let found = match version {
            Some(version) => store::workflow::find_version(&mut tx, name, version).await?,
            None => store::workflow::find_latest(&mut tx, name).await?,
        };
        found.ok_or_else(|| Refusal::not_found("workflow").into())
    }

    /// Workflows by name, their newest version each.
    pub async fn list_workflows(&self, caller: &Caller, after: Option<&str>, limit: u32) -> Result<Vec<Published>> {
        caller.authorize(Action::ReadWorkflows)?;
        let mut tx = self.database.read().await?;
        Ok(store::workflow::list(&mut tx, after, i64::from(limit)).await?)
    }

    /// The programs of a published version, compiled once.
    pub(super) async fn compiled(&self, name: &str, version: u32) -> Result<Arc<Compiled>> {
        match self.known(name, version) {
            Some(known) => Ok(known),
            None => self.compiled_in(&mut self.database.read().await?, name, version).await,
        }
    }

    fn known(&self, name: &str, version: u32) -> Option<Arc<Compiled>> {
        let key = (name.to_owned(), version);
        self.compiled.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
    }

    /// The same for whoever holds a transaction: taking a second one could wait for the first for ever.
    pub(super) async fn compiled_in(&self, tx: &mut Tx, name: &str, version: u32) -> Result<Arc<Compiled>> {
        if let Some(known) = self.known(name, version) {
            return Ok(known);
        }
        let published = store::workflow::find_version(tx, name, version).await?;
        let published = published.ok_or_else(|| Error::from(Refusal::not_found("workflow")))?;
        // It compiled when it was published; if it does not now, the database was edited or the rules changed.
        let broken = |refusal: Refusal| StoreError::Inconsistent {
            table: "workflow",
            column: "source",
            row: format!("{name}@{version}"),
            why: format!("{refusal}: {:?}", refusal.errors),
        };
        let workflow = definition::parse(&published.source).map_err(broken)?;
        let compiled = Arc::new(Compiled::new(workflow, published.version).map_err(broken)?);
        let key = (name.to_owned(), version);
        self.compiled.write().unwrap_or_else(PoisonError::into_inner).insert(key, compiled.clone());
        Ok(compiled)
    }
}
