//! Connecting an agent: who must agree, a key, and the first call.

use super::Heading;
use crate::{
    kit::{button, copy::Copy, icon::Icon},
    workflow::Missing,
};
use domain::set_up::SetUpPage;
use leptos::prelude::*;

/// What is left to do, with the commands.
#[component]
pub fn Agent<'a>(page: &'a SetUpPage, base_url: &'a str) -> impl IntoView + use<> {
    let email = page.administrator.clone().unwrap_or_else(|| "you@example.com".to_owned());
    let key = format!("countersign key create --name my-agent --scope hook --owner {email}");
    let name = page.workflow.clone().unwrap_or_else(|| "WORKFLOW".to_owned());
    let call = format!(
        "curl -H \"Authorization: Bearer $KEY\" -H 'Content-Type: application/json' \\\n  -d '{{\"workflow\":\"{name}\",\"subject\":\"case_1\",\"requested_by\":\"{email}\",\n       \"session\":{{\"framework\":\"my-agent\",\"id\":\"session-1\"}}}}' \\\n  {base_url}/api/v1/runs"
    );
    view! {
        <Heading title="Connect an agent" text="The agent's harness asks before each tool call. It needs a key; people who must agree need an account and a group." />
        <div class="-mx-4 lg:-mx-6"><Missing groups=&page.unstaffed may_add=true /></div>
        <ol class="mt-5 space-y-4">
            <li>
                <h2 class="font-medium">"1. A key"</h2>
                <p class="text-muted">"On "<a class="lnk" href="/admin/keys">"API keys"</a>", or on this machine. It is shown once."</p>
                <Command text=key what="command" />
            </li>
            <li>
                <h2 class="font-medium">"2. The first run"</h2>
                <p class="text-muted">"The call begins a run; a gate check before each tool call follows. docs/api.md walks through one approval."</p>
                <Command text=call what="call" />
            </li>
        </ol>
        <form method="post" class="flex items-center mt-5">
            <input type="hidden" name="form" value="finish" />
            <a href="/set-up?step=workflow" class=button::QUIET><Icon name="arrow-left" class="w-3.5 h-3.5 shrink-0" />"Back"</a>
            <button type="submit" class=format!("ms-auto {}", button::PRIMARY)>"Finish set-up"</button>
        </form>
    }
    .into_any()
}

#[component]
fn Command(text: String, what: &'static str) -> impl IntoView {
    view! {
        <div class="mt-1.5 rounded-lg border border-rule bg-sunken flex items-start">
            <pre class="px-3 py-2 min-w-0 flex-1 whitespace-pre-wrap break-words">{text.clone()}</pre>
            <span class="pt-1 pe-1"><Copy text=text what=what /></span>
        </div>
    }
    .into_any()
}
