//! Electronic signatures: the password once more, for one decision, in person.

use chrono::TimeDelta;
use domain::{
    Actor, Digest, Refusal,
    decision::{Ballot, Verdict},
    event::Event,
    id::{ApprovalId, PersonId},
    item::ItemVerdict,
    permission::Action,
    policy::Seat,
    refusal::Code,
    signature::{Authentication, Covered, Extent, Given, Signature, Token, VALID_SECONDS, statement},
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{
    Caller, Desk, PersonCaller,
    ballot::{EXPIRED, entitled_at_all, repeated},
    decision::{
        Decided,
        check::{against, covered},
        circumstances,
        edit::{changed_input, may_edit},
    },
    sign_in::{self, Proof},
};
use crate::{
    error::{Error, Result},
    ids::Ids,
    password::Password,
    store::{self, approval::Stored},
};

/// What every token begins with, so that scanners of leaked secrets find it.
const PREFIX: &str = "csg_";
/// Where a wrong password is told.
const FIELD: &str = "/password";
/// What is said whether the password is wrong or the account has to wait.
const REFUSED: &str =
    "Nothing was signed: this is not your password, or your account has to wait a moment before it is tried again.";

/// A signature somebody gives.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// The approval.
    approval_id: ApprovalId,
    /// The revision that was read.
    revision: u32,
    /// The digest of the package that was read.
    package_digest: Digest,
    /// `approve` or `reject`.
    verdict: Verdict,
    /// The group to decide for; the decision must name the same, or none.
    #[serde(default)]
    for_group: Option<String>,
    /// The person in whose place, or the reviewer for their own; likewise.
    #[serde(default)]
    on_behalf_of: Option<PersonId>,
    /// The input that the decision puts in the place of what was asked for; likewise.
    #[serde(default)]
    edited_input: Option<Value>,
    /// What the decision says about each item; likewise.
    #[serde(default)]
    items: Vec<ItemVerdict>,
    /// The reviewer's password.
    password: String,
}

impl Sign {
    /// The approval, the decision as far as it is signed, and the password.
    pub fn into_parts(self) -> (ApprovalId, Ballot, Password) {
        let ballot = Ballot {
            verdict: self.verdict,
            package_digest: self.package_digest,
            revision: Some(self.revision),
            reason_code: None,
            notes: None,
            for_group: self.for_group,
            on_behalf_of: self.on_behalf_of,
            edited_input: self.edited_input,
            items: self.items,
            signature: None,
        };
        (self.approval_id, ballot, Password::new(self.password))
    }
}

/// A signature that was given, and the token that stands for it.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The token: shown once, kept as a hash.
    pub token: Token,
    /// What it stands for.
    pub given: Given,
    /// The seat, with the names of the statement.
    pub seat: Seat,
}

/// 256 bits nobody can guess.
fn draw(ids: &Ids) -> Token {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    Token::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(ids.bytes::<32>())))
}

impl Desk {
    /// Signs a decision that is about to be made. It is stored with that decision, or not at all.
    ///
    /// # Errors
    /// `wrong_scope` for keys; then what a decision is refused for, its reasons left out; `invalid_field` at `/verdict`
    /// where nothing is signed, and at `/password` for a wrong one and an account that has to wait, in one sentence;
    /// `too_many` when too many hashes wait already.
    pub async fn sign(&self, caller: &Caller, id: ApprovalId, ballot: &Ballot, password: Password) -> Result<Signed> {
        caller.authorize(Action::Sign)?;
        let Caller::Person(who) = caller else {
            return Err(Refusal::new(Code::WrongScope, "People sign, signed in to the console.").into());
        };
        let (stored, seat) = self.signable(caller, id, ballot).await?;
        let extent = match changed_input(&stored, ballot) {
            Some(_) => Extent::Edited,
            None if ballot.items.is_empty() => Extent::Whole,
            None => Extent::Items,
        };
        let unsigned = || Refusal::invalid("/verdict", "nothing is signed here: decide without a signature");
        let meaning = statement(ballot.verdict, extent, stored.revision, &seat)
            .filter(|_| stored.package.policy.must_sign(ballot.verdict))
            .ok_or_else(unsigned)?;
        self.prove_for(who, &stored, password).await?;
        self.give(who, covered(&stored, who.id, ballot, &seat), meaning, seat).await
    }

