//! What is recorded of a run, each fact with where it came from; and beside it what the agent said.

use crate::{
    kit::{
        badge::{Badge, Tone},
        icon::Icon,
        moment::Moment,
    },
    recorded::{
        text::Text,
        value::{Asserted, Recorded},
    },
};
use domain::{
    Time,
    timeline::{AssertionRow, EarlierFact, FactRow, RunPage},
};
use leptos::prelude::*;

/// The recorded facts.
#[component]
pub fn Facts<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    if run.facts.is_empty() {
        return view! { <p class="text-muted">"No fact is recorded yet."</p> }.into_any();
    }
    let rows: Vec<AnyView> = run.facts.iter().enumerate().map(|(place, fact)| fact_row(fact, place, run.now)).collect();
    view! { <ul class="rounded-lg border border-rule">{rows}</ul> }.into_any()
}

fn fact_row(fact: &FactRow, place: usize, now: Time) -> AnyView {
    let reference = fact.reference.clone().map(|reference| view! { " "<code><Text text=&reference /></code> });
    let grade = fact.agent_grade.then_some(", agent-grade");
    let earlier = earlier(&fact.earlier, place, now);
    view! {
        <li class="px-3 py-1.5 border-t border-rule first:border-t-0">
            <div class="flex items-baseline gap-3">
                <code class="font-medium break-words min-w-0"><Text text=&fact.name /></code>
                <span class="ms-auto text-xs text-faint whitespace-nowrap"><Moment at=fact.written_at now=now /></span>
            </div>
            <div class="flex items-baseline gap-3 flex-wrap">
                <span class="min-w-0"><Recorded value=Some(&fact.value) anchor=format!("fact-{place}") /></span>
                <span class="ms-auto text-xs text-muted break-words min-w-0"><Text text=&fact.source />{grade}{reference}", version "{fact.version}</span>
            </div>
            {earlier}
        </li>
    }
    .into_any()
}

/// What was recorded before, folded.
fn earlier(versions: &[EarlierFact], place: usize, now: Time) -> AnyView {
    if versions.is_empty() {
        return ().into_any();
    }
    let word = if versions.len() == 1 {
        "1 earlier version".to_owned()
    } else {
        format!("{} earlier versions", versions.len())
    };
    let rows: Vec<AnyView> = versions.iter().map(|version| earlier_row(version, place, now)).collect();
    view! {
        <details class="mt-0.5">
            <summary class="inline-flex items-center gap-1 min-h-6 text-xs text-muted hover:text-fg">
                <Icon name="chevron-right" class="chev w-3 h-3 shrink-0" />{word}
            </summary>
            <ol class="ps-4 border-s border-rule">{rows}</ol>
        </details>
    }
    .into_any()
}

fn earlier_row(version: &EarlierFact, place: usize, now: Time) -> AnyView {
    let reference = version.reference.clone().map(|reference| view! { " "<code><Text text=&reference /></code> });
    view! {
        <li class="py-1 text-xs">
            <div class="flex items-baseline gap-3">
                <span class="min-w-0"><Recorded value=Some(&version.value) anchor=format!("fact-{place}-{}", version.version) /></span>
                <span class="ms-auto text-faint whitespace-nowrap"><Moment at=version.written_at now=now /></span>
            </div>
            <div class="text-muted break-words"><Text text=&version.source />{reference}", version "{version.version}</div>
        </li>
    }
    .into_any()
}

/// What the agent said, beside the record. No gate reads it.
#[component]
pub fn Assertions<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    if run.assertions.is_empty() {
        return view! { <p class="text-muted">"The agent asserted nothing."</p> }.into_any();
    }
    let row = |(place, said): (usize, &AssertionRow)| {
        let fact = run.facts.iter().find(|fact| fact.name == said.name);
        assertion_row(said, fact, place, run.now)
    };
    let rows: Vec<AnyView> = run.assertions.iter().enumerate().map(row).collect();
    view! {
        <ul class="rounded-lg border border-rule">{rows}</ul>
        <p class="mt-1.5 text-xs text-muted">"Shown beside the record; no gate reads it."</p>
    }
    .into_any()
}

fn assertion_row(said: &AssertionRow, fact: Option<&FactRow>, place: usize, now: Time) -> AnyView {
    let mark = match fact {
        None => view! { <span class="text-xs text-faint">"Nothing on record"</span> }.into_any(),
        Some(fact) if fact.value == said.value => {
            view! { <Badge tone=Tone::Pass icon="check" text="As recorded" /> }.into_any()
        }
        Some(_) => view! { <Badge tone=Tone::Warn icon="git-compare" text="Differs from the record" /> }.into_any(),
    };
    let statement = said.statement.clone().map(|statement| {
        let words = serde_json::Value::from(statement);
        view! { <div class="text-xs mt-0.5"><Asserted value=&words anchor=format!("statement-{place}") /></div> }
    });
    view! {
        <li class="px-3 py-1.5 border-t border-rule first:border-t-0">
            <div class="flex items-baseline gap-3">
                <code class="font-medium break-words min-w-0"><Text text=&said.name /></code>
                <span class="ms-auto text-xs text-faint whitespace-nowrap"><Moment at=said.at now=now /></span>
            </div>
            <div class="flex items-center gap-x-3 gap-y-1 flex-wrap">
                <span class="min-w-0"><Asserted value=&said.value anchor=format!("said-{place}") /></span>
                <span class="ms-auto">{mark}</span>
            </div>
            {statement}
            <div class="text-xs text-muted break-words">"by "<Text text=&said.by /></div>
        </li>
    }
    .into_any()
}
