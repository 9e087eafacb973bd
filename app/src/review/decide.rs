//! The decision form. It works without script: the style sheet shows what the chosen verdict asks for, and the server
//! checks everything. Script adds what is missing before the button acts. Nothing is preselected.

use super::{
    differences,
    drafts::EDIT,
    edits::{EditedInput, is_editable},
    filled::{FormState, Missing},
    follow::Followed,
    reasons::{Notes, ReasonCodes},
    send::{Buttons, Effects},
    sign::SignatureFields,
    terms::Terms,
};
use crate::{
    keys::{Act, Mark, decision_appeared, hint::Hint},
    kit::icon::Icon,
    recorded::text::{Text, pieces},
};
use domain::{
    decision::Verdict,
    id::PersonId,
    package::Origin,
    policy::Seat,
    review::{Review, Setback, Unapplied},
};
use leptos::{html, prelude::*};

/// The form's id, for fields that stand elsewhere on the page.
pub const FORM: &str = "decision";

/// The form: the choices, then what the chosen one asks for, then one button that names its effect.
#[component]
pub fn DecisionForm<'a>(
    /// The approval.
    followed: Followed,
    /// The seat a decision fills.
    seat: Seat,
    /// A decision that was posted and not applied.
    unapplied: Option<&'a Unapplied>,
) -> impl IntoView + use<> {
    let review = &followed.now();
    let terms = StoredValue::new(Terms::of(review));
    let draft = unapplied.map(|unapplied| unapplied.draft.clone()).unwrap_or_default();
    let invalid = unapplied.and_then(fault);
    let chosen = if invalid.is_some() { draft.verdict.clone() } else { None };
    let message =
        move |field: &str| invalid.as_ref().filter(|(wrong, _)| wrong == field).map(|(_, message)| message.clone());
    let can_ask = !review.state.is_waiting_for_information();
    let can_approve =
        can_ask && !unapplied.is_some_and(|unapplied| matches!(unapplied.setback, Setback::ConditionsChanged { .. }));
    let can_edit = can_approve && review.package.origin == Origin::Gate && is_editable(&review.package.input);
    let arguments = can_edit
        .then(|| view! { <EditedInput package=&review.package draft=&draft message=message("edited_input") /> });
    let form = NodeRef::<html::Form>::new();
    let state = FormState::new(form, terms);
    state.keep(followed, unapplied.is_some());
    let shown = shown(review, &seat, followed.viewer());
    let signature = view! { <SignatureFields review=review seat=&seat message=message("password") /> }.into_any();
    let effects = Effects { followed, group: StoredValue::new(seat.group) };
    decision_appeared();
    view! {
        <form
            id=FORM
            node_ref=form
            data-key=Mark::Decision.word()
            method="post"
            action=format!("/approvals/{}/decide", review.id)
            class="space-y-3"
            on:input=move |_| {
                state.read();
                followed.keep(state.draft());
            }
            on:submit=move |event| {
                if state.submit(&event) {
                    followed.send();
                }
            }
        >
            {shown}
            <Choices effects=effects chosen=chosen.as_deref() can_approve=can_approve can_edit=can_edit can_ask=can_ask message=message("verdict").or_else(|| message("items")) />
            {arguments}
            <Confirmation review=review message=message("confirmed") />
            <ReasonCodes reasons=&review.package.policy.reasons draft=&draft message=message("reason_code") />
            <Notes reasons=&review.package.policy.reasons draft=&draft message=message("notes") />
            {signature}
            <Missing state=state />
            <Buttons effects=effects state=state />
        </form>
    }
    .into_any()
}

/// The field that was refused, and what to do.
fn fault(unapplied: &Unapplied) -> Option<(String, String)> {
    match &unapplied.setback {
        Setback::Invalid { field, message } => Some((field.clone(), message.clone())),
        _ => None,
    }
}

/// What the page shows, which the decision holds to: the package, and the seat.
fn shown(review: &Review, seat: &Seat, viewer: Option<PersonId>) -> AnyView {
    let whose = viewer.map(|viewer| seat.speaks_for(viewer).to_string());
    view! {
        <input type="hidden" name="revision" value=review.revision />
        <input type="hidden" name="package_digest" value=review.package_digest.to_string() />
        <input type="hidden" name="for_group" value=seat.group.clone() />
        <input type="hidden" name="on_behalf_of" value=whose />
    }
    .into_any()
}

