//! Endpoints: registering where sessions are woken, their secrets, and stopping to send.

use chrono::TimeDelta;
use domain::{
    Refusal,
    endpoint::{EndpointRow, EndpointsPage, check_name},
    event::Event,
    id::EndpointId,
    permission::Action,
    refusal::Code,
};
use futures::FutureExt as _;

use super::{Caller, Desk, PersonCaller};
use crate::{
    error::{Error, Result, StoreError},
    store::{self, Tx, endpoint::Endpoint},
    webhook::{Secret, check_url},
};

/// How long the secret before signs too.
const ROTATION: TimeDelta = TimeDelta::hours(24);

/// An endpoint to be registered.
#[derive(Debug, Clone)]
pub struct NewEndpoint {
    /// Its name, as sessions say it.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Its secret; one is made when left out.
    pub secret: Option<String>,
    /// Whether it may lie on a private network, without TLS.
    pub allow_private: bool,
}

/// What a secret is sealed for.
fn context(endpoint: EndpointId) -> String {
    format!("endpoint/{endpoint}/secret")
}

/// An endpoint by its name or its `end_…` id.
pub(super) async fn found(tx: &mut Tx, named: &str) -> Result<Endpoint> {
    let endpoint = match named.parse::<EndpointId>() {
        Ok(id) => store::endpoint::find(tx, id).await?,
        Err(_) => store::endpoint::find_by_name(tx, named).await?,
    };
    endpoint.ok_or_else(|| Refusal::new(Code::NotFound, format!("There is no endpoint named {named}.")).into())
}

impl Desk {
    /// Registers an endpoint and answers its secret, which is shown this once.
    ///
    /// # Errors
    /// `invalid_field` of `name`, `url` or `secret`; `conflict` when the name is taken.
    pub async fn add_endpoint(&self, caller: &Caller, new: NewEndpoint) -> Result<Secret> {
        caller.authorize(Action::ManageAccess)?;
        check_name(&new.name)?;
        check_url(&new.url, new.allow_private).map_err(|why| Refusal::invalid("url", why))?;
        let secret = self.secret(new.secret.as_deref())?;
        let id = EndpointId::from_uuid(self.database.ids().uuid());
        let row = EndpointRow {
            id,
            name: new.name,
            url: new.url,
            allow_private: new.allow_private,
            created_at: self.database.clock().now(),
            rotating_until: None,
            disabled_at: None,
            disabled_because: None,
        };
        let endpoint = Endpoint { row, secret: self.seal_secret(id, &secret)?, previous: None };
        let actor = caller.actor();
        self.database
            .write(move |tx| {
                async move {
                    if !store::endpoint::insert(tx, &endpoint).await? {
                        let message = format!("There is an endpoint named {} already.", endpoint.row.name);
                        let field = domain::FieldError::new("name", message.clone());
                        return Err(Refusal::new(Code::Conflict, message).with_errors(vec![field]).into());
                    }
                    let EndpointRow { name, allow_private, .. } = endpoint.row;
                    tx.record(actor, Event::EndpointAdded { endpoint: id, name, allow_private });
                    Ok(())
                }
                .boxed()
            })
            .await?;
        Ok(secret)
    }

    /// Gives an endpoint another secret; the one before signs too for a day.
    ///
    /// # Errors
    /// `not_found`; `invalid_field` of `secret`.
    pub async fn rotate_endpoint(&self, caller: &Caller, named: &str, secret: Option<&str>) -> Result<Secret> {
        caller.authorize(Action::ManageAccess)?;
        let secret = self.secret(secret)?;
        let mut tx = self.database.read().await?;
        let endpoint = found(&mut tx, named).await?.row;
        drop(tx);
        let sealed = self.seal_secret(endpoint.id, &secret)?;
        let actor = caller.actor();
        self.database
            .write(move |tx| {
                async move {
                    let until = tx.now() + ROTATION;
                    store::endpoint::rotate(tx, endpoint.id, &sealed, until).await?;
                    tx.record(actor, Event::EndpointRotated { endpoint: endpoint.id, name: endpoint.name, until });
                    Ok(())
                }
                .boxed()
            })
            .await?;
        Ok(secret)
    }

    /// Stops sending to an endpoint.
    ///
    /// # Errors
    /// `not_found`; `conflict` when it is disabled already.
    pub async fn disable_endpoint(&self, caller: &Caller, named: &str) -> Result<()> {
        caller.authorize(Action::ManageAccess)?;
        let (named, actor) = (named.to_owned(), caller.actor());
        let because = "an administrator disabled it".to_owned();
        self.database
            .write(move |tx| {
                async move {
                    let EndpointRow { id, name, .. } = found(tx, &named).await?.row;
                    if !store::endpoint::disable(tx, id, &because).await? {
                        return Err(Refusal::new(Code::Conflict, format!("{name} is disabled already.")).into());
                    }
                    tx.record(actor, Event::EndpointDisabled { endpoint: id, name, because });
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    /// Sends to an endpoint again. What failed meanwhile waits for a person to retry it.
    ///
    /// # Errors
    /// `not_found`; `conflict` when it is enabled already.
    pub async fn enable_endpoint(&self, caller: &Caller, named: &str) -> Result<()> {
        caller.authorize(Action::ManageAccess)?;
        let (named, actor) = (named.to_owned(), caller.actor());
        self.database
            .write(move |tx| {
                async move {
                    let EndpointRow { id, name, .. } = found(tx, &named).await?.row;
                    if !store::endpoint::enable(tx, id).await? {
                        return Err(Refusal::new(Code::Conflict, format!("{name} is enabled already.")).into());
                    }
                    tx.record(actor, Event::EndpointEnabled { endpoint: id, name });
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    /// Every endpoint, by name.
    pub async fn list_endpoints(&self, caller: &Caller) -> Result<Vec<EndpointRow>> {
        caller.authorize(Action::ManageAccess)?;
        let mut tx = self.database.read().await?;
        Ok(store::endpoint::list(&mut tx).await?)
    }

    /// The page of endpoints.
    pub async fn endpoints_page(&self, viewer: &PersonCaller) -> Result<EndpointsPage> {
        let endpoints = self.list_endpoints(&Caller::Person(viewer.clone())).await?;
        Ok(EndpointsPage { now: self.database.clock().now(), endpoints })
    }

    fn secret(&self, given: Option<&str>) -> Result<Secret, Refusal> {
        given.map_or_else(|| Ok(Secret::generate(self.database.ids())), Secret::parse)
    }

    fn seal_secret(&self, endpoint: EndpointId, secret: &Secret) -> Result<Vec<u8>, StoreError> {
        self.vault.seal(self.database.ids(), &context(endpoint), secret.reveal().as_bytes())
    }

    /// Opens a secret of this endpoint.
    pub(super) fn open_secret(&self, endpoint: EndpointId, sealed: &[u8]) -> Result<Secret> {
        let opened = self.vault.open(&context(endpoint), sealed)?;
        let text = String::from_utf8(opened).map_err(|error| StoreError::Unexpected(error.to_string()))?;
        Secret::parse(&text).map_err(Error::from)
    }
}
