//! Fields that are not as wanted: what was wanted, and what may be told of what is there.

use crate::recorded::text::Text;
use domain::closure::drift::{Difference, Found, Told};
use leptos::prelude::*;
use serde_json::Value;

/// What differs, a line a field; one line for a record that is gone.
pub fn fields(found: &Found) -> AnyView {
    match found {
        Found::Differs { fields } => fields.iter().map(line).collect_view().into_any(),
        Found::Gone {} => {
            view! { <span class="block text-xs text-warn">"There is no such record any more"</span> }.into_any()
        }
        Found::AsWanted {} | Found::Overtaken {} | Found::Unreadable { .. } => ().into_any(),
    }
}

fn line(field: &Difference) -> AnyView {
    let (pointer, wanted) = (field.pointer.trim_start_matches('/').to_owned(), shown(&field.wanted));
    view! {
        <span class="block text-xs break-words">
            <code class="font-medium"><Text text=&pointer /></code>
            <span class="text-muted">": wanted "</span>
            <Text text=&wanted />
            <span class="text-muted">", found "</span>
            {found(&field.found)}
        </span>
    }
    .into_any()
}

fn found(told: &Told) -> AnyView {
    match told {
        Told::Value { value } => {
            let value = shown(value);
            view! { <span class="text-warn"><Text text=&value /></span> }.into_any()
        }
        Told::Withheld {} => view! { <span class="text-warn">"something else (not kept)"</span> }.into_any(),
        Told::Absent {} => view! { <span class="text-warn">"nothing"</span> }.into_any(),
    }
}

/// A value as a text; JSON for what is none.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