#[component]
fn Choices<'a>(
    effects: Effects,
    chosen: Option<&'a str>,
    can_approve: bool,
    can_edit: bool,
    can_ask: bool,
    message: Option<String>,
) -> impl IntoView + use<> {
    let (approving, editing) = (move || effects.approving().line, move || effects.editing().line);
    let (asking, rejecting) = (move || effects.asking().line, move || effects.rejecting().line);
    let approve = can_approve.then(|| {
        view! { <Choice id="approve" value=Verdict::Approve.as_str() mark=Mark::Approve word="Approve" consequence=Signal::derive(approving) chosen=chosen /> }
    });
    let edit = can_edit.then(|| {
        view! { <Choice id="edit" value=EDIT mark=Mark::Edits word="Approve with edits" consequence=Signal::derive(editing) chosen=chosen /> }
    });
    let ask = can_ask.then(|| {
        view! { <Choice id="ask" value=Verdict::RequestInformation.as_str() mark=Mark::Information word="Ask for information" consequence=Signal::derive(asking) chosen=chosen /> }
    });
    view! {
        <fieldset class="rounded-lg border border-rule-strong overflow-hidden">
            <legend class="sr-only">"Decision"</legend>
            {approve}
            {edit}
            {ask}
            <Choice id="reject" value=Verdict::Reject.as_str() mark=Mark::Reject word="Reject" consequence=Signal::derive(rejecting) chosen=chosen />
        </fieldset>
        {message.map(|message| view! { <FieldMessage id="verdict-message" message=&message /> })}
    }
    .into_any()
}

#[component]
fn Choice<'a>(
    id: &'static str,
    value: &'static str,
    mark: Mark,
    word: &'static str,
    consequence: Signal<String>,
    chosen: Option<&'a str>,
) -> impl IntoView + use<> {
    let checked = chosen == Some(value);
    view! {
        <label class="flex items-start gap-2.5 px-3 py-1.5 max-lg:py-3 cursor-pointer border-t border-rule first:border-t-0 hover:bg-hover has-[:checked]:bg-selected">
            <input type="radio" id=id data-key=mark.word() name="verdict" value=value required=true checked=checked class="mt-0.5" />
            <span class="flex-1 min-w-0">
                <span class="font-medium">{word}</span>
                <span class="block text-xs text-muted">{move || pieces(&consequence.get())}</span>
            </span>
            <Hint act=Act::Choose(mark) />
        </label>
    }
    .into_any()
}

/// Approving against differing assertions asks for a sign that they were seen.
#[component]
fn Confirmation<'a>(review: &'a Review, message: Option<String>) -> impl IntoView + use<> {
    let facts: Vec<AnyView> = facts(review);
    if facts.is_empty() {
        return ().into_any();
    }
    let wrong = message.is_some();
    view! {
        <div class="in-[form:not(:has(#approve:checked,#edit:checked))]:hidden">
            <label class="flex items-start gap-2 text-xs text-muted rounded-md border border-warn-line bg-warn-soft px-2.5 py-2 cursor-pointer">
                <input
                    type="checkbox"
                    id="confirmed"
                    name="confirmed"
                    value="yes"
                    class="mt-0.5"
                    autofocus=wrong
                    aria-invalid=wrong.then_some("true")
                    aria-describedby=wrong.then_some("confirmed-message")
                />
                <span>"I have seen that the agent asserted something else than was recorded for "{facts}"."</span>
            </label>
            {message.map(|message| view! { <FieldMessage id="confirmed-message" message=&message /> })}
        </div>
    }
    .into_any()
}

/// The names of the facts that differ, as a list in words.
fn facts(review: &Review) -> Vec<AnyView> {
    let names: Vec<String> = differences(review).map(|said| said.name.clone()).collect();
    let last = names.len().saturating_sub(1);
    let name = |(place, name): (usize, String)| {
        let before = match place {
            0 => "",
            place if place == last => " and ",
            _ => ", ",
        };
        view! { {before}<code class="font-medium text-fg break-words"><Text text=&name /></code> }.into_any()
    };
    names.into_iter().enumerate().map(name).collect()
}

/// What is wrong with a field, said at the field.
#[component]
pub fn FieldMessage<'a>(
    /// What the field is described by.
    id: &'static str,
    /// What to do.
    message: &'a str,
) -> impl IntoView + use<> {
    view! {
        <p id=id role="alert" class="flex gap-1 text-xs text-fail mt-1">
            <Icon name="circle-alert" class="w-3.5 h-3.5 mt-px shrink-0" />
            <span class="min-w-0 first-letter:uppercase"><Text text=message /></span>
        </p>
    }
    .into_any()
}
