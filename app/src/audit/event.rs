//! One event with all that is known around it.

use super::address;
use crate::{
    kit::{
        address::Address,
        badge::{Badge, Tone},
        copy::{Copy, CopyLink},
        drawer::Drawer,
        icon::Icon,
        moment::{exact, stamp},
        rosette::Rosette,
    },
    recorded::{json::Json, text::Text},
    timeline::{Shape, in_full, number, viewed_for},
};
use domain::{
    Actor, Digest, SystemActor,
    audit::{AuditEvent, AuditQuery},
    decision::Verdict,
    event::Event,
    signature::Authentication,
};
use leptos::prelude::*;

/// The event in its drawer.
#[component]
pub fn EventView<'a>(
    /// The event.
    event: &'a AuditEvent,
    /// The filters of the list beside it.
    query: &'a AuditQuery,
) -> impl IntoView + use<> {
    let list = address(query).with("cursor", query.cursor.clone());
    let at = |leaf: i64| list.clone().at(format!("/audit/{leaf}")).to_string();
    let item = &event.item;
    let own = Address::new(format!("/audit/{}", item.leaf_index)).to_string();
    let facts = view! { <Known event=event /> }.into_any();
    let raw = view! { <Raw event=event /> }.into_any();
    let digest = digest_of(&item.entry.event).map(|(name, digest)| view! { <Sealed name=name digest=digest /> });
    view! {
        <Drawer
            label="Event"
            overline=number(item.leaf_index)
            title=in_full(item)
            close=list.to_string()
            previous=event.newer.map(at)
            next=event.older.map(at)
        >
            {facts}
            {digest}
            <div class="mt-4 flex flex-wrap gap-2"><CopyLink path=own /></div>
            {raw}
        </Drawer>
    }
    .into_any()
}

/// When, who, what was decided, and where it belongs.
#[component]
fn Known<'a>(event: &'a AuditEvent) -> impl IntoView + use<> {
    let entry = &event.item.entry;
    let who = view! { <Who event=event /> }.into_any();
    let decision = decision(&entry.event);
    let policy = event
        .policy
        .clone()
        .map(|policy| line("Policy", view! { <code class="break-words"><Text text=&policy /></code> }.into_any()));
    let workflow = event.workflow.clone().map(|workflow| {
        line("Workflow", view! { <code class="break-words"><Text text=&workflow /></code> }.into_any())
    });
    let subject = entry
        .subject
        .clone()
        .map(|subject| line("Subject", view! { <code class="break-words"><Text text=&subject /></code> }.into_any()));
    let run = entry.run.map(|run| {
        line(
            "Run",
            view! { <a href=format!("/runs/{run}") class="lnk mono break-all">{run.to_string()}</a> }.into_any(),
        )
    });
    let approval = entry.approval.map(|approval| {
        let title = event.approval_title.clone().map(|title| view! { <Text text=&title />" " });
        line("Approval", view! { {title}<a href=format!("/approvals/{approval}") class="lnk mono break-all">{approval.to_string()}</a> }.into_any())
    });
    view! {
        <dl class="mt-3 grid grid-cols-[96px_minmax(0,1fr)] gap-x-3 gap-y-2">
            {line("When", view! { <time datetime=stamp(entry.at) class="mono">{exact(entry.at)}</time> }.into_any())}
            {line("Who", who)}
            {line("Kind", view! { <code>{entry.event.kind()}</code> }.into_any())}
            {decision}
            {viewed(&entry.event)}
            {policy}
            {workflow}
            {subject}
            {run}
            {approval}
            {line("Event id", view! { <code class="break-all">{entry.id.to_string()}</code> }.into_any())}
        </dl>
    }
    .into_any()
}

fn line(name: &'static str, value: AnyView) -> AnyView {
    view! { <dt class="text-muted">{name}</dt><dd class="min-w-0 break-words">{value}</dd> }.into_any()
}

/// Who, and how they are known; what the log does not keep is not claimed.
#[component]
fn Who<'a>(event: &'a AuditEvent) -> impl IntoView + use<> {
    let item = &event.item;
    let (id, how) = match item.actor() {
        Actor::Person(id) => (id.to_string(), "A person, by their console session or their own API token"),
        Actor::Key(id) => (id.to_string(), "By API key"),
        Actor::System(SystemActor::CommandLine) => {
            (SystemActor::CommandLine.to_string(), "At the command line of the server’s machine")
        }
        Actor::System(part) => (part.to_string(), "A part of Countersign, by itself"),
    };
    let all = Address::new("/audit").with("actor", Some(id.clone())).to_string();
    let is_named = id != item.actor_name;
    view! {
        <span class="flex items-center gap-1.5"><Shape item=item /><span class="font-medium break-words min-w-0"><Text text=&item.actor_name /></span></span>
        <span class="block text-xs text-muted mt-0.5">{how}</span>
        {is_named.then(|| view! { <code class="block text-xs text-muted break-all">{id}</code> })}
        <a href=all class="lnk text-xs">"All events of this actor"</a>
    }
    .into_any()
}

/// How somebody showed who they are as they signed.
const fn method(by: Authentication) -> &'static str {
    match by {
        Authentication::Password => "password",
    }
}

