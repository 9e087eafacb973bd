//! How people are told: mail, Slack and a signed webhook, each with its settings, a test, and a way to switch it off; and
//! the log of what was sent.

mod log;
mod mail;
mod shared;

use self::{
    log::Log,
    mail::MailForm,
    shared::{SlackForm, WebhookForm},
};
use crate::{
    brought::Posted,
    kit::{
        badge::{Badge, Tone},
        button,
        icon::Icon,
        notice::Notice,
    },
    recorded::text::Text,
};
use domain::channel::{Channel, ChannelsPage};
use leptos::prelude::*;

/// The channels and the log.
#[component]
pub fn ChannelsView(page: ChannelsPage, posted: Option<Posted>, failed_only: bool) -> impl IntoView {
    // What is wrong with a field stands at the field; what else was refused stands above everything.
    let refused = posted.filter(|posted| posted.refusal.is_some());
    let of = |form: &str| refused.as_ref().filter(|posted| posted.form == form);
    let refusal = refused.as_ref().and_then(|posted| posted.refusal.clone()).filter(|one| one.errors.is_empty());
    let (endpoints, named) = (page.endpoints.clone(), page.webhook.clone());
    view! {
        <div class="px-4 lg:px-6 pb-16 max-w-[1080px]">
            {refusal.map(|refusal| view! { <div class="pt-4"><Notice tone=Tone::Fail icon="circle-x" title="It did not work" alert=true><p class="break-words"><Text text=&refusal.message /></p></Notice></div> })}
            <p class="pt-4 text-muted max-w-[640px]">
                "Everybody has an inbox in the console. What is set here is sent besides: a summary and a link, never what a call holds."
            </p>
            <MailForm settings=page.mail.as_ref() has_password=page.has_password posted=of("mail") />
            <SlackForm settings=page.slack posted=of("slack") />
            <WebhookForm settings=named endpoints=endpoints posted=of("webhook") />
            <Log page=page failed_only=failed_only />
        </div>
    }
    .into_any()
}

/// Whether a channel is on, with what can be tried and undone then.
fn standing(channel: Channel, is_on: bool) -> AnyView {
    if !is_on {
        return view! { <Badge tone=Tone::Quiet icon="ban" text="Off" /> }.into_any();
    }
    view! {
        <Act form="test" channel=channel icon="play" word="Send a test" />
        <Act form="remove" channel=channel icon="ban" word="Switch off" />
        <Badge tone=Tone::Pass icon="check" text="On" />
    }
    .into_any()
}

#[component]
fn Act(form: &'static str, channel: Channel, icon: &'static str, word: &'static str) -> impl IntoView {
    let name = format!("{word}: {}", channel.title());
    view! {
        <form method="post" action="/admin/notifications">
            <input type="hidden" name="form" value=form />
            <input type="hidden" name="channel" value=channel.as_str() />
            <button type="submit" class=button::SMALL aria-label=name><Icon name=icon class="w-3.5 h-3.5 shrink-0" />{word}</button>
        </form>
    }
    .into_any()
}

/// What a field holds: what was typed and refused, else what is set.
fn value(posted: Option<&Posted>, field: &str, set: impl FnOnce() -> String) -> String {
    posted.map_or_else(set, |posted| posted.value(field))
}

/// Whether a box is ticked, likewise.
fn ticked(posted: Option<&Posted>, field: &str, set: bool) -> bool {
    posted.map_or(set, |posted| !posted.value(field).is_empty())
}

fn fault(posted: Option<&Posted>, field: &str) -> Option<String> {
    posted.and_then(|posted| posted.fault(field))
}
