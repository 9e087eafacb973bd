//! The endpoints: where sessions are woken, whether things are sent there, and registering more.

use crate::{
    brought::Posted,
    kit::{
        badge::{Badge, Tone},
        button,
        copy::Copy,
        icon::Icon,
        moment::Moment,
        notice::Notice,
        section::Section,
    },
    recorded::text::Text,
};
use domain::{
    Time,
    endpoint::{EndpointRow, EndpointsPage},
    inspect::spelled,
};
use leptos::prelude::*;

const FIELD: &str = "field w-full h-9 max-lg:h-11 px-2.5 rounded-md border border-control bg-surface";

/// The endpoints.
#[component]
pub fn EndpointsView(page: EndpointsPage, posted: Option<Posted>, tested: Option<String>) -> impl IntoView {
    let EndpointsPage { now, endpoints } = page;
    let tested = tested.filter(|name| endpoints.iter().any(|endpoint| endpoint.name == *name));
    let shown = posted.clone().and_then(|posted| posted.secret.clone().map(|secret| (posted, secret)));
    let refused = posted.clone().filter(|posted| posted.form != "add").and_then(|posted| posted.refusal);
    let list = if endpoints.is_empty() {
        view! { <p class="text-muted">"No endpoint is registered. Sessions fetch their outcomes themselves."</p> }
            .into_any()
    } else {
        let rows = endpoints.into_iter().map(|endpoint| line(endpoint, now)).collect_view();
        view! { <ul class="rounded-lg border border-rule divide-y divide-rule">{rows}</ul> }.into_any()
    };
    view! {
        <div class="px-4 lg:px-6 pb-16 max-w-[1080px] space-y-3">
            {shown.map(|(posted, secret)| view! { <Shown posted=posted secret=secret /> })}
            {refused.map(|refusal| view! { <div class="pt-4"><Notice tone=Tone::Fail icon="circle-x" title="Nothing was changed" alert=true><p><Text text=&refusal.message /></p></Notice></div> })}
            {tested.map(|name| view! { <div class="pt-4"><Notice tone=Tone::Pass icon="check" title="The test was taken"><p><code><Text text=&name /></code>" answered with a 2xx. "<a class="lnk" href="/admin/deliveries">"Open deliveries"</a></p></Notice></div> })}
            <Section id="endpoints" title="Endpoints">{list}</Section>
            <Section id="add" title="Add an endpoint"><Add posted=posted.filter(|posted| posted.form == "add") /></Section>
        </div>
    }
    .into_any()
}

/// A secret, this once.
#[component]
fn Shown(posted: Posted, secret: String) -> impl IntoView {
    let name = if posted.form == "add" { posted.value("name") } else { posted.value("endpoint") };
    let value = secret.clone();
    view! {
        <div class="pt-4">
            <Notice tone=Tone::Accent icon="key-round" title="Copy the secret now: it is not shown again" alert=true>
                <p>"The receiver verifies with it what comes from "<code><Text text=&name /></code>"’s sender."</p>
                <p class="flex items-center gap-1"><code class="break-all text-fg">{value}</code><Copy text=secret what="secret" /></p>
            </Notice>
        </div>
    }
    .into_any()
}