    /// Signs a decision and stores it: what the form of the console does.
    ///
    /// # Errors
    /// As [`Desk::sign`] and [`Desk::decide`]. Nothing is stored then.
    pub async fn sign_and_decide(
        &self,
        caller: &Caller,
        id: ApprovalId,
        ballot: Ballot,
        password: Password,
    ) -> Result<Decided> {
        let (stored, votes) = self.approval_detail(caller, id).await?;
        let policy = &stored.package.policy;
        if let Caller::Person(who) = caller
            && let Some(repeat) = repeated(&stored, &votes, who.id, &ballot)
        {
            return Ok(repeat);
        }
        if !policy.must_sign(ballot.verdict) {
            return self.decide(caller, id, &ballot).await;
        }
        // A reason that is missing costs nobody their signature.
        policy.check_reasons(&ballot)?;
        let signed = self.sign(caller, id, &ballot, password).await?;
        self.decide(caller, id, &Ballot { signature: Some(signed.token), ..ballot }).await
    }

    /// The approval as it is now, and the seat that the decision would fill.
    async fn signable(&self, caller: &Caller, id: ApprovalId, ballot: &Ballot) -> Result<(Stored, Seat)> {
        let stored = self.find_approval(caller, id).await?;
        let reviewer = self.reviewer(caller, id).await?;
        let mut tx = self.database.read().await?;
        let votes = stored.current(&store::decision::list_of_approval(&mut tx, id).await?);
        let circumstances = circumstances(&mut tx, &stored).await?;
        drop(tx);
        entitled_at_all(&stored, &reviewer, &circumstances)?;
        if stored.state.is_overdue(self.database.clock().now()) {
            return Err(Refusal::new(Code::Expired, EXPIRED).into());
        }
        // Whoever changes the call decides on a revision that nobody has voted on.
        let counting = if changed_input(&stored, ballot).is_some() { &[][..] } else { &votes };
        against(&stored, counting, reviewer.candidate.person, ballot)?;
        may_edit(&stored, ballot)?;
        let policy = &stored.package.policy;
        let seat = policy.seat_for(&reviewer.candidate, &circumstances, counting, ballot.verdict, ballot.wanted())?;
        Ok((stored, seat))
    }

    /// Asks for the password; a wrong one is in the log.
    async fn prove_for(&self, who: &PersonCaller, stored: &Stored, password: Password) -> Result<()> {
        let proof = self.prove(who, password).await?;
        if matches!(proof, Proof::Given(_)) {
            return Ok(());
        }
        tracing::info!(account_has_to_wait = matches!(proof, Proof::TooSoon), "a signature was refused");
        if matches!(proof, Proof::Wrong) {
            let (run, subject, approval) = (stored.run, stored.package.subject.clone(), stored.id);
            let actor = Actor::Person(who.id);
            let recorded = self.database.write(move |tx| {
                async move {
                    tx.record_in(run, &subject, Some(approval), actor, Event::SignatureRefused { approval });
                    Ok::<(), Error>(())
                }
                .boxed()
            });
            recorded.await?;
        }
        Err(Refusal::invalid(FIELD, REFUSED).into())
    }

    /// Keeps a signature until it is used or over, and forgets the failures before it.
    async fn give(&self, who: &PersonCaller, covered: Covered, meaning: String, seat: Seat) -> Result<Signed> {
        let token = draw(self.database.ids());
        let (hash, account) = (token.digest(), sign_in::account(&who.email));
        let given = self.database.write(move |tx| {
            async move {
                let now = tx.now();
                let signature = Signature { meaning, signed_at: now, authenticated_by: Authentication::Password };
                let expires_at = now + TimeDelta::seconds(VALID_SECONDS);
                let given = Given { covered, signature, expires_at, is_used: false };
                store::backoff::delete(tx, account).await?;
                store::signature::insert(tx, hash, &given).await?;
                Ok::<Given, Error>(given)
            }
            .boxed()
        });
        Ok(Signed { token, given: given.await?, seat })
    }
}
