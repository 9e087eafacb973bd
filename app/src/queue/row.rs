//! One approval in the queue: 50 px, the whole title a link.

use super::{
    level,
    reconcile::{Left, ShownRow},
};
use crate::{
    bulk::{TickBox, ground},
    kit::{
        badge::{Badge, Tone},
        icon::Icon,
        passing::passing,
        risk::{RiskBars, RiskMark},
        seal::{Ending, Seal},
        span,
    },
    recorded::text::Text,
};
use domain::{Time, approval::Status, package::Origin, queue::QueueRow};
use leptos::prelude::*;

/// The columns of wide windows; below, a row is two blocks.
pub const COLUMNS: &str = "lg:grid-cols-[24px_78px_minmax(0,1fr)_172px_44px_164px_56px_104px]";

/// A row; one that has left the list is dimmed and says why.
#[component]
pub fn Row(
    /// The row.
    shown: ShownRow,
    /// The server's time of the row.
    now: Time,
    /// Who looks into it, for as long as it is part of the list.
    attention: AnyView,
) -> impl IntoView {
    let (settled, is_dim) = (shown.settled(), shown.left.is_some());
    let row = shown.row;
    let groups = row.waiting_for.join(", ");
    let is_open = settled.is_none();
    let ground = ground(row.id);
    let ground = move || if is_dim { "bg-sunken" } else { ground() };
    let tick = view! { <TickBox row=&row is_open=is_open /> };
    let QueueRow { risk, quorum, given, opened_at, expires_at, ended_at, status, .. } = row;
    view! {
        <div
            data-row
            role="row"
            class=move || format!("relative grid items-center gap-x-3 px-4 lg:px-6 border-b border-rule {} focus-within:bg-selected max-lg:py-3 lg:h-12.5 grid-cols-[1fr_auto] {COLUMNS}", ground())
        >
            {tick}
            <span role="cell" class="max-lg:hidden"><RiskMark level=level(risk) /></span>
            <Action row=row.clone() settled=settled is_dim=is_dim now=now />
            <span role="cell" class="max-lg:hidden min-w-0">
                <span class="flex items-center gap-1.5 text-xs text-muted">
                    <Gate origin=row.origin gate=row.gate_id />
                </span>
            </span>
            <span role="cell" class="max-lg:hidden inline-flex items-center gap-1 text-xs tabular-nums text-muted">
                <Quorum needed=quorum given=given status=status />
            </span>
            <span role="cell" class="max-lg:hidden min-w-0 text-xs">
                {is_open.then(|| view! {
                    <span class="block truncate" title=groups><WaitingFor groups=row.waiting_for viewer=row.viewer_can_decide /></span>
                    {attention}
                })}
            </span>
            <span role="cell" class="max-lg:hidden text-end tabular-nums text-muted text-xs">
                <Waiting since=opened_at now=now />
            </span>
            <span role="cell" class="text-xs tabular-nums flex flex-col items-end gap-1">
                {if is_open {
                    view! { <Deadline end=expires_at now=now /> }.into_any()
                } else {
                    ended_at.map(|at| view! { <Ended at=at now=now /> }).into_any()
                }}
                <span class="lg:hidden inline-flex items-center gap-1 text-muted"><Quorum needed=quorum given=given status=status /></span>
            </span>
        </div>
    }
    .into_any()
}

#[component]
fn Gate(origin: Origin, gate: String) -> impl IntoView {
    match origin {
        Origin::Gate => view! {
            <Icon name="lock" class="w-3.5 h-3.5 text-faint shrink-0" />
            <code class="truncate">{gate}</code>
        }
        .into_any(),
        Origin::Stage => view! {
            <Icon name="workflow" class="w-3.5 h-3.5 text-faint shrink-0" />
            <code class="truncate">{gate}</code>
        }
        .into_any(),
        Origin::Request => view! { <span class="truncate">"no gate, asked for"</span> }.into_any(),
        Origin::Step => view! {
            <Icon name="list-checks" class="w-3.5 h-3.5 text-faint shrink-0" />
            <code class="truncate">{gate}</code>
        }
        .into_any(),
        Origin::Items => view! {
            <Icon name="list-checks" class="w-3.5 h-3.5 text-faint shrink-0" />
            <span class="truncate">"one gate an item"</span>
        }
        .into_any(),
    }
}

