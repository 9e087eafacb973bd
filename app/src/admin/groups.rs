//! The list of groups: who is in them, which policies ask for them, and which policies nobody could satisfy.

use super::{AdminTab, AdminTabs, refused::Refused};
use crate::{
    brought::Posted,
    frame::Bar,
    kit::{
        badge::{Badge, Tone},
        button,
        empty::Empty,
        field::Field,
        icon::Icon,
        notice::Notice,
        section::Section,
    },
};
use domain::group::{GroupRow, GroupsPage, Need, Unmet};
use leptos::prelude::*;

/// The groups page.
#[component]
pub fn GroupsView(page: GroupsPage, posted: Option<Posted>) -> impl IntoView {
    let GroupsPage { rows, warnings } = page;
    let list = if rows.is_empty() {
        view! { <Empty title="No group yet" text="A policy names the groups that must approve. Create one below." /> }
            .into_any()
    } else {
        let rows = rows.into_iter().map(|row| view! { <Row row=row /> }).collect_view();
        view! { <ul class="rounded-lg border border-rule">{rows}</ul> }.into_any()
    };
    view! {
        <Bar title="Admin" />
        <AdminTabs current=AdminTab::Groups />
        <div class="px-4 lg:px-6 pb-10 max-w-[760px]">
            <Section id="groups" title="Groups and quorum">
                <div class="space-y-3">
                    <Warnings warnings=warnings />
                    {list}
                </div>
            </Section>
            <Create posted=posted />
        </div>
    }
    .into_any()
}

/// Policies that cannot be met. What is not certain is not said.
#[component]
pub fn Warnings(warnings: Vec<Unmet>) -> impl IntoView {
    warnings
        .into_iter()
        .map(|unmet| {
            let Unmet { workflow, version, policy, shortage } = unmet;
            let people = if shortage.has == 1 { "person" } else { "people" };
            let (verb, has) = if shortage.groups.len() == 1 { ("needs", "has") } else { ("need", "have together") };
            let title = format!("{} {verb} {} and {has} {} {people}", shortage.groups.join(" and "), shortage.needed, shortage.has);
            view! {
                <Notice tone=Tone::Warn icon="triangle-alert" title=title>
                    <p class="break-words">
                        "Policy " <code>{policy}</code> " of " <code>{format!("{workflow}@{version}")}</code>
                        " cannot be met: its approvals expire or are rejected. Only reviewers who may sign in are counted."
                    </p>
                </Notice>
            }
        })
        .collect_view()
}

#[component]
fn Row(row: GroupRow) -> impl IntoView {
    let people = count(row.people, "person", "people");
    let able = if row.reviewers == row.people { String::new() } else { format!(", {} may decide", row.reviewers) };
    let name = if row.exists {
        view! { <a href=format!("/admin/groups/{}", row.name) class="font-medium hover:underline break-words min-w-0">{row.name.clone()}</a> }.into_any()
    } else {
        view! {
            <span class="font-medium break-words min-w-0">{row.name.clone()}</span>
            <Badge tone=Tone::Warn icon="triangle-alert" text="Not created" />
        }
        .into_any()
    };
    view! {
        <li class="px-3 py-2 border-t border-rule first:border-t-0">
            <div class="flex items-center gap-2">
                <Icon name="users" class="w-4 h-4 text-faint shrink-0" />
                {name}
                <span class="ms-auto text-xs text-muted tabular-nums whitespace-nowrap">{people}{able}</span>
            </div>
            <div class="ps-6"><Needs needs=row.needs /></div>
        </li>
    }
    .into_any()
}

/// What policies ask of a group.
#[component]
pub fn Needs(needs: Vec<Need>) -> impl IntoView {
    if needs.is_empty() {
        return view! { <p class="text-xs text-faint">"No policy asks for it."</p> }.into_any();
    }
    let lines = needs.into_iter().map(|Need { workflow, version, policy, count }| {
        let wants = if count == 0 { " raises approvals to it".to_owned() } else { format!(" needs {count}") };
        view! {
            <li class="break-words">
                <code>{policy}</code> " of " <code>{format!("{workflow}@{version}")}</code> {wants}
            </li>
        }
    });
    view! { <ul class="text-xs text-muted">{lines.collect_view()}</ul> }.into_any()
}

#[component]
fn Create(posted: Option<Posted>) -> impl IntoView {
    let kept = posted.as_ref().map(|posted| posted.value("name")).unwrap_or_default();
    let fault = posted.as_ref().and_then(|posted| posted.fault("name"));
    view! {
        <Section id="create" title="Create group">
            <form method="post" action="/admin/groups" class="space-y-3 max-w-[420px]">
                <input type="hidden" name="form" value="create" />
                <Refused posted=posted.as_ref() />
                <Field label="Name" name="name" value=kept fault=fault hint="Lower-case letters, digits, - and _, exactly as policies name it." />
                <button type="submit" class=button::PRIMARY>"Create group"</button>
            </form>
        </Section>
    }
    .into_any()
}

/// `1 person`, `4 people`.
pub fn count(number: u32, one: &str, more: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {more}") }
}
