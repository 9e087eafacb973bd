//! Who takes part: sample people with one password, the agents' keys, and the workflows they follow.

use std::collections::BTreeMap;

use domain::{Role, Scope, refusal::Code};
use futures::future::try_join_all;

use super::{
    Trouble,
    memory::{Kept, Memory},
};
use crate::{
    desk::{Caller, Desk, key::NewKey, person::NewPerson},
    error::Result,
    ids::Ids,
    password::Password,
};

/// The onboarding workflow, as shipped.
pub const ONBOARDING: &str = include_str!("../../../workflows/financial-onboarding.yaml");
/// The support workflow, as shipped.
pub const SUPPORT: &str = include_str!("../../../workflows/support-resolution.yaml");

/// Who answers for the agents, and may therefore not decide what they ask.
const OWNER: &str = "dev.patel@northgate.example";
/// Who asks for accounts to be opened.
pub const SALES: &str = "priya.nair@northgate.example";
/// Who passes complaints on.
pub const FRONT_DESK: &str = "ana.ruiz@northgate.example";
/// Who has signed some approvals for risk already.
pub const COLLEAGUE: &str = "tomas.lindqvist@northgate.example";

/// A sample person.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    /// Their name.
    pub name: &'static str,
    /// Their email.
    pub email: &'static str,
    /// Their roles.
    pub roles: &'static [Role],
    /// Their groups.
    pub groups: &'static [&'static str],
    /// What to try as this person.
    pub hint: &'static str,
}

/// Everybody.
pub const PEOPLE: &[Person] = &[
    Person {
        name: "Mira Okafor",
        email: "mira.okafor@northgate.example",
        roles: &[Role::Reviewer],
        groups: &["compliance", "risk"],
        hint: "sign for compliance or for risk, never for both",
    },
    Person {
        name: "Ana Ruiz",
        email: FRONT_DESK,
        roles: &[Role::Reviewer],
        groups: &["compliance", "compliance-leads"],
        hint: "the second signature, for compliance; for any seat once an approval is raised",
    },
    Person {
        name: "Tomás Lindqvist",
        email: COLLEAGUE,
        roles: &[Role::Reviewer],
        groups: &["risk"],
        hint: "the second signature, for risk",
    },
    Person {
        name: "Priya Nair",
        email: SALES,
        roles: &[Role::Reviewer, Role::SupportLead],
        groups: &["support-leads"],
        hint: "decide refunds above 10,000 EUR alone",
    },
    Person {
        name: "Dev Patel",
        email: OWNER,
        roles: &[Role::Reviewer],
        groups: &["compliance"],
        hint: "owns the agents, so may read but not decide",
    },
    Person {
        name: "Sam Whitfield",
        email: "sam.whitfield@northgate.example",
        roles: &[Role::Auditor],
        groups: &[],
        hint: "read everything, change nothing",
    },
    Person {
        name: "Noor Haddad",
        email: "noor.haddad@northgate.example",
        roles: &[Role::Admin],
        groups: &[],
        hint: "administers, decides nothing",
    },
];

/// A key of the demo.
struct SampleKey {
    name: &'static str,
    scope: Scope,
}

/// The name of the key of the onboarding agent.
pub const ONBOARDING_AGENT: &str = "onboarding-agent";
/// The name of the key of the support agent.
pub const SUPPORT_AGENT: &str = "support-agent";
/// The name of the key of the agent that sleeps until a webhook wakes it.
pub const CLAIMS_AGENT: &str = "claims-agent";
/// The name of the key, and the source, of the identity checks.
pub const KYC: &str = "kyc_db";
/// The name of the key, and the source, of the risk assessments.
pub const RISK: &str = "risk_engine";
/// The name of the key that publishes the workflows.
pub const PUBLISHER: &str = "demo-publisher";

const KEYS: &[SampleKey] = &[
    SampleKey { name: ONBOARDING_AGENT, scope: Scope::Hook },
    SampleKey { name: SUPPORT_AGENT, scope: Scope::Hook },
    SampleKey { name: CLAIMS_AGENT, scope: Scope::Hook },
    SampleKey { name: KYC, scope: Scope::System },
    SampleKey { name: RISK, scope: Scope::System },
    SampleKey { name: PUBLISHER, scope: Scope::Admin },
];

