//! Claims on screen: the forms that claim, release and take over, on an approval's page and in the rows of the queue.

mod row;

use crate::{
    calls::review::move_claim,
    failure::Failure,
    keys::{Act, Mark, hint::InlineHint},
    kit::icon::Icon,
};
use domain::{
    claim::{Held, Step},
    id::ApprovalId,
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local, wasm_bindgen::JsCast as _};

pub use self::row::Attention;

/// What is done with the claim as the server answers it.
pub type Then = Callback<Option<Held>>;

/// A button that claims, or one that releases. Without script the form is posted, and the page comes again.
#[component]
pub fn StepButton(
    /// The approval.
    id: ApprovalId,
    /// Whether it releases.
    #[prop(default = false)]
    releases: bool,
    /// Whether it stands in the list, which comes again then.
    #[prop(default = false)]
    in_list: bool,
    /// Its looks.
    class: &'static str,
    /// What follows.
    then: Then,
) -> impl IntoView {
    let (form, icon, word) = if releases { ("release", "x", "Release") } else { ("claim", "hand", "Claim") };
    view! {
        <form method="post" action=format!("/approvals/{id}") class="inline-flex" on:submit=move |event| send(&event, id, then)>
            <input type="hidden" name="form" value=form />
            {in_list.then(|| view! { <input type="hidden" name="to" value="list" /> })}
            <button type="submit" data-key=Mark::Claim.word() class=class>
                {(!in_list || !releases).then(|| view! { <Icon name=icon class="w-3.5 h-3.5 shrink-0" /> })}
                {word}
                {(!in_list).then(|| view! { <InlineHint act=Act::Press(Mark::Claim) /> })}
            </button>
        </form>
    }
    .into_any()
}

/// Sends one of these forms by script, so that the page stays as it is. Why it was refused is said by the page that
/// the server sends for the form itself.
pub fn send(event: &SubmitEvent, id: ApprovalId, then: Then) {
    let form = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlFormElement>().ok());
    let Some((form, step)) = form.and_then(|form| Some((form.clone(), step_of(&form)?))) else { return };
    event.prevent_default();
    spawn_local(async move {
        match move_claim(id, step).await {
            Ok(claim) => {
                // Whoever has left the page meanwhile needs no answer.
                let _ = then.try_run(claim);
            }
            Err(Failure::Refused { .. }) => {
                let _ = form.submit();
            }
            // The strip says that the server is out of reach; a claim is asked for again by hand.
            Err(_) => {}
        }
    });
}

/// What a form asks for.
fn step_of(form: &web_sys::HtmlFormElement) -> Option<Step> {
    let data = web_sys::FormData::new_with_form(form).ok()?;
    let text = |name: &str| data.get(name).as_string().unwrap_or_default();
    match text("form").as_str() {
        "claim" => Some(Step::Claim),
        "release" => Some(Step::Release),
        "take_over" => Some(Step::TakeOver { reason: text("reason") }),
        _ => None,
    }
}
