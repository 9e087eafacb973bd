//! Whether script runs. During the first render, on the server and in the browser alike, it does not: everything
//! that needs it appears after hydration only.

use leptos::prelude::*;

#[derive(Clone, Copy)]
struct Scripted(RwSignal<bool>);

/// Makes the signal; called once, by the app.
pub fn provide_scripted() {
    let scripted = RwSignal::new(false);
    provide_context(Scripted(scripted));
    Effect::new(move |_| scripted.set(true));
}

/// True from the moment the page is hydrated.
pub fn scripted() -> Signal<bool> {
    use_context::<Scripted>().map_or_else(|| Signal::stored(false), |Scripted(signal)| signal.into())
}
