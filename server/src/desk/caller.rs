//! Who asks: a key or a signed-in person, and what the permission table grants them.

use domain::{
    Actor, Refusal, Role, Scope, SystemActor,
    id::{KeyId, PersonId, RunId},
    key::Begins,
    permission::Action,
    refusal::Code,
};

use crate::error::{Result, StoreError};

/// Whoever calls a use case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// An API key.
    Key(KeyCaller),
    /// A key that was usable a moment ago. Nothing may be answered to it before it is known whether it still is:
    /// [`super::Desk::confirmed`] asks, or the statement that stores what it did.
    Remembered(KeyCaller),
    /// A signed-in person.
    Person(PersonCaller),
    /// An administrator at the command line of the machine itself.
    CommandLine,
}

/// An API key that is neither expired nor revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCaller {
    /// The key.
    pub id: KeyId,
    /// Its name: what the console calls the agent.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The person who answers for it.
    pub owner: Option<PersonId>,
    /// The system of record it speaks for.
    pub source: Option<String>,
    /// The only run it sees, when it was minted for one.
    pub run: Option<RunId>,
    /// What it may begin.
    pub begins: Begins,
}

impl KeyCaller {
    /// Refuses what has to do with a workflow that this key may not be a part of.
    ///
    /// # Errors
    /// `wrong_scope`, naming those it may.
    pub fn must_begin(&self, workflow: &str) -> Result<()> {
        if self.begins.allows(workflow) {
            return Ok(());
        }
        let known = self.begins.workflows.join(", ");
        let message =
            format!("This key starts and joins runs of {known} only: it was made so (key create --workflow).");
        Err(Refusal::new(Code::WrongScope, message).into())
    }
}

/// A signed-in person who is not disabled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonCaller {
    /// The person.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their email.
    pub email: String,
    /// Their roles.
    pub roles: Vec<Role>,
    /// The names of their groups.
    pub groups: Vec<String>,
}

impl Caller {
    /// Whether the permission table lets this caller do this.
    ///
    /// # Errors
    /// `wrong_scope`, naming what would be needed.
    pub fn authorize(&self, action: Action) -> Result<()> {
        let (allowed, needed) = match self {
            // Only a gate check finds out by itself whether the key still stands.
            Self::Remembered(_) if action != Action::CheckGate => (false, String::new()),
            Self::Key(key) | Self::Remembered(key) => {
                let scopes = action.scopes();
                (
                    key.scopes.iter().any(|scope| scopes.contains(scope)),
                    words("scope", scopes.iter().map(|s| s.as_str())),
                )
            }
            Self::Person(person) => {
                let roles = action.roles();
                (person.roles.iter().any(|role| roles.contains(role)), words("role", roles.iter().map(|r| r.as_str())))
            }
            Self::CommandLine => (true, String::new()),
        };
        if allowed {
            return Ok(());
        }
        let code = if action == Action::WriteFacts { Code::FactsNeedSystemScope } else { Code::WrongScope };
        Err(Refusal::new(code, needed).into())
    }

    /// The key behind a caller; people and the command line start no runs.
    pub fn key(&self, action: Action) -> Result<&KeyCaller> {
        self.authorize(action)?;
        match self {
            Self::Key(key) => Ok(key),
            Self::Remembered(_) => Err(StoreError::Unexpected("a key that nobody has confirmed".to_owned()).into()),
            Self::Person(_) | Self::CommandLine => Err(Refusal::new(Code::WrongScope, "This needs an API key.").into()),
        }
    }

    /// The actor the log names.
    pub const fn actor(&self) -> Actor {
        match self {
            Self::Key(key) | Self::Remembered(key) => Actor::Key(key.id),
            Self::Person(person) => Actor::Person(person.id),
            Self::CommandLine => Actor::System(SystemActor::CommandLine),
        }
    }

    /// The run that is meant: the one named, else the one the key was minted for.
    ///
    /// # Errors
    /// `invalid_field` at `/run_id` when there is neither.
    pub fn run(&self, named: Option<RunId>) -> Result<RunId> {
        let own = match self {
            Self::Key(key) | Self::Remembered(key) => key.run,
            Self::Person(_) | Self::CommandLine => None,
        };
        let message = "say which run is meant: this key was not minted for one";
        named.or(own).ok_or_else(|| Refusal::invalid("/run_id", message).into())
    }

    /// Whether this caller may see a run: keys minted for a run see that run only.
    pub fn sees(&self, run: RunId) -> bool {
        match self {
            Self::Key(key) | Self::Remembered(key) => key.run.is_none_or(|own| own == run),
            Self::Person(_) | Self::CommandLine => true,
        }
    }
}

fn words(kind: &str, needed: impl Iterator<Item = &'static str>) -> String {
    let needed: Vec<&str> = needed.collect();
    if needed.is_empty() {
        return format!("No {kind} grants this here.");
    }
    format!("This needs the {kind} {}.", needed.join(" or "))
}
