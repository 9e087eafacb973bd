//! Approving with edits: what runs is what the reviewer wrote, and it passes the same gates.

use std::borrow::Cow;

use domain::{
    Refusal, canonical,
    decision::{Ballot, Verdict},
    edit::Edit,
    judge::Ruling,
    package::Origin,
};
use serde_json::Value;

use super::Vote;
use crate::{desk::snapshot::Snapshot, store::approval::Stored};

/// Where callers find what is wrong with an edit.
const FIELD: &str = "/edited_input";

/// The input a ballot puts in the place of the one that was read, if it is another.
pub(in crate::desk) fn changed_input<'b>(stored: &Stored, ballot: &'b Ballot) -> Option<&'b Value> {
    let wanted = ballot.edited_input.as_ref()?;
    (canonical::to_string(wanted) != canonical::to_string(&stored.package.input)).then_some(wanted)
}

/// Whether this ballot may carry an edit.
pub(in crate::desk) fn may_edit(stored: &Stored, ballot: &Ballot) -> Result<(), Refusal> {
    let Some(input) = &ballot.edited_input else { return Ok(()) };
    let fault = if ballot.verdict != Verdict::Approve {
        "only an approval edits a call: send it with the verdict `approve`, or leave it out"
    } else if stored.package.origin == Origin::Items {
        "items are approved or rejected as they are: reject the one that should be another, and say so"
    } else if stored.package.origin != Origin::Gate {
        "this approval is about no call, so there is no input to edit: leave it out"
    } else if !input.is_object() {
        "expected an object, the whole input of the call"
    } else {
        return Ok(());
    };
    Err(Refusal::invalid(FIELD, fault))
}

/// The vote on the edited call, whose package is a revision of its own.
///
/// # Errors
/// `invalid_field` when a gate blocks the edited input.
pub(super) fn edited(snapshot: &Snapshot, stored: &Stored, vote: Vote, input: &Value) -> Result<Vote, Refusal> {
    let (compiled, roots, tool) = (&snapshot.compiled, &snapshot.roots, stored.package.tool.as_str());
    let finding = compiled.check_call(roots, tool, input);
    let mut package = stored.package.clone();
    match finding.ruling {
        Ruling::Block { error } => {
            return Err(Refusal::invalid(FIELD, format!("a gate blocks the edited call: {error}")));
        }
        Ruling::Review { title, risk, .. } => (package.title, package.risk) = (title, risk),
        // Nobody would have had to review this one; it is called what the rule calls it.
        Ruling::Allow => {
            if let Cow::Owned(title) = compiled.reviewed_title(roots, tool, input, &package.title) {
                package.title = title;
            }
        }
    }
    let mut decision = vote.decision;
    let asked_input = package.edit.take().map_or_else(|| package.input.clone(), |edit| edit.asked_input);
    if canonical::to_string(&asked_input) != canonical::to_string(input) {
        package.edit = Some(Edit {
            asked_input,
            edited_digest: stored.package_digest,
            person: decision.person,
            edited_by: decision.signatory(),
            edited_at: decision.at,
        });
    }
    package.input = input.clone();
    package.evidence = finding.evidence;
    let revision = stored.revision + 1;
    let digest = package.digest(revision);
    (decision.revision, decision.package_digest) = (revision, digest);
    let standing = package.standing(std::slice::from_ref(&decision));
    let edited = Stored { revision, package_digest: digest, package, ..stored.clone() };
    Ok(Vote { decision, standing, edited: Some(edited), token: vote.token })
}
