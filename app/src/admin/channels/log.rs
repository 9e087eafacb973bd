//! The log: what was sent to whom, how it went, and what may be sent again.

use crate::{
    admin::log_table::{LogAside, LogPlace, LogTable},
    kit::{
        badge::{Badge, Tone},
        button,
        icon::Icon,
        moment::Moment,
        section::Section,
    },
    recorded::text::Text,
};
use domain::{
    Time,
    channel::{Channel, ChannelsPage, DispatchRow},
    notification::Dispatch,
    resumption::ATTEMPTS,
};
use leptos::prelude::*;

const PAGE: &str = "/admin/notifications";

/// The log.
#[component]
pub fn Log(page: ChannelsPage, failed_only: bool) -> impl IntoView {
    let place = LogPlace { path: PAGE, failed_only };
    let aside = view! { <LogAside place=place all="All messages" /> }.into_any();
    let content = if page.rows.is_empty() {
        let text = if failed_only { "No message has failed." } else { "Nothing was sent yet." };
        view! { <p class="text-muted">{text}</p> }.into_any()
    } else {
        let rows = page.rows.into_iter().map(|row| line(&row, page.now)).collect();
        let next = page.next_cursor.map(|cursor| cursor.to_string());
        view! { <LogTable place=place what="Message" rows=rows next_cursor=next is_continued=page.is_continued /> }
            .into_any()
    };
    view! { <Section id="log" title="Delivery log" aside=aside>{content}</Section> }.into_any()
}

fn line(row: &DispatchRow, now: Time) -> AnyView {
    let (to, path, at) = (row.to.clone(), row.path.clone(), row.made_at);
    let by = match row.channel {
        Channel::Mail => " by mail",
        Channel::Slack | Channel::Webhook => "",
    };
    let again = matches!(row.state, Dispatch::Failed { .. }).then(|| {
        view! {
            <form method="post" action=PAGE>
                <input type="hidden" name="form" value="again" />
                <input type="hidden" name="id" value=row.id.to_string() />
                <button type="submit" class=button::SMALL><Icon name="rotate-ccw" class="w-3.5 h-3.5 shrink-0" />"Send again"</button>
            </form>
        }
    });
    view! {
        <tr class="border-t border-rule hover:bg-hover">
            <td class="px-3 py-1.5"><a class="lnk" href=path>{row.topic.public_title()}</a></td>
            <td class="px-3 py-1.5"><Text text=&to />{by}</td>
            <td class="px-3 py-1.5 text-xs">{result(&row.state, now)}</td>
            <td class="px-3 py-1.5 tabular-nums">{tries(&row.state)}</td>
            <td class="px-3 py-1.5 text-muted whitespace-nowrap"><Moment at=at now=now /></td>
            <td class="px-3 py-1.5 text-end">{again}</td>
        </tr>
    }
    .into_any()
}

/// How far it is, and why it is no further.
fn result(state: &Dispatch, now: Time) -> AnyView {
    let (tone, icon, word, why) = match state {
        Dispatch::Waiting { due, .. } if *due > now => (Tone::Quiet, "moon", "Held, quiet hours", None),
        Dispatch::Waiting { .. } | Dispatch::Sending { .. } => (Tone::Accent, "hourglass", "Being sent", None),
        Dispatch::Sent { .. } => (Tone::Pass, "check", "Accepted", None),
        Dispatch::Failed { cause, .. } => (Tone::Fail, "x", "Not accepted", Some(cause.clone())),
        Dispatch::Dropped { because, .. } => (Tone::Quiet, "ban", "Not sent", Some(because.clone())),
    };
    let next = match state {
        Dispatch::Waiting { due, .. } if *due > now => {
            Some(view! { <span class="block text-muted">"Sent "<Moment at=*due now=now /></span> }.into_any())
        }
        Dispatch::Failed { next_try: Some(next), .. } => {
            Some(view! { <span class="block text-muted">"Next try "<Moment at=*next now=now /></span> }.into_any())
        }
        Dispatch::Failed { next_try: None, .. } => {
            Some(view! { <span class="block text-muted">"Needs a person"</span> }.into_any())
        }
        _ => None,
    };
    view! {
        <Badge tone=tone icon=icon text=word />
        {why.map(|why| view! { <span class="block text-muted break-words max-w-80"><Text text=&why /></span> })}
        {next}
    }
    .into_any()
}

fn tries(state: &Dispatch) -> String {
    let (attempt, of) = match state {
        Dispatch::Waiting { attempts, .. } => (*attempts, None),
        Dispatch::Sending { attempt, .. } | Dispatch::Sent { attempt, .. } => (*attempt, None),
        Dispatch::Failed { attempts, .. } => (*attempts, Some(ATTEMPTS)),
        Dispatch::Dropped { .. } => return String::new(),
    };
    of.map_or_else(|| attempt.to_string(), |of| format!("{attempt} of {of}"))
}
