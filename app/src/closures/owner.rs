//! Whose a follow-up is: whom it was given to, else whom its event named. And giving it to somebody.

use super::follow::FollowedReceipt;
use crate::{
    admin::Refused,
    brought::Posted,
    kit::{
        button,
        field::{Fault, INPUT},
        icon::Icon,
    },
    recorded::text::Text,
};
use domain::{
    closure::page::FollowUpRow,
    follow_up::{MAX_REASON, Owner},
    id::{FollowUpId, PersonId},
};
use leptos::prelude::*;

/// Whose it is, in a word or a name; `none` where nobody is named.
pub fn whose(row: &FollowUpRow, viewer: PersonId, none: &'static str) -> AnyView {
    match (&row.assigned_to, &row.packet.owner) {
        (Some(owner), _) if owner.person_id == viewer => view! { <span class="font-medium">"Yours"</span> }.into_any(),
        (Some(Owner { name, .. }), _) | (None, Some(name)) => view! { <Text text=name /> }.into_any(),
        (None, None) => view! { <span class="text-faint">{none}</span> }.into_any(),
    }
}

/// The same on an open receipt, which changes when somebody gives it away.
pub fn whose_now(followed: FollowedReceipt, id: FollowUpId) -> AnyView {
    let shown = move || {
        followed.with(|page| {
            let row = page.receipt.follow_ups.iter().find(|row| row.follow_up_id == id);
            row.map(|row| whose(row, page.viewer, "Not named by the event"))
        })
    };
    shown.into_any()
}

/// Gives a follow-up to somebody who may resolve it; `action` is its receipt with the list as it is narrowed.
#[component]
pub fn Give<'a>(
    row: &'a FollowUpRow,
    owners: &'a [Owner],
    viewer: PersonId,
    action: String,
    posted: Option<&'a Posted>,
) -> impl IntoView + use<> {
    let id = row.follow_up_id.to_string();
    let value = |name: &str| posted.map(|posted| posted.value(name)).unwrap_or_default();
    let (chosen, reason) = (value("to"), value("reason"));
    let [to_fault, reason_fault] = ["to", "reason"].map(|field| posted.and_then(|posted| posted.fault(field)));
    let [to_id, reason_id] = ["to", "reason"].map(|field| format!("{field}-{id}-fault"));
    let described = |fault: &Option<String>, id: &str| fault.is_some().then(|| id.to_owned());
    let (of_to, of_reason) = (described(&to_fault, &to_id), described(&reason_fault, &reason_id));
    let options = options(owners, viewer, &chosen);
    let is_open = posted.is_some();
    view! {
        <details open=is_open class="mt-3 border-t border-rule pt-3">
            <summary class="cursor-pointer font-medium py-1">"Give to somebody"</summary>
            <form method="post" action=action class="mt-2 space-y-3">
                <input type="hidden" name="form" value="assign" />
                <input type="hidden" name="follow_up" value=id />
                <Refused posted=posted />
                <label class="block">
                    <span class="block font-medium mb-1">"Reviewer"</span>
                    <select name="to" required=true aria-invalid=of_to.is_some().then_some("true") aria-describedby=of_to class=INPUT>{options}</select>
                </label>
                {to_fault.map(|message| view! { <Fault id=to_id message=message /> })}
                <label class="block">
                    <span class="flex items-baseline gap-2 mb-1"><span class="font-medium">"Why them"</span><span class="text-xs text-faint ms-auto">"optional"</span></span>
                    <input type="text" name="reason" value=reason maxlength=MAX_REASON.to_string() autocomplete="off" aria-invalid=of_reason.is_some().then_some("true") aria-describedby=of_reason class=INPUT />
                </label>
                {reason_fault.map(|message| view! { <Fault id=reason_id message=message /> })}
                <p class="text-xs text-muted">"They are told. Nobody else is kept from resolving it."</p>
                <button type="submit" class=button::PLAIN><Icon name="user-plus" class="w-4 h-4 shrink-0" />"Assign"</button>
            </form>
        </details>
    }
    .into_any()
}

fn options(owners: &[Owner], viewer: PersonId, chosen: &str) -> Vec<AnyView> {
    let option = |owner: &Owner| {
        let (id, name) = (owner.person_id.to_string(), owner.name.clone());
        let shown = if owner.person_id == viewer { format!("{name} (you)") } else { name };
        view! { <option value=id.clone() selected=id == chosen>{shown}</option> }.into_any()
    };
    owners.iter().map(option).collect()
}
