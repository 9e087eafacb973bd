//! The first-run set-up: a link that works once while there is nobody, then the steps of the first administrator.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{Actor, Digest, Refusal, Role, SystemActor, permission::Action, refusal::Code, set_up::SetUpPage};
use futures::FutureExt as _;
use subtle::ConstantTimeEq as _;

use super::{
    Caller, Desk, PersonCaller,
    person::NewPerson,
    sign_in::{SignedIn, account},
    workflow::shipped,
};
use crate::{
    error::{Error, Result},
    rules::definition,
    store,
};

/// What wrong tokens are counted under; no email looks like it.
const TRIES: &str = "set-up link";

/// Whether the set-up is open to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// There is nobody yet, and this is the token; or an administrator goes on.
    Open,
    /// There is nobody yet, and this is not the token.
    Locked,
    /// The set-up is not for them, or over.
    Shut,
}

fn hash(token: &str) -> Digest {
    Digest::of("set-up-token/v1", token.as_bytes())
}

fn not_valid() -> Error {
    Refusal::new(
        Code::NotSignedIn,
        "This set-up link is not valid: it was used, or the server has printed a newer one. Nothing was stored.",
    )
    .into()
}

impl Desk {
    /// Opens the set-up while there is nobody, and gives the token to print. An earlier token ends with it.
    pub async fn open_set_up(&self) -> Result<Option<String>> {
        let token = URL_SAFE_NO_PAD.encode(self.database.ids().bytes::<32>());
        let hash = hash(&token);
        let is_open = self
            .database
            .write(move |tx| {
                async move {
                    if store::person::is_any(tx).await? {
                        return Ok(false);
                    }
                    store::set_up::open(tx, hash).await?;
                    Ok(true)
                }
                .boxed()
            })
            .await?;
        Ok(is_open.then_some(token))
    }

    /// Whether there is nobody yet, so that a set-up link waits to be opened.
    pub async fn set_up_waits(&self) -> Result<bool> {
        let mut tx = self.database.read().await?;
        let set_up = store::set_up::find(&mut tx).await?;
        Ok(set_up.is_some_and(|set_up| set_up.token.is_some()) && !store::person::is_any(&mut tx).await?)
    }

    /// Whether the set-up is open to whoever asks.
    ///
    /// # Errors
    /// `too_many` for one wrong token after another. The right one is never made to wait: nobody guesses it.
    pub async fn set_up_door(&self, viewer: Option<&PersonCaller>, token: Option<&str>) -> Result<Door> {
        let mut tx = self.database.read().await?;
        let set_up = store::set_up::find(&mut tx).await?;
        let is_anybody = store::person::is_any(&mut tx).await?;
        drop(tx);
        let Some(set_up) = set_up else { return Ok(Door::Shut) };
        if is_anybody {
            let goes_on = viewer.is_some_and(|viewer| viewer.roles.contains(&Role::Admin)) && !set_up.is_finished;
            return Ok(if goes_on { Door::Open } else { Door::Shut });
        }
        let (Some(presented), Some(kept)) = (token, set_up.token) else { return Ok(Door::Locked) };
        if bool::from(hash(presented).bytes().ct_eq(kept.bytes())) {
            return Ok(Door::Open);
        }
        match self.take_turn(account(TRIES)).await? {
            Some(_) => Ok(Door::Locked),
            None => Err(Refusal::new(Code::TooMany, "Too many set-up links that are not valid. Wait a moment.").into()),
        }
    }

    /// Adds the first administrator for whoever has the token, and signs them in.
    ///
    /// # Errors
    /// `not_signed_in` for a token that is not, or not any more, valid; whatever is wrong with the person.
    pub async fn begin_set_up(&self, token: &str, mut new: NewPerson) -> Result<SignedIn> {
        if self.set_up_door(None, Some(token)).await? != Door::Open {
            return Err(not_valid());
        }
        new.roles = vec![Role::Admin];
        let actor = Actor::System(SystemActor::Engine);
        let added = self.admit_person(actor, new, Some(hash(token))).await?;
        let mut tx = self.database.read().await?;
        let person = store::person::find(&mut tx, added.id).await?.ok_or_else(not_valid)?;
        Ok(SignedIn::of(person))
    }

    /// Takes the token's turn in the transaction that adds the first person; whoever is added otherwise withdraws it.
    pub(super) async fn pass_door(tx: &mut store::Tx, token: Option<Digest>) -> Result<()> {
        match token {
            None => Ok(store::set_up::withdraw(tx).await?),
            Some(token) => {
                let is_entered = store::set_up::enter(tx, token).await?;
                if is_entered && !store::person::is_any(tx).await? { Ok(()) } else { Err(not_valid()) }
            }
        }
    }

    /// How far the set-up has come, for whoever it is open to.
    ///
    /// # Errors
    /// `not_signed_in` for everybody else.
    pub async fn set_up_page(&self, viewer: Option<&PersonCaller>, token: Option<&str>) -> Result<SetUpPage> {
        if self.set_up_door(viewer, token).await? != Door::Open {
            return Err(not_valid());
        }
        let mut tx = self.database.read().await?;
        let set_up = store::set_up::find(&mut tx).await?;
        let migrations = store::set_up::count_migrations(&mut tx).await?;
        let first = store::workflow::list(&mut tx, None, 1).await?.pop();
        let definition = first.as_ref().and_then(|first| definition::parse(&first.source).ok());
        let unstaffed = super::workflow::unstaffed(&mut tx, definition.as_ref()).await?;
        Ok(SetUpPage {
            engine: self.database.engine_name().to_owned(),
            migrations,
            administrator: viewer.map(|viewer| viewer.email.clone()),
            workflow: first.map(|first| first.version.name),
            is_workflow_skipped: set_up.is_some_and(|set_up| set_up.is_workflow_skipped),
            samples: shipped::titles(),
            unstaffed,
        })
    }

    /// Whether this person has a set-up to go on with.
    pub async fn has_set_up(&self, viewer: &PersonCaller) -> Result<bool> {
        Ok(self.set_up_door(Some(viewer), None).await? == Door::Open)
    }

    /// Publishes a shipped definition.
    ///
    /// # Errors
    /// `not_found` for another name.
    pub async fn publish_sample(&self, viewer: &PersonCaller, name: &str) -> Result<()> {
        let source = shipped::find(name).ok_or_else(|| Error::from(Refusal::not_found("sample")))?;
        self.publish_workflow(&Caller::Person(viewer.clone()), None, source).await?;
        Ok(())
    }

    /// Leaves the first workflow for later.
    pub async fn skip_first_workflow(&self, viewer: &PersonCaller) -> Result<()> {
        Caller::Person(viewer.clone()).authorize(Action::ManageAccess)?;
        self.database.write(|tx| async move { Ok(store::set_up::skip_workflow(tx).await?) }.boxed()).await
    }

    /// Ends the set-up; its page leads to the approvals from then on.
    pub async fn finish_set_up(&self, viewer: &PersonCaller) -> Result<()> {
        Caller::Person(viewer.clone()).authorize(Action::ManageAccess)?;
        self.database.write(|tx| async move { Ok(store::set_up::finish(tx).await?) }.boxed()).await
    }
}
