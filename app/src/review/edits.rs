//! Approving with edits: the whole input as JSON, to be changed before it runs. The gates check the result.

use super::decide::FieldMessage;
#[cfg(any(feature = "hydrate", test))]
use crate::calls::reader;
use crate::kit::text_area::filled;
use domain::{canonical, package::Package, review::Draft};
use leptos::prelude::*;
use serde_json::Value;

/// The text area's id, and the form's field.
pub const FIELD: &str = "edited_input";

/// The largest input that is edited here, in bytes of canonical JSON: nobody edits more by hand.
const MOST: usize = 64 << 10;
/// What is longer written out is edited as it is.
const MOST_WRITTEN_OUT: usize = 4 * MOST;

/// Whether an input is small enough to be edited by hand.
pub fn is_editable(input: &Value) -> bool {
    canonical::to_string(input).len() <= MOST
}

/// The text that is edited: one argument a line.
fn text(input: &Value) -> String {
    let sorted = canonical::to_string(input);
    let value: Value = serde_json::from_str(&sorted).unwrap_or_default();
    serde_json::to_string_pretty(&value).ok().filter(|text| text.len() <= MOST_WRITTEN_OUT).unwrap_or(sorted)
}

/// How far the arguments have been edited.
#[cfg_attr(not(any(feature = "hydrate", test)), expect(dead_code, reason = "only script reads the form"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    /// They are as they were.
    Nothing,
    /// They cannot be read.
    Unreadable,
    /// They are different.
    Something,
}

impl Edited {
    /// Compares what is written with what was asked for. The server reads it more strictly.
    #[cfg(any(feature = "hydrate", test))]
    pub fn of(written: &str, asked: &str) -> Self {
        match reader::read::<Value>(written.as_bytes()) {
            Ok(value) if !value.is_object() => Self::Unreadable,
            Ok(value) if canonical::to_string(&value) == asked => Self::Nothing,
            Ok(_) => Self::Something,
            Err(_) => Self::Unreadable,
        }
    }
}

/// The field, for the choice that edits.
#[component]
pub fn EditedInput<'a>(
    /// What waits.
    package: &'a Package,
    /// What was typed before.
    draft: &'a Draft,
    /// What is wrong with it.
    message: Option<String>,
) -> impl IntoView + use<> {
    let wrong = message.is_some();
    let text = draft.edited_input.clone().unwrap_or_else(|| text(&package.input));
    let rows = text.lines().count().clamp(4, 16);
    let field = filled(FIELD, &text);
    view! {
        <div class="in-[form:not(:has(#edit:checked))]:hidden">
            <label class="block">
                <span class="flex items-baseline gap-2 mb-1">
                    <span class="font-medium">"Arguments"</span>
                    <span class="text-xs text-faint ms-auto text-end">"all of them, as JSON"</span>
                </span>
                <textarea
                    node_ref=field
                    id=FIELD
                    name=FIELD
                    rows=rows
                    spellcheck="false"
                    autocomplete="off"
                    autofocus=wrong
                    aria-invalid=wrong.then_some("true")
                    aria-describedby=wrong.then_some("edited-message")
                    class=if wrong { "mono block w-full rounded-md border-2 border-fail bg-surface px-2.5 py-1.5 resize-y" } else { "mono block w-full rounded-md border border-control bg-surface px-2.5 py-1.5 resize-y" }
                ></textarea>
            </label>
            {message.map(|message| view! { <FieldMessage id="edited-message" message=&message /> })}
            <p class="text-xs text-muted mt-1">"The gates check what you write. It makes a new revision, and earlier votes count no more."</p>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn arguments_stand_on_lines_of_their_own() {
        assert_eq!(text(&json!({"to": "ACME", "amount": 1840.0})), "{\n  \"amount\": 1840,\n  \"to\": \"ACME\"\n}");
    }

    #[test]
    fn what_would_grow_too_long_stands_as_it_is() {
        let numbers = json!({"all": {"of": vec![0; 30_000]}});
        assert!(is_editable(&numbers) && !text(&numbers).contains('\n'));
        assert!(!is_editable(&json!({"all": "x".repeat(MOST)})));
    }
}
