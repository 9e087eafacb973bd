//! The reason of a decision: a code of the policy's list, and words that the agent reads as written.

use super::{decide::FieldMessage, setback::Quoted};
use crate::kit::{icon::Icon, script::scripted};
use domain::{
    decision::Verdict,
    policy::{MAX_NOTES, Reasons},
    review::Draft,
};
use leptos::{html, prelude::*};

const WITHOUT_VERDICT: &str = "in-[form:not(:has(#approve:checked,#edit:checked,#reject:checked))]:hidden";
const WITHOUT_CHOICE: &str = "in-[form:not(:has(#approve:checked,#edit:checked,#ask:checked,#reject:checked))]:hidden";
const WITHOUT_ASK: &str = "in-[form:not(:has(#ask:checked))]:hidden";
const WITHOUT_APPROVE: &str = "in-[form:not(:has(#approve:checked,#edit:checked))]:hidden";
const WITHOUT_REJECT: &str = "in-[form:not(:has(#reject:checked))]:hidden";

/// The class that hides a part unless one of these verdicts is chosen.
fn only_for(approve: bool, reject: bool) -> &'static str {
    match (approve, reject) {
        (true, false) => WITHOUT_APPROVE,
        (false, true) => WITHOUT_REJECT,
        (true, true) | (false, false) => WITHOUT_VERDICT,
    }
}

/// The codes, for the verdicts that need one; where the policy names no verdict, for rejecting.
#[component]
pub fn ReasonCodes<'a>(reasons: &'a Reasons, draft: &'a Draft, message: Option<String>) -> impl IntoView + use<> {
    if reasons.codes.is_empty() {
        return ().into_any();
    }
    let is_required = !reasons.required_on.is_empty();
    let class = only_for(
        reasons.required_on.contains(&Verdict::Approve),
        !is_required || reasons.required_on.contains(&Verdict::Reject),
    );
    let wrong = message.is_some();
    let codes: Vec<AnyView> = reasons
        .codes
        .iter()
        .enumerate()
        .map(|(place, code)| code_choice(place, code, draft.reason_code.as_deref() == Some(code), wrong && place == 0))
        .collect();
    let word = if is_required { "required, sent to the agent" } else { "optional, sent to the agent" };
    view! {
        <fieldset class=class aria-describedby=wrong.then_some("reason-message")>
            <legend class="font-medium mb-1">"Reason "<span class="text-xs text-faint font-normal">{word}</span></legend>
            <div class="flex flex-wrap gap-1.5">{codes}</div>
            {message.map(|message| view! { <FieldMessage id="reason-message" message=&message /> })}
        </fieldset>
    }
    .into_any()
}

fn code_choice(place: usize, code: &str, checked: bool, focus: bool) -> AnyView {
    view! {
        <label class="relative inline-flex items-center gap-1 min-h-7 max-lg:min-h-11 max-w-full px-2 rounded-md border border-control text-xs text-muted cursor-pointer hover:bg-hover has-[:checked]:border-accent has-[:checked]:bg-accent-soft has-[:checked]:text-accent has-[:checked]:font-medium has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-offset-2">
            <input type="radio" id=format!("reason-{place}") name="reason_code" value=code.to_owned() checked=checked autofocus=focus class="sr-only peer" />
            <Icon name="check" class="hidden peer-checked:block w-3 h-3 shrink-0" />
            <span class="min-w-0 break-words">{sentence(code)}</span>
        </label>
    }
    .into_any()
}

/// `source_of_funds` as people read it.
fn sentence(code: &str) -> String {
    let words = code.replace('_', " ");
    let mut characters = words.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// The reviewer's words. The field begins empty and is filled by script, because text put between its tags is not
/// escaped; without script the draft stands beside it.
#[component]
pub fn Notes<'a>(reasons: &'a Reasons, draft: &'a Draft, message: Option<String>) -> impl IntoView + use<> {
    let draft = draft.notes.clone().filter(|notes| !notes.trim().is_empty());
    let wrong = message.is_some();
    let field = NodeRef::<html::Textarea>::new();
    restore(field, draft.clone());
    let needed = |verdict| if reasons.required_on.contains(&verdict) { "required" } else { "optional" };
    let approve = format!("{}, kept in the record", needed(Verdict::Approve));
    let reject = format!("{}, sent as written", needed(Verdict::Reject));
    view! {
        <div class=WITHOUT_CHOICE>
            <DraftBeside draft=draft />
            <label class="block">
                <span class=format!("flex items-baseline gap-2 mb-1 {WITHOUT_APPROVE}")>
                    <span class="font-medium">"Comment"</span>
                    <span class="text-xs text-faint ms-auto">{approve}</span>
                </span>
                <span class=format!("flex items-baseline gap-2 mb-1 {WITHOUT_REJECT}")>
                    <span class="font-medium whitespace-nowrap">"Why, and what next"</span>
                    <span class="text-xs text-faint ms-auto text-end">{reject}</span>
                </span>
                <span class=format!("flex items-baseline gap-2 mb-1 {WITHOUT_ASK}")>
                    <span class="font-medium whitespace-nowrap">"What must be known"</span>
                    <span class="text-xs text-faint ms-auto text-end">"required, sent as written"</span>
                </span>
                <textarea
                    node_ref=field
                    id="notes"
                    name="notes"
                    rows="3"
                    maxlength=MAX_NOTES
                    autofocus=wrong
                    aria-invalid=wrong.then_some("true")
                    aria-describedby=wrong.then_some("notes-message")
                    class=if wrong { "block w-full rounded-md border-2 border-fail bg-surface px-2.5 py-1.5 resize-y" } else { "block w-full rounded-md border border-control bg-surface px-2.5 py-1.5 resize-y" }
                ></textarea>
            </label>
            {message.map(|message| view! { <FieldMessage id="notes-message" message=&message /> })}
        </div>
    }
    .into_any()
}

/// The draft as a quote for as long as script has not put it back.
#[component]
pub fn DraftBeside(
    /// What was typed.
    draft: Option<String>,
) -> impl IntoView {
    let scripted = scripted();
    draft.map(|draft| {
        view! {
            <Show when=move || !scripted.get()>
                <div class="text-xs mb-2"><Quoted notes=Some(&draft) /></div>
            </Show>
        }
    })
}

/// Puts the draft into the field, unless something was typed meanwhile.
pub fn restore(field: NodeRef<html::Textarea>, draft: Option<String>) {
    Effect::new(move |_| {
        if let (Some(field), Some(draft)) = (field.get(), &draft)
            && field.value().is_empty()
        {
            field.set_value(draft);
            // The form takes note of what it holds.
            if let Ok(event) = web_sys::Event::new("input")
                && let Some(form) = field.form()
            {
                let _ = form.dispatch_event(&event);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn codes_read_as_words() {
        assert_eq!(sentence("source_of_funds"), "Source of funds");
        assert_eq!(sentence(""), "");
    }
}
