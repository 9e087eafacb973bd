//! Drift on the receipt: how each record stands, since when that is known, and what can be done about it.

use super::{
    super::follow::FollowedReceipt,
    badge,
    fields::fields,
    settle::{Accept, Look},
};
use crate::{
    brought::Posted,
    kit::{icon::Icon, moment::Moment, section::Section},
    recorded::{text::Text, value::shortened},
};
use domain::{
    Time,
    closure::drift::{DAYS, Drift, DriftReport, Found, Looked, Overtaken},
    closures::ClosurePage,
};
use leptos::prelude::*;

/// The section; nothing before the closure ended with something done.
#[component]
pub fn Drifts<'a>(
    followed: FollowedReceipt,
    /// Where its forms are posted to.
    action: StoredValue<String>,
    posted: Option<&'a Posted>,
) -> impl IntoView + use<> {
    let posted = StoredValue::new(posted.filter(|posted| ["look", "accept"].contains(&&*posted.form)).cloned());
    let is_any = Memo::new(move |_| followed.with(|page| page.receipt.drift.is_some()));
    let section = move || {
        is_any.get().then(|| {
            let aside = view! { <Look followed=followed action=action /> }.into_any();
            view! {
                <Section id="drift" title="Drift" aside=aside>
                    {posted.with_value(|posted| super::settle::refused(posted.as_ref()))}
                    {move || followed.with(standing)}
                    {posted.with_value(|posted| view! { <Accept followed=followed action=action posted=posted.as_ref() /> })}
                </Section>
            }
        })
    };
    section.into_any()
}

fn standing(page: &ClosurePage) -> AnyView {
    let Some(drift) = &page.receipt.drift else { return ().into_any() };
    let (now, id) = (page.now, page.id());
    let records: Vec<AnyView> = drift.records.iter().map(|looked| record(looked, now)).collect();
    let records =
        (!records.is_empty()).then(|| view! { <ul class="mt-2 rounded-lg border border-rule">{records}</ul> });
    let reason = match &drift.state {
        Drift::Accepted { at, reason, .. } => {
            let by = drift.accepted_by.as_deref().map(|name| view! { " by "<Text text=name /> });
            let words = shortened(reason, format!("{id}-accepted"));
            Some(view! {
                <p class="mt-1 text-xs text-muted">"Accepted "<Moment at=*at now=now />{by}</p>
                <p class="mt-1 break-words whitespace-pre-wrap"><bdi>"“"{words}"”"</bdi></p>
            })
        }
        _ => None,
    };
    view! {
        <div class="flex flex-wrap items-center gap-x-2 gap-y-1">{badge(drift.status)}<span class="min-w-0 text-xs text-muted">{when(drift, now)}</span></div>
        {reason}
        {records}
    }
    .into_any()
}

/// When it was looked at, and when it will be.
fn when(drift: &DriftReport, now: Time) -> AnyView {
    let looked = match drift.looked_at {
        Some(at) => view! { "Last looked at "<Moment at=at now=now />". " }.into_any(),
        None => ().into_any(),
    };
    let next = match drift.next_look {
        Some(next) => view! { "Looked at next "<Moment at=next now=now />", once a day." }.into_any(),
        None => format!("Records are looked at for {DAYS} days after a closure has ended; that is over.").into_any(),
    };
    view! { {looked}{next} }.into_any()
}

fn record(looked: &Looked, now: Time) -> AnyView {
    let step = match &looked.step {
        Some(step) => view! { <code class="font-medium"><Text text=step /></code> }.into_any(),
        None => view! { <span class="font-medium">"Source"</span> }.into_any(),
    };
    let known = looked.known();
    let (icon, ink, word) = match &looked.seen.found {
        Found::AsWanted {} => ("check", "text-pass", "As wanted"),
        Found::Differs { .. } => ("circle-alert", "text-warn", "Differs"),
        Found::Gone {} => ("circle-alert", "text-warn", "Gone"),
        Found::Overtaken {} => ("skip-forward", "text-muted", "Overtaken"),
        Found::Unreadable { .. } => ("eye", "text-warn", "Could not be looked at"),
    };
    let since = known.map(
        |known| view! { "Since "<Moment at=known.since now=now />", last looked at "<Moment at=known.at now=now /> },
    );
    view! {
        <li class="px-4 py-2 border-t border-rule first:border-t-0">
            <div class="flex flex-wrap items-baseline gap-x-2">
                <span class="min-w-0 break-words">{step}" "<span class="text-xs text-muted"><Text text=&looked.target />", "<Text text=&looked.record /></span></span>
                <span class=format!("ms-auto inline-flex items-center gap-1 text-xs {ink}")><Icon name=icon class="w-3.5 h-3.5 shrink-0" />{word}</span>
            </div>
            {unread(looked, now)}
            {known.map(|known| fields(&known.found))}
            {looked.overtaken.iter().map(overtaken).collect_view()}
            <div class="text-xs text-muted">{since}</div>
        </li>
    }
    .into_any()
}

/// Why it could not be looked at; what is known beside is from before.
fn unread(looked: &Looked, now: Time) -> AnyView {
    let Found::Unreadable { why } = &looked.seen.found else { return ().into_any() };
    let before =
        if looked.before.is_some() { "What is known of it is from before." } else { "It has not been looked at yet." };
    view! {
        <div class="text-xs text-warn break-words">
            <Text text=why />", since "<Moment at=looked.seen.since now=now />", tried last "<Moment at=looked.seen.at now=now />". "{before}
        </div>
    }
    .into_any()
}

fn overtaken(one: &Overtaken) -> AnyView {
    let pointer = one.pointer.trim_start_matches('/').to_owned();
    view! {
        <div class="text-xs text-muted break-words">
            <code><Text text=&pointer /></code>": a later closure has written it, "
            <a href=format!("/closures/{}", one.by) class="lnk mono">"clo_…"{one.by.tail()}</a>
        </div>
    }
    .into_any()
}
