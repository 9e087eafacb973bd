//! What an enforced execution asks: the steps that were verified so far, with what was found of each.

use crate::{
    kit::{badge::Tone, copy::Copy, notice::Notice, section::Section},
    recorded::{
        json::Json,
        text::{ScriptWarning, Text},
    },
};
use domain::{canonical, package::Package};
use leptos::prelude::*;

/// The evidence of the steps so far, in the place where a call would stand.
#[component]
pub fn StepsSoFar<'a>(package: &'a Package) -> impl IntoView + use<> {
    let text = canonical::to_string(&package.input);
    let warning = view! { <ScriptWarning text=&text /> }.into_any();
    let aside = view! {
        {warning}
        <span class="max-sm:hidden">"As found on the executor’s host"</span>
        <Copy text=text what="evidence" />
    }
    .into_any();
    let step = package.gate_id.clone();
    let input = view! { <Json value=&package.input anchor="input" /> }.into_any();
    view! {
        <Section id="action" title="Steps so far" aside=aside>
            <div class="space-y-3">
                <Notice tone=Tone::Quiet icon="list-checks" title="An enforced execution waits at this step.">
                    <p>
                        "Every step before "<code><Text text=&step /></code>" is verified. None after it begins unless this is approved. Analyses are opinions: they have decided nothing."
                    </p>
                </Notice>
                {input}
            </div>
        </Section>
    }
    .into_any()
}
