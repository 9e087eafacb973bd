//! What an administrator can do about drift: have the records looked at now, or accept how they are.

use super::super::follow::FollowedReceipt;
use crate::{
    admin::Refused,
    brought::Posted,
    kit::{button, field::Fault, icon::Icon, text_area::filled},
};
use domain::{
    Time,
    closure::drift::{Drift, MAX_REASON},
};
use leptos::prelude::*;

/// Whether a refusal is about the field of a form.
fn is_at_a_field(posted: &Posted) -> bool {
    posted.refusal.as_ref().is_some_and(|refusal| !refusal.errors.is_empty())
}

/// Why a form was refused, whether it is still shown or not. What is wrong with a reason stands at its field.
pub fn refused(posted: Option<&Posted>) -> AnyView {
    let refused = posted.filter(|posted| !is_at_a_field(posted));
    view! { <div class="mb-3 empty:hidden"><Refused posted=refused /></div> }.into_any()
}

/// The form that has the records looked at.
#[component]
pub fn Look(followed: FollowedReceipt, action: StoredValue<String>) -> impl IntoView {
    let offered =
        Memo::new(move |_| followed.with(|page| page.may_settle_drift && page.receipt.state.ended_at().is_some()));
    let form = move || {
        offered.get().then(|| {
            view! {
                <form method="post" action=action.get_value()>
                    <input type="hidden" name="form" value="look" />
                    <button type="submit" class=button::SMALL><Icon name="eye" class="w-3.5 h-3.5 shrink-0" />"Look now"</button>
                </form>
            }
        })
    };
    form.into_any()
}

/// The form that accepts a difference; it stays as it is, with what is typed, until something else is found.
#[component]
pub fn Accept<'a>(
    followed: FollowedReceipt,
    action: StoredValue<String>,
    posted: Option<&'a Posted>,
) -> impl IntoView + use<> {
    let posted = StoredValue::new(posted.filter(|posted| posted.form == "accept").cloned());
    let offered = Memo::new(move |_| {
        followed.with(|page| match page.receipt.drift.as_ref().map(|drift| &drift.state) {
            Some(Drift::Drifted { since }) if page.may_settle_drift => Some(*since),
            _ => None,
        })
    });
    let form =
        move || offered.get().map(|since| posted.with_value(|posted| form(action.get_value(), since, posted.as_ref())));
    form.into_any()
}

fn form(action: String, since: Time, posted: Option<&Posted>) -> AnyView {
    const FIELD: &str = "drift-reason";
    let fault = posted.and_then(|posted| posted.fault("reason"));
    let is_wrong = fault.is_some();
    let area = filled(FIELD, &posted.map(|posted| posted.value("reason")).unwrap_or_default());
    let described = if is_wrong { "drift-reason-fault" } else { "drift-reason-hint" };
    view! {
        <form method="post" action=action class="mt-3 space-y-3">
            <input type="hidden" name="form" value="accept" />
            <input type="hidden" name="since" value=since.to_rfc3339() />
            <Refused posted=posted.filter(|posted| is_at_a_field(posted)) />
            <div>
                <label for=FIELD class="block font-medium mb-1">"Why it may stay as it is"</label>
                <textarea
                    id=FIELD
                    node_ref=area
                    name="reason"
                    rows="2"
                    required=true
                    maxlength=MAX_REASON
                    aria-invalid=is_wrong.then_some("true")
                    aria-describedby=described
                    class="block w-full rounded-md border border-control bg-surface px-2.5 py-1.5"
                ></textarea>
                {fault.map(|message| view! { <Fault id="drift-reason-fault".to_owned() message=message /> })}
                {(!is_wrong).then(|| view! { <p id="drift-reason-hint" class="text-xs text-muted mt-1">"Or mend the record and look again. Nothing is written to it from here; what is accepted is listed again once something else is found."</p> })}
            </div>
            <button type="submit" class=button::PLAIN><Icon name="check" class="w-4 h-4 shrink-0" />"Accept the difference"</button>
        </form>
    }
    .into_any()
}
