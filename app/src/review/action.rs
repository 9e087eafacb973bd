//! The proposed action: the tool and its exact input, as it will run.

use crate::{
    kit::{copy::Copy, icon::Icon, section::Section},
    recorded::{
        changes::Changes,
        json::Json,
        text::{ScriptWarning, Text},
    },
};
use domain::{canonical, package::Package};
use leptos::prelude::*;

/// The call.
#[component]
pub fn ProposedAction<'a>(package: &'a Package) -> impl IntoView + use<> {
    let text = canonical::to_string(&package.input);
    let said = match &package.edit {
        Some(edit) => {
            view! { <span class="text-accent font-medium">"Edited by "<Text text=&edit.edited_by /></span> }.into_any()
        }
        None => view! { <span class="max-sm:hidden">"Canonical JSON, as it will run"</span> }.into_any(),
    };
    let warning = view! { <ScriptWarning text=&text /> }.into_any();
    let aside = view! {
        {warning}
        {said}
        <Copy text=text what="arguments" />
    }
    .into_any();
    let (tool, gate) = (package.tool.clone(), package.gate_id.clone());
    let input = match &package.edit {
        Some(edit) => view! { <Changes before=&edit.asked_input after=&package.input /> }.into_any(),
        None => view! { <Json value=&package.input anchor="input" /> }.into_any(),
    };
    view! {
        <Section id="action" title="Proposed action" aside=aside>
            <div class="rounded-lg border border-rule-strong overflow-hidden">
                <div class="flex items-center gap-x-2 min-h-9 px-3 py-1 flex-wrap border-b border-rule bg-canvas">
                    <Icon name="terminal" class="w-4 h-4 shrink-0 text-muted" />
                    <code class="font-semibold break-words"><Text text=&tool /></code>
                    <span class="ms-auto inline-flex items-center gap-1.5 text-xs text-muted">
                        <Icon name="lock" class="w-3.5 h-3.5 shrink-0" />
                        "Held by gate "
                        <code><Text text=&gate /></code>
                    </span>
                </div>
                {input}
            </div>
        </Section>
    }
    .into_any()
}
