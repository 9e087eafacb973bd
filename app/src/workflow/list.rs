//! The list of workflows: each with its live version and what runs on it.

use crate::{
    frame::Bar,
    kit::{
        badge::{Badge, Tone},
        button,
        empty::Empty,
        icon::Icon,
        moment::{Grain, Moment},
    },
    recorded::text::Text,
    workflow::{counted, plural},
};
use domain::{
    Time,
    workflow::shown::{Contents, Running, WorkflowList, WorkflowRow},
};
use leptos::prelude::*;

const COLUMNS: &str = "lg:grid-cols-[minmax(0,1.4fr)_128px_minmax(0,1fr)_minmax(0,1fr)_minmax(0,1fr)]";

/// Everything of the page.
#[component]
pub fn WorkflowListView(page: WorkflowList) -> impl IntoView {
    let WorkflowList { now, rows, next_cursor, is_continued, may_publish } = page;
    let is_empty = rows.is_empty() && !is_continued;
    let rows = rows.iter().map(|row| view! { <Row row=row now=now /> }).collect_view();
    let table = view! {
        <div role="table" aria-label="Workflows">
            <div role="row" class=format!("max-lg:hidden grid items-center gap-x-3 px-6 h-8 border-b border-rule text-[11px] leading-4 text-faint {COLUMNS}")>
                <span role="columnheader">"Workflow"</span>
                <span role="columnheader">"Live"</span>
                <span role="columnheader">"Published"</span>
                <span role="columnheader">"Holds"</span>
                <span role="columnheader">"Runs in progress"</span>
            </div>
            {rows}
        </div>
        <Paging next=next_cursor is_continued=is_continued />
    };
    view! {
        <Bar title="Workflows" />
        {(may_publish && !is_empty).then(|| view! {
            <div class="flex items-center gap-2 px-4 lg:px-6 h-12 border-b border-rule">
                <span class="text-xs text-faint">"A published version never changes; a run finishes on the version it began on."</span>
                <a href="/workflows/new" rel="external" class=format!("ms-auto {}", button::SMALL)><Icon name="plus" class="w-3.5 h-3.5 shrink-0" />"New workflow"</a>
            </div>
        })}
        {if is_empty { view! { <Nothing may_publish=may_publish /> }.into_any() } else { table.into_any() }}
    }
    .into_any()
}

#[component]
fn Nothing(may_publish: bool) -> impl IntoView {
    let text =
        "A workflow says which tools an agent may call and who must agree. Gates check nothing until one is published.";
    view! {
        <Empty title="No workflow is published" text=text>
            {if may_publish {
                view! { <a href="/workflows/new" rel="external" class=button::SMALL><Icon name="plus" class="w-3.5 h-3.5 shrink-0" />"Write a workflow"</a> }.into_any()
            } else {
                view! { <p class="text-xs text-muted">"An administrator publishes workflows."</p> }.into_any()
            }}
            <p class="text-xs text-muted mt-3">"At the command line: "<code>"countersign workflow publish FILE"</code></p>
        </Empty>
    }
    .into_any()
}

#[component]
fn Row<'a>(row: &'a WorkflowRow, now: Time) -> impl IntoView + use<> {
    let href = format!("/workflows/{}", row.name);
    let (title, by, at) = (row.title.clone(), row.published_by.clone(), row.published_at);
    view! {
        <div data-row role="row" class=format!("relative grid items-center gap-x-3 gap-y-0.5 px-4 lg:px-6 py-2 lg:min-h-12.5 border-b border-rule hover:bg-hover focus-within:bg-selected {COLUMNS}")>
            <span role="cell" class="min-w-0">
                <a href=href class="block font-medium truncate after:absolute after:inset-0"><Text text=&title /></a>
                <code class="block text-xs leading-4 text-faint truncate">{row.name.clone()}</code>
            </span>
            <span role="cell" class="text-xs">{live(row)}</span>
            <span role="cell" class="text-xs text-muted truncate"><Moment at=at now=now grain=Grain::Minute />" by "<Text text=&by /></span>
            <span role="cell" class="text-xs text-muted">{held(row.contents)}</span>
            <span role="cell" class="text-xs text-muted"><span class="lg:hidden text-faint">"runs in progress: "</span>{running(&row.running)}</span>
        </div>
    }
    .into_any()
}

/// The live version, and one that waits for a second administrator.
fn live(row: &WorkflowRow) -> AnyView {
    let version = view! { <code class="font-medium">{format!("v{}", row.version)}</code> };
    let live = if row.is_live {
        view! { <span class="lg:hidden text-faint">"live "</span>{version} }.into_any()
    } else {
        view! { <span class="text-faint">"none"</span> }.into_any()
    };
    let proposed = row.proposed.map(|proposed| {
        view! { " "<Badge tone=Tone::Accent icon="users" text=format!("v{proposed} proposed") /> }
    });
    view! { {live}{proposed} }.into_any()
}

fn held(contents: Option<Contents>) -> String {
    contents.map_or_else(
        || "cannot be read by this version of Countersign".to_owned(),
        |Contents { stages, gates, tools, policies }| {
            let stages = if stages == 0 { String::new() } else { format!("{}, ", plural(stages, "stage")) };
            let policies = if policies == 1 { "1 policy".to_owned() } else { format!("{policies} policies") };
            format!("{stages}{}, {}, {policies}", plural(gates, "gate"), plural(tools, "tool"))
        },
    )
}

fn running(running: &[Running]) -> String {
    if running.is_empty() {
        return "none".to_owned();
    }
    let on = |one: &Running| format!("{} on v{}", counted(one.runs), one.version);
    let mut told: Vec<String> = running.iter().take(3).map(on).collect();
    if running.len() > told.len() {
        told.push(format!("{} on earlier ones", counted(running.iter().skip(3).map(|one| one.runs).sum())));
    }
    told.join(", ")
}

#[component]
fn Paging(next: Option<String>, is_continued: bool) -> impl IntoView {
    view! {
        <nav class="flex items-center gap-2 px-4 lg:px-6 py-3" aria-label="Pages">
            {is_continued.then(|| view! { <a href="/workflows" class=button::SMALL>"First page"</a> })}
            {next.map(|cursor| view! {
                <a href=format!("/workflows?cursor={cursor}") class=button::SMALL>"Next page"<Icon name="arrow-right" class="w-3.5 h-3.5 shrink-0" /></a>
            })}
        </nav>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_versions_are_summed_up() {
        let on = |version, runs| Running { version, runs };
        assert_eq!(running(&[]), "none");
        assert_eq!(running(&[on(12, 3), on(11, 1)]), "3 on v12, 1 on v11");
        assert_eq!(
            running(&[on(5, 1), on(4, 1), on(3, 1), on(2, 2), on(1, 4)]),
            "1 on v5, 1 on v4, 1 on v3, 6 on earlier ones"
        );
        let held = |stages, gates| held(Some(Contents { stages, gates, tools: 4, policies: 1 }));
        assert_eq!(held(0, 1), "1 gate, 4 tools, 1 policy");
        assert_eq!(held(5, 3), "5 stages, 3 gates, 4 tools, 1 policy");
    }
}
