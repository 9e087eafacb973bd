//! The manifest: what each tool takes, how much damage a wrong call does, and whether it can be undone.

use crate::{
    kit::{
        badge::{Badge, Tone},
        risk::RiskMark,
        section::Section,
    },
    queue::level,
    recorded::text::Text,
};
use domain::workflow::{Tool, Workflow, shown::WorkflowPage};
use leptos::prelude::*;

const HEAD: &str = "h-8 px-3 text-[11px] leading-4 text-faint font-medium whitespace-nowrap";

/// The tab.
#[component]
pub fn ToolsTab<'a>(page: &'a WorkflowPage) -> impl IntoView + use<> {
    let rows: Vec<AnyView> = page
        .definition
        .iter()
        .flat_map(|workflow| workflow.tools.iter().map(|(name, tool)| row(name, tool, workflow)))
        .collect();
    let is_empty = rows.is_empty();
    view! {
        <div class="px-4 lg:px-6 pb-16">
            <Section id="tools" title="Tools">
                {if is_empty { view! { <p class="text-muted">"This version names no tool."</p> }.into_any() } else { table(rows) }}
            </Section>
        </div>
    }
    .into_any()
}

fn table(rows: Vec<AnyView>) -> AnyView {
    view! {
        <div tabindex="0" role="group" aria-label="Tools, scrolls sideways" class="relative rounded-lg border border-rule overflow-x-auto">
            <table class="w-full">
                <thead class="bg-canvas">
                    <tr>
                        <th scope="col" class=HEAD>"Tool"</th>
                        <th scope="col" class=HEAD>"Arguments"</th>
                        <th scope="col" class=HEAD>"Risk"</th>
                        <th scope="col" class=HEAD>"Can be undone"</th>
                        <th scope="col" class=HEAD>"One call touches"</th>
                        <th scope="col" class=HEAD>"Guarded by"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(name: &str, tool: &Tool, workflow: &Workflow) -> AnyView {
    let arguments = match &tool.input {
        None => view! { <span class="text-muted">"any"</span> }.into_any(),
        Some(fields) if fields.is_empty() => view! { <span class="text-muted">"none"</span> }.into_any(),
        Some(fields) => {
            let fields = fields.iter().map(|(name, field)| {
                let optional = if field.optional { "?" } else { "" };
                view! { <div class="whitespace-nowrap"><code><Text text=name />{optional}": "<span class="text-muted">{field.kind.to_string()}</span></code></div> }
            });
            fields.collect_view().into_any()
        }
    };
    let undone = match (&tool.accept_irreversible, tool.reversible) {
        (_, true) => view! { <Badge tone=Tone::Pass icon="undo-2" text="Yes" /> }.into_any(),
        (None, false) => view! { <Badge tone=Tone::Warn icon="lock" text="No" /> }.into_any(),
        (Some(why), false) => view! { <Badge tone=Tone::Warn icon="lock" text="No" /><div class="text-xs text-muted mt-0.5">"accepted: “"<Text text=why />"”"</div> }.into_any(),
    };
    let stage = workflow.stage_of(name).map(|position| workflow.stages[position].id.as_str());
    let gates: Vec<&str> = stage.into_iter().chain(workflow.gates_of(name).map(|gate| gate.id.as_str())).collect();
    let gates = match (gates.is_empty(), tool.compensation_only) {
        (_, true) => "to undo only".to_owned(),
        (true, false) => "default".to_owned(),
        (false, false) => gates.join(", "),
    };
    let touches = match &tool.blast_radius {
        Some(words) => view! { <Text text=words /> }.into_any(),
        None => view! { <span class="text-muted">"not stated"</span> }.into_any(),
    };
    view! {
        <tr class="border-t border-rule align-top">
            <td class="px-3 py-1.5"><code class="font-medium"><Text text=name /></code></td>
            <td class="px-3 py-1.5">{arguments}</td>
            <td class="px-3 py-1.5"><RiskMark level=level(tool.risk) /></td>
            <td class="px-3 py-1.5">{undone}</td>
            <td class="px-3 py-1.5">{touches}</td>
            <td class="px-3 py-1.5"><code>{gates}</code></td>
        </tr>
    }
    .into_any()
}
