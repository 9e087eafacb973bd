//! The approval page's parts: is this exact call safe, who says so, and what happens if I am wrong? Their order is
//! fixed; nothing important stands below another person's prose.

mod action;
mod assertions;
mod assign;
mod assigned;
mod binding;
mod claimed;
mod decide;
mod drafts;
mod edits;
mod evidence;
mod executed;
mod facts;
mod filled;
mod follow;
mod handover;
mod head;
mod information;
mod items;
mod meanwhile;
mod outcome;
mod panel;
mod raised;
mod reasons;
mod request;
mod revoke;
mod seats;
mod send;
mod setback;
mod sign;
mod signatures;
mod steps;
mod strip;
mod terms;
mod transcript;
mod viewing;
mod waking;

use self::{
    action::ProposedAction,
    assertions::Differences,
    evidence::GateEvidence,
    executed::StepsSoFar,
    facts::FourFacts,
    follow::Followed,
    handover::Handover,
    information::Questions,
    items::{Items, Touched},
    panel::Panel,
    request::{Request, Summary},
    strip::Strip,
    transcript::TranscriptSection,
};
use crate::{
    brought::Posted,
    keys::Mark,
    kit::{moment::ZoneNote, section::Section},
    recorded::folded::Unread,
    timeline::Activity,
};
use domain::{
    gate::Asserted,
    id::PersonId,
    package::Origin,
    policy::SeatStanding,
    review::{Review, Unapplied},
};
use leptos::prelude::*;

#[cfg(all(test, feature = "ssr"))]
pub use self::outcome::is_settling;
pub use self::waking::result as delivery_result;

/// The approval, with the decision panel.
#[component]
pub fn ReviewView<'a>(
    /// Everything there is to show.
    review: &'a Review,
    /// A decision that was posted and not applied.
    unapplied: Option<&'a Unapplied>,
    /// An answer to a question that was posted and refused.
    posted: Option<&'a Posted>,
    /// Who looks.
    viewer: Option<PersonId>,
) -> impl IntoView + use<> {
    Unread::provide();
    Touched::provide();
    let followed = Followed::new(review.clone(), viewer);
    followed.follow();
    viewing::watch(followed);
    let panel = view! { <Panel followed=followed unapplied=unapplied posted=posted /> }.into_any();
    let items = move || followed.with(|review| review.activity.clone());
    let activity = view! { <Activity items=items now=review.now here=review.id /> }.into_any();
    let wanted = wanted(followed, review, unapplied);
    view! {
        <head::Bar followed=followed />
        <div class="lg:grid lg:grid-cols-[minmax(0,1fr)_376px]">
            <div class="min-w-0 px-4 lg:px-6 pb-16 pt-4">
                {move || followed.with(|review| view! { <head::Head review=review /> })}
                <FourFacts review=review />
                <Differences review=review />
                {move || followed.with(|review| view! { <Sections review=review /> })}
                {wanted}
                <Questions review=review />
                <TranscriptSection review=review />
                <Section id="activity" title="Activity" aside=view! { <ZoneNote /> }.into_any()>
                    {activity}
                </Section>
            </div>
            <aside id="decide" aria-label="Decision" class="scroll-mt-12 border-rule max-lg:border-t lg:border-s bg-surface max-lg:pb-24">
                <div class="lg:sticky lg:top-12 lg:h-[calc(100dvh-3rem)] lg:overflow-y-auto p-4 lg:p-5 space-y-3.5">
                    {panel}
                </div>
            </aside>
        </div>
        {move || followed.with(|review| view! { <Strip review=review /> })}
    }
    .into_any()
}

/// What is wanted: a call or several with the evidence of their gates, or what an agent asked for itself.
fn wanted(followed: Followed, review: &Review, unapplied: Option<&Unapplied>) -> AnyView {
    match review.package.origin {
        Origin::Gate => view! {
            <ProposedAction package=&review.package />
            <Summary package=&review.package />
            <GateEvidence review=review />
        }
        .into_any(),
        Origin::Stage => view! {
            <Handover package=&review.package />
            <GateEvidence review=review />
        }
        .into_any(),
        Origin::Request => view! { <Request package=&review.package /> }.into_any(),
        Origin::Step => view! { <StepsSoFar package=&review.package /> }.into_any(),
        Origin::Items => view! {
            <Summary package=&review.package />
            <Items followed=followed review=review unapplied=unapplied />
        }
        .into_any(),
    }
}

