//! What the panel says first: what this viewer is to do, or what became of the approval.

use super::super::{names, open_groups, open_seats, seats::wanted};
use super::entitled;
use domain::{
    approval::{Approval, Use},
    decision::Verdict,
    review::{Mandate, Review, Setback},
};

/// The heading, and the line below it.
pub(super) fn heading(review: &Review, setback: Option<&Setback>) -> (String, String) {
    let revision = review.revision;
    match (&review.state, &review.mandate, setback) {
        (Approval::Pending { .. }, Mandate::Decide { .. }, Some(Setback::ConditionsChanged { .. })) => {
            ("Not approved".to_owned(), "Conditions are checked again when you approve.".to_owned())
        }
        (Approval::Pending { .. }, _, _) if review.state.is_waiting_for_information() => {
            ("Waits for information".to_owned(), "Nobody can approve before the answer.".to_owned())
        }
        (Approval::Pending { .. }, Mandate::Decide { group, on_behalf_of }, _) => {
            let place = on_behalf_of.as_ref().map(|principal| format!(" in the place of {}", principal.name));
            (format!("Decide for {group}{}", place.unwrap_or_default()), wanted(review))
        }
        (Approval::Pending { .. }, _, _) => (format!("Pending for {}", open_groups(review)), can_decide(review)),
        (Approval::Approved { used: Use::Void { .. }, .. }, _, _) => {
            ("Approved, then void".to_owned(), "The approval cannot be used.".to_owned())
        }
        (Approval::Approved { .. }, _, _) => {
            let groups = names(review.standing.seats.iter().map(|seat| seat.group.as_str()), "and");
            ("Approved".to_owned(), format!("{groups} approved rev {revision}. The verdict stands."))
        }
        (Approval::Rejected { .. }, _, _) => {
            let groups = names(
                review.votes.iter().filter(|vote| vote.verdict == Verdict::Reject).map(|vote| vote.group.as_str()),
                "and",
            );
            ("Rejected".to_owned(), format!("{groups} rejected rev {revision}. The verdict stands."))
        }
        (Approval::Expired { .. }, _, _) => {
            let groups = names(open_seats(review).map(|seat| seat.group.as_str()), "and");
            ("Expired".to_owned(), format!("{groups} did not decide in time."))
        }
        (Approval::Cancelled { .. }, _, _) => {
            ("Cancelled".to_owned(), "Nobody needs to decide this any more.".to_owned())
        }
        (Approval::Superseded { .. }, _, _) => {
            ("Superseded".to_owned(), "The session went on without this call.".to_owned())
        }
        (Approval::Revoked { .. }, _, _) => ("Revoked".to_owned(), format!("Rev {revision} is approved no more.")),
    }
}

fn can_decide(review: &Review) -> String {
    match entitled(review).len() {
        0 => "Nobody can decide now.".to_owned(),
        1 => "1 person can still decide.".to_owned(),
        people => format!("{people} people can still decide."),
    }
}
