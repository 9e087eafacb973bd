//! Channels that many read: Slack, and an endpoint of one's own.

use super::{fault, standing, ticked, value};
use crate::{
    brought::Posted,
    kit::{
        button,
        field::{Fault, Field, INPUT, Tick},
        section::Section,
    },
};
use domain::{
    channel::{Channel, SlackSettings, WebhookSettings},
    inspect::spelled,
};
use leptos::prelude::*;

const PRIVATE: &str = "For what speaks as Slack does. Metadata services stay refused.";

/// The form of Slack.
#[component]
pub fn SlackForm<'a>(settings: Option<SlackSettings>, posted: Option<&'a Posted>) -> impl IntoView + use<> {
    let is_private = ticked(posted, "slack_private", settings.is_some_and(|set| set.allow_private));
    let (is_on, wrong) = (settings.is_some(), fault(posted, "slack_secret"));
    let hint = if is_on {
        "One is kept and not shown. Left empty, it stays."
    } else {
        "https://hooks.slack.com/services/… It is a secret: kept sealed, and not shown again."
    };
    view! {
        <Section id="slack" title="Slack" aside=standing(Channel::Slack, is_on)>
            <form method="post" action="/admin/notifications" class="space-y-3 max-w-[560px]">
                <input type="hidden" name="form" value="slack" />
                <p class="text-muted">"One message for each event to the channel of the webhook. Choose one that only people read who may know what waits."</p>
                <Field label="Incoming webhook" name="slack_secret" kind="password" autocomplete="off" fault=wrong hint=hint required=!is_on />
                <Tick name="slack_private" label="Allow a private network" meaning=PRIVATE checked=is_private />
                <button type="submit" class=button::PLAIN>"Save Slack"</button>
            </form>
        </Section>
    }
    .into_any()
}

/// The form of the signed webhook.
#[component]
pub fn WebhookForm<'a>(
    settings: Option<WebhookSettings>,
    endpoints: Vec<String>,
    posted: Option<&'a Posted>,
) -> impl IntoView + use<> {
    let is_on = settings.is_some();
    let chosen = value(posted, "endpoint", || settings.map(|set| set.endpoint).unwrap_or_default());
    let fault = fault(posted, "endpoint");
    let is_wrong = fault.is_some();
    let form = if endpoints.is_empty() {
        view! { <p class="text-muted">"No endpoint is registered. "<a class="lnk" href="/admin/endpoints#add">"Add an endpoint"</a></p> }.into_any()
    } else {
        let options = endpoints.into_iter().map(|name| {
            let is_chosen = name == chosen;
            view! { <option value=name.clone() selected=is_chosen>{spelled(&name)}</option> }
        });
        let options = options.collect_view();
        view! {
            <form method="post" action="/admin/notifications" class="space-y-3 max-w-[560px]">
                <input type="hidden" name="form" value="webhook" />
                <label class="block">
                    <span class="block font-medium mb-1">"Endpoint"</span>
                    <select name="endpoint" class=INPUT aria-describedby=is_wrong.then_some("endpoint-fault")>{options}</select>
                </label>
                {fault.map(|message| view! { <Fault id="endpoint-fault".to_owned() message=message /> })}
                <p class="text-xs text-muted">"It is sent every notification, signed, for programs of your own to pass on."</p>
                <button type="submit" class=button::PLAIN>"Save webhook"</button>
            </form>
        }
        .into_any()
    };
    view! { <Section id="webhook" title="Signed webhook" aside=standing(Channel::Webhook, is_on)>{form}</Section> }
        .into_any()
}
