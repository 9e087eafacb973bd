//! How a version that could let more through stands, and the form in which a second administrator rules on it.

use super::{Tab, address};
use crate::{
    admin::Refused,
    brought::Posted,
    kit::{
        badge::Tone,
        button,
        field::Fault,
        icon::Icon,
        moment::{Grain, Moment},
        notice::Notice,
        text_area::filled,
    },
    recorded::text::Text,
};
use domain::{
    Time,
    workflow::shown::{Review, WorkflowPage},
};
use leptos::prelude::*;

/// The longest reason.
const MOST: &str = "4000";
const REASON: &str = "decline-reason";

/// What is to be known of the version that is shown.
#[component]
pub fn Standing<'a>(page: &'a WorkflowPage, posted: Option<&'a Posted>) -> impl IntoView + use<> {
    let Some(review) = page.review.clone() else { return ().into_any() };
    let now = page.now;
    let shown = match review {
        Review::Waits { hindrance } => waits(page, hindrance, posted),
        Review::Overtaken { by } => said(
            Tone::Quiet,
            "clock",
            "This version was never in force",
            format!("It waited for a second administrator when version {by} came in force. Nothing begins on it."),
        ),
        Review::Unseconded => said(
            Tone::Quiet,
            "triangle-alert",
            "In force without a second administrator",
            "It could let more through than the version before, and there was nobody else to confirm it.".to_owned(),
        ),
        Review::Confirmed { by, at } => settled(Tone::Pass, "check", "Confirmed", &by, at, now, None),
        Review::Declined { by, at, reason } => settled(Tone::Fail, "circle-x", "Declined", &by, at, now, Some(&reason)),
    };
    view! { <div class="px-4 lg:px-6 pt-4">{shown}</div> }.into_any()
}

fn said(tone: Tone, icon: &'static str, title: &'static str, text: String) -> AnyView {
    view! { <Notice tone=tone icon=icon title=title><p>{text}</p></Notice> }.into_any()
}

fn settled(tone: Tone, icon: &'static str, word: &str, by: &str, at: Time, now: Time, reason: Option<&str>) -> AnyView {
    let name = view! { <Text text=by /> };
    let reason =
        reason.map(|reason| view! { <p class="mt-1 break-words whitespace-pre-wrap"><Text text=reason /></p> });
    view! {
        <Notice tone=tone icon=icon title=format!("{word} by a second administrator")>
            <p>{name}", "<Moment at=at now=now grain=Grain::Minute /></p>
            {reason}
        </Notice>
    }
    .into_any()
}

fn waits(page: &WorkflowPage, hindrance: Option<String>, posted: Option<&Posted>) -> AnyView {
    let number = page.shown.version.version;
    let changes = address(&page.shown.version.name, Tab::Changes, Some(number));
    let live = page.live.map_or_else(
        || "No version is in force yet.".to_owned(),
        |live| format!("New runs begin on version {live} meanwhile."),
    );
    let below = match hindrance {
        Some(why) => view! { <p class="mt-1">{why}</p> }.into_any(),
        None => view! { <Ruling page=page posted=posted.filter(|posted| posted.form == "rule").cloned() /> }.into_any(),
    };
    view! {
        <Notice tone=Tone::Accent icon="users" title=format!("Version {number} waits for a second administrator")>
            <p>"It could let more through than the version in force, or writes elsewhere for the first time: "<a class="lnk" href=changes>"see what changes"</a>". "{live}</p>
            {below}
        </Notice>
    }
    .into_any()
}

/// Confirming takes a click, declining a reason.
#[component]
fn Ruling<'a>(page: &'a WorkflowPage, posted: Option<Posted>) -> impl IntoView + use<> {
    let version = page.shown.version.version;
    let action = address(&page.shown.version.name, Tab::Changes, Some(version));
    let typed = posted.as_ref().map(|posted| posted.value("reason")).unwrap_or_default();
    let fault = posted.as_ref().and_then(|posted| posted.fault("reason"));
    let is_wrong = fault.is_some();
    let area = filled(REASON, &typed);
    view! {
        <form method="post" action=action class="mt-3 space-y-3 max-w-[640px]">
            <input type="hidden" name="form" value="rule" />
            <input type="hidden" name="version" value=version.to_string() />
            <input type="hidden" name="base" value=page.live.unwrap_or_default().to_string() />
            <Refused posted=posted.as_ref() />
            <div>
                <label for=REASON class="block font-medium mb-1">"Why it is declined"</label>
                <textarea
                    id=REASON
                    node_ref=area
                    name="reason"
                    rows="2"
                    maxlength=MOST
                    aria-invalid=is_wrong.then_some("true")
                    aria-describedby="decline-note"
                    class="block w-full rounded-md border border-control bg-surface px-2.5 py-1.5"
                ></textarea>
                {fault.map(|message| view! { <Fault id="decline-fault".to_owned() message=message /> })}
                <p id="decline-note" class="text-xs text-muted mt-1">"Needed for declining only. Both are kept in the log under your name."</p>
            </div>
            <div class="flex items-center gap-2 flex-wrap">
                <button type="submit" name="act" value="confirm" class=button::PRIMARY><Icon name="check" />{format!("Confirm version {version}")}</button>
                <button type="submit" name="act" value="decline" class=button::PLAIN><Icon name="x" />"Decline"</button>
            </div>
        </form>
    }
    .into_any()
}
