//! What is shortened, with the number of what is hidden; it opens with and without script. A decision can wait until
//! everything was opened.

use leptos::prelude::*;

/// Folds on the page that were not opened yet, by anchor.
#[derive(Debug, Clone, Copy)]
pub struct Unread(RwSignal<Vec<String>>);

impl Unread {
    /// Begins to keep count; folds below register themselves.
    pub fn provide() -> Self {
        let unread = Self(RwSignal::new(Vec::new()));
        provide_context(unread);
        unread
    }

    /// How many are closed still, and the first one's anchor.
    pub fn remaining(self) -> Option<(usize, String)> {
        self.0.with(|folds| folds.first().map(|first| (folds.len(), first.clone())))
    }

    fn add(self, anchor: &str) {
        self.0.update(|folds| folds.push(anchor.to_owned()));
    }

    fn remove(self, anchor: &str) {
        self.0.update(|folds| folds.retain(|fold| fold != anchor));
    }
}

/// A part that is hidden until opened.
#[component]
pub fn Folded(
    /// Its anchor, unique on the page.
    anchor: String,
    /// How much is hidden: `+14 lines hidden`.
    hidden: String,
    /// The hidden part.
    children: Children,
) -> impl IntoView {
    let unread = use_context::<Unread>();
    let name = StoredValue::new(anchor.clone());
    if let Some(unread) = unread {
        Effect::new(move |_| unread.add(&name.read_value()));
        on_cleanup(move || {
            if let Some(name) = name.try_get_value() {
                unread.remove(&name);
            }
        });
    }
    view! {
        <details
            id=anchor
            on:toggle=move |_| {
                if let Some(unread) = unread {
                    unread.remove(&name.read_value());
                }
            }
        >
            <summary class="inline-flex items-center h-6 px-1.5 my-0.5 rounded-sm border border-rule-strong bg-surface text-xs font-medium text-accent select-none [font-family:Inter]">
                {hidden}
            </summary>
            {children()}
        </details>
    }
    .into_any()
}
