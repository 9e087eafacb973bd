//! The rest of a receipt: what was written where, why nothing was written twice, who was told, what people did.

use crate::{
    kit::{moment::Moment, section::Section},
    recorded::{text::Text, value::shortened},
};
use domain::{
    Time,
    closure::page::{IdempotencyDecision, Override, Receipt},
    closures::ClosurePage,
};
use leptos::prelude::*;

/// What people did about it; nothing where nobody did anything.
pub fn overrides(page: &ClosurePage) -> AnyView {
    let overrides = &page.receipt.overrides;
    if overrides.is_empty() {
        return ().into_any();
    }
    let rows: Vec<AnyView> =
        overrides.iter().enumerate().map(|(place, one)| deed(place, one, &page.receipt, page.now)).collect();
    view! {
        <Section id="overrides" title="What people did">
            <ul class="rounded-lg border border-rule">{rows}</ul>
        </Section>
    }
    .into_any()
}

fn deed(place: usize, one: &Override, receipt: &Receipt, now: Time) -> AnyView {
    let what = shortened(&one.what, format!("{}-override-{place}", receipt.closure_id));
    view! {
        <li class="flex items-baseline gap-3 px-4 py-1.5 border-t border-rule first:border-t-0">
            <span class="min-w-0 break-words"><span class="font-medium"><Text text=&one.by /></span>" "<bdi>{what}</bdi></span>
            <span class="ms-auto text-xs text-muted"><Moment at=one.at now=now /></span>
        </li>
    }
    .into_any()
}

/// What the receipt holds besides, line by line.
pub fn record(page: &ClosurePage) -> AnyView {
    let receipt = &page.receipt;
    let lines = [
        ("Records written", texts(&receipt.records_touched, "None")),
        ("Archive references", texts(&receipt.archive_references, "None")),
        ("Notifications", texts(&receipt.notifications, "Nobody was told")),
        ("Idempotency decisions", decisions(&receipt.idempotency_decisions, page.now)),
        ("Policy", policy(receipt)),
        ("Began", view! { <Moment at=receipt.started_at now=page.now /> }.into_any()),
    ];
    let lines = lines.map(|(name, value)| {
        view! {
            <div class="sm:flex gap-3 px-4 py-2 border-t border-rule first:border-t-0">
                <dt class="text-xs text-muted w-40 shrink-0">{name}</dt>
                <dd class="min-w-0 break-words">{value}</dd>
            </div>
        }
    });
    view! {
        <Section id="record" title="For the record">
            <dl class="rounded-lg border border-rule">{lines.collect_view()}</dl>
        </Section>
    }
    .into_any()
}

fn texts(texts: &[String], none: &'static str) -> AnyView {
    if texts.is_empty() {
        return view! { <span class="text-muted">{none}</span> }.into_any();
    }
    texts
        .iter()
        .map(|text| view! { <div><code class="break-all"><Text text=text /></code></div> })
        .collect_view()
        .into_any()
}

fn decisions(decisions: &[IdempotencyDecision], now: Time) -> AnyView {
    if decisions.is_empty() {
        return view! { <span class="text-muted">"None was needed"</span> }.into_any();
    }
    let lines = decisions.iter().map(|one| {
        let step = one.step.as_deref().map(|step| view! { <code><Text text=step /></code>": " });
        view! {
            <div class="mt-1.5 first:mt-0">
                {step}
                <Text text=&one.decision />
                <div class="text-xs text-muted"><code class="break-all"><Text text=&one.key /></code>", "<Moment at=one.at now=now /></div>
            </div>
        }
    });
    lines.collect_view().into_any()
}

/// Which version of which workflow said so.
fn policy(receipt: &Receipt) -> AnyView {
    let to = format!("/workflows/{}?version={}", receipt.workflow, receipt.workflow_version);
    let (digest, version) = (receipt.workflow_digest.to_string(), receipt.workflow_version);
    view! {
        <code><Text text=&receipt.rule /></code>" of "
        <a href=to class="lnk"><Text text=&receipt.workflow />" v"{version}</a>
        <div class="text-xs text-muted"><code class="break-all">{digest}</code></div>
    }
    .into_any()
}