/// Anchors to the sections, sticky below the bar.
#[component]
fn Sections<'a>(review: &'a Review) -> impl IntoView + use<> {
    const TAB: &str =
        "inline-flex items-center gap-1 h-9 border-b-2 whitespace-nowrap border-transparent text-muted hover:text-fg";
    const COUNT: &str = "text-xs text-faint tabular-nums";
    let (first, evidence) = match review.package.origin {
        // The review rule is the last row of the evidence.
        Origin::Gate => ("Action", Some(review.package.evidence.conditions.len() + 1)),
        Origin::Stage => ("Handoff", Some(review.package.evidence.conditions.len() + 1)),
        Origin::Request => ("Request", None),
        Origin::Step => ("Steps", None),
        Origin::Items => ("Items", None),
    };
    let counted = |count: usize, anchor: &'static str, word: &'static str| {
        (count > 0).then(|| view! { <a href=anchor class=TAB>{word}<span class=COUNT>{count}</span></a> })
    };
    view! {
        <nav data-key=Mark::Sections.word() aria-label="Sections of this approval" class="sticky top-12 z-10 bg-surface mt-4 -mx-4 lg:-mx-6 px-4 lg:px-6 flex gap-4 border-b border-rule overflow-x-auto">
            <a href="#action" class="inline-flex items-center gap-1 h-9 border-b-2 whitespace-nowrap border-accent font-medium">{first}</a>
            {counted(evidence.unwrap_or_default(), "#evidence", "Evidence")}
            {counted(review.package.information.len(), "#information", "Information")}
            {counted(review.transcript.len(), "#transcript", "Transcript")}
            <a href="#activity" class=TAB>"Activity"<span class=COUNT>{review.activity.len()}</span></a>
        </nav>
    }
    .into_any()
}

/// What the agent asserted otherwise than it is recorded.
fn differences(review: &Review) -> impl Iterator<Item = &Asserted> {
    review.package.evidence.assertions.iter().filter(|said| said.differs())
}

/// Seats that nobody has filled.
fn open_seats(review: &Review) -> impl Iterator<Item = &SeatStanding> {
    review.standing.seats.iter().filter(|seat| seat.is_open())
}

/// How many approvals are missing.
fn missing(review: &Review) -> u32 {
    open_seats(review).map(|seat| seat.needed - seat.given).sum()
}

/// Approvals given and needed.
fn quorum(review: &Review) -> (u32, u32) {
    let seats = &review.standing.seats;
    (seats.iter().map(|seat| seat.given.min(seat.needed)).sum(), seats.iter().map(|seat| seat.needed).sum())
}

/// People in their order, each once.
fn each_once(people: impl Iterator<Item = String>) -> Vec<String> {
    let mut named = Vec::new();
    for person in people {
        if !named.contains(&person) {
            named.push(person);
        }
    }
    named
}

/// `Risk`, `Risk and Legal`, `Risk, Legal and Finance`; "nobody" for none.
fn names<N: AsRef<str>>(names: impl IntoIterator<Item = N>, last: &str) -> String {
    let names: Vec<N> = names.into_iter().collect();
    match names.as_slice() {
        [] => "nobody".to_owned(),
        [one] => one.as_ref().to_owned(),
        [rest @ .., end] => {
            let rest: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
            format!("{} {last} {}", rest.join(", "), end.as_ref())
        }
    }
}

/// The groups with an open seat, in words.
fn open_groups(review: &Review) -> String {
    names(open_seats(review).map(|seat| seat.group.as_str()), "and")
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn hostile_content_stays_text_on_the_whole_page() {
        let review = sample::review();
        let html = Owner::new().with(|| {
            let content = view! { <ReviewView review=&review unapplied=None posted=None viewer=None /> }.into_any();
            content.to_html()
        });
        for markup in ["<script>", "<img", "<i>", "<b>", "style=", "javascript\u{3a}", "\u{202e}", "\u{200b}"] {
            assert!(!html.contains(markup), "{markup:?} in {html}");
        }
        for chip in ["U+202E right-to-left", "U+200B zero-width space"] {
            assert!(html.replace("<!>", "").contains(chip), "{chip} in {html}");
        }
        assert_eq!(html.matches("<h1").count(), 1);
    }

    #[test]
    fn groups_are_listed_in_words() {
        assert_eq!(names::<&str>([], "and"), "nobody");
        assert_eq!(names(["Risk"], "and"), "Risk");
        assert_eq!(names(["Legal", "Finance", "Risk"], "or"), "Legal, Finance or Risk");
    }
}
