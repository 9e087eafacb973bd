//! A reviewer's verdict on one package revision.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Digest, Time,
    actor::{UnknownWord, words},
    delegation::Principal,
    id::{ApprovalId, DecisionId, PersonId},
    item::ItemVerdict,
    policy::Wanted,
    signature::{Signature, Token},
};

words! {
    /// What a reviewer says.
    Verdict {
        /// The call may run exactly as shown.
        Approve = "approve",
        /// The call may not run.
        Reject = "reject",
        /// Something must be known first: a question, which somebody answers.
        RequestInformation = "request_information",
    }
}

/// A stored decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// The approval decided.
    pub approval: ApprovalId,
    /// Who decided.
    pub person: PersonId,
    /// Their name, as it was.
    pub name: String,
    /// In whose place they decided, if not in their own.
    #[serde(default)]
    pub on_behalf_of: Option<Principal>,
    /// The group whose seat it fills.
    pub group: String,
    /// The group the approval was raised to, where that alone lets the person fill this seat.
    #[serde(default)]
    pub by_raise: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// The package revision that was read.
    pub revision: u32,
    /// The digest of that package.
    pub package_digest: Digest,
    /// A code of the policy's list.
    pub reason_code: Option<String>,
    /// The reviewer's words, sent to the agent as written.
    pub notes: Option<String>,
    /// What they said about each item, where there are any and they approved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemVerdict>,
    /// The electronic signature, where the policy asks for one.
    #[serde(default)]
    pub signature: Option<Signature>,
    /// When.
    pub at: Time,
}

impl Decision {
    /// Whether this vote is the person's: they gave it, or it was given in their place.
    pub fn speaks_for(&self, person: PersonId) -> bool {
        self.person == person || self.on_behalf_of.as_ref().is_some_and(|principal| principal.person == person)
    }

    /// Who decided, with both names where it was in another's place.
    pub fn signatory(&self) -> String {
        match &self.on_behalf_of {
            Some(principal) => format!("{} (for {})", self.name, principal.name),
            None => self.name.clone(),
        }
    }
}

/// What a reviewer sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ballot {
    /// The verdict.
    pub verdict: Verdict,
    /// The digest of the package that was shown.
    pub package_digest: Digest,
    /// The revision that was shown, when it does not come in `If-Match`.
    #[serde(default)]
    pub revision: Option<u32>,
    /// A code of the policy's list.
    #[serde(default)]
    pub reason_code: Option<String>,
    /// The reviewer's words.
    #[serde(default)]
    pub notes: Option<String>,
    /// The group to decide for, when the person belongs to several. Where it is given, no other seat is filled.
    #[serde(default)]
    pub for_group: Option<String>,
    /// The person in whose place: somebody the reviewer stands in for, or the reviewer for their own. Where it is given,
    /// no other seat is filled; without it their own comes first.
    #[serde(default)]
    pub on_behalf_of: Option<PersonId>,
    /// The whole input to run instead of the one that was asked for; with `approve` alone. It makes a new revision.
    #[serde(default)]
    pub edited_input: Option<Value>,
    /// A verdict on every item of an approval that has any; with `approve` alone.
    #[serde(default)]
    pub items: Vec<ItemVerdict>,
    /// The token of a signature, where the policy asks for one: `POST /signatures` gives it.
    #[serde(default)]
    pub signature: Option<Token>,
}

impl Ballot {
    /// The seat it is for, as far as it says.
    pub fn wanted(&self) -> Wanted<'_> {
        Wanted { group: self.for_group.as_deref(), in_place_of: self.on_behalf_of }
    }
}