fn line(endpoint: EndpointRow, now: Time) -> AnyView {
    let (name, url) = (endpoint.name.clone(), endpoint.url);
    let rotating = endpoint.rotating_until.filter(|until| *until > now).map(|until| {
        view! { <p class="text-xs text-muted">"The secret before signs too, until "<Moment at=until now=now /></p> }
    });
    let because = endpoint.disabled_because.map(|because| {
        view! { <p class="text-xs text-muted">"Disabled: "<Text text=&because /></p> }
    });
    let (badge, toggle, word) = if endpoint.disabled_at.is_some() {
        (view! { <Badge tone=Tone::Quiet icon="ban" text="Disabled" /> }.into_any(), "enable", "Enable")
    } else {
        (view! { <Badge tone=Tone::Pass icon="check" text="Active" /> }.into_any(), "disable", "Disable")
    };
    let private =
        endpoint.allow_private.then(|| view! { <Badge tone=Tone::Warn icon="lock-open" text="Private network" /> });
    view! {
        <li class="flex max-md:flex-col md:items-center gap-x-4 gap-y-2 px-3 py-2.5">
            <div class="min-w-0 flex-1">
                <p class="flex items-center gap-2 flex-wrap"><code class="font-semibold"><Text text=&name /></code>{badge}{private}</p>
                <p class="text-xs text-muted break-all"><code><Text text=&url /></code></p>
                {rotating}{because}
            </div>
            <div class="flex flex-wrap gap-2">
                <Act form="test" endpoint=endpoint.name.clone() icon="webhook" word="Send a test" />
                <Act form="rotate" endpoint=endpoint.name.clone() icon="refresh-cw" word="Rotate secret" />
                <Act form=toggle endpoint=endpoint.name icon="ban" word=word />
            </div>
        </li>
    }
    .into_any()
}

#[component]
fn Act(form: &'static str, endpoint: String, icon: &'static str, word: &'static str) -> impl IntoView {
    let name = format!("{word}: {}", spelled(&endpoint));
    view! {
        <form method="post" action="/admin/endpoints">
            <input type="hidden" name="form" value=form />
            <input type="hidden" name="endpoint" value=endpoint />
            <button type="submit" class=button::SMALL aria-label=name><Icon name=icon class="w-3.5 h-3.5 shrink-0" />{word}</button>
        </form>
    }
    .into_any()
}

#[component]
fn Add(posted: Option<Posted>) -> impl IntoView {
    // What was added is done with; what was refused is kept.
    let posted = posted.filter(|posted| posted.refusal.is_some()).unwrap_or_default();
    let other = posted.refusal.clone().filter(|refusal| refusal.errors.is_empty()).map(|refusal| refusal.message);
    let is_private = !posted.value("allow_private").is_empty();
    view! {
        <form method="post" action="/admin/endpoints" class="space-y-3 max-w-[560px]">
            <input type="hidden" name="form" value="add" />
            {other.map(|message| view! { <p role="alert" class="text-xs text-fail"><Text text=&message /></p> })}
            <Field name="name" label="Name" hint="How sessions name it, such as payments-agent." posted=posted.clone() required=true />
            <Field name="url" label="Address" hint="Where outcomes are posted: https, or http on a private network." posted=posted.clone() required=true />
            <Field name="secret" label="Secret" hint="whsec_ and base64. Left empty, one is made and shown once." posted=posted required=false />
            <label class="flex items-start gap-2">
                <input type="checkbox" name="allow_private" value="yes" checked=is_private class="mt-0.5" />
                <span>"Allow a private network"<span class="block text-xs text-muted">"Loopback and private addresses, and plain http. Metadata services stay refused."</span></span>
            </label>
            <button type="submit" class=button::PRIMARY><Icon name="plus" />"Add endpoint"</button>
        </form>
    }
    .into_any()
}

#[component]
fn Field(name: &'static str, label: &'static str, hint: &'static str, posted: Posted, required: bool) -> impl IntoView {
    let (value, fault) = (posted.value(name), posted.fault(name));
    let (hint_id, fault_id) = (format!("{name}-hint"), format!("{name}-fault"));
    let described = if fault.is_some() { format!("{hint_id} {fault_id}") } else { hint_id.clone() };
    view! {
        <div>
            <label for=name class="block font-medium mb-1">{label}</label>
            <input
                id=name
                name=name
                type="text"
                value=value
                required=required
                autocomplete="off"
                spellcheck="false"
                aria-invalid=fault.is_some().then_some("true")
                aria-describedby=described
                class=FIELD
            />
            <p id=hint_id class="text-xs text-muted mt-1">{hint}</p>
            {fault.map(|fault| view! { <p id=fault_id role="alert" class="text-xs text-fail mt-1"><Text text=&fault /></p> })}
        </div>
    }
    .into_any()
}
