//! What the form holds as script sees it, and what it still misses. The server checks the same again.

use super::{
    drafts,
    follow::Followed,
    items::Touched,
    terms::{Filled, Lack, Terms},
};
#[cfg(feature = "hydrate")]
use super::{
    edits::{self, Edited},
    sign,
};
use crate::{kit::icon::Icon, recorded::folded::Unread};
#[cfg(feature = "hydrate")]
use domain::decision::Verdict;
use domain::review::Draft;
use leptos::{ev::SubmitEvent, html, prelude::*};

/// The form as script sees it: what is filled in, what is missing, whether it is on its way.
#[derive(Clone, Copy)]
pub struct FormState {
    form: NodeRef<html::Form>,
    filled: RwSignal<Filled>,
    terms: StoredValue<Terms>,
    recording: RwSignal<bool>,
    lacks: Memo<Vec<Lack>>,
}

impl FormState {
    /// Begins to watch a form.
    pub fn new(form: NodeRef<html::Form>, terms: StoredValue<Terms>) -> Self {
        let filled = RwSignal::new(Filled::default());
        let unread = use_context::<Unread>();
        let lacks = Memo::new(move |_| terms.read_value().lacks(filled.get(), unread.and_then(Unread::remaining)));
        let state = Self { form, filled, terms, recording: RwSignal::new(false), lacks };
        // What was chosen before script ran, or came back from the browser's memory of the page.
        Effect::new(move |_| state.read());
        state
    }

    /// Reads the form anew.
    #[cfg(feature = "hydrate")]
    pub fn read(self) {
        let Some(form) = self.form.get() else { return };
        let Ok(data) = web_sys::FormData::new_with_form(&form) else { return };
        let text = |name: &str| data.get(name).as_string().filter(|text| !text.trim().is_empty());
        let word = text("verdict");
        let is_edit = word.as_deref() == Some(drafts::EDIT);
        let edit = is_edit.then(|| {
            let written = text(edits::FIELD).unwrap_or_default();
            self.terms.with_value(|terms| Edited::of(&written, &terms.input))
        });
        self.filled.set(Filled {
            verdict: if is_edit { Some(Verdict::Approve) } else { word.and_then(|word| word.parse().ok()) },
            edit,
            confirmed: text("confirmed").is_some(),
            has_code: text("reason_code").is_some(),
            has_notes: text("notes").is_some(),
            items: drafts::counted(&drafts::items(&data)),
            has_password: text(sign::FIELD).is_some(),
        });
    }

    /// Without script there is nothing to read.
    #[cfg(not(feature = "hydrate"))]
    pub const fn read(self) {
        let _ = (self.form, self.filled, self.terms);
    }

    /// What is typed so far.
    pub fn draft(self) -> Draft {
        drafts::read(self.form)
    }

    /// Puts back what was typed before the page was loaded again, unless the server brought a draft of its own.
    pub fn keep(self, followed: Followed, is_brought: bool) {
        Effect::new(move |_| {
            if self.form.get().is_none() {
                return;
            }
            if let Some(draft) = followed.kept().filter(|_| !is_brought) {
                drafts::fill(self.form, &draft);
                self.read();
            }
            followed.keep(self.draft());
        });
        // The verdicts on items stand outside of the form.
        Effect::new(move |_| {
            if Touched::is_any() {
                self.read();
                followed.keep(self.draft());
            }
        });
    }

    /// Sends a complete decision once; otherwise leads to what is missing. Answers whether it was sent.
    pub fn submit(self, event: &SubmitEvent) -> bool {
        // Password managers fill in without a word.
        self.read();
        let first = self.lacks.with_untracked(|lacks| lacks.first().map(|lack| lack.anchor.clone()));
        if let Some(anchor) = first {
            event.prevent_default();
            lead_to(&anchor);
            false
        } else if self.recording.get_untracked() {
            event.prevent_default();
            false
        } else {
            forget_hidden_reason();
            self.recording.set(true);
            true
        }
    }

    /// Whether the decision is on its way.
    pub fn is_recording(self) -> bool {
        self.recording.get()
    }

    /// Whether something is missing.
    pub fn is_lacking(self) -> bool {
        self.lacks.with(|lacks| !lacks.is_empty())
    }
}

/// A reason chosen for the other verdict is not sent with this one.
fn forget_hidden_reason() {
    use leptos::wasm_bindgen::JsCast;
    let Ok(Some(chosen)) = document().query_selector("input[name=reason_code]:checked") else { return };
    let is_hidden =
        chosen.closest("fieldset").ok().flatten().is_some_and(|fieldset| fieldset.get_client_rects().length() == 0);
    if let (true, Some(radio)) = (is_hidden, chosen.dyn_ref::<web_sys::HtmlInputElement>()) {
        radio.set_checked(false);
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

/// What is missing, each a link to it.
#[component]
pub fn Missing(state: FormState) -> impl IntoView {
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