#[component]
fn Action(row: QueueRow, settled: Option<Left>, is_dim: bool, now: Time) -> impl IntoView {
    let level = level(row.risk);
    let href = format!("/approvals/{}", row.id);
    // What is settled needs no warning any more.
    let flags = || {
        let shown = settled.is_none().then_some(&row);
        shown.map(|row| view! { <Flags differences=row.differences reversible=row.reversible asked=row.is_waiting_for_information /> })
    };
    let (wide, narrow) = (flags(), flags());
    let raised = || {
        let shown = row.raised_to.clone().zip(row.raised_at).filter(|_| settled.is_none());
        shown.map(|(group, at)| view! { <Raised group=group at=at now=now /> })
    };
    let (raised_wide, raised_narrow) = (raised(), raised());
    let claimed = row.claim.as_ref().filter(|_| settled.is_none());
    let claimed =
        claimed.map(|held| view! { <Badge tone=Tone::Quiet icon="hand" text=format!("Claimed by {}", held.name) /> });
    let assigned = row.assigned_to.as_ref().filter(|_| settled.is_none());
    let assigned = assigned
        .map(|to| view! { <Badge tone=Tone::Accent icon="user-plus" text=format!("Assigned to {} by {}", to.name, to.assigned_by_name) /> });
    let tool = match row.origin {
        Origin::Gate => row.tool,
        Origin::Stage => "stage".to_owned(),
        Origin::Request => "request".to_owned(),
        Origin::Step => "step".to_owned(),
        Origin::Items => "items".to_owned(),
    };
    let ink = if is_dim { "text-muted" } else { "" };
    let reason = settled.as_ref().map(reason);
    let origin = format!("{}, {}, {}", row.workflow_title, row.agent, row.subject);
    view! {
        <span role="cell" class="min-w-0 block">
            <a href=href class="block">
                <span class="flex items-center gap-2 min-w-0">
                    <span class=format!("lg:hidden {}", level.class)>
                        <RiskBars filled=level.bars />
                        <span class="sr-only">{level.word}" risk"</span>
                    </span>
                    <span class=format!("font-medium truncate max-lg:whitespace-normal max-lg:leading-5 {ink}")><Text text=&row.title /></span>
                    {reason}
                    <span class="inline-flex gap-1 max-lg:hidden">{wide}</span>
                </span>
                <span class="flex items-center gap-1.5 min-w-0 text-xs text-faint mt-0.5">
                    <code class="text-muted truncate shrink-0 max-w-[60%]"><Text text=&tool /></code>
                    <span aria-hidden="true">"·"</span>
                    {raised_wide.map(|raised| view! { <span class="max-lg:hidden inline-flex items-center gap-1.5 shrink-0">{raised}<span aria-hidden="true">"·"</span></span> })}
                    <span class="truncate"><Text text=&origin /></span>
                </span>
                <span class="lg:hidden flex flex-wrap gap-1 mt-1.5">{narrow}{raised_narrow}{assigned}{claimed}</span>
            </a>
        </span>
    }
    .into_any()
}

/// Whom else it was raised to.
#[component]
fn Raised(group: String, at: Time, now: Time) -> impl IntoView {
    use crate::kit::moment::{stamp, tooltip};
    let passing = passing(now);
    view! {
        <span class="inline-flex items-center gap-1 min-w-0 text-xs text-warn">
            <Icon name="trending-up" class="w-3.5 h-3.5 shrink-0" />
            <span class="min-w-0 break-words">"Raised to "<Text text=&group />" "<time datetime=stamp(at) title=tooltip(at)>{move || span::ago(at, passing())}</time></span>
        </span>
    }
    .into_any()
}

