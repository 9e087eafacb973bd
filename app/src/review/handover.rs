//! The review of a stage: what it would hand over to the next one.

use crate::{
    kit::{copy::Copy, icon::Icon, section::Section},
    recorded::{
        json::Json,
        text::{ScriptWarning, Text},
    },
};
use domain::{canonical, package::Package};
use leptos::prelude::*;

/// The handoff as it will be issued, in the place where a call would stand.
#[component]
pub fn Handover<'a>(package: &'a Package) -> impl IntoView + use<> {
    let text = canonical::to_string(&package.input);
    let warning = view! { <ScriptWarning text=&text /> }.into_any();
    let aside = view! {
        {warning}
        <span class="max-sm:hidden">"Outputs and profile, as the next stage gets them"</span>
        <Copy text=text what="handoff" />
    }
    .into_any();
    let (attempt, next) = package.stage.as_ref().map_or((1, None), |stage| (stage.attempt, stage.to_stage.clone()));
    let from = package.gate_id.clone();
    let next = match next {
        Some(next) => view! { <code class="font-semibold break-words"><Text text=&next /></code> }.into_any(),
        None => view! { <span>"end of the workflow"</span> }.into_any(),
    };
    let input = view! { <Json value=&package.input anchor="input" /> }.into_any();
    view! {
        <Section id="action" title="Handoff" aside=aside>
            <div class="rounded-lg border border-rule-strong overflow-hidden">
                <div class="flex items-center gap-x-2 min-h-9 px-3 py-1 flex-wrap border-b border-rule bg-canvas">
                    <Icon name="package" class="w-4 h-4 shrink-0 text-muted" />
                    <code class="font-semibold break-words"><Text text=&from /></code>
                    <Icon name="arrow-right" class="w-3.5 h-3.5 shrink-0 text-muted" />
                    {next}
                    <span class="ms-auto text-xs text-muted">{format!("Attempt {attempt}, held for review")}</span>
                </div>
                {input}
            </div>
        </Section>
    }
    .into_any()
}
