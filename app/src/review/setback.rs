//! A decision that was posted and not applied: what happened, what did not, and the draft.

use crate::{
    kit::{badge::Tone, button, icon::Icon, moment::Moment, notice::Notice, span},
    recorded::{text::Text, value::Recorded},
};
use domain::{
    Time,
    decision::Verdict,
    gate::ConditionResult,
    review::{Draft, Review, Setback, Unapplied},
};
use leptos::prelude::*;

/// What happened to the posted decision. A field that is wrong is told at the field instead.
#[component]
pub fn SetbackNotice<'a>(
    /// The approval as it stands now.
    review: &'a Review,
    /// The decision.
    unapplied: &'a Unapplied,
) -> impl IntoView + use<> {
    let notice = match &unapplied.setback {
        Setback::AlreadyDecided { winner, at } => already_decided(review, winner.as_deref(), *at),
        Setback::NewRevision { read, current } => {
            let (title, text) = (
                format!("The package is now rev {current}"),
                format!(
                    "Your decision was for rev {read} and was not stored. Read rev {current}, which is shown here, then decide."
                ),
            );
            plain(Tone::Warn, "file-diff", title, text)
        }
        Setback::ConditionsChanged { unmet } => conditions_changed(review, unmet),
        Setback::Expired => plain(
            Tone::Quiet,
            "hourglass",
            "Your decision was not applied".to_owned(),
            "The time to decide was over before it arrived. Nothing ran.".to_owned(),
        ),
        Setback::NotAllowed { message } => {
            plain(Tone::Fail, "circle-alert", "Your decision was not applied".to_owned(), untitled(message))
        }
        Setback::Unavailable { message } => {
            plain(Tone::Fail, "circle-alert", "Your decision was not stored".to_owned(), message.clone())
        }
        Setback::Invalid { .. } => ().into_any(),
    };
    view! {
        {notice}
        // The form shows again what it takes back.
        {(!matches!(unapplied.setback, Setback::Invalid { .. })).then(|| yours(&unapplied.draft))}
    }
    .into_any()
}

/// The sentence without what its title says already.
fn untitled(message: &str) -> String {
    let rest = message.strip_prefix("Your decision was not applied: ").unwrap_or(message);
    let mut characters = rest.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn plain(tone: Tone, icon: &'static str, title: String, text: String) -> AnyView {
    view! { <Notice tone=tone icon=icon title=title alert=true><p><Text text=&text /></p></Notice> }.into_any()
}

fn already_decided(review: &Review, winner: Option<&str>, at: Option<Time>) -> AnyView {
    let vote = winner.and_then(|winner| review.votes.iter().rev().find(|vote| vote.name == winner));
    let did = match vote {
        Some(vote) => {
            let verb = if vote.verdict == Verdict::Approve { "approved" } else { "rejected" };
            format!("{} {verb} rev {} for {}", vote.signatory(), vote.revision, vote.group)
        }
        None => format!("{} decided", winner.unwrap_or("Somebody else")),
    };
    let when = at.map(|at| format!(" {}", span::ago(at, review.now))).unwrap_or_default();
    let did = format!("{did}{when}");
    let next = review.place.as_ref().and_then(|place| place.next);
    let now = review.now;
    view! {
        <Notice tone=Tone::Fail icon="circle-alert" title="Your decision was not applied" alert=true>
            <p><Text text=&did />". That settled it before your decision arrived."</p>
            {at.map(|at| view! { <p class="text-xs">"Recorded at "<Moment at=at now=now /></p> })}
            {next.map(|id| view! { <a href=format!("/approvals/{id}") class=button::SMALL><Icon name="arrow-right" class="w-3.5 h-3.5 shrink-0" />"Next approval"</a> })}
        </Notice>
    }
    .into_any()
}

fn conditions_changed(review: &Review, unmet: &[ConditionResult]) -> AnyView {
    let now = review.now;
    let lines: Vec<AnyView> =
        unmet.iter().enumerate().map(|(place, condition)| condition_line(condition, place, now)).collect();
    let title = if unmet.len() == 1 {
        "A condition no longer holds".to_owned()
    } else {
        format!("{} conditions no longer hold", unmet.len())
    };
    let again = format!("/approvals/{}", review.id);
    view! {
        <Notice tone=Tone::Fail icon="shield-x" title=title alert=true>
            {lines}
            <p>"Nothing was approved. You can reject, or open the approval again once the condition holds."</p>
            <a href=again rel="external" class=button::SMALL><Icon name="refresh-cw" class="w-3.5 h-3.5 shrink-0" />"Open it again"</a>
        </Notice>
    }
    .into_any()
}

fn condition_line(condition: &ConditionResult, place: usize, now: Time) -> AnyView {
    let reference = condition.facts.iter().find_map(|fact| fact.reference.clone());
    view! {
        <p>
            <code class="text-fg"><Text text=&condition.name /></code>
            ": expected "<code><Text text=&condition.expected /></code>", recorded now "
            <Recorded value=Some(&condition.recorded) anchor=format!("unmet-{place}") />
            {condition.recorded_at.map(|at| view! { " since "<Moment at=at now=now /> })}
            {reference.map(|reference| view! { ", "<code><Text text=&reference /></code> })}
            "."
        </p>
    }
    .into_any()
}

/// What was typed, as a quote: it survives even where no form can take it back.
pub fn yours(draft: &Draft) -> AnyView {
    let verdict = match draft.verdict.as_deref() {
        Some("approve") => "Approve",
        Some("edit") => "Approve with edits",
        Some("reject") => "Reject",
        Some("request_information") => "Ask for information",
        _ => "No verdict",
    };
    let code =
        draft.reason_code.clone().filter(|code| !code.is_empty()).map(|code| format!(", {code}")).unwrap_or_default();
    view! {
        <div class="text-xs border-y border-rule py-1.5 space-y-1">
            <p><span class="text-faint">"Yours, not stored: "</span>{verdict}<Text text=&code /></p>
            <Quoted notes=draft.notes.as_deref() />
            <Quoted notes=draft.edited_input.as_deref() />
        </div>
    }
    .into_any()
}

/// The typed notes as a quote.
#[component]
pub fn Quoted<'a>(notes: Option<&'a str>) -> impl IntoView + use<> {
    let notes = notes.map(str::trim).filter(|notes| !notes.is_empty()).map(str::to_owned);
    notes.map(|notes| {
        view! {
            <p class="text-faint">"Your draft"</p>
            <pre class="whitespace-pre-wrap break-words border-s-2 border-rule-strong ps-2 text-muted"><Text text=&notes /></pre>
        }
    })
}