/// Why a row is dimmed.
fn reason(left: &Left) -> impl IntoView + use<> {
    let (tone, icon) = match left {
        Left::Approved(_) => (Tone::Pass, "check"),
        Left::Rejected(_) => (Tone::Fail, "x"),
        Left::Expired => (Tone::Quiet, "hourglass"),
        Left::Cancelled | Left::Superseded | Left::Revoked => (Tone::Quiet, "ban"),
        Left::NotYours => (Tone::Quiet, "user-round"),
        Left::Claimed(_) => (Tone::Quiet, "hand"),
        Left::Answered => (Tone::Quiet, "message-square"),
    };
    view! { <Badge tone=tone icon=icon text=left.words() /> }
}

#[component]
fn Flags(differences: u32, reversible: bool, asked: bool) -> impl IntoView {
    let asked = asked.then(|| view! { <Badge tone=Tone::Accent icon="message-square" text="Info requested" /> });
    let differ = (differences > 0).then(|| {
        let text = if differences == 1 { "1 difference".to_owned() } else { format!("{differences} differences") };
        view! { <Badge tone=Tone::Warn icon="git-compare" text=text /> }
    });
    let final_ = (!reversible).then(|| view! { <Badge tone=Tone::Fail icon="ban" text="Irreversible" /> });
    view! { {asked}{differ}{final_} }.into_any()
}

#[component]
fn Quorum(needed: u32, given: u32, status: Status) -> impl IntoView {
    let ending = match status {
        Status::Pending => Ending::Open,
        Status::Approved => Ending::Approved,
        Status::Rejected => Ending::Rejected,
        Status::Expired | Status::Cancelled | Status::Superseded | Status::Revoked => Ending::Expired,
    };
    view! { <Seal needed=needed given=given ending=ending />{format!("{given}/{needed}")} }.into_any()
}

#[component]
fn WaitingFor(groups: Vec<String>, viewer: bool) -> impl IntoView {
    let groups = if groups.is_empty() { "nobody".to_owned() } else { groups.join(", ") };
    if viewer {
        view! { <span class="font-medium text-accent">"You"</span><span class="text-muted">" for "{groups}</span> }
            .into_any()
    } else {
        view! { <span class="text-muted">{groups}</span> }.into_any()
    }
}

#[component]
fn Waiting(since: Time, now: Time) -> impl IntoView {
    use crate::kit::moment::{stamp, tooltip};
    let passing = passing(now);
    view! { <time datetime=stamp(since) title=format!("since {}", tooltip(since))>{move || span::short((passing() - since).num_seconds())}</time> }
}

/// When it ended.
#[component]
fn Ended(at: Time, now: Time) -> impl IntoView {
    use crate::kit::moment::{stamp, tooltip};
    let passing = passing(now);
    view! { <time datetime=stamp(at) title=tooltip(at) class="text-muted">{move || span::ago(at, passing())}</time> }
        .into_any()
}

#[component]
fn Deadline(end: Option<Time>, now: Time) -> impl IntoView {
    use crate::kit::moment::{stamp, tooltip};
    let Some(end) = end else { return view! { <span class="text-faint">"no deadline"</span> }.into_any() };
    let passing = passing(now);
    let look = move || match (end - passing()).num_seconds() {
        ..0 => ("inline-flex items-center gap-1 text-fail font-medium", Some("circle-alert")),
        0..=3600 => ("inline-flex items-center gap-1 text-warn font-medium", Some("clock")),
        _ => ("inline-flex items-center gap-1 text-muted", None),
    };
    let icon = move || look().1.map(|icon| view! { <Icon name=icon class="w-3.5 h-3.5 shrink-0" /> });
    view! {
        <time datetime=stamp(end) title=tooltip(end) class=move || look().0>
            {icon}
            {move || span::short_left(end, passing())}
        </time>
    }
    .into_any()
}