/// The people and keys, ready to act.
#[derive(Clone)]
pub struct Cast {
    /// Everybody's password.
    pub password: String,
    /// The secrets of the keys by name.
    pub keys: BTreeMap<String, String>,
}

impl Cast {
    /// Makes whoever and whatever is missing.
    pub async fn gather(desk: &Desk, memory: &Memory) -> Result<Self, Trouble> {
        let known = memory.recall();
        let password = known.password.clone().unwrap_or_else(|| spoken(desk.database.ids()));
        try_join_all(PEOPLE.iter().map(|person| add(desk, person, &password, known.password.is_none()))).await?;
        let keys = Self::keys(desk, &known).await?;
        memory.change(|kept| {
            // Stories that other keys began cannot be gone on with.
            if [ONBOARDING_AGENT, SUPPORT_AGENT, CLAIMS_AGENT]
                .iter()
                .any(|agent| kept.keys.get(*agent) != keys.get(*agent))
            {
                kept.under_way.clear();
            }
            kept.password = Some(password.clone());
            kept.keys.clone_from(&keys);
        })?;
        Ok(Self { password, keys })
    }

    async fn keys(desk: &Desk, known: &Kept) -> Result<BTreeMap<String, String>, Trouble> {
        let mut keys = BTreeMap::new();
        for key in KEYS {
            let secret = match known.keys.get(key.name) {
                Some(secret) if desk.identify_key(secret).await.is_ok() => secret.clone(),
                Some(_) | None => create(desk, key).await?,
            };
            keys.insert(key.name.to_owned(), secret);
        }
        Ok(keys)
    }

    /// The secret of a key.
    pub fn key(&self, name: &str) -> &str {
        self.keys.get(name).map_or("", String::as_str)
    }
}

/// Adds a person; one who is there already gets the password when nobody remembers the old one.
async fn add(desk: &Desk, person: &Person, password: &str, is_new: bool) -> Result<()> {
    let new = NewPerson {
        email: person.email.to_owned(),
        name: person.name.to_owned(),
        password: Password::new(password),
        roles: person.roles.to_vec(),
        groups: person.groups.iter().map(|group| (*group).to_owned()).collect(),
    };
    match desk.add_person(&Caller::CommandLine, new).await {
        Err(error) if error.code() == Some(Code::Conflict) && is_new => {
            desk.change_password(&Caller::CommandLine, person.email, Password::new(password)).await
        }
        Err(error) if error.code() != Some(Code::Conflict) => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

async fn create(desk: &Desk, key: &SampleKey) -> Result<String> {
    let new = NewKey {
        name: key.name.to_owned(),
        scopes: vec![key.scope],
        owner: (key.scope == Scope::Hook).then(|| OWNER.to_owned()),
        source: (key.scope == Scope::System).then(|| key.name.to_owned()),
        ..NewKey::default()
    };
    Ok(desk.create_key(&Caller::CommandLine, new).await?.secret.reveal().to_owned())
}

/// A password that can be read out: three groups of four syllables, 72 bits.
fn spoken(ids: &Ids) -> String {
    const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
    const VOWELS: &[u8; 4] = b"aeio";
    let syllable = |byte: &u8| {
        let (consonant, vowel) = (CONSONANTS[usize::from(byte >> 4)], VOWELS[usize::from(byte & 3)]);
        format!("{}{}", char::from(consonant), char::from(vowel))
    };
    let bytes: [u8; 12] = ids.bytes();
    bytes.chunks(4).map(|group| group.iter().map(syllable).collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn the_password_is_good_enough_for_everybody() {
        let clock = Clock::manual("2026-11-21T09:00:00Z".parse().expect("time"));
        for seed in 0..200 {
            let password = spoken(&Ids::seeded(clock.clone(), seed));
            assert_eq!(password.len(), 26, "{password}");
            for person in PEOPLE {
                Password::new(&password).check(person.email, person.name).expect(&password);
            }
        }
    }

    #[test]
    fn every_policy_can_be_satisfied_by_somebody() {
        for group in ["compliance", "risk", "support-leads", "compliance-leads"] {
            let member = |person: &&Person| {
                person.groups.contains(&group) && person.roles.contains(&Role::Reviewer) && person.email != OWNER
            };
            assert!(PEOPLE.iter().any(|person| member(&person)), "{group}");
        }
    }
}
