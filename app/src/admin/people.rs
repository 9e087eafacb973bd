//! The list of people: who may sign in, as what, for whom they decide, and when they last did.

use super::{AdminTab, AdminTabs, roles::titles};
use crate::{
    frame::Bar,
    kit::{
        address::Address,
        avatar,
        badge::{Badge, Tone},
        button,
        empty::Empty,
        icon::Icon,
        moment::{Grain, Moment},
        section::Section,
    },
    recorded::text::Text,
};
use domain::{
    Time,
    inspect::spelled,
    person::{PeoplePage, PeopleQuery, PersonRow},
};
use leptos::prelude::*;

const HEAD: &str = "h-8 px-3 text-[11px] leading-4 text-faint font-medium whitespace-nowrap";
const GROUP: &str = "inline-flex items-center h-5 px-1.5 rounded-sm border text-[11px] leading-none font-medium whitespace-nowrap bg-surface text-muted border-rule-strong";

/// The people page.
#[component]
pub fn PeopleView(page: PeoplePage, query: PeopleQuery) -> impl IntoView {
    let add = view! {
        <a href="/admin/people/new" class=button::PRIMARY_SMALL>
            <Icon name="user-plus" class="w-3.5 h-3.5 shrink-0" />
            "Add person"
        </a>
    };
    let filter = view! { <Filter groups=page.groups.clone() group=query.group.clone() /> }.into_any();
    let content = if page.rows.is_empty() {
        view! { <Nobody group=query.group.clone() /> }.into_any()
    } else {
        view! { <Table rows=page.rows now=page.now /> }.into_any()
    };
    view! {
        <Bar title="Admin" actions=add.into_any() />
        <AdminTabs current=AdminTab::People />
        <div class="px-4 lg:px-6 pb-10 max-w-[1080px]">
            <Section id="people" title="People" aside=filter>
                {content}
                <Paging next=page.next_cursor query=query />
            </Section>
        </div>
    }
    .into_any()
}

/// Narrowing by group: a plain form, so that it works without script.
#[component]
fn Filter(groups: Vec<String>, group: Option<String>) -> impl IntoView {
    let options = groups
        .into_iter()
        .map(|name| {
            let selected = group.as_deref() == Some(&*name);
            view! { <option value=name.clone() selected=selected>{name.clone()}</option> }
        })
        .collect_view();
    view! {
        <form method="get" action="/admin" class="flex items-center gap-2">
            <select name="group" aria-label="Group" class="h-7 max-lg:h-11 max-w-[200px] rounded-md border border-control bg-surface px-1.5 text-xs text-fg">
                <option value="">"All groups"</option>
                {options}
            </select>
            <button type="submit" class=button::QUIET><Icon name="list-filter" class="w-3.5 h-3.5 shrink-0" />"Filter"</button>
        </form>
    }
    .into_any()
}

#[component]
fn Table(rows: Vec<PersonRow>, now: Time) -> impl IntoView {
    let rows = rows.into_iter().map(|row| view! { <Row row=row now=now /> }).collect_view();
    view! {
        <div tabindex="0" role="group" aria-label="People, scrolls sideways" class="relative rounded-lg border border-rule overflow-x-auto">
            <table class="w-full">
                <thead class="bg-canvas">
                    <tr>
                        <th scope="col" class=HEAD>"Name"</th>
                        <th scope="col" class=format!("{HEAD} max-md:hidden")>"Groups"</th>
                        <th scope="col" class=HEAD>"Roles"</th>
                        <th scope="col" class=format!("{HEAD} max-md:hidden")>"Last decision"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Row(row: PersonRow, now: Time) -> impl IntoView {
    let decided = row.last_decision.map_or_else(
        || view! { <span class="text-faint">"never"</span> }.into_any(),
        |at| view! { <span class="text-muted"><Moment at=at now=now grain=Grain::Minute /></span> }.into_any(),
    );
    let narrow = if row.groups.is_empty() { String::new() } else { row.groups.join(", ") };
    view! {
        <tr class="border-t border-rule hover:bg-hover">
            <td class="px-3 py-1.5">
                <span class="flex items-center gap-2 min-w-0">
                    <avatar::Person name=&row.name />
                    <span class="min-w-0 leading-4">
                        <a href=format!("/admin/people/{}", row.id) class="font-medium hover:underline break-words"><Text text=&row.name /></a>
                        <span class="block text-xs text-faint break-words"><Text text=&row.email /></span>
                        <span class="md:hidden block text-xs text-muted">{narrow}</span>
                    </span>
                    {row.disabled_at.map(|_| view! { <Badge tone=Tone::Quiet icon="ban" text="Disabled" /> })}
                </span>
            </td>
            <td class="px-3 py-1.5 max-md:hidden"><Groups names=row.groups /></td>
            <td class="px-3 py-1.5">{titles(&row.roles)}</td>
            <td class="px-3 py-1.5 max-md:hidden">{decided}</td>
        </tr>
    }
    .into_any()
}

/// The groups of a person, each a way to everybody in it.
#[component]
fn Groups(names: Vec<String>) -> impl IntoView {
    if names.is_empty() {
        return view! { <span class="text-faint">"none"</span> }.into_any();
    }
    let names = names.into_iter().map(|name| view! { <span class=GROUP>{name}</span> }).collect_view();
    view! { <span class="flex flex-wrap gap-1">{names}</span> }.into_any()
}

#[component]
fn Nobody(group: Option<String>) -> impl IntoView {
    let text = match group {
        Some(group) => format!("Nobody belongs to {}, or there is no such group.", spelled(&group)),
        None => "Nobody is on this page.".to_owned(),
    };
    view! {
        <Empty title="No person matches" text=text>
            <a href="/admin" class=button::SMALL>"Show everybody"</a>
        </Empty>
    }
    .into_any()
}

#[component]
fn Paging(next: Option<String>, query: PeopleQuery) -> impl IntoView {
    let here = Address::new("/admin").with("group", query.group);
    let first = query.cursor.is_some().then(|| here.to_string());
    let next = next.map(|cursor| here.with("cursor", Some(cursor)).to_string());
    view! {
        <nav class="flex items-center gap-2 py-3" aria-label="Pages">
            {first.map(|href| view! { <a href=href class=button::SMALL>"First page"</a> })}
            {next
                .map(|href| {
                    view! { <a href=href class=button::SMALL>"Next page"<Icon name="arrow-right" class="w-3.5 h-3.5 shrink-0" /></a> }
                })}
        </nav>
    }
    .into_any()
}
