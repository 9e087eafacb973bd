//! Targets: registering the systems that closures read from and write to, each with a credential of its own.

use domain::{
    FieldError, Refusal,
    event::Event,
    id::TargetId,
    permission::Action,
    refusal::Code,
    target::{Target, TargetKind, check_name},
};
use futures::FutureExt as _;
use url::Url;

use super::{Caller, Desk};
use crate::{
    error::{Result, StoreError},
    store::{self, Tx, target::Stored},
    webhook::check_url,
};

/// The longest credential.
const MAX_CREDENTIAL: usize = 4_096;

/// A target to be registered.
#[derive(Debug, Clone)]
pub struct NewTarget {
    /// Its name, as definitions say it.
    pub name: String,
    /// Where it is; a folder is `file:///…`.
    pub url: String,
    /// What it is.
    pub kind: TargetKind,
    /// What is shown to it, if anything.
    pub credential: Option<String>,
    /// Whether it may lie on a private network, without TLS.
    pub allow_private: bool,
    /// Whether it takes an `Idempotency-Key` for what it says.
    pub honours_keys: bool,
}

/// What a credential is sealed for.
fn context(target: TargetId) -> String {
    format!("target/{target}/credential")
}

/// What is wrong with the address of a target.
fn check_address(url: &str, kind: TargetKind, allow_private: bool) -> Result<(), String> {
    if kind == TargetKind::Archive && url.starts_with("file:") {
        let folder = Url::parse(url).ok().and_then(|url| url.to_file_path().ok());
        return match folder {
            Some(folder) if folder.is_dir() => Ok(()),
            _ => Err("expected a folder that is there, such as file:///var/lib/archive".to_owned()),
        };
    }
    let url = check_url(url, allow_private)?;
    if url.query().is_some() {
        return Err("records lie below the address: leave its query out".to_owned());
    }
    Ok(())
}

fn check_credential(credential: Option<&str>) -> Result<(), Refusal> {
    let Some(credential) = credential else { return Ok(()) };
    let is_header = credential.chars().all(|c| c == ' ' || c.is_ascii_graphic());
    if (1..=MAX_CREDENTIAL).contains(&credential.len()) && is_header {
        return Ok(());
    }
    Err(Refusal::invalid("credential", format!("expected 1 to {MAX_CREDENTIAL} printable ASCII characters")))
}

pub(super) async fn found(tx: &mut Tx, named: &str) -> Result<Stored> {
    let target = store::target::find_by_name(tx, named).await?;
    target.ok_or_else(|| Refusal::new(Code::NotFound, format!("There is no target named {named}.")).into())
}

impl Desk {
    /// Registers a target. Its credential is sealed, and never shown again.
    ///
    /// # Errors
    /// `invalid_field` of `name`, `url` or `credential`; `conflict` when the name is taken.
    pub async fn add_target(&self, caller: &Caller, new: NewTarget) -> Result<Target> {
        caller.authorize(Action::ManageAccess)?;
        check_name(&new.name)?;
        check_address(&new.url, new.kind, new.allow_private).map_err(|why| Refusal::invalid("url", why))?;
        check_credential(new.credential.as_deref())?;
        let id = TargetId::from_uuid(self.database.ids().uuid());
        let credential = self.seal_credential(id, new.credential.as_deref())?;
        let row = Target {
            id,
            name: new.name,
            url: new.url.trim_end_matches('/').to_owned(),
            kind: new.kind,
            allow_private: new.allow_private,
            honours_keys: new.honours_keys,
            has_credential: credential.is_some(),
            created_at: self.database.clock().now(),
            disabled_at: None,
        };
        let (target, shown, actor) = (Stored { row: row.clone(), credential }, row, caller.actor());
        self.database
            .write(move |tx| {
                async move {
                    let Target { id, name, kind: target_kind, allow_private, .. } = target.row.clone();
                    if !store::target::insert(tx, &target).await? {
                        let message = format!("There is a target named {name} already.");
                        let field = FieldError::new("name", message.clone());
                        return Err(Refusal::new(Code::Conflict, message).with_errors(vec![field]).into());
                    }
                    tx.record(actor, Event::TargetAdded { target: id, name, target_kind, allow_private });
                    Ok(())
                }
                .boxed()
            })
            .await?;
        Ok(shown)
    }

    /// Replaces the credential of a target.
    ///
    /// # Errors
    /// `not_found`; `invalid_field` of `credential`.
    pub async fn rekey_target(&self, caller: &Caller, named: &str, credential: &str) -> Result<()> {
        caller.authorize(Action::ManageAccess)?;
        check_credential(Some(credential))?;
        let mut tx = self.database.read().await?;
        let row = found(&mut tx, named).await?.row;
        drop(tx);
        let (sealed, actor) = (self.seal_credential(row.id, Some(credential))?, caller.actor());
        self.database
            .write(move |tx| {
                async move {
                    store::target::set_credential(tx, row.id, sealed.as_deref()).await?;
                    tx.record(actor, Event::TargetRekeyed { target: row.id, name: row.name });
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    /// Sends nothing to a target any more, or again.
    ///
    /// # Errors
    /// `not_found`; `conflict` when it is so already.
    pub async fn disable_target(&self, caller: &Caller, named: &str, is_disabled: bool) -> Result<()> {
        caller.authorize(Action::ManageAccess)?;
        let (named, actor) = (named.to_owned(), caller.actor());
        self.database
            .write(move |tx| {
                async move {
                    let Target { id, name, .. } = found(tx, &named).await?.row;
                    if !store::target::set_disabled(tx, id, is_disabled).await? {
                        let word = if is_disabled { "disabled" } else { "enabled" };
                        return Err(Refusal::new(Code::Conflict, format!("{name} is {word} already.")).into());
                    }
                    let event = if is_disabled {
                        Event::TargetDisabled { target: id, name }
                    } else {
                        Event::TargetEnabled { target: id, name }
                    };
                    tx.record(actor, event);
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    /// Every target, by name.
    pub async fn list_targets(&self, caller: &Caller) -> Result<Vec<Target>> {
        caller.authorize(Action::ManageAccess)?;
        let mut tx = self.database.read().await?;
        Ok(store::target::list(&mut tx).await?.into_iter().map(|stored| stored.row).collect())
    }

    fn seal_credential(&self, target: TargetId, credential: Option<&str>) -> Result<Option<Vec<u8>>, StoreError> {
        let seal = |text: &str| self.vault.seal(self.database.ids(), &context(target), text.as_bytes());
        credential.map(seal).transpose()
    }

    /// The header that shows a target its credential: as it is where it names a scheme, else as a bearer token.
    pub(super) fn authorization(&self, target: &Stored) -> Result<Vec<(&'static str, String)>, StoreError> {
        let Some(sealed) = &target.credential else { return Ok(Vec::new()) };
        let opened = self.vault.open(&context(target.row.id), sealed)?;
        let text = String::from_utf8(opened).map_err(|error| StoreError::Unexpected(error.to_string()))?;
        let value = if text.contains(' ') { text } else { format!("Bearer {text}") };
        Ok(vec![("authorization", value)])
    }
}
