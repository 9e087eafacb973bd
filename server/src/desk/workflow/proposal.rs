//! Versions that could let more through: proposed by one administrator, put in force by another.

use domain::{
    Actor, Refusal, Role,
    id::PersonId,
    permission::Action,
    refusal::Code,
    workflow::{
        Version, Workflow,
        comparison::{Difference, begin, compare},
        standing::{Second, Standing},
    },
};
use futures::FutureExt as _;

use crate::{
    desk::{Caller, Desk, PersonCaller, text},
    error::{Error, Result},
    rules::definition,
    store::{self, Tx, workflow::Published},
};

/// More administrators are not looked through.
const MOST: i64 = 500;

/// What a second administrator says of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// It is put in force.
    Confirm,
    /// It never is.
    Decline {
        /// Why.
        reason: String,
    },
}

/// Whoever publishes, and the person who answers for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Publisher {
    pub(super) actor: Actor,
    pub(super) person: Option<PersonId>,
}

impl Publisher {
    /// A person answers for themselves, and the owner of a key for the key. The command line is nobody in particular.
    pub(super) fn of(caller: &Caller) -> Self {
        let person = match caller {
            Caller::Person(person) => Some(person.id),
            Caller::Key(key) | Caller::Remembered(key) => key.owner,
            Caller::CommandLine => None,
        };
        Self { actor: caller.actor(), person }
    }

    async fn stored(tx: &mut Tx, actor: Actor) -> Result<Self> {
        let person = match actor {
            Actor::Person(id) => Some(id),
            Actor::Key(id) => store::key::find(tx, id).await?.and_then(|key| key.owner),
            Actor::System(_) => None,
        };
        Ok(Self { actor, person })
    }
}

impl Desk {
    /// Puts a proposed version in force, or declines it. Keys never do: a person says so, signed in to the console.
    ///
    /// # Errors
    /// `self_approval` for whoever published it; `conflict` where it does not wait, or a newer version is in force.
    pub async fn rule_on_version(&self, viewer: &PersonCaller, name: &str, number: u32, ruling: Ruling) -> Result<()> {
        let caller = Caller::Person(viewer.clone());
        caller.authorize(Action::PublishWorkflow)?;
        if let Ruling::Decline { reason } = &ruling {
            text::required("/reason", reason, text::STATEMENT)?;
        }
        let (by, name) = (viewer.id, name.to_owned());
        self.database.write(move |tx| rule(tx, by, name, number, ruling).boxed()).await
    }
}

async fn rule(tx: &mut Tx, by: PersonId, name: String, number: u32, ruling: Ruling) -> Result<()> {
    // Whoever was an administrator a moment ago may not be one any more.
    store::person::keep_access(tx).await?;
    if !administrators(tx).await?.contains(&by) {
        return Err(Refusal::new(Code::WrongScope, "Administrators confirm versions.").into());
    }
    let found = store::workflow::find_version(tx, &name, number).await?;
    let found = found.ok_or_else(|| Error::from(Refusal::not_found("version of this workflow")))?;
    if let Some(newer) = overtaken(tx, &found).await? {
        let message = format!("Version {newer} is in force meanwhile, and newer: this one is never used.");
        return Err(Refusal::new(Code::Conflict, message).into());
    }
    let publisher = Publisher::stored(tx, found.published_by).await?;
    let second = Second::of(by, publisher.person, tx.now())?;
    let (standing, event) = match ruling {
        Ruling::Confirm => found.standing.confirm(&found.version, second)?,
        Ruling::Decline { reason } => found.standing.decline(&found.version, second, reason)?,
    };
    if !store::standing::settle(tx, &found.version, &standing).await? {
        return Err(Error::Moved);
    }
    tx.record(Actor::Person(by), event);
    Ok(())
}

/// The newer version that is in force, if there is one.
pub(super) async fn overtaken(tx: &mut Tx, published: &Published) -> Result<Option<u32>> {
    let Version { name, version, .. } = &published.version;
    let latest = store::workflow::find_latest(tx, name).await?.filter(|latest| latest.standing.is_in_force());
    Ok(latest.map(|latest| latest.version.version).filter(|latest| latest > version))
}

/// Why a person may not settle a version that waits; `None` when they may.
pub(super) async fn hindrance(tx: &mut Tx, viewer: &PersonCaller, published: &Published) -> Result<Option<String>> {
    if !viewer.roles.contains(&Role::Admin) {
        return Ok(Some("An administrator confirms or declines it.".to_owned()));
    }
    let publisher = Publisher::stored(tx, published.published_by).await?;
    let second = Second::of(viewer.id, publisher.person, tx.now());
    Ok(second.err().map(|refusal| refusal.message))
}

/// What a text could let through that the version in force does not. What cannot be compared could let through anything.
pub(super) fn wider(base: Option<&Published>, text: &Workflow) -> Vec<Difference> {
    let Some(base) = base else { return begin(text).wider() };
    match definition::parse(&base.source) {
        Ok(before) => compare(&before, text).wider(),
        Err(_) => vec![Difference {
            at: format!("version {}", base.version.version),
            text: "cannot be read any more, so that nothing can be compared".to_owned(),
        }],
    }
}

/// Whether an administrator other than the publisher could confirm.
pub(super) async fn has_second(tx: &mut Tx, publisher: Option<PersonId>) -> Result<bool> {
    Ok(administrators(tx).await?.into_iter().any(|one| Some(one) != publisher))
}

async fn administrators(tx: &mut Tx) -> Result<Vec<PersonId>> {
    let found = store::person::list_with_role(tx, Role::Admin, MOST).await?;
    Ok(found.into_iter().map(|(id, _)| id).collect())
}

/// A text that was published before is the version it was, unless that was declined.
pub(super) fn again(known: Published) -> Result<Published> {
    if let Standing::Declined { reason, .. } = &known.standing {
        let number = known.version.version;
        let message =
            format!("This text is version {number}, which was declined: {reason} Change it, then publish it.");
        return Err(Refusal::new(Code::Conflict, message).into());
    }
    Ok(known)
}
