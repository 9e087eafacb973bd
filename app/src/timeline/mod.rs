//! The timeline: events as sentences, each with the shape of whoever caused it.

mod administration;
mod approval;
mod closure;
mod concern;
mod escalation;
mod notification;
mod phrase;
mod sentence;
mod stages;
mod steps;
mod waking;

pub use self::{approval::viewed_for, waking::trouble};

use self::phrase::Phrase;
use crate::kit::{
    avatar::{Agent, Person, System},
    moment::Moment,
};
use domain::{Actor, Time, event::Event, id::ApprovalId, review::TimelineItem};
use leptos::prelude::*;

/// The shape of the one who caused an event. Keys are agents and their harnesses, but only systems of record write
/// facts.
#[component]
pub fn Shape<'a>(item: &'a TimelineItem) -> impl IntoView + use<> {
    match (item.actor(), &item.entry.event) {
        (Actor::Person(_), _) => view! { <Person name=&item.actor_name /> }.into_any(),
        (Actor::Key(_), Event::FactWritten { .. }) | (Actor::System(_), _) => view! { <System /> }.into_any(),
        (Actor::Key(_), _) => view! { <Agent /> }.into_any(),
    }
}

/// What happened, in a sentence, and what there is to add. `here` is the approval whose page this is: no page links to
/// itself.
#[component]
fn Told<'a>(item: &'a TimelineItem, #[prop(default = None)] here: Option<ApprovalId>) -> impl IntoView + use<> {
    let told = sentence::tell(item).at(here);
    let more = (!told.more.is_empty()).then(
        || view! { <div class="text-xs text-muted mt-0.5 break-words">{phrases(told.more, item.leaf_index)}</div> },
    );
    view! {
        <div class="min-w-0 flex-1">
            <div class="break-words">{phrases(told.sentence, item.leaf_index)}" "{told.badge.map(phrase::badge)}</div>
            {more}
        </div>
    }
    .into_any()
}

fn phrases(phrases: Vec<Phrase>, leaf: i64) -> Vec<AnyView> {
    phrases.into_iter().enumerate().map(|(place, phrase)| phrase.view(&format!("event-{leaf}-{place}"))).collect()
}

/// An event in one line: its sentence without links, and its badge. The actor stands in a column of its own.
pub fn in_brief(item: &TimelineItem) -> (AnyView, Option<AnyView>) {
    let told = sentence::tell(item);
    let sentence: Vec<AnyView> = sentence::without_actor(told.sentence).into_iter().map(Phrase::brief).collect();
    (sentence.into_any(), told.badge.map(phrase::badge))
}

/// The whole sentence of an event, as a title.
pub fn in_full(item: &TimelineItem) -> AnyView {
    let anchor = |place: usize| format!("event-{}-{place}", item.leaf_index);
    let phrases = sentence::tell(item).sentence.into_iter().enumerate();
    let views: Vec<AnyView> = phrases.map(|(place, phrase)| phrase.titled(&anchor(place))).collect();
    views.into_any()
}

/// The activity of an approval, oldest first.
#[component]
pub fn Activity(
    /// The events, more as they happen.
    items: impl Fn() -> Vec<TimelineItem> + Send + Sync + 'static,
    /// The page's time.
    now: Time,
    /// The approval.
    here: ApprovalId,
) -> impl IntoView {
    let row = move |item: TimelineItem| {
        let item = &item;
        view! {
            <li class="flex gap-2.5 py-1.5">
                <Shape item=item />
                <Told item=item here=Some(here) />
                <span class="text-xs text-faint"><Moment at=item.entry.at now=now /></span>
            </li>
        }
        .into_any()
    };
    view! { <ol><For each=items key=|item| item.leaf_index children=row /></ol> }.into_any()
}

/// The timeline of a run, newest first, with each event's number in the log.
#[component]
pub fn Timeline(
    /// The events, more as they are shown.
    items: impl Fn() -> Vec<TimelineItem> + Send + Sync + 'static,
    /// The page's time.
    now: Time,
) -> impl IntoView {
    let row = move |item: TimelineItem| {
        let item = &item;
        view! {
            <li class="relative grid grid-cols-[58px_28px_minmax(0,1fr)_auto] gap-x-2 py-1.5 items-start">
                <span class="text-xs text-faint pt-0.5 text-end"><Moment at=item.entry.at now=now /></span>
                <span class="relative flex justify-center self-stretch">
                    <span class="absolute -top-1.5 -bottom-1.5 w-px bg-rule" aria-hidden="true"></span>
                    <span class="relative self-start bg-surface rounded-full"><Shape item=item /></span>
                </span>
                <Told item=item />
                <a href=format!("/audit/{}", item.leaf_index) class="text-xs text-faint hover:text-fg mono tabular-nums pt-0.5 max-sm:hidden">{number(item.leaf_index)}</a>
            </li>
        }
        .into_any()
    };
    view! { <ol><For each=items key=|item| item.leaf_index children=row /></ol> }.into_any()
}

/// An event's number in the log: `#1,204,331`.
pub fn number(leaf: i64) -> String {
    let digits = leaf.to_string();
    let mut out = String::from("#");
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_of_the_log_are_grouped() {
        assert_eq!([7, 1_000, 1_204_331].map(super::number), ["#7", "#1,000", "#1,204,331"]);
    }
}
