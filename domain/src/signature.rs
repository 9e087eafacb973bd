//! Electronic signatures: what a reviewer signs, in words, how they showed who they are, and what one signature is for.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Digest, Refusal, Time,
    actor::{UnknownWord, words},
    decision::{Ballot, Verdict},
    id::{ApprovalId, PersonId},
    policy::{Policy, Seat},
    refusal::Code,
};

/// How long a signature may be used for its decision, in seconds.
pub const VALID_SECONDS: i64 = 300;

words! {
    /// How somebody showed who they are as they signed.
    Authentication {
        /// By their password, typed for this decision.
        Password = "password",
    }
}

/// A signature as it is kept with its decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Signature {
    /// The statement that was shown and signed, word for word.
    pub meaning: String,
    /// When it was signed.
    pub signed_at: Time,
    /// How the person showed who they are.
    pub authenticated_by: Authentication,
}

/// A one-use token that stands for a signature until its decision is stored. Nobody but its person is shown it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Token(String);

impl Token {
    /// A token of this text.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for the one answer that shows it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored and looked up. The token has so much entropy that a plain hash suffices.
    pub fn digest(&self) -> Digest {
        Digest::of("signature-token/v1", self.0.as_bytes())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What one signature is for. A decision that differs in anything needs another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// Who decides.
    pub person: PersonId,
    /// On what.
    pub approval: ApprovalId,
    /// On which package.
    pub package_digest: Digest,
    /// How.
    pub verdict: Verdict,
    /// The digest of the arguments they wrote, where they changed the call, or of what they said about items.
    pub edited_input: Option<Digest>,
    /// For which group.
    pub group: String,
    /// In whose place, if not in their own.
    pub on_behalf_of: Option<PersonId>,
}

/// A signature that was given and not used yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// What it is for.
    pub covered: Covered,
    /// The signature.
    pub signature: Signature,
    /// Until when it may be used, this moment left out.
    pub expires_at: Time,
    /// Whether a decision has been stored by it.
    pub is_used: bool,
}

impl Given {
    /// The signature, if this very decision may be stored by it now.
    ///
    /// # Errors
    /// `signature_invalid`, saying what does not fit. Another's signature reads like one that there never was.
    pub fn sign(self, decided: &Covered, now: Time) -> Result<Signature, Refusal> {
        let Self { covered, signature, expires_at, is_used } = self;
        let fault = if covered.person != decided.person {
            return Err(unknown());
        } else if is_used {
            "it has been used; each decision is signed anew"
        } else if expires_at <= now {
            "it was given more than five minutes ago"
        } else if covered.approval != decided.approval {
            "it was given for another approval"
        } else if covered.package_digest != decided.package_digest {
            "it was given for another package than the one decided on"
        } else if covered.verdict != decided.verdict {
            "it was given for another verdict"
        } else if covered.edited_input != decided.edited_input {
            "it was given for other arguments, or something else was said about items"
        } else if (&covered.group, covered.on_behalf_of) != (&decided.group, decided.on_behalf_of) {
            "it was given for another seat"
        } else {
            return Ok(signature);
        };
        Err(invalid(fault))
    }
}

fn invalid(fault: &str) -> Refusal {
    Refusal::new(
        Code::SignatureInvalid,
        format!("Nothing was stored. This signature does not count: {fault}. Sign again."),
    )
}

/// No such signature, or another's.
fn unknown() -> Refusal {
    invalid("there is none like it of yours")
}

/// Somebody else's use of the same signature was faster.
pub fn used() -> Refusal {
    invalid("it has been used or is over")
}

/// The policy asks for a signature, and there is none.
fn required() -> Refusal {
    let message = "Nothing was stored. This policy asks for an electronic signature: sign in the console, or give your \
                   password to POST /api/v1/signatures and send its token as `signature`.";
    Refusal::new(Code::SignatureRequired, message)
}

impl Policy {
    /// Whether a verdict is signed: approvals and rejections where the policy says so, questions never.
    pub fn must_sign(&self, verdict: Verdict) -> bool {
        self.sign && verdict != Verdict::RequestInformation
    }

    /// The signature that a decision is stored with, if it takes one. `given` is what the token in `ballot` stands for.
    ///
    /// # Errors
    /// `signature_required` without a token, `signature_invalid` where it is not for this very decision,
    /// `invalid_field` for a token that nobody asked for.
    pub fn signed(
        &self,
        ballot: &Ballot,
        given: Option<Given>,
        decided: &Covered,
        now: Time,
    ) -> Result<Option<Signature>, Refusal> {
        match (self.must_sign(ballot.verdict), &ballot.signature) {
            (false, None) => Ok(None),
            (false, Some(_)) => Err(Refusal::invalid("/signature", "this decision takes no signature; leave it out")),
            (true, None) => Err(required()),
            (true, Some(_)) => given.ok_or_else(unknown)?.sign(decided, now).map(Some),
        }
    }
}

/// What of a package is approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it, as it stands.
    Whole,
    /// The call, with other arguments.
    Edited,
    /// Those of its items that are marked so.
    Items,
}

/// The statement that is shown and signed; a question has none. What is rejected is rejected whole.
pub fn statement(verdict: Verdict, extent: Extent, revision: u32, seat: &Seat) -> Option<String> {
    let (what, how) = match (verdict, extent) {
        (Verdict::Approve, Extent::Whole) => ("approve it", ""),
        (Verdict::Approve, Extent::Edited) => ("approve it", ", with the arguments as I have changed them"),
        (Verdict::Approve, Extent::Items) => ("approve those of its items that I have marked so, and no other,", ""),
        (Verdict::Reject, _) => ("reject it", ""),
        (Verdict::RequestInformation, _) => return None,
    };
    Some(format!("I have reviewed revision {revision} of this package and {what} for {}{how}.", seat.words()))
}

#[cfg(test)]
mod tests;
