//! The definition: gates and versions at the left, the text as published, and what the gates did lately.

use super::{
    Tab, address, counted,
    gates::GatesTable,
    plural,
    stages::{self, StagesTable},
    text::Definition,
    versions::VersionLine,
};
use crate::{
    kit::{badge::Tone, copy::Copy, icon::Icon, notice::Notice},
    recorded::text::Text,
};
use domain::workflow::{
    Default as Fallback, Gate, Workflow,
    shown::{Running, VersionRow, WorkflowPage},
};
use leptos::prelude::*;

/// Versions shown beside the text.
const BESIDE: usize = 6;

/// The tab.
#[component]
pub fn DefinitionTab<'a>(page: &'a WorkflowPage) -> impl IntoView + use<> {
    let file = format!("{}.yaml", page.shown.version.name);
    let digest = page.shown.version.digest.to_string();
    let text = view! { <Definition source=&page.source /> };
    let table = page.definition.as_ref().map(|workflow| view! { <GatesTable workflow=workflow used=&page.used /> });
    let stages = page.definition.as_ref().map(|workflow| view! { <StagesTable workflow=workflow /> });
    view! {
        <div class="lg:grid lg:grid-cols-[300px_minmax(0,1fr)]">
            <div class="p-4 lg:ps-6 lg:border-e border-rule">
                <Outline page=page />
            </div>
            <div class="min-w-0 p-4 lg:px-6">
                <div class="rounded-lg border border-rule-strong overflow-hidden">
                    <div class="flex items-center gap-2 h-9 px-3 border-b border-rule bg-canvas">
                        <span class="text-muted"><Icon name="git-branch" /></span>
                        <code class="font-semibold truncate min-w-0">{file}</code>
                        <span class="ms-auto text-xs text-faint inline-flex items-center gap-1 max-sm:hidden">
                            "digest "<code>{format!("{}…", &digest[..12])}</code><Copy text=digest.clone() what="digest" />
                        </span>
                        <Copy text=page.source.clone() what="definition" />
                    </div>
                    <div tabindex="0" role="group" aria-label="The definition, scrolls sideways" class="relative overflow-x-auto">{text}</div>
                </div>
                {stages}
                {table}
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Outline<'a>(page: &'a WorkflowPage) -> impl IntoView + use<> {
    let gates = match &page.definition {
        Some(workflow) => outline(workflow),
        None => view! {
            <Notice tone=Tone::Warn icon="triangle-alert" title="This version cannot be read any more">
                <p>"The rules have changed since it was published. New runs of it are refused; publish a version that is in order."</p>
            </Notice>
        }
        .into_any(),
    };
    let versions = page.versions.iter().take(BESIDE);
    let versions = versions.map(|row| view! { <VersionLine row=row page=page /> }).collect_view();
    let all = address(&page.shown.version.name, Tab::Versions, None);
    let running: Vec<AnyView> =
        page.versions.iter().filter(|row| row.running > 0).map(|row| running(row).into_any()).collect();
    let stages = page.definition.as_ref().map(stages::outline);
    view! {
        {stages}
        <h2 class="text-xs text-faint mb-2">"Gates"</h2>
        {gates}
        <h2 class="text-xs text-faint mt-5 mb-2">"Versions"</h2>
        <ul class="rounded-lg border border-rule">{versions}</ul>
        {(page.versions.len() > BESIDE).then(|| view! { <p class="text-xs mt-2"><a class="lnk" href=all>{format!("All {} versions", page.newest())}</a></p> })}
        <div class="text-xs text-muted mt-2">{if running.is_empty() { vec![view! { <p>"No run is in progress."</p> }.into_any()] } else { running }}</div>
    }
    .into_any()
}

fn running(row: &VersionRow) -> impl IntoView + use<> {
    let Running { version, runs } = Running { version: row.version.version, runs: row.running };
    let words = if runs == 1 {
        format!("1 run is on v{version} and will finish on it.")
    } else {
        format!("{} runs are on v{version} and will finish on it.", counted(runs))
    };
    view! { <p>{words}</p> }
}

fn outline(workflow: &Workflow) -> AnyView {
    let gates: Vec<AnyView> = workflow.gates.iter().zip(1..).map(|(gate, number)| gate_box(gate, number)).collect();
    let rest = match &workflow.default {
        Fallback::Allow => "may run",
        Fallback::Block => "are blocked",
        Fallback::Review(_) => "are reviewed",
    };
    let policy = match &workflow.default {
        Fallback::Review(policy) => Some(policy.clone()),
        Fallback::Allow | Fallback::Block => None,
    };
    view! {
        <ol class="space-y-1.5">{gates}</ol>
        <p class="flex items-center gap-2 ps-3 py-1.5 text-xs text-muted">
            <Icon name="circle-dashed" class="w-3.5 h-3.5 shrink-0" />
            <span>"Other tools "{rest}{policy.map(|policy| view! { " by "<code>{policy}</code> })}</span>
        </p>
    }
    .into_any()
}

fn gate_box(gate: &Gate, number: usize) -> AnyView {
    let (icon, who) = match &gate.review {
        Some(review) if review.unless.is_some() => ("user-round", format!("{}, if needed", review.policy)),
        Some(review) => ("user-round", review.policy.clone()),
        None => ("cog", "checked only".to_owned()),
    };
    let conditions = match gate.require.len() {
        0 => "nothing required".to_owned(),
        count => plural(count, "condition"),
    };
    let tools = gate
        .tools
        .iter()
        .map(|tool| view! { <li><code class="break-words"><Text text=tool /></code></li> })
        .collect_view();
    view! {
        <li class="rounded-lg border border-rule-strong px-3 py-2">
            <div class="flex items-center gap-2 min-w-0">
                <span class="text-xs text-faint tabular-nums">{number}</span>
                <Icon name="lock" class="w-3.5 h-3.5 text-faint shrink-0" />
                <code class="font-medium break-words min-w-0">{gate.id.clone()}</code>
            </div>
            <div class="text-xs text-muted mt-1 flex gap-2"><span class="shrink-0">"guards"</span><ul class="min-w-0">{tools}</ul></div>
            <div class="text-xs text-muted mt-0.5 flex gap-2">
                <span class="inline-flex items-center gap-1 min-w-0"><Icon name=icon class="w-3.5 h-3.5 shrink-0" /><span class="min-w-0 break-words">{who}</span></span>
                <span class="ms-auto whitespace-nowrap">{conditions}</span>
            </div>
        </li>
    }
    .into_any()
}
