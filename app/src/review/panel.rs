//! The decision panel: the seal, who decided and who can, then what this viewer may do or what became of it.

mod heading;

use self::heading::heading;
use super::{
    assign::AssignChoices,
    assigned::AssignedNote,
    binding::Binding,
    claimed::ClaimNote,
    decide::DecisionForm,
    each_once,
    follow::Followed,
    information::OpenQuestion,
    meanwhile::Meanwhile,
    names, open_groups,
    outcome::Outcome,
    quorum,
    raised::Raised,
    revoke::{RevokeForm, consequence},
    seats::Seats,
    setback::SetbackNotice,
    signatures::Signatures,
    waking::{Abandon, can_abandon},
};
use crate::{
    brought::Posted,
    kit::{
        badge::Tone,
        moment::Moment,
        notice::Notice,
        seal::{Ending, Seal},
    },
    recorded::text::Text,
    refused::Refused,
};
use domain::{
    approval::{Approval, Status},
    decision::{Decision, Verdict},
    delegation::Principal,
    id::PersonId,
    inspect::spelled,
    policy::{Exclusion, Seat},
    review::{EntitledPerson, Mandate, Review, Setback, Unapplied},
};
use leptos::prelude::*;

/// What the panel offers. As long as that stays, what is being typed stays.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Offer {
    /// The form, for a group's seat, in another's place or in one's own.
    Form(String, Option<Principal>),
    /// What this viewer did or may not do, or what became of it.
    Account,
}

impl Offer {
    fn of(review: &Review) -> Self {
        match (&review.state, &review.mandate) {
            (Approval::Pending { .. }, Mandate::Decide { group, on_behalf_of }) => {
                Self::Form(group.clone(), on_behalf_of.clone())
            }
            _ => Self::Account,
        }
    }
}

/// The panel.
#[component]
pub fn Panel<'a>(
    /// The approval.
    followed: Followed,
    /// A decision that was posted and not applied.
    unapplied: Option<&'a Unapplied>,
    /// An answer to a question that was posted and refused.
    posted: Option<&'a Posted>,
) -> impl IntoView + use<> {
    let unapplied = unapplied.cloned();
    let setback = unapplied.as_ref().map(|unapplied| unapplied.setback.clone());
    let review = followed.now();
    let notice = unapplied.as_ref().map(|unapplied| view! { <SetbackNotice review=&review unapplied=unapplied /> });
    let verbs = setback.clone();
    let offer = Memo::new(move |_| followed.with(Offer::of));
    let posted = posted.cloned();
    let waits = Memo::new(move |_| followed.with(|review| review.state.is_waiting_for_information()));
    let question = move || {
        let posted = posted.clone();
        let review = followed.now();
        waits.get().then(|| view! { <OpenQuestion review=&review posted=posted.as_ref() /> }.into_any())
    };
    let body = move || match offer.get() {
        Offer::Form(group, on_behalf_of) => {
            let seat = Seat { group, on_behalf_of };
            view! { <DecisionForm followed=followed seat=seat unapplied=unapplied.as_ref() /> }.into_any()
        }
        Offer::Account => (move || followed.with(account)).into_any(),
    };
    view! {
        {move || followed.with(|review| head(review, setback.as_ref(), followed.viewer()))}
        <Meanwhile followed=followed />
        <AssignedNote followed=followed />
        <ClaimNote followed=followed />
        {notice}
        {question}
        {body}
        <Afterwards followed=followed />
        <AssignChoices followed=followed />
        {move || followed.with(|review| view! { <Binding review=review verb=verb(review, verbs.as_ref()) /> })}
    }
    .into_any()
}

/// What can be undone of a decided approval. These forms stand apart from the account of it, which is made anew with
/// every step: what is being typed into them stays.
#[component]
fn Afterwards(followed: Followed) -> impl IntoView {
    let abandons = Memo::new(move |_| followed.with(can_abandon));
    let revokes = Memo::new(move |_| followed.with(|review| review.can_revoke));
    let told = Memo::new(move |_| followed.with(consequence));
    view! {
        {move || abandons.get().then(|| view! { <Abandon /> })}
        <Refused forms=&["revoke"] />
        {move || revokes.get().then(|| view! { <RevokeForm told=told /> })}
    }
    .into_any()
}

fn head(review: &Review, setback: Option<&Setback>, viewer: Option<PersonId>) -> AnyView {
    let (given, needed) = quorum(review);
    let (title, line) = heading(review, setback);
    let ending = ending(review);
    let open = ending == Ending::Open;
    view! {
        <div>
            <div class="flex items-center gap-3">
                <div class="relative inline-flex items-center justify-center">
                    <Seal needed=needed given=given ending=ending size=52 />
                    {open.then(|| view! { <span class="absolute text-xs font-semibold tabular-nums" aria-hidden="true">{format!("{given}/{needed}")}</span> })}
                </div>
                <div class="min-w-0 flex-1 leading-5">
                    <h2 class="text-sm font-semibold">{title}</h2>
                    <p class="text-xs text-muted">{line}</p>
                </div>
            </div>
            <div class="mt-2.5"><Seats review=review viewer=viewer /></div>
            <Signatures review=review viewer=viewer />
            <Raised review=review />
        </div>
    }
    .into_any()
}

