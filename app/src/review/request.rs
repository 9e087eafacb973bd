//! What an agent asked for itself: said by the product first, then in the agent's own words.

use crate::{
    kit::{badge::Tone, icon::Icon, notice::Notice, section::Section},
    recorded::{text::Text, value::Asserted},
};
use domain::package::Package;
use leptos::prelude::*;
use serde_json::Value;

/// The request, in the place where a call would stand.
#[component]
pub fn Request<'a>(package: &'a Package) -> impl IntoView + use<> {
    let agent = package.agent.clone();
    let policy = package.policy_name.clone();
    let summary = view! { <Summary package=package /> }.into_any();
    view! {
        <Section id="action" title="Request">
            <div class="space-y-3">
                <Notice tone=Tone::Quiet icon="bot" title="An agent asked for this itself. It opens no gate.">
                    <p>
                        <Text text=&agent />" waits for an answer. Approving lets no call run: gates check every call as before, and no condition counts this approval. Policy "
                        <code>{policy}</code>" says who decides."
                    </p>
                </Notice>
                {summary}
            </div>
        </Section>
    }
    .into_any()
}

/// The agent's reason as a quote in its colour; nothing where it gave none.
#[component]
pub fn Summary<'a>(package: &'a Package) -> impl IntoView + use<> {
    let Some(summary) = package.summary.clone() else { return ().into_any() };
    let words = Value::from(summary);
    view! {
        <div class="flex gap-2 mt-3">
            <Icon name="quote" class="w-4 h-4 shrink-0 text-agent mt-0.5" />
            <span class="min-w-0 whitespace-pre-wrap break-words">
                <span class="text-xs text-faint">"The agent wrote "</span>
                <Asserted value=&words anchor="summary".to_owned() />
            </span>
        </div>
    }
    .into_any()
}
