//! The text area with line numbers beside it, as tall as its text, and the buttons.

use super::{SOURCE, mending::caret};
use crate::kit::{button, icon::Icon};
use domain::workflow::shown::DraftPage;
use leptos::{html, prelude::*};

/// The form; it works without script, the numbers then are those of the text as it came.
#[component]
pub fn Editor<'a>(page: &'a DraftPage, field: NodeRef<html::Textarea>) -> impl IntoView + use<> {
    let lines = RwSignal::new(count(&page.source));
    let recount = move || {
        if let Some(field) = field.get_untracked() {
            lines.set(count(&field.value()));
        }
    };
    Effect::new(move |_| {
        field.track();
        recount();
    });
    let numbers =
        move || (1..=lines.get()).map(|number| view! { <div id=format!("E{number}")>{number}</div> }).collect_view();
    let buttons = buttons(page);
    view! {
        <form method="post" class="space-y-3">
            <input type="hidden" name="form" value="definition" />
            <input type="hidden" name="seal" value=page.seal.clone() />
            <label for=SOURCE class="block font-medium">"Definition"</label>
            <div class="mono leading-5 flex rounded-lg border border-control overflow-hidden bg-surface">
                <div class="w-10 shrink-0 py-2 pe-2 text-end text-faint bg-canvas border-e border-rule select-none tabular-nums" aria-hidden="true">{numbers}</div>
                <textarea
                    node_ref=field
                    id=SOURCE
                    name="source"
                    rows=move || lines.get() + 1
                    wrap="off"
                    spellcheck="false"
                    autocomplete="off"
                    autocapitalize="off"
                    aria-describedby="source-note"
                    class="block flex-1 min-w-0 py-2 px-2 bg-surface resize-none overflow-x-auto whitespace-pre"
                    on:input=move |_| recount()
                ></textarea>
            </div>
            <p id="source-note" class="text-xs text-faint">"YAML, at most 256 KiB. The text is published exactly as it stands here."</p>
            {buttons}
        </form>
    }
    .into_any()
}

/// Checking always; publishing while nothing speaks against it.
fn buttons(page: &DraftPage) -> AnyView {
    let is_publishable = page.faults.is_empty() && page.known.is_none();
    let publish = is_publishable.then(|| {
        view! {
            <button id="publish" type="submit" name="act" value="publish" class=button::PRIMARY>
                <Icon name="git-branch" />
                {format!("{} version {}", if page.needs_second { "Propose" } else { "Publish" }, page.next)}
            </button>
        }
    });
    let check = if is_publishable { button::PLAIN } else { button::PRIMARY };
    view! {
        <div class="flex items-center gap-2 flex-wrap">
            <button type="submit" name="act" value="check" class=check><Icon name="check" />"Check"</button>
            {publish}
        </div>
    }
    .into_any()
}

fn count(text: &str) -> usize {
    text.matches('\n').count() + 1
}

/// Puts the caret at a place of the text; `false` while script does not run.
pub fn go_to(field: NodeRef<html::Textarea>, line: u32, column: u32) -> bool {
    let Some(area) = field.get_untracked() else { return false };
    let at = caret(&area.value(), line, column);
    // A browser that refuses leaves the caret where it was.
    drop(area.focus());
    drop(area.set_selection_range(at, at));
    if let Some(number) = document().get_element_by_id(&format!("E{line}")) {
        number.scroll_into_view();
    }
    true
}
