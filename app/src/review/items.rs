//! Several calls under one approval: each as it would run, with its evidence and its verdict. The fields belong to the
//! decision form, which stands elsewhere on the page.

use super::{decide::FORM, evidence::ConditionTable, follow::Followed};
use crate::{
    kit::{
        badge::{Badge, Tone},
        field::INPUT,
        icon::Icon,
        risk::RiskMark,
        section::Section,
    },
    queue::level,
    recorded::{json::Json, text::Text},
};
use domain::{
    approval::Approval,
    decision::Verdict,
    item::{Item, ItemState, MAX_NOTES, settle},
    review::{DraftItem, Mandate, Review, Unapplied},
};
use leptos::prelude::*;

/// Counts what was typed outside of the form, so that the form looks at its fields again.
#[derive(Clone, Copy)]
pub struct Touched(RwSignal<u32>);

impl Touched {
    /// Begins to count, for a page.
    pub fn provide() {
        provide_context(Self(RwSignal::new(0)));
    }

    /// Whether something was; whoever asks is asked again.
    pub fn is_any() -> bool {
        use_context::<Self>().is_some_and(|touched| touched.0.get() > 0)
    }
}

/// The calls, in their order.
#[component]
pub fn Items<'a>(followed: Followed, review: &'a Review, unapplied: Option<&'a Unapplied>) -> impl IntoView + use<> {
    let items = &review.package.items;
    let drafts = unapplied.map(|unapplied| unapplied.draft.items.clone()).unwrap_or_default();
    let may_decide = Memo::new(move |_| {
        followed.with(|review| {
            let is_open =
                matches!(review.state, Approval::Pending { .. }) && !review.state.is_waiting_for_information();
            is_open && matches!(review.mandate, Mandate::Decide { .. })
        })
    });
    let cards: Vec<AnyView> = items
        .iter()
        .enumerate()
        .map(|(place, item)| {
            let draft = drafts.get(place).cloned().unwrap_or_default();
            view! { <Card followed=followed place=place item=item draft=draft may_decide=may_decide now=review.now /> }
                .into_any()
        })
        .collect();
    let touched = use_context::<Touched>();
    let aside = view! { <span class="max-sm:hidden">"Each call has a verdict of its own"</span> }.into_any();
    view! {
        <Section id="action" title="Items" aside=aside>
            <div
                id="items"
                tabindex="-1"
                class="space-y-3"
                on:input=move |_| {
                    if let Some(touched) = touched {
                        touched.0.update(|count| *count += 1);
                    }
                }
            >
                {cards}
            </div>
        </Section>
    }
    .into_any()
}

#[component]
fn Card<'a>(
    followed: Followed,
    place: usize,
    item: &'a Item,
    draft: DraftItem,
    may_decide: Memo<bool>,
    now: domain::Time,
) -> impl IntoView + use<> {
    let (title, tool, gate, number) = (item.title.clone(), item.tool.clone(), item.gate_id.clone(), place + 1);
    let anchor = format!("item-{number}");
    let heading = format!("{anchor}-h");
    let label = heading.clone();
    let input = view! { <Json value=&item.input anchor=&anchor /> }.into_any();
    let facts = facts(item);
    let conditions = &item.evidence.conditions;
    let evidence = (!conditions.is_empty()).then(|| {
        let met = conditions.iter().filter(|seen| seen.passed).count();
        let said = format!("Gate evidence: {met} of {} met", conditions.len());
        let table =
            view! { <ConditionTable conditions=conditions labelled_by=heading.clone() first=number * 1_000 now=now /> };
        view! {
            <details class="border-t border-rule px-3 py-2">
                <summary class="text-xs text-muted">{said}</summary>
                <div class="mt-2">{table.into_any()}</div>
            </details>
        }
    });
    let (id, said) = (item.tool_use_id.clone(), item.tool_use_id.clone());
    view! {
        <article aria-labelledby=label class="rounded-lg border border-rule-strong overflow-hidden">
            <div class="flex items-center gap-x-2 min-h-9 px-3 py-1 flex-wrap border-b border-rule bg-canvas">
                <span class="text-xs text-faint tabular-nums">{number}</span>
                <h3 id=heading class="font-semibold min-w-0 break-words"><Text text=&title /></h3>
                <code class="text-xs break-words"><Text text=&tool /></code>
                <span class="ms-auto inline-flex items-center gap-1.5 text-xs text-muted">
                    <Icon name="lock" class="w-3.5 h-3.5 shrink-0" />
                    "Held by gate "
                    <code><Text text=&gate /></code>
                </span>
            </div>
            {facts}
            {input}
            {evidence}
            {move || may_decide.get().then(|| view! { <Fields place=place id=id.clone() draft=draft.clone() /> }.into_any())}
            {move || followed.with(|review| said_of(review, &said))}
        </article>
    }
    .into_any()
}

