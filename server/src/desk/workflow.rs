//! Publishing and reading workflows.

mod diff;
mod draft;
mod page;
mod proposal;
pub mod shipped;

pub(super) use page::unstaffed;
pub use proposal::{Ruling, Seen};

use std::sync::{Arc, PoisonError};

use domain::{
    Actor, Digest, Refusal,
    event::Event,
    permission::Action,
    refusal::Code,
    workflow::{Version, standing::Standing},
};
use futures::FutureExt as _;

use super::{Caller, Desk};
use crate::{
    error::{Error, Result, StoreError},
    rules::{Compiled, definition},
    store::{self, Tx, workflow::Published},
};

impl Desk {
    /// Publishes a definition. The same text again answers the same version. One that could let more through than the
    /// version in force is proposed only, where an administrator other than the publisher could confirm it.
    ///
    /// # Errors
    /// `invalid_workflow` with line and column of every fault; `invalid_field` when the text is named otherwise than
    /// the address it was sent to; `conflict` for a text that was declined.
    pub async fn publish_workflow(&self, caller: &Caller, address: Option<&str>, source: &str) -> Result<Published> {
        caller.authorize(Action::PublishWorkflow)?;
        let workflow = definition::parse(source)?;
        if let Some(address) = address.filter(|address| *address != workflow.name) {
            let message = format!("the text is named {:?}, the address says {address:?}", workflow.name);
            return Err(Refusal::invalid("name", message).into());
        }
        let digest = Digest::of("workflow/v1", source.as_bytes());
        let (name, title) = (workflow.name.clone(), workflow.title.clone());
        let base = proposal::in_force(&mut self.database.read().await?, &name).await?;
        let wider = proposal::wider(base.as_ref(), &workflow);
        // Compiled before it is stored: what cannot run is never published.
        Compiled::new(workflow, Version { name: name.clone(), version: 0, digest })?;
        let text = Text { name, title, digest, source: source.to_owned() };
        let base = base.map(|base| base.version.version);
        let (actor, is_wider) = (caller.actor(), !wider.is_empty());
        self.database.write(move |tx| publish(tx, text, base, is_wider, actor).boxed()).await
    }

    /// The version of a workflow that is in force, the newest where none is yet, or a given one.
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

    /// Workflows by name: the version in force each, or the newest where none is yet.
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

/// A text that is published.
struct Text {
    name: String,
    title: String,
    digest: Digest,
    source: String,
}

/// Stores a text as the next version, unless it is one already.
async fn publish(tx: &mut Tx, text: Text, base: Option<u32>, is_wider: bool, actor: Actor) -> Result<Published> {
    let Text { name, title, digest, source } = text;
    // One at a time: what is in force and who administers stays as it is read here until this is stored.
    store::person::lock_access(tx).await?;
    if let Some(known) = store::workflow::find_by_digest(tx, &name, digest).await? {
        return proposal::again(tx, known).await;
    }
    let meanwhile = || Error::from(Refusal::new(Code::Conflict, "Somebody published at the same moment; try again."));
    // What it was compared with must still be what it replaces.
    if proposal::in_force(tx, &name).await?.map(|latest| latest.version.version) != base {
        return Err(meanwhile());
    }
    let number = store::workflow::last_number(tx, &name).await? + 1;
    let version = Version { name: name.clone(), version: number, digest };
    let publishers = proposal::publishers(tx, actor).await?;
    let has_second = is_wider && proposal::has_second(tx, &publishers).await?;
    let (standing, event) = Standing::begin(&version, is_wider, has_second);
    let published = Published { version, title, source, published_at: tx.now(), published_by: actor, standing };
    if !store::workflow::insert(tx, &published).await? {
        return Err(meanwhile());
    }
    tx.record(actor, Event::WorkflowPublished { name, version: number, digest });
    if let Some(event) = event {
        tx.record(actor, event);
    }
    Ok(published)
}
