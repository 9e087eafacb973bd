//! A page that is on its way: until it comes, the old one stays; after a moment its shapes stand over the old one.

use crate::kit::{
    script::scripted,
    skeleton::{Shape, Skeleton},
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Whether another page is on its way.
#[derive(Clone, Copy)]
struct Routing(Signal<bool>);

/// Lets pages know when they are about to be left.
pub fn provide_routing(routing: Signal<bool>) {
    provide_context(Routing(routing));
}

/// The shapes of the page that is on its way; nothing while none is.
#[component]
pub fn Arriving(
    /// Whether this page is loading what else its address asks for.
    loading: Signal<bool>,
) -> impl IntoView {
    let (scripted, path) = (scripted(), use_location().pathname);
    let routing = use_context::<Routing>().map(|Routing(routing)| routing);
    let is_coming = move || routing.is_some_and(|routing| routing.get()) || loading.get();
    // The server never waits: it sends whole pages.
    let shape = Memo::new(move |_| (scripted.get() && is_coming()).then(|| path.with(|path| shape_of(path))));
    move || shape.get().map(|shape| view! { <Skeleton shape=shape /> })
}

fn shape_of(path: &str) -> Shape {
    match path {
        "/" | "/approvals" => Shape::Queue,
        path if path.starts_with("/approvals/") => Shape::Sheet,
        _ => Shape::List,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_has_its_shape() {
        assert_eq!(shape_of("/approvals"), Shape::Queue);
        assert_eq!(shape_of("/approvals/apr_1"), Shape::Sheet);
        assert_eq!(shape_of("/audit/7"), Shape::List);
    }
}
