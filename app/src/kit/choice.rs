//! One of a few answers, each with what it means.

use super::field::Fault;
use leptos::prelude::*;

/// An answer: what is posted, its word, and what it means.
pub type Answer = (&'static str, &'static str, &'static str);

/// Radio buttons under a question. What was posted stays chosen, and what is wrong is said below.
#[component]
pub fn Choice(
    /// The name that is posted.
    name: &'static str,
    /// The question.
    question: &'static str,
    /// The answers.
    answers: &'static [Answer],
    /// What was chosen before.
    chosen: String,
    /// What is wrong with it.
    fault: Option<String>,
    /// The id of what is wrong.
    fault_id: String,
) -> impl IntoView {
    let described = fault.is_some().then(|| fault_id.clone());
    let answers = answers.iter().map(move |(value, word, meaning)| {
        view! {
            <label class="flex items-start gap-2 py-1 max-lg:py-2 cursor-pointer">
                <input type="radio" name=name value=*value required=true checked=*value == chosen class="mt-0.5" />
                <span class="min-w-0">
                    {*word}
                    <span class="block text-xs text-muted">{*meaning}</span>
                </span>
            </label>
        }
    });
    view! {
        <fieldset aria-describedby=described>
            <legend class="font-medium mb-1">{question}</legend>
            {answers.collect_view()}
            {fault.map(|message| view! { <Fault id=fault_id message=message /> })}
        </fieldset>
    }
    .into_any()
}
