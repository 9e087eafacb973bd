//! A definition that is being written: its faults, what it would change, who is missing. Nothing is stored here.

use domain::{
    Digest, FieldError, Refusal,
    id::PersonId,
    permission::Action,
    workflow::{
        Version, Workflow,
        shown::{DraftPage, DraftQuery},
    },
};

use super::{page, proposal, shipped};
use crate::{
    desk::{Caller, Desk, PersonCaller},
    error::{Error, Result},
    rules::{Compiled, definition},
    store::{self, workflow::Published},
};

impl Desk {
    /// The text as it is, with its faults or with what it would change.
    ///
    /// # Errors
    /// `wrong_scope` for whoever may not publish; `not_found` for an unknown workflow or sample.
    pub async fn draft(&self, viewer: &PersonCaller, query: DraftQuery) -> Result<DraftPage> {
        let caller = Caller::Person(viewer.clone());
        caller.authorize(Action::PublishWorkflow)?;
        let edited = match &query.name {
            Some(name) => Some(self.find_workflow(&caller, name, None).await?),
            None => None,
        };
        let is_checked = query.source.is_some();
        let source = match (query.source, &edited, &query.sample) {
            (Some(source), _, _) => source,
            (None, Some(edited), _) => edited.source.clone(),
            (None, None, Some(sample)) => {
                shipped::find(sample).ok_or_else(|| Error::from(Refusal::not_found("sample")))?.to_owned()
            }
            (None, None, None) => shipped::TEMPLATE.to_owned(),
        };
        let checked = if is_checked { check(&source, query.name.as_deref()) } else { definition::parse(&source) };
        let mut page = DraftPage {
            is_checked,
            faults: Vec::new(),
            name: None,
            next: edited.as_ref().map_or(1, |edited| edited.version.version + 1),
            known: None,
            needs_second: false,
            seal: String::new(),
            changes: None,
            unstaffed: Vec::new(),
            samples: shipped::titles(),
            source,
        };
        match checked {
            Err(refusal) if is_checked => page.faults = faults(refusal),
            // The text was not typed by anybody here: it is shown, and its faults when it is sent.
            Err(_) => {}
            Ok(workflow) => self.weigh(&mut page, &workflow, viewer.id).await?,
        }
        Ok(page)
    }

    /// Lays a sound text beside what is published under its name.
    async fn weigh(&self, page: &mut DraftPage, workflow: &Workflow, viewer: PersonId) -> Result<()> {
        let mut tx = self.database.read().await?;
        let digest = Digest::of("workflow/v1", page.source.as_bytes());
        let latest = store::workflow::find_latest(&mut tx, &workflow.name).await?;
        let known = store::workflow::find_by_digest(&mut tx, &workflow.name, digest).await?;
        page.next = store::workflow::last_number(&mut tx, &workflow.name).await? + 1;
        let in_force = latest.as_ref().filter(|latest| latest.standing.is_in_force());
        page.needs_second =
            !proposal::wider(in_force, workflow).is_empty() && proposal::has_second(&mut tx, &[viewer]).await?;
        page.known = known.map(|known| known.version.version);
        page.seal = seal(latest.as_ref(), digest);
        if let Some(latest) = latest.filter(|_| page.is_checked && page.known.is_none()) {
            let names = [workflow.name.clone()];
            let running = store::workflow::list_running(&mut tx, &names).await?;
            let running = page::of_workflow(&running, &workflow.name);
            let running = page::on_version(&running, latest.version.version);
            page.changes = Some(page::changes(&latest, &page.source, running));
        }
        page.unstaffed = page::unstaffed(&mut tx, Some(workflow)).await?;
        page.name = Some(workflow.name.clone());
        Ok(())
    }
}

/// What a confirmation is for: this text, as the successor of that version.
fn seal(latest: Option<&Published>, digest: Digest) -> String {
    format!("{}:{digest}", latest.map_or(0, |latest| latest.version.version))
}

/// The faults of a text, that of another name than the page's included.
fn check(source: &str, address: Option<&str>) -> Result<Workflow, Refusal> {
    let workflow = definition::parse(source)?;
    if let Some(address) = address.filter(|address| *address != workflow.name) {
        let line = source.lines().position(|line| line.trim_start().starts_with("name:")).unwrap_or_default();
        let message = format!(
            "This page publishes versions of `{address}`; the text is named `{}`. Keep the name, or publish it as a \
             new workflow.",
            workflow.name
        );
        let fault = FieldError {
            line: u32::try_from(line + 1).ok(),
            column: Some(1),
            ..FieldError::new("name", message.clone())
        };
        return Err(Refusal::new(domain::refusal::Code::InvalidWorkflow, message).with_errors(vec![fault]));
    }
    let digest = Digest::of("workflow/v1", source.as_bytes());
    Compiled::new(workflow.clone(), Version { name: workflow.name.clone(), version: 0, digest })?;
    Ok(workflow)
}

/// The faults a refusal names; the refusal itself where it names none.
fn faults(refusal: Refusal) -> Vec<FieldError> {
    if refusal.errors.is_empty() { vec![FieldError::new("", refusal.message)] } else { refusal.errors }
}
