//! What surrounds every page: navigation, the person, the way out.

mod account;
mod arriving;
mod bottom;
mod places;
mod rail;
mod search;
mod sidebar;

use crate::{
    calls::{carried::Loaded, refresh::refresh_viewer, viewer::load_viewer},
    failure::Failure,
    keys::hint::BarKeys,
    live::{Live, begin, live, on_news, provide_live, refresh::refresher, view::Strip},
};
use domain::{queue::QueueCounts, review::Viewer};
use leptos::{prelude::*, reactive::computed::ScopedFuture};
use leptos_router::hooks::use_location;

use self::{arriving::Arriving, bottom::BottomBar, rail::Rail, sidebar::Sidebar};

pub use self::{
    account::ThemeChoice,
    arriving::provide_routing,
    places::{Entry, Place, shown_to},
};

/// The answer to who looks.
#[derive(Clone, Copy)]
pub struct Signed(Loaded<Result<Option<Viewer>, Failure>>);

/// Asks who looks, again on every page, because the counts change.
pub fn provide_viewer() -> Signed {
    let location = use_location();
    let place = Memo::new(move |_| (location.pathname.get(), location.search.get()));
    let signed = Loaded::new_with_options(move || place.get(), |_| load_viewer(), true);
    provide_context(Signed(signed));
    keep_live(signed);
    Signed(signed)
}

/// Who looks, once it is known; for effects, which run in the browser only.
pub fn viewer_now(Signed(signed): Signed) -> impl Fn() -> Option<Option<Viewer>> + 'static {
    move || signed.get().and_then(Result::ok)
}

/// Begins to listen as soon as somebody is signed in, and keeps the counts up to date.
fn keep_live(signed: Loaded<Result<Option<Viewer>, Failure>>) {
    let live = provide_live();
    Effect::new(move |_| {
        signed.with(|signed| {
            if let Some(Ok(Some(viewer))) = signed {
                live.set_counts(viewer.counts);
                begin(live, viewer);
            }
        });
    });
    let ask = refresher(refresh_viewer, move |viewer| {
        if let Some(viewer) = viewer {
            live.set_counts(viewer.counts);
        }
    });
    on_news(move |news| {
        if news.concerns_lists() && live.lacks_counts() {
            ask();
        }
    });
}

/// How many wait at a place. What surrounds a page is made anew on every page while the counts go on, so this is no
/// signal: those end with what made them.
#[derive(Clone, Copy)]
struct Count {
    place: Place,
    is_shown: bool,
    loaded: QueueCounts,
    live: Option<Live>,
}

impl Count {
    fn at(place: Place, viewer: &Viewer) -> Self {
        Self { place, is_shown: place.is_counted_for(viewer), loaded: viewer.counts, live: live() }
    }

    /// As the page was loaded, or as it became since.
    fn get(self) -> Option<u32> {
        let counts = self.live.and_then(Live::counts).unwrap_or(self.loaded);
        self.place.count(counts).filter(|_| self.is_shown)
    }
}

/// Who looks; `None` for nobody, or while it cannot be told. Whoever asks is not told again: the answer is loaded anew
/// whenever a page is left, and what waits for it then would look at a page that is gone.
pub async fn viewer() -> Option<Viewer> {
    let Signed(signed) = use_context()?;
    ScopedFuture::new_untracked(signed.into_future()).await.ok().flatten()
}

/// A page with the sidebar; below 1024 px with the bottom bar.
#[component]
pub fn Frame(
    /// Which place of the navigation is current.
    #[prop(into)]
    place: Signal<Place>,
    /// Whether the page is loading what else its address asks for.
    #[prop(optional, into)]
    loading: Signal<bool>,
    /// The page.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="flex min-h-dvh">
            <Transition>
                {move || Suspend::new(async move { viewer().await.map(|viewer| view! { <Sidebar viewer=viewer place=place.get() /> }) })}
            </Transition>
            <main id="main" class="relative flex-1 min-w-0 flex flex-col max-lg:pb-14">
                <div class="grow">{children()}</div>
                <Strip place="bottom-0 max-lg:bottom-14" />
                <Arriving loading=loading />
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
    /// Whether the page is loading what else its address asks for.
    #[prop(optional, into)]
    loading: Signal<bool>,
    /// The page.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="flex min-h-dvh">
            <Transition>
                {move || Suspend::new(async move { viewer().await.map(|viewer| view! { <Rail viewer=&viewer /> }) })}
            </Transition>
            <main id="main" class="relative flex-1 min-w-0">
                {children()}
                // Beside the decision panel, and above the narrow page's own strip.
                <Strip place="bottom-0 max-lg:bottom-16 lg:me-94" />
                <Arriving loading=loading />
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
    state: Signal<String>,
    /// What can be done here.
    #[prop(optional)]
    actions: Option<AnyView>,
) -> impl IntoView {
    view! {
        <header class="flex items-center gap-3 h-12 px-4 lg:px-6 border-b border-rule bg-surface">
            <span class="lg:hidden"><crate::kit::mark::Mark /></span>
            <h1 class="text-sm font-semibold tracking-[-0.01em] whitespace-nowrap">{title}</h1>
            <span class="text-faint max-sm:hidden">{state}</span>
            <div class="ms-auto flex items-center gap-2"><BarKeys />{actions}</div>
        </header>
    }
    .into_any()
}
