//! Signing a decision: the statement that is signed, word for word, and the password. It is in no draft, and the server
//! sends it back with no form.

use super::decide::FieldMessage;
use crate::{kit::icon::Icon, recorded::text::Text};
use domain::{
    decision::Verdict,
    policy::Seat,
    review::Review,
    signature::{Extent, statement},
};
use leptos::prelude::*;

/// The password's id, and the form's field.
pub const FIELD: &str = "password";

const WITHOUT_APPROVE: &str = "in-[form:not(:has(#approve:checked))]:hidden";
const WITHOUT_EDIT: &str = "in-[form:not(:has(#edit:checked))]:hidden";
const WITHOUT_REJECT: &str = "in-[form:not(:has(#reject:checked))]:hidden";

/// What is signed with each verdict, and by whom; nothing where the policy asks for no signature.
#[component]
pub fn SignatureFields<'a>(
    /// The approval.
    review: &'a Review,
    /// The seat a decision fills.
    seat: &'a Seat,
    /// What is wrong with the password.
    message: Option<String>,
) -> impl IntoView + use<> {
    if !review.package.policy.sign {
        return ().into_any();
    }
    let said = |verdict, extent, class| {
        let statement = statement(verdict, extent, review.revision, seat).unwrap_or_default();
        view! { <p class=class>"“"<Text text=&statement />"”"</p> }.into_any()
    };
    let approved = if review.package.items.is_empty() { Extent::Whole } else { Extent::Items };
    let statements = [
        said(Verdict::Approve, approved, WITHOUT_APPROVE),
        said(Verdict::Approve, Extent::Edited, WITHOUT_EDIT),
        said(Verdict::Reject, Extent::Whole, WITHOUT_REJECT),
    ];
    let own = review.entitled.iter().find(|person| person.is_viewer).map(|person| person.name.clone());
    let signer = own.map_or_else(|| "by you".to_owned(), |name| format!("by {name}"));
    view! {
        <div class="in-[form:not(:has(#approve:checked,#edit:checked,#reject:checked))]:hidden rounded-md border border-rule-strong p-2.5 space-y-2">
            <div class="flex gap-2">
                <Icon name="signature" class="w-4 h-4 mt-0.5 text-accent shrink-0" />
                <div class="min-w-0">
                    <div id="statement" class="font-medium break-words">{statements.into_iter().collect_view()}</div>
                    <p class="text-xs text-muted mt-0.5 break-words">"Signed "<Text text=&signer />", with the time. It is kept with the decision, word for word."</p>
                </div>
            </div>
            <PasswordField message=message />
        </div>
    }
    .into_any()
}

#[component]
fn PasswordField(message: Option<String>) -> impl IntoView {
    let wrong = message.is_some();
    view! {
        <div>
            <label class="block">
                <span class="block font-medium mb-1">"Your password"</span>
                <input
                    type="password"
                    id=FIELD
                    name=FIELD
                    autocomplete="current-password"
                    autofocus=wrong
                    aria-invalid=wrong.then_some("true")
                    aria-describedby=if wrong { "password-message statement" } else { "statement" }
                    class=if wrong { "block w-full h-8 max-lg:h-11 rounded-md border-2 border-fail bg-surface px-2.5" } else { "block w-full h-8 max-lg:h-11 rounded-md border border-control bg-surface px-2.5" }
                />
            </label>
            {message.map(|message| view! { <FieldMessage id="password-message" message=&message /> })}
        </div>
    }
    .into_any()
}
