//! Creating a key, and showing its secret this once.

use super::{AdminTab, AdminTabs, key_scopes::ScopeTicks, refused::Refused};
use crate::{
    brought::Posted,
    frame::Bar,
    kit::{
        badge::Tone,
        button,
        copy::Copy,
        field::{Fault, Field, INPUT, Tick},
        icon::Icon,
        notice::Notice,
    },
    recorded::text::Text,
};
use leptos::prelude::*;

const LIVES: [(&str, &str); 5] = [
    ("7", "In 7 days"),
    ("30", "In 30 days"),
    ("90", "In 90 days"),
    ("365", "In a year"),
    ("never", "Never by itself"),
];
/// What is chosen at first.
const USUAL: &str = "90";
const LINES: &str =
    "block rounded-md border border-rule bg-sunken px-2.5 py-2 overflow-x-auto whitespace-pre-wrap break-all text-fg";

/// The form, or the secret it has made.
#[component]
pub fn NewKeyView(posted: Option<Posted>, base_url: String) -> impl IntoView {
    let secret = posted.as_ref().and_then(|posted| posted.secret.clone());
    let content = match secret {
        Some(secret) => view! { <Created secret=secret base_url=base_url posted=posted /> }.into_any(),
        None => view! { <Form posted=posted.as_ref() /> }.into_any(),
    };
    view! {
        <Bar title="Admin" />
        <AdminTabs current=AdminTab::Keys />
        <div class="px-4 lg:px-6 py-6 max-w-[640px]">
            <a href="/admin/keys" class="inline-flex items-center gap-1.5 text-xs text-muted hover:text-fg">
                <Icon name="arrow-left" class="w-3.5 h-3.5 shrink-0" />
                "API keys"
            </a>
            {content}
        </div>
    }
    .into_any()
}

#[component]
fn Form<'a>(posted: Option<&'a Posted>) -> impl IntoView + use<> {
    let kept = |field: &str| posted.map(|posted| posted.value(field)).unwrap_or_default();
    let fault = |field: &str| posted.and_then(|posted| posted.fault(field));
    view! {
        <h2 class="text-xl leading-7 font-semibold tracking-[-0.015em] mt-2">"New key"</h2>
        <form method="post" action="/admin/keys/new" class="mt-4 space-y-4">
            <input type="hidden" name="form" value="create" />
            <Refused posted=posted />
            <Field label="Name" name="name" value=kept("name") fault=fault("name") hint="Approvals and the log call the agent by it." />
            <ScopeTicks posted=posted />
            <Field
                label="Owner's email"
                name="owner"
                kind="email"
                value=kept("owner")
                fault=fault("owner")
                required=false
                hint="Who answers for the agent. Policies that exclude the agent's owner need one."
            />
            <Field
                label="Source"
                name="source"
                value=kept("source")
                fault=fault("source")
                required=false
                hint="With the scope system only: the system of record, as workflows and the record name it."
            />
            <Begins posted=posted />
            <Lives chosen=kept("expires") fault=fault("expires") />
            <button type="submit" class=button::PRIMARY>"Create key and show its secret"</button>
        </form>
    }
    .into_any()
}

/// What a harness's key may begin.
#[component]
fn Begins<'a>(posted: Option<&'a Posted>) -> impl IntoView + use<> {
    let kept = posted.map(|posted| posted.value("workflows")).unwrap_or_default();
    let fault = |field: &str| posted.and_then(|posted| posted.fault(field));
    let checked = posted.is_some_and(|posted| posted.values.contains_key("begins_runs"));
    let refused = fault("begins_runs");
    view! {
        <div>
            <Tick
                name="begins_runs".to_owned()
                label="Begins runs"
                meaning="With the scope hook only: a client's session that nobody registered begins a run. Without it, such a session may call nothing."
                checked=checked
            />
            {refused.map(|message| view! { <Fault id="begins-runs-fault".to_owned() message=message /> })}
        </div>
        <Field
            label="Workflows"
            name="workflows"
            value=kept
            fault=fault("workflows")
            required=false
            hint="With the scope hook only: the names of the workflows whose runs it may start and join, with spaces between. Empty: every one."
        />
    }
    .into_any()
}

#[component]
fn Lives(chosen: String, fault: Option<String>) -> impl IntoView {
    let chosen = if chosen.is_empty() { USUAL.to_owned() } else { chosen };
    let is_wrong = fault.is_some();
    let options = LIVES
        .into_iter()
        .map(|(value, label)| view! { <option value=value selected=value == chosen>{label}</option> })
        .collect_view();
    view! {
        <div>
            <label class="block">
                <span class="block font-medium mb-1">"Ends"</span>
                <select name="expires" class=INPUT aria-describedby=is_wrong.then_some("expires-fault")>{options}</select>
            </label>
            {fault.map(|message| view! { <Fault id="expires-fault".to_owned() message=message /> })}
        </div>
    }
    .into_any()
}

/// The secret. It is selectable text, so that copying works without script.
#[component]
fn Created(secret: String, base_url: String, posted: Option<Posted>) -> impl IntoView {
    forget_the_post();
    let name = posted.map(|posted| posted.value("name")).unwrap_or_default();
    let call = format!("curl -H \"Authorization: Bearer {secret}\" {base_url}/api/v1/workflows");
    let export = format!("export COUNTERSIGN_URL={base_url}\nexport COUNTERSIGN_KEY={secret}");
    view! {
        <h2 class="text-xl leading-7 font-semibold tracking-[-0.015em] mt-2 break-words"><Text text=&name /></h2>
        <div class="mt-4 space-y-4">
            <Notice tone=Tone::Pass icon="circle-check" title="The key is created">
                <p>"This is the only time its secret is shown. It is stored nowhere. Put it where the program finds it before you leave this page."</p>
            </Notice>
            <Block label="Secret" text=secret what="secret" />
            <Block label="Try it" text=call what="command" />
            <Block label="For a harness or the command line" text=export what="lines" />
            // Another document: nothing of this one, the secret included, stays in the browser's page.
            <a href="/admin/keys" rel="external" class=button::PLAIN>"Leave, the secret is put away"</a>
        </div>
    }
    .into_any()
}

#[component]
pub(super) fn Block(label: &'static str, text: String, what: &'static str) -> impl IntoView {
    view! {
        <div>
            <div class="flex items-center gap-1 min-h-6 mb-1"><span class="font-medium">{label}</span><Copy text=text.clone() what=what /></div>
            <pre class=LINES tabindex="0" aria-label=label role="group">{text}</pre>
        </div>
    }
    .into_any()
}

/// Loading the page again would make another key: from here on the address is that of the list.
pub(super) fn forget_the_post() {
    Effect::new(move |_| {
        if let Ok(history) = window().history() {
            // A browser that refuses asks before it posts again, which is no harm.
            let _ = history.replace_state_with_url(&history.state().unwrap_or_default(), "", Some("/admin/keys"));
        }
    });
}
