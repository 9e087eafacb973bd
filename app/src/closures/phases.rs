//! The four phases of a closure: event received, source checked again, targets resolved, confirmed.

use super::words::word;
use crate::{
    kit::{icon::Icon, moment::Moment},
    recorded::{text::Text, value::Recorded},
};
use domain::{
    Time,
    closure::{Closure, Phase, Reason, page::Receipt, step::Step},
    closures::ClosurePage,
};
use leptos::prelude::*;

/// How a phase went.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Went {
    Well,
    Badly,
    NotYet,
}

/// The phases, in order.
pub fn phases(page: &ClosurePage) -> AnyView {
    let (receipt, now) = (&page.receipt, page.now);
    let boxes = [received(receipt, now), checked(receipt, now), resolved(receipt), confirmed(receipt, now)];
    view! { <ol aria-label="Phases" class="mt-4 grid md:grid-cols-4 gap-px bg-rule rounded-lg border border-rule overflow-hidden">{boxes.collect_view()}</ol> }
        .into_any()
}

fn part(went: Went, title: &'static str, what: AnyView, more: AnyView) -> AnyView {
    let (icon, class, said) = match went {
        Went::Well => ("check", "w-3.5 h-3.5 shrink-0 text-pass", ""),
        Went::Badly => ("circle-alert", "w-3.5 h-3.5 shrink-0 text-fail", "Stopped: "),
        Went::NotYet => ("circle-dashed", "w-3.5 h-3.5 shrink-0 text-faint", "Not yet: "),
    };
    view! {
        <li class="bg-surface p-3 min-w-0">
            <div class="flex items-center gap-1.5 text-xs text-muted"><Icon name=icon class=class /><span class="sr-only">{said}</span>{title}</div>
            <div class="mt-1 font-medium break-words">{what}</div>
            <div class="text-xs text-muted break-words">{more}</div>
        </li>
    }
    .into_any()
}

fn received(receipt: &Receipt, now: Time) -> AnyView {
    let (trigger, source) = (&receipt.trigger, &receipt.trigger.source);
    let version = (!source.version.is_empty()).then(|| view! { ", version "<Text text=&source.version /> });
    let more = view! {
        <Text text=&source.system />" "<Text text=&source.record />{version}", "<Moment at=trigger.occurred_at now=now />
    };
    part(Went::Well, "1 Event received", view! { <Text text=&trigger.disposition /> }.into_any(), more.into_any())
}

fn checked(receipt: &Receipt, now: Time) -> AnyView {
    const TITLE: &str = "2 Source checked again";
    let Some(seen) = &receipt.source_snapshot else {
        let (went, what) = match &receipt.state {
            Closure::Running { .. } => (Went::NotYet, "Not checked yet"),
            Closure::ManualFollowUp { reason, .. } => (Went::Badly, reason.title()),
            _ => (Went::NotYet, "Not checked"),
        };
        return part(went, TITLE, what.into_any(), ().into_any());
    };
    let said = seen.said.iter().map(|(name, value)| {
        let anchor = format!("said-{}-{name}", receipt.closure_id);
        view! { <div><code><Text text=name /></code>": "<Recorded value=Some(value) anchor=anchor /></div> }
    });
    let more = view! { "Read at "<Moment at=seen.read_at now=now />{said.collect_view()} }.into_any();
    if seen.holds {
        return part(Went::Well, TITLE, "Says what was expected".into_any(), more);
    }
    let what = match &receipt.state {
        Closure::ManualFollowUp { reason, .. } => reason.title(),
        _ => Reason::SourceChanged.title(),
    };
    part(Went::Badly, TITLE, what.into_any(), more)
}

fn resolved(receipt: &Receipt) -> AnyView {
    const TITLE: &str = "3 Targets resolved";
    if receipt.steps.is_empty() {
        let what =
            if matches!(receipt.state, Closure::Running { .. }) { "Not planned yet" } else { "Nothing was planned" };
        return part(Went::NotYet, TITLE, what.into_any(), ().into_any());
    }
    let is_lost = |step: &Step| {
        matches!(step.reason(), Some(Reason::MappingMissing | Reason::MappingStale | Reason::TargetAmbiguous))
    };
    let (all, lost) = (receipt.steps.len(), receipt.steps.iter().filter(|row| is_lost(&row.state)).count());
    let more = match lost {
        0 => "Every target was found".to_owned(),
        1 => "1 step has no certain target".to_owned(),
        lost => format!("{lost} steps have no certain target"),
    };
    let went = if lost == 0 { Went::Well } else { Went::Badly };
    part(went, TITLE, format!("{} of {all} mapped", all - lost).into_any(), more.into_any())
}

fn confirmed(receipt: &Receipt, now: Time) -> AnyView {
    let (went, more) = match &receipt.state {
        Closure::Running { phase, .. } => (Went::NotYet, doing(*phase).into_any()),
        Closure::Completed { at } => (Went::Well, view! { "Every step, at "<Moment at=*at now=now /> }.into_any()),
        Closure::SkippedIdempotent { .. } => (Went::Well, "Nothing had to be written".into_any()),
        Closure::Partial { next_try: Some(next), .. } => {
            (Went::Badly, view! { "Goes on by itself at "<Moment at=*next now=now /> }.into_any())
        }
        Closure::Partial { next_try: None, .. } => (Went::Badly, "Stays open until every target confirms".into_any()),
        Closure::ManualFollowUp { .. } => (Went::Badly, "Nothing was written".into_any()),
    };
    part(went, "4 Confirmed", word(receipt.status).into_any(), more)
}

const fn doing(phase: Phase) -> &'static str {
    match phase {
        Phase::Revalidate => "The source is looked at again",
        Phase::Plan => "Its steps are found out",
        Phase::Execute => "Its steps are done",
        Phase::Confirm => "Its steps are confirmed",
    }
}
