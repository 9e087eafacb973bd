//! The decision form. It works without script: the style sheet shows what the chosen verdict asks for, and the server
//! checks everything. Script adds what is missing before the button acts. Nothing is preselected.

use super::{
    differences, missing, quorum,
    reasons::{Notes, ReasonCodes},
};
use crate::{
    kit::{button, icon::Icon, script::scripted},
    recorded::{folded::Unread, text::Text},
};
use domain::{
    decision::Verdict,
    policy::Policy,
    review::{Draft, Review, Setback, Unapplied},
};
use leptos::{ev::SubmitEvent, html, prelude::*};

/// What has been filled in so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filled {
    verdict: Option<Verdict>,
    confirmed: bool,
    has_code: bool,
    has_notes: bool,
}

/// What the policy and the package ask of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    differences: usize,
    required_on: Vec<Verdict>,
    has_codes: bool,
}

/// What is missing before the button acts, each with the anchor that leads to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    words: String,
    anchor: String,
}

impl Terms {
    fn of(review: &Review) -> Self {
        let Policy { reasons, .. } = &review.package.policy;
        Self { differences: differences(review).count(), required_on: reasons.required_on.clone(), has_codes: !reasons.codes.is_empty() }
    }

    /// What these terms still miss.
    fn lacks(&self, filled: Filled, unread: Option<(usize, String)>) -> Vec<Lack> {
        let Some(verdict) = filled.verdict else { return Vec::new() };
        let mut lacks = Vec::new();
        let mut lack = |words: String, anchor: &str| lacks.push(Lack { words, anchor: anchor.to_owned() });
        if verdict == Verdict::Approve {
            if let Some((count, anchor)) = unread {
                lack(if count == 1 { "Open the hidden part".to_owned() } else { format!("Open the {count} hidden parts") }, &anchor);
            }
            if self.differences > 0 && !filled.confirmed {
                lack(if self.differences == 1 { "Confirm the difference".to_owned() } else { format!("Confirm the {} differences", self.differences) }, "confirmed");
            }
        }
        if self.required_on.contains(&verdict) {
            if self.has_codes && !filled.has_code {
                lack("Choose a reason".to_owned(), "reason-0");
            }
            if !filled.has_notes {
                lack("Say why".to_owned(), "notes");
            }
        }
        lacks
    }
}

/// The form: two choices, then what the chosen one asks for, then one button that names its effect.
#[component]
pub fn DecisionForm<'a>(
    /// The approval.
    review: &'a Review,
    /// The group whose seat an approval fills.
    group: &'a str,
    /// A decision that was posted and not applied.
    unapplied: Option<&'a Unapplied>,
) -> impl IntoView + use<> {
    let terms = StoredValue::new(Terms::of(review));
    let draft = unapplied.map(|unapplied| unapplied.draft.clone()).unwrap_or_default();
    let invalid = unapplied.and_then(|unapplied| match &unapplied.setback {
        Setback::Invalid { field, message } => Some((field.clone(), message.clone())),
        _ => None,
    });
    let chosen = if invalid.is_some() { draft.verdict.clone() } else { None };
    let message = move |field: &str| invalid.as_ref().filter(|(wrong, _)| wrong == field).map(|(_, message)| message.clone());
    let can_approve = !unapplied.is_some_and(|unapplied| matches!(unapplied.setback, Setback::ConditionsChanged { .. }));
    let form = NodeRef::<html::Form>::new();
    let state = FormState::new(form, terms);
    view! {
        <form
            node_ref=form
            method="post"
            action=format!("/approvals/{}/decide", review.id)
            class="space-y-3"
            on:input=move |_| state.read()
            on:submit=move |event| state.submit(&event)
        >
            <input type="hidden" name="revision" value=review.revision />
            <input type="hidden" name="package_digest" value=review.package_digest.to_string() />
            <Choices review=review group=group chosen=chosen.as_deref() can_approve=can_approve message=message("verdict") />
            <Confirmation review=review message=message("confirmed") />
            <ReasonCodes reasons=&review.package.policy.reasons draft=&draft message=message("reason_code") />
            <Notes reasons=&review.package.policy.reasons draft=&draft message=message("notes") />
            <Missing state=state />
            <Buttons review=review group=group state=state />
        </form>
    }
    .into_any()
}

/// The form as script sees it: what is filled in, what is missing, whether it is on its way.
#[derive(Clone, Copy)]
pub struct FormState {
    form: NodeRef<html::Form>,
    filled: RwSignal<Filled>,
    recording: RwSignal<bool>,
    lacks: Memo<Vec<Lack>>,
}

