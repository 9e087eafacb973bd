//! Where to read on: the run, its approvals, and the entry of the log that handed the case over.

use crate::{
    kit::{icon::Icon, section::Section},
    recorded::text::Text,
};
use domain::{approval::Status, escalations::EscalationPage, event::Event, timeline::ApprovalRow};
use leptos::prelude::*;

/// The links.
pub fn evidence(page: &EscalationPage) -> AnyView {
    let opened = page.activity.iter().find(|item| matches!(item.entry.event, Event::EscalationOpened { .. }));
    let entry = opened.map(|item| {
        let number = item.leaf_index;
        let words = view! { "Handed over, entry "<span class="tabular-nums">{number}</span>" of the log" };
        line("scroll-text", format!("/audit/{number}"), words.into_any(), ().into_any())
    });
    let workflow = page.case.workflow.clone();
    let about = view! { "Run of "<code>{workflow}</code>" for "<Text text=&page.case.subject /> };
    let run = line("workflow", format!("/runs/{}", page.case.run), about.into_any(), ().into_any());
    let approvals: Vec<AnyView> = page.approvals.iter().map(approval).collect();
    let list = view! { <ul class="rounded-lg border border-rule">{run}{approvals}{entry}</ul> }.into_any();
    view! { <Section id="evidence" title="Evidence">{list}</Section> }.into_any()
}

fn approval(row: &ApprovalRow) -> AnyView {
    let status = match row.status {
        Status::Pending => "pending",
        Status::Approved => "approved",
        Status::Rejected => "rejected",
        Status::Expired => "expired",
        Status::Cancelled => "cancelled",
        Status::Superseded => "superseded",
        Status::Revoked => "revoked",
    };
    let (title, after) = (view! { <Text text=&row.title /> }.into_any(), format!("Approval, {status}").into_any());
    line("inbox", format!("/approvals/{}", row.id), title, after)
}

fn line(icon: &'static str, to: String, words: AnyView, after: AnyView) -> AnyView {
    view! {
        <li class="flex items-center gap-2.5 px-4 py-1.5 border-t border-rule first:border-t-0">
            <Icon name=icon class="w-4 h-4 shrink-0 text-muted" />
            <a href=to class="lnk min-w-0 break-words">{words}</a>
            <span class="ms-auto text-xs text-muted whitespace-nowrap">{after}</span>
        </li>
    }
    .into_any()
}