/// Risk, reversibility and blast radius in a line.
fn facts(item: &Item) -> AnyView {
    let reversal = if item.reversible { "reversible" } else { "irreversible" };
    let radius = item.blast_radius.clone().unwrap_or_else(|| "blast radius not stated".to_owned());
    view! {
        <p class="flex items-center gap-x-3 gap-y-1 flex-wrap px-3 pt-2 text-xs text-muted">
            <RiskMark level=level(item.risk) />
            <span class=if item.reversible { "" } else { "text-fail" }>{reversal}</span>
            <span class="min-w-0 break-words"><Text text=&radius /></span>
        </p>
    }
    .into_any()
}

/// The verdict on one call, with words for the agent. They are sent with the decision form.
#[component]
fn Fields(place: usize, id: String, draft: DraftItem) -> impl IntoView {
    let name = format!("item-{place}");
    let notes = format!("{name}-notes");
    let choice = |verdict: Verdict, word: &'static str| {
        let (value, name) = (verdict.as_str(), name.clone());
        let checked = draft.verdict.as_deref() == Some(value);
        view! {
            <label class="inline-flex items-center gap-1.5 min-h-6 max-lg:min-h-11 cursor-pointer">
                <input type="radio" form=FORM name=name value=value checked=checked />
                {word}
            </label>
        }
    };
    let (approve, reject) = (choice(Verdict::Approve, "Approve"), choice(Verdict::Reject, "Reject"));
    view! {
        <fieldset class="flex items-center gap-x-4 gap-y-2 flex-wrap border-t border-rule bg-canvas px-3 py-2">
            <legend class="sr-only">{format!("Verdict on item {}", place + 1)}</legend>
            <input type="hidden" form=FORM name=format!("{name}-id") value=id />
            {approve}
            {reject}
            <label class="flex-1 min-w-48">
                <span class="sr-only">{format!("Words for the agent about item {}", place + 1)}</span>
                <input
                    type="text"
                    form=FORM
                    name=notes
                    value=draft.notes.unwrap_or_default()
                    maxlength=MAX_NOTES
                    autocomplete="off"
                    placeholder="Words for the agent, where you reject"
                    class=INPUT
                />
            </label>
        </fieldset>
    }
    .into_any()
}

/// What has been said about an item so far, and what came of it.
fn said_of(review: &Review, id: &str) -> AnyView {
    let package = &review.package;
    let place = package.items.iter().position(|item| item.tool_use_id == id);
    let state = place.and_then(|place| settle(&package.items, &review.votes).into_iter().nth(place));
    let (tone, icon, word) = match (&review.state, state) {
        (Approval::Approved { .. }, Some(ItemState::Approved { .. })) => (Tone::Pass, "check", "Approved"),
        (Approval::Approved { .. } | Approval::Rejected { .. }, _)
        | (Approval::Revoked { .. }, Some(ItemState::Rejected { .. })) => (Tone::Fail, "x", "Rejected"),
        (Approval::Pending { .. }, _) => (Tone::Accent, "pen-line", "Pending"),
        (Approval::Revoked { .. }, _) => (Tone::Quiet, "undo-2", "Revoked"),
        (Approval::Expired { .. }, _) => (Tone::Quiet, "hourglass", "Expired"),
        (Approval::Cancelled { .. }, _) => (Tone::Quiet, "ban", "Cancelled"),
        (Approval::Superseded { .. }, _) => (Tone::Quiet, "ban", "Superseded"),
    };
    let votes: Vec<AnyView> = review
        .votes
        .iter()
        .filter_map(|vote| {
            let said = vote.items.iter().find(|said| said.tool_use_id == id)?;
            let words = if said.verdict == Verdict::Approve { " approves" } else { " rejects" };
            let (who, notes) = (vote.signatory(), said.notes.clone());
            let notes = notes.map(|notes| view! { ": "<bdi>"“"<Text text=&notes />"”"</bdi> });
            Some(view! { <li class="min-w-0 break-words"><Text text=&who />{words}{notes}</li> }.into_any())
        })
        .collect();
    if votes.is_empty() && matches!(review.state, Approval::Pending { .. }) {
        return ().into_any();
    }
    view! {
        <div class="flex items-start gap-3 border-t border-rule px-3 py-2 text-xs">
            <Badge tone=tone icon=icon text=word />
            <ul class="min-w-0 space-y-0.5">{votes}</ul>
        </div>
    }
    .into_any()
}