impl FormState {
    fn new(form: NodeRef<html::Form>, terms: StoredValue<Terms>) -> Self {
        let filled = RwSignal::new(Filled::default());
        let unread = use_context::<Unread>();
        let lacks = Memo::new(move |_| terms.read_value().lacks(filled.get(), unread.and_then(Unread::remaining)));
        let state = Self { form, filled, recording: RwSignal::new(false), lacks };
        // What was chosen before script ran, or came back from the browser's memory of the page.
        Effect::new(move |_| state.read());
        state
    }

    #[cfg(feature = "hydrate")]
    fn read(self) {
        let Some(form) = self.form.get() else { return };
        let Ok(data) = web_sys::FormData::new_with_form(&form) else { return };
        let text = |name: &str| data.get(name).as_string().filter(|text| !text.trim().is_empty());
        self.filled.set(Filled {
            verdict: text("verdict").and_then(|word| word.parse().ok()),
            confirmed: text("confirmed").is_some(),
            has_code: text("reason_code").is_some(),
            has_notes: text("notes").is_some(),
        });
    }

    #[cfg(not(feature = "hydrate"))]
    const fn read(self) {
        let _ = (self.form, self.filled);
    }

    /// Sends a complete decision once; otherwise leads to what is missing.
    fn submit(self, event: &SubmitEvent) {
        let first = self.lacks.with_untracked(|lacks| lacks.first().map(|lack| lack.anchor.clone()));
        if let Some(anchor) = first {
            event.prevent_default();
            lead_to(&anchor);
        } else if self.recording.get_untracked() {
            event.prevent_default();
        } else {
            self.recording.set(true);
        }
    }
}

fn lead_to(anchor: &str) {
    use leptos::wasm_bindgen::JsCast;
    let Some(element) = document().get_element_by_id(anchor) else { return };
    element.scroll_into_view();
    if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
        // An element that takes no focus is in view all the same.
        let _ = element.focus();
    }
}

#[component]
fn Choices<'a>(review: &'a Review, group: &'a str, chosen: Option<&'a str>, can_approve: bool, message: Option<String>) -> impl IntoView + use<> {
    let (approving, rejecting) = (approving(review, group), rejecting(review));
    let approve = can_approve.then(|| {
        view! { <Choice id="approve" word="Approve" consequence=approving.line checked=chosen == Some("approve") /> }
    });
    view! {
        <fieldset class="rounded-lg border border-rule-strong overflow-hidden">
            <legend class="sr-only">"Decision"</legend>
            {approve}
            <Choice id="reject" word="Reject" consequence=rejecting.line checked=chosen == Some("reject") />
        </fieldset>
        {message.map(|message| view! { <FieldMessage id="verdict-message" message=message /> })}
    }
    .into_any()
}

