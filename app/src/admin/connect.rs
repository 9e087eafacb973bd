//! Connecting an agent: a key for one kind of client, the exact lines to paste, and whether the first call has arrived.

use super::{AdminTab, AdminTabs, connect_lines::lines, first_call::FirstCall, new_key::Block, refused::Refused};
use crate::{
    brought::Posted,
    frame::Bar,
    kit::{
        badge::Tone,
        button,
        field::{Fault, Field, INPUT},
        icon::Icon,
        notice::Notice,
    },
    recorded::text::Text,
};
use domain::client::Client;
use leptos::prelude::*;

/// What each kind is called, and how it speaks to the console.
const fn told(client: Client) -> (&'static str, &'static str) {
    match client {
        Client::ClaudeCode => ("Claude Code or the Agent SDK", "Its hooks ask before every tool call."),
        Client::Framework => {
            ("An agent framework", "LangGraph, OpenAI Agents, AG-UI, Microsoft Agent Framework: with an adapter.")
        }
        Client::Http => {
            ("Your own harness", "Three calls over HTTP: start a run, check each call, report each result.")
        }
        Client::Mcp => ("A model over MCP", "It asks for approvals itself. No gate is enforced by that alone."),
    }
}

/// The form, or the lines that its answer shows.
#[component]
pub fn ConnectView(
    /// What was posted.
    posted: Option<Posted>,
    /// The address people reach the console under.
    base_url: String,
    /// The names of the published workflows.
    workflows: Vec<String>,
) -> impl IntoView {
    let secret = posted.as_ref().and_then(|posted| posted.secret.clone());
    let content = match (secret, posted) {
        (Some(secret), Some(posted)) => view! { <Lines secret=secret base_url=base_url posted=posted /> }.into_any(),
        (_, posted) => view! { <Form posted=posted.as_ref() workflows=workflows /> }.into_any(),
    };
    view! {
        <Bar title="Admin" />
        <AdminTabs current=AdminTab::Keys />
        <div class="px-4 lg:px-6 py-6 max-w-[640px]">
            <a href="/admin/keys" rel="external" class="inline-flex items-center gap-1.5 text-xs text-muted hover:text-fg">
                <Icon name="arrow-left" class="w-3.5 h-3.5 shrink-0" />
                "API keys"
            </a>
            {content}
        </div>
    }
    .into_any()
}

#[component]
fn Form<'a>(posted: Option<&'a Posted>, workflows: Vec<String>) -> impl IntoView + use<> {
    let kept = |field: &str| posted.map(|posted| posted.value(field)).unwrap_or_default();
    let fault = |field: &str| posted.and_then(|posted| posted.fault(field));
    view! {
        <h2 class="text-xl leading-7 font-semibold tracking-[-0.015em] mt-2">"Connect an agent"</h2>
        <p class="text-muted mt-1">"You get a key, and the lines to paste where the agent runs."</p>
        <form method="post" action="/admin/connect" class="mt-4 space-y-4">
            <input type="hidden" name="form" value="connect" />
            <Refused posted=posted />
            <Clients chosen=kept("client") fault=fault("client") />
            <Workflows workflows=workflows chosen=kept("workflow") fault=fault("workflow") />
            <Field label="Name" name="name" value=kept("name") fault=fault("name") hint="Approvals and the log call the agent by it." />
            <Field
                label="Owner's email"
                name="owner"
                kind="email"
                value=kept("owner")
                fault=fault("owner")
                required=false
                hint="Who answers for the agent; you, if it is left empty. Policies may exclude them from deciding."
            />
            <button type="submit" class=button::PRIMARY>"Create its key and show the lines"</button>
        </form>
    }
    .into_any()
}

#[component]
fn Clients(chosen: String, fault: Option<String>) -> impl IntoView {
    let is_wrong = fault.is_some();
    let choices = Client::ALL.iter().map(|client| {
        let (label, meaning) = told(*client);
        let value = client.as_str();
        view! {
            <label class="flex items-start gap-2 py-1 max-lg:py-2 cursor-pointer">
                <input type="radio" name="client" value=value required=true checked=value == chosen class="mt-0.5" />
                <span class="min-w-0">
                    <span class="font-medium">{label}</span>
                    <span class="block text-xs text-muted">{meaning}</span>
                </span>
            </label>
        }
    });
    view! {
        <fieldset aria-describedby=is_wrong.then_some("client-fault")>
            <legend class="font-medium mb-1">"What you connect"</legend>
            {choices.collect_view()}
            {fault.map(|message| view! { <Fault id="client-fault".to_owned() message=message /> })}
        </fieldset>
    }
    .into_any()
}

#[component]
fn Workflows(workflows: Vec<String>, chosen: String, fault: Option<String>) -> impl IntoView {
    if workflows.is_empty() {
        return view! {
            <Notice tone=Tone::Warn icon="triangle-alert" title="No workflow is published">
                <p>"An agent works in runs of a workflow: its gates say where people decide. " <a class="lnk" href="/workflows">"Publish one first"</a> "."</p>
            </Notice>
        }
        .into_any();
    }
    let is_wrong = fault.is_some();
    let options = workflows
        .into_iter()
        .map(|name| {
            let selected = name == chosen;
            let value = name.clone();
            view! { <option value=value selected=selected>{name}</option> }
        })
        .collect_view();
    view! {
        <div>
            <label class="block">
                <span class="block font-medium mb-1">"Workflow"</span>
                <select name="workflow" class=INPUT aria-describedby=is_wrong.then_some("workflow-fault")>{options}</select>
            </label>
            {fault.map(|message| view! { <Fault id="workflow-fault".to_owned() message=message /> })}
        </div>
    }
    .into_any()
}

/// What to paste. It is selectable text, so that copying works without script.
#[component]
fn Lines(secret: String, base_url: String, posted: Posted) -> impl IntoView {
    super::new_key::forget_the_post();
    let (name, workflow) = (posted.value("name"), posted.value("workflow"));
    let client = posted.value("client").parse().unwrap_or(Client::Http);
    let (label, _) = told(client);
    let blocks = lines(client, &base_url, &secret, &workflow)
        .into_iter()
        .map(|(label, text)| view! { <Block label=label text=text what="lines" /> })
        .collect_view();
    let hint = secret.chars().take(8).collect::<String>();
    view! {
        <h2 class="text-xl leading-7 font-semibold tracking-[-0.015em] mt-2 break-words"><Text text=&name /></h2>
        <p class="text-muted mt-1">{label}</p>
        <div class="mt-4 space-y-4">
            <Notice tone=Tone::Accent icon="key-round" title="Its key stands in these lines">
                <p>"This is the only time it is shown. It is stored nowhere."</p>
            </Notice>
            {blocks}
            <FirstCall hint=hint name=name />
            // Another document: nothing of this one, the secret included, stays in the browser's page.
            <a href="/admin/keys" rel="external" class=button::PLAIN>"Leave, the key is put away"</a>
        </div>
    }
    .into_any()
}
