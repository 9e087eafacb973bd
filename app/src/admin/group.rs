//! One group: who belongs to it, adding and removing people, and what policies ask of it.

use super::{
    AdminTab, AdminTabs,
    done::Done,
    groups::{Needs, Warnings, count},
    refused::Refused,
};
use crate::{
    brought::Posted,
    frame::Bar,
    kit::{
        avatar,
        badge::{Badge, Tone},
        button,
        field::{Fault, INPUT},
        icon::Icon,
        section::Section,
    },
    recorded::text::Text,
};
use domain::{
    group::{GroupDetail, Member},
    inspect::spelled,
};
use leptos::prelude::*;

const DONE: &[(&str, &str)] = &[
    ("created", "Created. Nobody belongs to it yet."),
    ("added", "Added to the group."),
    ("removed", "Removed from the group."),
];

/// The page of a group.
#[component]
pub fn GroupView(detail: GroupDetail, posted: Option<Posted>) -> impl IntoView {
    let GroupDetail { row, members, others, warnings } = detail;
    let people = count(row.people, "person", "people");
    view! {
        <Bar title="Admin" />
        <AdminTabs current=AdminTab::Groups />
        <div class="px-4 lg:px-6 py-6 max-w-[640px]">
            <a href="/admin/groups" class="inline-flex items-center gap-1.5 text-xs text-muted hover:text-fg">
                <Icon name="arrow-left" class="w-3.5 h-3.5 shrink-0" />
                "Groups"
            </a>
            <h2 class="text-xl leading-7 font-semibold tracking-[-0.015em] mt-2 break-words">{row.name.clone()}</h2>
            <p class="text-xs text-muted mb-3">{people}{format!(", {} may decide", row.reviewers)}</p>
            <div class="space-y-3">
                <Done words=DONE />
                <Warnings warnings=warnings />
            </div>
            <Members members=members others=others posted=posted />
            <Section id="policies" title="Policies that ask for it">
                <Needs needs=row.needs />
            </Section>
        </div>
    }
    .into_any()
}

#[component]
fn Members(members: Vec<Member>, others: Vec<Member>, posted: Option<Posted>) -> impl IntoView {
    view! {
        <Section id="members" title="Members">
            <div class="space-y-3">
                <Refused posted=posted.as_ref() />
                <List members=members.clone() />
                <Add others=others posted=posted.clone() />
                <p class="text-xs text-muted">
                    "Joining counts for approvals that open from now on. Leaving counts at once, also for approvals that are open."
                </p>
            </div>
        </Section>
    }
    .into_any()
}

#[component]
fn List(members: Vec<Member>) -> impl IntoView {
    if members.is_empty() {
        return view! { <p class="text-muted">"Nobody belongs to this group."</p> }.into_any();
    }
    let rows = members.into_iter().map(|member| view! { <Row member=member /> }).collect_view();
    view! { <ul class="rounded-lg border border-rule">{rows}</ul> }.into_any()
}

#[component]
fn Row(member: Member) -> impl IntoView {
    let state = if member.is_disabled {
        view! { <Badge tone=Tone::Quiet icon="ban" text="Disabled" /> }.into_any()
    } else if member.is_reviewer {
        ().into_any()
    } else {
        view! { <Badge tone=Tone::Quiet icon="eye" text="No reviewer, decides nothing" /> }.into_any()
    };
    view! {
        <li class="flex items-center gap-2 px-3 py-2 border-t border-rule first:border-t-0">
            <avatar::Person name=&member.name />
            <span class="min-w-0 leading-4">
                <a href=format!("/admin/people/{}", member.id) class="font-medium hover:underline break-words"><Text text=&member.name /></a>
                <span class="block text-xs text-faint break-words"><Text text=&member.email /></span>
                {state}
            </span>
            <form method="post" class="ms-auto">
                <input type="hidden" name="form" value="remove" />
                <input type="hidden" name="person" value=member.email />
                <button type="submit" class=button::SMALL aria-label=format!("Remove {}", spelled(&member.name))>"Remove"</button>
            </form>
        </li>
    }
    .into_any()
}

/// Somebody is named by their email; the browser offers who there is.
#[component]
fn Add(others: Vec<Member>, posted: Option<Posted>) -> impl IntoView {
    let fault = posted.as_ref().and_then(|posted| posted.fault("person"));
    let is_wrong = fault.is_some();
    let kept = posted.filter(|posted| posted.form == "add").map(|posted| posted.value("person"));
    let options = others
        .into_iter()
        .map(|other| view! { <option value=other.email>{spelled(&other.name)}</option> })
        .collect_view();
    view! {
        <form method="post">
            <input type="hidden" name="form" value="add" />
            <div class="flex items-end gap-2">
                <label class="flex-1 min-w-0">
                    <span class="block font-medium mb-1">"Add a person by email"</span>
                    <input
                        type="email"
                        name="person"
                        list="others"
                        value=kept.unwrap_or_default()
                        required=true
                        autocomplete="off"
                        autofocus=is_wrong
                        aria-invalid=is_wrong.then_some("true")
                        aria-describedby=is_wrong.then_some("person-fault")
                        class=INPUT
                    />
                </label>
                <button type="submit" class=button::PLAIN>"Add to group"</button>
            </div>
            <datalist id="others">{options}</datalist>
            {fault.map(|message| view! { <Fault id="person-fault".to_owned() message=message /> })}
        </form>
    }
    .into_any()
}
