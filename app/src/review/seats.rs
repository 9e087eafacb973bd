//! The quorum, line by line: who approved and when, who can, and who may not.

use super::{each_once, missing, names};
use crate::{
    kit::{icon::Icon, moment::Moment},
    recorded::text::Text,
};
use domain::{
    Time,
    approval::Status,
    deadline::Steps,
    decision::{Decision, Verdict},
    id::PersonId,
    policy::{Exclusion, SeatStanding},
    review::{EntitledPerson, ExcludedPerson, Mandate, Review},
};
use leptos::prelude::*;

/// One line: icon with its colour, who it is about, what is true, and something at the right.
struct SeatLine {
    icon: &'static str,
    class: &'static str,
    subject: Option<String>,
    text: String,
    at: Option<Time>,
    aside: Option<String>,
}

/// The lines of the quorum.
#[component]
pub fn Seats<'a>(
    /// The approval.
    review: &'a Review,
    /// Who looks.
    viewer: Option<PersonId>,
) -> impl IntoView + use<> {
    let seats = review.standing.seats.iter().map(|seat| seat_line(seat, review, viewer));
    let rejections =
        review.votes.iter().filter(|vote| vote.verdict == Verdict::Reject).map(|vote| rejection(vote, viewer));
    let excluded = review.excluded.iter().filter(|_| review.state.status() == Status::Pending).map(exclusion);
    let lines: Vec<AnyView> = seats.chain(rejections).chain(excluded).map(|line| show(line, review.now)).collect();
    view! { <ul class="text-xs border-y border-rule">{lines}</ul> }.into_any()
}

fn show(line: SeatLine, now: Time) -> AnyView {
    let SeatLine { icon, class, subject, text, at, aside } = line;
    view! {
        <li class="flex items-center gap-2 min-h-7.5 py-1 border-t border-rule first:border-t-0">
            <Icon name=icon class=class />
            {subject.map(|subject| view! { <span class="font-medium break-words min-w-0">{subject}</span> })}
            <span class="text-muted min-w-0"><Text text=&text /></span>
            <span class="ms-auto ps-1 text-faint text-end">{at.map(|at| view! { <Moment at=at now=now /> })}{aside.map(|aside| view! { <Text text=&aside /> })}</span>
        </li>
    }
    .into_any()
}

fn seat_line(seat: &SeatStanding, review: &Review, viewer: Option<PersonId>) -> SeatLine {
    let subject = Some(format!("{} {}/{}", seat.group, seat.given, seat.needed));
    let votes: Vec<&Decision> =
        review.votes.iter().filter(|vote| vote.verdict == Verdict::Approve && vote.group == seat.group).collect();
    let people: Vec<String> = votes.iter().map(|vote| voter(vote, viewer)).collect();
    let approved = (!votes.is_empty()).then(|| format!("{} approved", names(people.iter().map(String::as_str), "and")));
    if !seat.is_open() {
        let at = votes.last().map(|vote| vote.at);
        let text = approved.unwrap_or_default();
        return SeatLine {
            icon: "circle-check",
            class: "w-3.5 h-3.5 text-pass shrink-0",
            subject,
            text,
            at,
            aside: None,
        };
    }
    let (icon, class, state, aside) = open_seat(seat, review);
    let text = approved.map_or(state.clone(), |approved| format!("{approved}. {state}"));
    SeatLine { icon, class, subject, text, at: None, aside }
}

/// An open seat: icon, its colour, what is true, and the others who could fill it.
fn open_seat(seat: &SeatStanding, review: &Review) -> (&'static str, &'static str, String, Option<String>) {
    const QUIET: &str = "w-3.5 h-3.5 text-faint shrink-0";
    match review.state.status() {
        Status::Expired => return ("hourglass", QUIET, "Nobody decided".to_owned(), None),
        Status::Approved | Status::Rejected | Status::Cancelled | Status::Superseded | Status::Revoked => {
            return ("circle-dashed", QUIET, "No decision needed".to_owned(), None);
        }
        Status::Pending => {}
    }
    let raised_to = review.state.steps().and_then(Steps::raised).map(|(group, _)| group);
    let entitled =
        review.entitled.iter().filter(|person| person.group == seat.group || raised_to == Some(person.group.as_str()));
    let others = each_once(entitled.filter(|person| !person.is_viewer).map(EntitledPerson::signatory));
    let mine = matches!(&review.mandate, Mandate::Decide { group, .. } if *group == seat.group);
    if mine {
        let aside = (!others.is_empty()).then(|| format!("or {}", names(others, "or")));
        ("circle-dashed", "w-3.5 h-3.5 text-accent shrink-0", "You can decide".to_owned(), aside)
    } else if others.is_empty() {
        ("circle-alert", "w-3.5 h-3.5 text-warn shrink-0", "Nobody can fill this seat now".to_owned(), None)
    } else {
        ("circle-dashed", QUIET, names(others, "or"), None)
    }
}

fn rejection(vote: &Decision, viewer: Option<PersonId>) -> SeatLine {
    SeatLine {
        icon: "circle-x",
        class: "w-3.5 h-3.5 text-fail shrink-0",
        subject: Some(vote.group.clone()),
        text: format!("{} rejected", voter(vote, viewer)),
        at: Some(vote.at),
        aside: None,
    }
}

fn exclusion(person: &ExcludedPerson) -> SeatLine {
    let why = match person.why {
        Exclusion::Requester => "asked for this run",
        Exclusion::AgentOwner => "owns this agent",
        Exclusion::PreviousApprover => "approved an earlier step of this run",
    };
    SeatLine {
        icon: "user-x",
        class: "w-3.5 h-3.5 text-faint shrink-0",
        subject: None,
        text: format!("{} {why}, cannot decide", person.name),
        at: None,
        aside: None,
    }
}

/// Who voted, with the group it was raised to where the vote counts by that.
fn voter(vote: &Decision, viewer: Option<PersonId>) -> String {
    let name = name(vote, viewer);
    vote.by_raise.as_ref().map_or_else(|| name.clone(), |group| format!("{name} of {group}"))
}

/// The name of who voted, and in whose place; "You" for the viewer.
pub fn name(vote: &Decision, viewer: Option<PersonId>) -> String {
    let who = if viewer == Some(vote.person) { "You" } else { &vote.name };
    match &vote.on_behalf_of {
        Some(principal) if viewer == Some(principal.person) => format!("{who} (for you)"),
        Some(principal) => format!("{who} (for {})", principal.name),
        None => who.to_owned(),
    }
}

/// How many approvals the session waits for.
pub fn wanted(review: &Review) -> String {
    match missing(review) {
        1 => "One more approval resumes the session.".to_owned(),
        more => format!("{more} more approvals resume the session."),
    }
}
