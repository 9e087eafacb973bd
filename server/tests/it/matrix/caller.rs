//! Who tries: keys of every scope, keys of one run, and people of every role, of none, and nobody.

use domain::{Role, Scope};

/// A kind of caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// A key with one scope, for every run.
    Key(Scope),
    /// A key with one scope, for one run: the "own" of the tables.
    Bound(Scope),
    /// Neither key nor session.
    Nobody,
    /// A person who has no role.
    NoRole,
    /// A person with one role.
    Person(Role),
}

impl Who {
    /// Everybody who may come to the API.
    pub fn of_the_api() -> Vec<Self> {
        let keys = Scope::ALL.iter().map(|scope| Self::Key(*scope));
        let bound = [Scope::Hook, Scope::Agent].map(Self::Bound);
        keys.chain(bound).chain(Self::of_the_console().into_iter().skip(1)).collect()
    }

    /// Everybody who may come to the console. A key is nobody there: the most powerful stands for all.
    pub fn of_the_console() -> Vec<Self> {
        let people = Role::ALL.iter().map(|role| Self::Person(*role));
        [Self::Key(Scope::Admin), Self::Nobody, Self::NoRole].into_iter().chain(people).collect()
    }

    /// Whether this is a key of one run.
    pub const fn is_bound(self) -> bool {
        matches!(self, Self::Bound(_))
    }

    /// The head of its column: `hook:` is a key with that scope, `hook/1` one for a single run.
    pub fn head(self) -> String {
        let word = match self {
            Self::Key(scope) => format!("{scope}:"),
            Self::Bound(scope) => format!("{scope}/1"),
            Self::Nobody => "nobody".to_owned(),
            Self::NoRole => "no role".to_owned(),
            Self::Person(role) => role.to_string(),
        };
        word.replace("support_lead", "lead")
    }
}
