//! What people do with their own account: preferences, their password, their sessions.

use domain::{
    Actor, Digest, Refusal,
    event::Event,
    id::PersonId,
    profile::{Preferences, Profile, SignedInSession},
};
use futures::FutureExt as _;

use super::{
    Desk, PersonCaller,
    sign_in::{self, Proof, SignedIn},
};
use crate::{
    error::{Error, Result},
    password::Password,
    store,
};

/// The member of the form that a wrong current password is told at.
const CURRENT: &str = "current_password";
/// What is said whether the password is wrong or the account has to wait.
const REFUSED: &str =
    "This is not your current password, or your account has to wait a moment before it is tried again.";

impl Desk {
    /// What the profile shows; `session` is the one that asks.
    pub async fn profile(&self, who: &PersonCaller, session: Option<Digest>) -> Result<Profile> {
        let mut tx = self.database.read().await?;
        let sessions = store::web_session::list_of_person(&mut tx, who.id).await?;
        let read = |(kept_by, since, used_at)| SignedInSession { since, used_at, is_this: session == Some(kept_by) };
        let notices = store::preference::list_notices(&mut tx, &[who.id]).await?.remove(&who.id).unwrap_or_default();
        drop(tx);
        Ok(Profile {
            now: self.database.clock().now(),
            sessions: sessions.into_iter().map(read).collect(),
            notices,
            absences: self.own_delegations(who).await?,
        })
    }

    /// What a person has set.
    pub async fn preferences(&self, person: PersonId) -> Result<Preferences> {
        let mut tx = self.database.read().await?;
        Ok(store::preference::find(&mut tx, person).await?)
    }

    /// Keeps what a person sets.
    pub async fn set_preferences(&self, who: &PersonCaller, preferences: Preferences) -> Result<()> {
        let person = who.id;
        self.database
            .write(move |tx| async move { Ok(store::preference::set(tx, person, preferences).await?) }.boxed())
            .await
    }

    /// Ends a person's sessions but the one that asks.
    pub async fn sign_out_elsewhere(&self, who: &PersonCaller, kept: Digest) -> Result<()> {
        let person = who.id;
        self.database
            .write(move |tx| {
                async move {
                    if store::web_session::delete_others(tx, person, kept).await? > 0 {
                        tx.record(Actor::Person(person), Event::SignedOut { person });
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    /// Gives a person another password of their own and ends all their sessions; the caller begins a new one.
    ///
    /// The current password is asked for under the same waits as a sign-in, so that a session that fell into wrong
    /// hands is no better place to guess than the front door.
    ///
    /// # Errors
    /// `invalid_field` for a new password that is not good and for a current one that is wrong; `conflict` when the
    /// password was changed at the same moment; `too_many` when too many hashes wait already.
    pub async fn change_own_password(&self, who: &PersonCaller, current: Password, new: Password) -> Result<SignedIn> {
        new.check(&who.email, &who.name)?;
        if new == current {
            return Err(Refusal::invalid("password", "Use a password that differs from the current one.").into());
        }
        let Proof::Given(known) = self.prove(who, current).await? else {
            tracing::info!("a change of password was refused");
            return Err(Refusal::invalid(CURRENT, REFUSED).into());
        };
        let password = self.passwords.hash(new, self.database.ids().bytes()).await?;
        let (person, mark) = (who.clone(), password.mark());
        self.database
            .write(move |tx| {
                async move {
                    let now = store::person::find(tx, known.id).await?;
                    if now.is_none_or(|now| now.password != known.password || now.disabled_at.is_some()) {
                        return Err(Error::Moved);
                    }
                    store::person::set_password(tx, known.id, &password).await?;
                    store::web_session::delete_of_person(tx, known.id).await?;
                    store::backoff::delete(tx, sign_in::account(&known.email)).await?;
                    tx.record(Actor::Person(known.id), Event::PasswordChanged { person: known.id });
                    Ok(())
                }
                .boxed()
            })
            .await?;
        Ok(SignedIn { person, mark })
    }
}