fn account(review: &Review) -> AnyView {
    if !matches!(review.state, Approval::Pending { .. }) {
        return view! { <Outcome review=review /> }.into_any();
    }
    match &review.mandate {
        Mandate::Voted { decision, by_delegate } => {
            view! { <Voted review=review decision=decision by_delegate=*by_delegate /> }.into_any()
        }
        Mandate::Excluded { why } => view! { <Excluded review=review why=*why /> }.into_any(),
        Mandate::NotEntitled { waiting_for } => {
            let groups = names(waiting_for.iter().map(String::as_str), "and");
            view! {
                <Notice tone=Tone::Quiet icon="user-x" title="You cannot decide this">
                    <p>{format!("It waits for {groups}; you hold no open seat there.")}</p>
                </Notice>
                <Entitled review=review />
            }
            .into_any()
        }
        Mandate::Decide { .. } | Mandate::Closed => ().into_any(),
    }
}

#[component]
fn Voted<'a>(review: &'a Review, decision: &'a Decision, by_delegate: bool) -> impl IntoView + use<> {
    let (given, needed) = quorum(review);
    let (who, group) = (voter(decision, by_delegate), &decision.group);
    let (tone, icon, title, text) = match decision.verdict {
        Verdict::Approve => (
            Tone::Pass,
            "check",
            format!("{who} approved for {group}"),
            format!("{given} of {needed}, the session stays suspended until {} decide too.", open_groups(review)),
        ),
        Verdict::Reject => (
            Tone::Fail,
            "x",
            format!("{who} rejected for {group}"),
            format!(
                "{} of {} rejections, the session stays suspended.",
                review.standing.rejections, review.package.policy.reject_count
            ),
        ),
        Verdict::RequestInformation => (
            Tone::Accent,
            "message-square",
            format!("{who} asked for {group}"),
            "The session stays suspended until there is an answer and a decision.".to_owned(),
        ),
    };
    let (at, now) = (decision.at, review.now);
    view! {
        <Notice tone=tone icon=icon title=spelled(&title)>
            <p>{text}</p>
            <p class="text-xs">"Recorded at "<Moment at=at now=now /></p>
        </Notice>
        <Entitled review=review />
    }
    .into_any()
}

/// Who gave the vote that counts for the viewer, as the notice begins.
fn voter(decision: &Decision, by_delegate: bool) -> String {
    match &decision.on_behalf_of {
        Some(_) if by_delegate => format!("In your place, {}", decision.name),
        Some(principal) => format!("In the place of {}, you", principal.name),
        None => "You".to_owned(),
    }
}

#[component]
fn Excluded<'a>(review: &'a Review, why: Exclusion) -> impl IntoView + use<> {
    let package = &review.package;
    let reason = match why {
        Exclusion::Requester => "You asked for this run.".to_owned(),
        Exclusion::AgentOwner => format!("You own {}.", package.agent),
        Exclusion::PreviousApprover => "You approved an earlier step of this run.".to_owned(),
    };
    let rule = names(
        package.policy.exclude.iter().map(|exclusion| match exclusion {
            Exclusion::Requester => "the requester",
            Exclusion::AgentOwner => "the agent’s owner",
            Exclusion::PreviousApprover => "earlier approvers of this run",
        }),
        "and",
    );
    let policy = package.policy_name.clone();
    view! {
        <Notice tone=Tone::Quiet icon="user-x" title="You cannot decide this">
            <p><Text text=&reason />" Policy "<code>{policy}</code>" excludes "{rule}"."</p>
        </Notice>
        <Entitled review=review />
    }
    .into_any()
}

#[component]
fn Entitled<'a>(review: &'a Review) -> impl IntoView + use<> {
    let people = names(entitled(review), "and");
    view! { <p class="text-xs text-muted">"Entitled now: "<Text text=&people />"."</p> }
}

/// Who could still fill an open seat.
fn entitled(review: &Review) -> Vec<String> {
    each_once(review.entitled.iter().map(EntitledPerson::signatory))
}

/// How the seal is drawn.
pub const fn ending(review: &Review) -> Ending {
    match review.state.status() {
        Status::Pending => Ending::Open,
        Status::Approved => Ending::Approved,
        Status::Rejected => Ending::Rejected,
        Status::Expired | Status::Cancelled | Status::Superseded | Status::Revoked => Ending::Expired,
    }
}

const fn verb(review: &Review, setback: Option<&Setback>) -> &'static str {
    match (review.state.status(), &review.mandate, setback) {
        (Status::Pending, _, Some(Setback::NewRevision { .. })) => "Now it is",
        (Status::Pending, Mandate::Decide { .. }, _) => "Your decision binds to",
        (Status::Pending, Mandate::Voted { .. }, _) => "Your decision is bound to",
        (Status::Approved | Status::Rejected, _, _) => "Bound to",
        (Status::Pending | Status::Expired | Status::Cancelled | Status::Superseded | Status::Revoked, _, _) => {
            "This is"
        }
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests;
