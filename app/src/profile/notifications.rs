//! What one is told by which channel, and when one is not to be disturbed.

use crate::{
    brought::Posted,
    kit::{
        button,
        field::{Field, Tick},
        section::Section,
    },
};
use domain::{
    channel::Channel,
    notification::{Notices, Quiet, Topic},
};
use leptos::prelude::*;

/// The hours a form begins with.
const NIGHT: (u32, u32) = (22 * 60, 7 * 60);

/// The form: a line for each thing one may be told.
#[component]
pub fn NotificationsForm<'a>(
    /// What is set.
    notices: &'a Notices,
    /// What was posted and refused.
    refused: Option<&'a Posted>,
) -> impl IntoView + use<> {
    let lines: Vec<AnyView> = Topic::ALL.iter().map(|topic| line(*topic, notices, refused)).collect();
    let hours = quiet(notices.quiet.as_ref(), refused);
    view! {
        <Section id="notifications" title="Notifications">
            <form method="post" action="/profile" class="space-y-3">
                <input type="hidden" name="form" value="notifications" />
                <p class="text-muted">"Your inbox has everything. Mail and Slack are sent where an administrator has set them up."</p>
                <table class="w-full">
                    <thead>
                        <tr class="text-[11px] leading-4 text-faint">
                            <th scope="col" class="text-start font-medium py-1">"What"</th>
                            <th scope="col" class="font-medium py-1 w-16">"Mail"</th>
                            <th scope="col" class="font-medium py-1 w-16">"Slack"</th>
                        </tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </table>
                {hours}
                <button type="submit" class=button::PLAIN>"Save notifications"</button>
            </form>
        </Section>
    }
    .into_any()
}

fn line(topic: Topic, notices: &Notices, refused: Option<&Posted>) -> AnyView {
    let cell = |channel: Channel| {
        let name = format!("{channel}_{topic}");
        let checked = refused.map_or_else(|| notices.wants(topic, channel), |posted| !posted.value(&name).is_empty());
        let label = format!("{}: {}", channel.title(), topic.title());
        view! {
            <td class="text-center py-1.5"><input type="checkbox" name=name checked=checked aria-label=label class="w-4 h-4" /></td>
        }
    };
    view! {
        <tr class="border-t border-rule">
            <th scope="row" class="text-start font-normal py-1.5 pe-3">{topic.title()}</th>
            {cell(Channel::Mail)}
            {cell(Channel::Slack)}
        </tr>
    }
    .into_any()
}

fn quiet(set: Option<&Quiet>, refused: Option<&Posted>) -> AnyView {
    let text = |field: &str, set: String| refused.map_or(set, |posted| posted.value(field));
    let fault = |field: &str| refused.and_then(|posted| posted.fault(field));
    let (from, to) = set.map_or(NIGHT, |quiet| (quiet.from, quiet.to));
    let zone = set.map_or_else(|| "UTC".to_owned(), |quiet| quiet.zone.clone());
    let is_on = refused.map_or(set.is_some(), |posted| !posted.value("quiet").is_empty());
    let meaning = "Mail and Slack wait until they end. What was decided meanwhile is not sent any more.";
    view! {
        <Tick name="quiet" label="Keep quiet hours" meaning=meaning checked=is_on />
        <div class="grid grid-cols-3 max-sm:grid-cols-1 gap-3">
            <Field label="From" name="quiet_from" kind="time" value=text("quiet_from", Quiet::spelled(from)) fault=fault("quiet_from") required=false />
            <Field label="To" name="quiet_to" kind="time" value=text("quiet_to", Quiet::spelled(to)) fault=fault("quiet_to") required=false />
            <Field label="Time zone" name="zone" value=text("zone", zone) fault=fault("zone") hint="Such as Europe/Berlin." required=false />
        </div>
    }
    .into_any()
}
