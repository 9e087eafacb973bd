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

/// What a second administrator has looked at: a version, and the one it would replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The version that waits.
    pub version: u32,
    /// The version in force, if there was one.
    pub base: Option<u32>,
}

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

/// Those who answer for a publication: a person for themselves; for a key its owner, and whoever made it. The command line
/// is nobody in particular.
pub(super) async fn publishers(tx: &mut Tx, actor: Actor) -> Result<Vec<PersonId>> {
    Ok(match actor {
        Actor::Person(id) => vec![id],
        Actor::Key(id) => store::key::list_answerable(tx, id).await?,
        Actor::System(_) => Vec::new(),
    })
}

impl Desk {
    /// Puts a proposed version in force, or declines it. Keys never do: a person says so, signed in to the console.
    ///
    /// # Errors
    /// `self_approval` for whoever published it; `conflict` where it does not wait, a newer version is in force, or another
    /// than the one it was seen to replace.
    pub async fn rule_on_version(&self, viewer: &PersonCaller, name: &str, seen: Seen, ruling: Ruling) -> Result<()> {
        let caller = Caller::Person(viewer.clone());
        caller.authorize(Action::PublishWorkflow)?;
        if let Ruling::Decline { reason } = &ruling {
            text::required("/reason", reason, text::STATEMENT)?;
        }
        let (by, name) = (viewer.id, name.to_owned());
        self.database.write(move |tx| rule(tx, by, name, seen, ruling).boxed()).await
    }
}

async fn rule(tx: &mut Tx, by: PersonId, name: String, seen: Seen, ruling: Ruling) -> Result<()> {
    // Whoever was an administrator a moment ago may not be one any more. Publishing waits as well: what is confirmed and what
    // is published beside it are not held against the same version.
    store::person::lock_access(tx).await?;
    if !administrators(tx).await?.contains(&by) {
        return Err(Refusal::new(Code::WrongScope, "Administrators confirm versions.").into());
    }
    let found = store::workflow::find_version(tx, &name, seen.version).await?;
    let found = found.ok_or_else(|| Error::from(Refusal::not_found("version of this workflow")))?;
    let base = in_force(tx, &name).await?.map(|base| base.version.version);
    if let Some(newer) = base.filter(|base| *base > seen.version) {
        let message = format!("Version {newer} is in force meanwhile, and newer: this one is never used.");
        return Err(Refusal::new(Code::Conflict, message).into());
    }
    if base != seen.base {
        let message =
            "Another version came in force meanwhile. Nothing was changed; see what this one would change now.";
        return Err(Refusal::new(Code::Conflict, message).into());
    }
    let second = Second::of(by, &publishers(tx, found.published_by).await?, tx.now())?;
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
    let latest = in_force(tx, name).await?;
    Ok(latest.map(|latest| latest.version.version).filter(|latest| latest > version))
}

/// The version on which new runs begin.
pub(super) async fn in_force(tx: &mut Tx, name: &str) -> Result<Option<Published>> {
    Ok(store::workflow::find_latest(tx, name).await?.filter(|latest| latest.standing.is_in_force()))
}

/// Why a person may not settle a version that waits; `None` when they may.
pub(super) async fn hindrance(tx: &mut Tx, viewer: &PersonCaller, published: &Published) -> Result<Option<String>> {
    if !viewer.roles.contains(&Role::Admin) {
        return Ok(Some("An administrator confirms or declines it.".to_owned()));
    }
    let second = Second::of(viewer.id, &publishers(tx, published.published_by).await?, tx.now());
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

/// Whether an administrator other than the publishers could confirm.
pub(super) async fn has_second(tx: &mut Tx, publishers: &[PersonId]) -> Result<bool> {
    Ok(administrators(tx).await?.iter().any(|one| !publishers.contains(one)))
}

async fn administrators(tx: &mut Tx) -> Result<Vec<PersonId>> {
    let found = store::person::list_with_role(tx, Role::Admin, MOST).await?;
    Ok(found.into_iter().map(|(id, _)| id).collect())
}

/// A text that was published before is the version it was, unless nothing can begin on that any more.
pub(super) async fn again(tx: &mut Tx, known: Published) -> Result<Published> {
    let newer = overtaken(tx, &known).await?;
    if let (Standing::Proposed, Some(newer)) = (&known.standing, newer) {
        let number = known.version.version;
        let message = format!(
            "This text is version {number}, which waited for a second administrator when version {newer} came in force. \
             Change it, if only a comment, then publish it."
        );
        return Err(Refusal::new(Code::Conflict, message).into());
    }
    if let Standing::Declined { reason, .. } = &known.standing {
        let number = known.version.version;
        let message =
            format!("This text is version {number}, which was declined: {reason} Change it, then publish it.");
        return Err(Refusal::new(Code::Conflict, message).into());
    }
    Ok(known)
}
