//! What surrounds every page: navigation, the person, the way out.

mod account;
mod bottom;
mod places;
mod rail;
mod sidebar;

use crate::{
    calls::{carried::Loaded, viewer::load_viewer},
    failure::Failure,
};
use domain::review::Viewer;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use self::{bottom::BottomBar, rail::Rail, sidebar::Sidebar};

pub use self::{account::ThemeChoice, places::Place};

#[derive(Clone, Copy)]
struct Signed(Loaded<Result<Option<Viewer>, Failure>>);

/// Asks who looks, again on every page, because the counts change.
pub fn provide_viewer() {
    let location = use_location();
    let place = Memo::new(move |_| (location.pathname.get(), location.search.get()));
    provide_context(Signed(Loaded::new_with_options(move || place.get(), |_| load_viewer(), true)));
}

/// Who looks; `None` for nobody, or while it cannot be told.
pub async fn viewer() -> Option<Viewer> {
    let Signed(signed) = use_context()?;
    signed.await.ok().flatten()
}

/// A page with the sidebar; below 1024 px with the bottom bar.
#[component]
pub fn Frame(
    /// Which place of the navigation is current.
    #[prop(into)]
    place: Signal<Place>,
    /// The page.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="flex min-h-dvh">
            <Transition>
                {move || Suspend::new(async move { viewer().await.map(|viewer| view! { <Sidebar viewer=viewer place=place.get() /> }) })}
            </Transition>
            <main id="main" class="flex-1 min-w-0 max-lg:pb-14">
                {children()}
            </main>
            <Transition>
                {move || Suspend::new(async move { viewer().await.map(|viewer| view! { <BottomBar viewer=&viewer place=place.get() /> }) })}
            </Transition>
        </div>
    }
}

/// A page with the narrow rail, and no bottom bar: the page brings its own.
#[component]
pub fn NarrowFrame(
    /// The page.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="flex min-h-dvh">
            <Transition>
                {move || Suspend::new(async move { viewer().await.map(|viewer| view! { <Rail viewer=&viewer /> }) })}
            </Transition>
            <main id="main" class="flex-1 min-w-0">
                {children()}
            </main>
        </div>
    }
}

/// The bar of a page: its title, one line of state, and actions at the right.
#[component]
pub fn Bar(
    /// The title, the page's `h1`.
    title: &'static str,
    /// One line of state.
    #[prop(optional, into)]
    state: String,
) -> impl IntoView {
    view! {
        <header class="flex items-center gap-3 h-12 px-4 lg:px-6 border-b border-rule bg-surface">
            <span class="lg:hidden"><crate::kit::mark::Mark /></span>
            <h1 class="text-sm font-semibold tracking-[-0.01em] whitespace-nowrap">{title}</h1>
            <span class="text-faint max-sm:hidden">{state}</span>
        </header>
    }
    .into_any()
}
