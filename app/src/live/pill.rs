//! "3 new": what has come waits until somebody wants to see it, so that nothing moves under their hands.

use crate::{
    keys::{Act, Mark, hint::InlineHint},
    kit::icon::Icon,
};
use leptos::{ev, prelude::*};

/// The pill, read out politely. It is also pressed by whoever comes back to the window with the page at its top.
#[component]
pub fn Pill(
    /// How many are new.
    #[prop(into)]
    count: Signal<usize>,
    /// What they are: one, several.
    words: (&'static str, &'static str),
    /// Whether a key does the same here.
    #[prop(default = false)]
    has_key: bool,
    /// Shows them.
    show: impl Fn() + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let text = move || match count.get() {
        1 => format!("1 {}", words.0),
        more => format!("{more} {}", words.1),
    };
    show_at_top(show.clone());
    view! {
        <div class="sticky top-0.5 z-20 h-0 flex justify-center noprint" aria-live="polite">
            <Show when=move || count.get() != 0>
                <button
                    type="button"
                    data-key=has_key.then(|| Mark::ShowNew.word())
                    class="pop mt-0.5 inline-flex items-center gap-1.5 h-7 px-3 rounded-full bg-ink text-ink-fg text-xs font-medium hover:bg-ink-hover cursor-pointer"
                    on:click={
                        let show = show.clone();
                        move |_| show()
                    }
                >
                    <Icon name="arrow-up" class="w-3.5 h-3.5 shrink-0" />
                    {text}
                    {has_key.then(|| view! { <InlineHint act=Act::Press(Mark::ShowNew) /> })}
                </button>
            </Show>
        </div>
    }
}

/// Shows what is new to somebody who comes back to the window and is at the top of the page.
fn show_at_top(show: impl Fn() + Send + Sync + 'static) {
    Effect::new({
        let show = std::sync::Arc::new(show);
        move |_| {
            let show = show.clone();
            let back = window_event_listener(ev::focus, move |_| {
                if window().scroll_y().is_ok_and(|from_top| from_top < 1.0) {
                    show();
                }
            });
            on_cleanup(move || back.remove());
        }
    });
}
