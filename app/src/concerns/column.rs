//! One concern as a column: what it is, what was found, how it is settled.

use crate::{
    kit::{
        badge::{Badge, Tone},
        icon::Icon,
        span,
    },
    recorded::{text::Text, value::Asserted},
};
use domain::{
    concern::{Concern, Findings},
    escalation::{EscalatedConcern, Money},
    timeline::ConcernRow,
};
use leptos::prelude::*;
use serde_json::Value;

/// A concern that is shown.
pub struct Column {
    anchor: String,
    title: String,
    kind: Option<String>,
    refs: Vec<String>,
    /// How far it is, where it was opened as a concern of its run.
    state: Option<Concern>,
}

impl Column {
    /// A concern of a run.
    pub fn of(row: &ConcernRow) -> Self {
        let matter = &row.matter;
        Self {
            anchor: row.id.to_string(),
            title: matter.title.clone(),
            kind: matter.kind.clone(),
            refs: matter.refs.clone(),
            state: Some(row.state.clone()),
        }
    }

    /// A concern as an escalation names it, with the run's own where it is one.
    pub fn named(concern: &EscalatedConcern, anchor: String, row: Option<&ConcernRow>) -> Self {
        Self {
            anchor,
            title: concern.title.clone(),
            kind: concern.kind.clone(),
            refs: concern.refs.clone(),
            state: row.map(|row| row.state.clone()),
        }
    }
}

/// Columns of one width; one below the other on narrow windows.
pub fn columns(items: &[Column]) -> AnyView {
    let grid = match items.len() {
        1 => "rounded-lg border border-rule grid overflow-hidden",
        2 | 4 => "rounded-lg border border-rule grid md:grid-cols-2 overflow-hidden",
        _ => "rounded-lg border border-rule grid md:grid-cols-3 overflow-hidden",
    };
    let items: Vec<AnyView> = items.iter().map(column).collect();
    view! { <ul class=grid>{items}</ul> }.into_any()
}

fn column(item: &Column) -> AnyView {
    let title = Value::from(item.title.as_str());
    let kind =
        item.kind.as_ref().map(|kind| view! { <span class="text-xs text-muted break-words"><Text text=kind /></span> });
    let refs = item.refs.iter().map(|name| view! { <code class="break-words"><Text text=name /></code> }.into_any());
    let refs: Vec<AnyView> = refs.collect();
    let found = item.state.as_ref().and_then(Concern::findings).map(|found| findings(found, &item.anchor));
    let foot = item.state.as_ref().map(|state| foot(state, &item.anchor));
    view! {
        <li class="min-w-0 flex flex-col px-4 py-3 -mt-px -ms-px border-t border-s border-rule">
            <div class="flex flex-wrap items-center gap-x-2 gap-y-1">
                <span class="min-w-0 flex flex-wrap gap-x-2 gap-y-1">{refs}{kind}</span>
                <span class="ms-auto empty:hidden">{item.state.as_ref().map(badge)}</span>
            </div>
            <div class="font-medium mt-1.5"><Asserted value=&title anchor=format!("{}-title", item.anchor) /></div>
            {found}
            {foot}
        </li>
    }
    .into_any()
}

fn badge(state: &Concern) -> AnyView {
    let (tone, icon, word) = match state {
        Concern::Open { .. } => (Tone::Quiet, "circle-dashed", "Open"),
        Concern::Investigating { .. } => (Tone::Accent, "search", "Investigating"),
        Concern::Resolved { .. } => (Tone::Pass, "check", "Resolved"),
    };
    view! { <Badge tone=tone icon=icon text=word /> }.into_any()
}

/// Words, then amounts below each other.
fn findings(found: &Findings, anchor: &str) -> AnyView {
    let words = found.text.as_ref().map(|text| {
        let words = Value::from(text.as_str());
        view! { <p class="mt-1 whitespace-pre-wrap"><Asserted value=&words anchor=format!("{anchor}-found") /></p> }
    });
    let line = |name: &'static str, money: Option<&Money>, class: &'static str| {
        money.map(|money| {
            view! {
                <div class=class>
                    <dt>{name}</dt>
                    <dd class="ms-auto tabular-nums text-fg">{money.to_string()}</dd>
                </div>
            }
        })
    };
    let is_stated = found.charged.is_some() || found.should_be.is_some() || found.refund.is_some();
    let amounts = is_stated.then(|| {
        view! {
            <dl class="mt-2 space-y-1">
                {line("Charged", found.charged.as_ref(), "flex gap-2 text-muted")}
                {line("Should be", found.should_be.as_ref(), "flex gap-2 text-muted")}
                {line("Refund", found.refund.as_ref(), "flex gap-2 font-medium border-t border-rule pt-1")}
            </dl>
        }
    });
    let reference = found.reference.as_ref().map(|reference| {
        view! {
            <p class="flex items-center gap-1.5 mt-2 text-xs text-muted">
                <Icon name="database" class="w-3.5 h-3.5 shrink-0" />
                <code class="min-w-0 break-words"><Text text=reference /></code>
            </p>
        }
    });
    view! { {words}{amounts}{reference} }.into_any()
}

/// How it is settled, and how long that took; else that it is not.
fn foot(state: &Concern, anchor: &str) -> AnyView {
    let Concern::Resolved { since, at, resolution, .. } = state else {
        let nothing = state.findings().is_none().then_some("Nothing was found yet.");
        return nothing.map(|words| view! { <p class="mt-1 text-faint">{words}</p> }).into_any();
    };
    let words = Value::from(resolution.as_str());
    view! {
        <div class="mt-auto pt-2">
            <p class="border-t border-rule pt-2 whitespace-pre-wrap"><Asserted value=&words anchor=format!("{anchor}-settled") /></p>
            <p class="mt-1 text-xs text-muted">"Took "{span::long((*at - *since).num_seconds())}</p>
        </div>
    }
    .into_any()
}