#[component]
fn Choice(id: &'static str, word: &'static str, consequence: String, checked: bool) -> impl IntoView {
    view! {
        <label class="flex items-start gap-2.5 px-3 py-1.5 max-lg:py-3 cursor-pointer border-t border-rule first:border-t-0 hover:bg-hover has-[:checked]:bg-selected">
            <input type="radio" id=id name="verdict" value=id required=true checked=checked class="mt-0.5" />
            <span class="flex-1 min-w-0">
                <span class="font-medium">{word}</span>
                <span class="block text-xs text-muted">{consequence}</span>
            </span>
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
        <div class="in-[form:not(:has(#approve:checked))]:hidden">
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
            {message.map(|message| view! { <FieldMessage id="confirmed-message" message=message /> })}
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
pub fn FieldMessage(
    /// What the field is described by.
    id: &'static str,
    /// What to do.
    message: String,
) -> impl IntoView {
    view! {
        <p id=id role="alert" class="flex gap-1 text-xs text-fail mt-1">
            <Icon name="circle-alert" class="w-3.5 h-3.5 mt-px shrink-0" />
            <span class="first-letter:uppercase">{message}</span>
        </p>
    }
    .into_any()
}

/// What is missing, each a link to it.
#[component]
fn Missing(state: FormState) -> impl IntoView {
    let item = |lack: Lack| {
        let anchor = lack.anchor.clone();
        view! {
            <li class="flex items-center gap-2">
                <Icon name="circle-dashed" class="w-3.5 h-3.5 text-accent shrink-0" />
                <a
                    href=format!("#{}", lack.anchor)
                    class="lnk"
                    on:click=move |event| {
                        event.prevent_default();
                        lead_to(&anchor);
                    }
                >
                    {lack.words}
                </a>
            </li>
        }
    };
    view! {
        <Show when=move || !state.lacks.get().is_empty()>
            <div>
                <h3 class="text-xs font-medium mb-1">"Before you can record this"</h3>
                <ul class="text-xs space-y-1">{move || state.lacks.get().into_iter().map(item).collect_view()}</ul>
            </div>
        </Show>
    }
    .into_any()
}

/// What a verdict would do.
struct Consequence {
    line: String,
    button: String,
    note: String,
}

fn approving(review: &Review, group: &str) -> Consequence {
    let tool = &review.package.tool;
    let (given, needed) = quorum(review);
    if missing(review) <= 1 {
        Consequence {
            line: format!("Runs {tool} exactly as shown"),
            button: "Approve and resume".to_owned(),
            note: format!("Runs {tool} with the arguments shown, once."),
        }
    } else {
        Consequence {
            line: format!("Fills the seat of {group}; nothing runs yet"),
            button: format!("Approve for {group}"),
            note: format!("{} of {needed}, the session stays suspended.", given + 1),
        }
    }
}

fn rejecting(review: &Review) -> Consequence {
    let needed = review.package.policy.reject_count;
    if review.standing.rejections + 1 >= needed {
        Consequence {
            line: "Nothing runs, the agent is told why".to_owned(),
            button: "Reject and tell the agent".to_owned(),
            note: "Nothing runs. The agent reads your words as written.".to_owned(),
        }
    } else {
        Consequence {
            line: format!("Counts as {} of {needed} rejections", review.standing.rejections + 1),
            button: "Record rejection".to_owned(),
            note: format!("{} of {needed} rejections, the session stays suspended.", review.standing.rejections + 1),
        }
    }
}

/// One button for the chosen verdict; before a choice, one that says so.
#[component]
fn Buttons<'a>(review: &'a Review, group: &'a str, state: FormState) -> impl IntoView + use<> {
    let (approving, rejecting) = (approving(review, group), rejecting(review));
    view! {
        <div class="in-[form:has(#approve:checked,#reject:checked)]:hidden grid">
            <button type="submit" aria-disabled="true" class=button::OFF>"Choose a decision"</button>
        </div>
        <div class="in-[form:not(:has(#approve:checked))]:hidden">
            <SendButton effect=approving class=button::PRIMARY icon=Some("pen-line") state=state />
        </div>
        <div class="in-[form:not(:has(#reject:checked))]:hidden">
            <SendButton effect=rejecting class=button::DANGER icon=None state=state />
        </div>
    }
    .into_any()
}

#[component]
fn SendButton(effect: Consequence, class: &'static str, icon: Option<&'static str>, state: FormState) -> impl IntoView {
    let scripted = scripted();
    let off = move || scripted.get() && (state.recording.get() || !state.lacks.get().is_empty());
    let class = move || if off() && !state.recording.get() { button::OFF } else { class };
    let words = StoredValue::new(effect.button);
    view! {
        <div class="grid">
            <button type="submit" class=class aria-disabled=move || off().then_some("true")>
                <Show
                    when=move || state.recording.get()
                    fallback=move || view! { {icon.map(|icon| view! { <Icon name=icon /> })}{words.get_value()} }
                >
                    <Icon name="loader-circle" class="w-4 h-4 spin shrink-0" />
                    "Recording…"
                </Show>
            </button>
        </div>
        <p class="text-xs text-faint text-center mt-1.5">{effect.note}</p>
    }
    .into_any()
}

/// The draft of a refused decision, for the parts of the form.
pub fn kept(draft: &Draft) -> Option<String> {
    draft.notes.clone().filter(|notes| !notes.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(filled: Filled, differences: usize, unread: usize) -> Vec<String> {
        let terms = Terms { differences, required_on: vec![Verdict::Reject], has_codes: true };
        let unread = (unread > 0).then(|| (unread, "input-more".to_owned()));
        terms.lacks(filled, unread).into_iter().map(|lack| lack.words).collect()
    }

    #[test]
    fn what_is_missing_depends_on_the_verdict() {
        let nothing = Filled::default();
        assert_eq!(words(nothing, 2, 1), Vec::<String>::new());
        let approve = Filled { verdict: Some(Verdict::Approve), ..nothing };
        assert_eq!(words(approve, 2, 3), ["Open the 3 hidden parts", "Confirm the 2 differences"]);
        assert_eq!(words(Filled { confirmed: true, ..approve }, 2, 0), Vec::<String>::new());
        let reject = Filled { verdict: Some(Verdict::Reject), ..nothing };
        assert_eq!(words(reject, 2, 3), ["Choose a reason", "Say why"]);
        assert_eq!(words(Filled { has_code: true, has_notes: true, ..reject }, 2, 3), Vec::<String>::new());
    }
}
