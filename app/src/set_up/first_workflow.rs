//! The first workflow: a shipped one, an own one, or none yet.

use super::{Heading, Refused};
use crate::{
    brought::Posted,
    kit::{button, icon::Icon},
    recorded::text::Text,
};
use domain::{inspect::spelled, set_up::SetUpPage};
use leptos::prelude::*;

/// The choice.
#[component]
pub fn FirstWorkflow<'a>(page: &'a SetUpPage, posted: Option<Posted>) -> impl IntoView + use<> {
    let samples = page.samples.iter().map(|(name, title)| {
        view! {
            <li class="flex items-center gap-3 px-3 py-2.5 border-t border-rule first:border-t-0">
                <span class="min-w-0">
                    <span class="block font-medium"><Text text=title /></span>
                    <code class="block text-xs text-muted">{name.clone()}</code>
                </span>
                <form method="post" class="ms-auto">
                    <input type="hidden" name="form" value="sample" />
                    <button type="submit" name="sample" value=name.clone() class=button::SMALL aria-label=format!("Publish {}", spelled(title))>"Publish"</button>
                </form>
            </li>
        }
    });
    let samples = samples.collect_view();
    let published = page.workflow.clone().map(|name| {
        view! { <p class="text-xs text-muted mt-3"><a class="lnk" href=format!("/workflows/{name}")><code>{name.clone()}</code></a>" is published. More can follow."</p> }
    });
    view! {
        <Heading title="Publish a first workflow" text="It says which tools an agent may call, what must hold before, and who must agree. A published version never changes; the next one replaces it for new runs." />
        <ul class="mt-5 rounded-lg border border-rule-strong overflow-hidden">
            {samples}
            <li class="flex items-center gap-3 px-3 py-2.5 border-t border-rule">
                <span class="min-w-0"><span class="block font-medium">"Your own"</span><span class="block text-xs text-muted">"From a small template, checked before it is published"</span></span>
                <a href="/workflows/new" rel="external" class=format!("ms-auto {}", button::SMALL)>"Write"</a>
            </li>
        </ul>
        {published}
        <Refused posted=posted fields=&[] />
        <form method="post" class="flex mt-5">
            <input type="hidden" name="form" value="skip" />
            <button type="submit" class=format!("ms-auto {}", button::PLAIN)>"Continue without"<Icon name="arrow-right" /></button>
        </form>
    }
    .into_any()
}