/// A decision in its parts.
fn decision(event: &Event) -> Option<AnyView> {
    let Event::DecisionRecorded {
        verdict, group, by_raise, revision, reason_code, notes, on_behalf_of, signature, ..
    } = event
    else {
        return None;
    };
    let badge = match verdict {
        Verdict::Approve => view! { <Badge tone=Tone::Pass icon="check" text="Approve" /> },
        Verdict::Reject => view! { <Badge tone=Tone::Fail icon="x" text="Reject" /> },
        Verdict::RequestInformation => {
            view! { <Badge tone=Tone::Accent icon="message-square" text="Request information" /> }
        }
    };
    let raised = by_raise.clone().map(|to| line("By raise to", view! { <Text text=&to /> }.into_any()));
    let reason = reason_code.clone().map(|code| line("Reason", view! { <code><Text text=&code /></code> }.into_any()));
    let notes = notes
        .clone()
        .map(|notes| line("Notes", view! { <bdi class="whitespace-pre-wrap"><Text text=&notes /></bdi> }.into_any()));
    let principal = on_behalf_of.clone().map(|principal| {
        line(
            "In the place of",
            view! { <Text text=&principal.name />", by "<code>{principal.delegation.to_string()}</code> }.into_any(),
        )
    });
    let signature = signature.clone().map(|signature| {
        let (at, by) = (signature.signed_at, method(signature.authenticated_by));
        let signed = view! {
            <Icon name="signature" class="w-3.5 h-3.5 inline-block me-1" />
            <bdi>"“"<Text text=&signature.meaning />"”"</bdi>
            <span class="block text-xs text-muted">"By "{by}", "<time datetime=stamp(at) class="mono">{exact(at)}</time></span>
        };
        line("Signed", signed.into_any())
    });
    let told = view! {
        {line("Decision", view! { {badge}" for "<Text text=&group />", package rev "{*revision} }.into_any())}
        {raised}
        {principal}
        {reason}
        {notes}
        {signature}
    };
    Some(told.into_any())
}

/// A view in its parts.
fn viewed(event: &Event) -> Option<AnyView> {
    let Event::ApprovalViewed { revision, opened_at, seconds, .. } = event else { return None };
    let told = view! {
        {line("Viewed", view! { "Package rev "{*revision}", in the console" }.into_any())}
        {line("Opened", view! { <time datetime=stamp(*opened_at) class="mono">{exact(*opened_at)}</time> }.into_any())}
        {line("Visible for", viewed_for(*seconds).into_any())}
    };
    Some(told.into_any())
}

/// The digest that an event binds to, and what it is the digest of.
fn digest_of(event: &Event) -> Option<(&'static str, Digest)> {
    match event {
        Event::DecisionRecorded { package_digest, .. } | Event::ApprovalOpened { package_digest, .. } => {
            Some(("Package digest", *package_digest))
        }
        Event::WorkflowPublished { digest, .. } => Some(("Workflow digest", *digest)),
        _ => None,
    }
}

#[component]
fn Sealed(name: &'static str, digest: Digest) -> impl IntoView {
    let hex = digest.to_string();
    view! {
        <div class="mt-4 flex items-center gap-3 rounded-lg border border-rule p-3">
            <Rosette bytes=*digest.bytes() size=40 />
            <div class="min-w-0">
                <div class="text-xs text-muted flex items-center gap-1">{name}<Copy text=hex.clone() what="digest" /></div>
                <code class="block break-all">{hex}</code>
            </div>
        </div>
    }
    .into_any()
}

/// The payload as it is kept, and its commitment.
#[component]
fn Raw<'a>(event: &'a AuditEvent) -> impl IntoView + use<> {
    let value: serde_json::Value = serde_json::from_str(&event.payload).unwrap_or_default();
    let size = size(event.payload.len());
    let json = view! { <Json value=&value anchor="payload" /> }.into_any();
    view! {
        <details class="mt-4 border-t border-rule pt-3">
            <summary class="flex items-center gap-1 min-h-6 text-xs text-muted hover:text-fg">
                <Icon name="chevron-right" class="chev w-3.5 h-3.5 shrink-0" />"Raw event, "{size}
            </summary>
            <div class="mt-2 rounded-lg border border-rule bg-sunken overflow-hidden">{json}</div>
            <p class="mt-2 text-xs text-muted">"Canonical JSON, keys sorted. The log keeps a salted SHA-256 of it, the commitment:"</p>
            <code class="block text-xs break-all mt-1">{event.commitment.to_string()}</code>
        </details>
    }
    .into_any()
}

/// `312 B`, `1.2 kB`.
fn size(bytes: usize) -> String {
    if bytes < 1_000 { format!("{bytes} B") } else { format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100) }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn every_kind_of_event_is_shown_with_its_payload() {
        let query = AuditQuery { actor: Some("people".to_owned()), ..AuditQuery::default() };
        for event in sample::every_event() {
            let kind = event.kind();
            let event = sample::audit_event(event);
            let html =
                Owner::new().with(|| view! { <EventView event=&event query=&query /> }.to_html()).replace("<!>", "");
            for said in [
                kind,
                "2026-11-21 14:33:12.000000 UTC",
                "Raw event",
                "evt_",
                "/audit?actor=people",
                "/audit/1204330?actor=people",
            ] {
                assert!(html.contains(said), "{kind}: {said} in {html}");
            }
            assert!(!html.contains("<script>") && !html.contains("style="), "{kind}: {html}");
        }
    }

    #[test]
    fn sizes_are_told_in_short() {
        assert_eq!([312, 1_234, 10_050].map(size), ["312 B", "1.2 kB", "10.0 kB"]);
    }
}
