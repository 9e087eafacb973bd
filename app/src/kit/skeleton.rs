//! What stands where a page has not come yet: its shapes at their final sizes, without words. The style sheet shows it
//! after 200 ms and not before (`late`), so that a page that comes at once does not flicker.

use leptos::prelude::*;

/// Rows of a list that has not come yet.
const ROWS: usize = 8;

/// What a page is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A bar, tabs, a head, and rows with a title and a line below it.
    Queue,
    /// A bar, filters, and the same rows.
    List,
    /// A bar, a title with its facts, sections, and a panel beside them.
    Sheet,
}

/// The shapes, over all of the element they stand in.
#[component]
pub fn Skeleton(
    /// Which.
    shape: Shape,
) -> impl IntoView {
    let parts = match shape {
        Shape::Queue => view! { <Tabs /><Rows /> }.into_any(),
        Shape::List => view! { <Filters /><Rows /> }.into_any(),
        Shape::Sheet => view! { <Sheet /> }.into_any(),
    };
    view! {
        <div class="late absolute inset-0 z-30 bg-surface">
            <div role="status" class="sticky top-0 max-h-dvh overflow-hidden">
                <span class="sr-only">"Loading"</span>
                <div aria-hidden="true">
                    <div class="flex items-center h-12 px-4 lg:px-6 border-b border-rule"><div class="skel h-4 w-32"></div></div>
                    {parts}
                </div>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Tabs() -> impl IntoView {
    view! {
        <div class="flex items-center gap-5 h-10 px-4 lg:px-6 border-b border-rule">
            <div class="skel h-3.5 w-20"></div>
            <div class="skel h-3.5 w-32"></div>
            <div class="skel h-3.5 w-28"></div>
        </div>
        <div class="max-lg:hidden h-8 border-b border-rule"></div>
    }
}

#[component]
fn Filters() -> impl IntoView {
    view! {
        <div class="flex items-center gap-1.5 h-12 px-4 lg:px-6 border-b border-rule">
            <div class="skel h-7 w-20"></div>
            <div class="skel h-7 w-24"></div>
            <div class="skel h-7 w-20"></div>
        </div>
    }
}

#[component]
fn Rows() -> impl IntoView {
    let rows = std::iter::repeat_with(|| {
        view! {
            <li class="flex items-center gap-6 h-20 lg:h-12.5 px-4 lg:px-6 border-b border-rule">
                <div class="max-lg:hidden skel h-3.5 w-14"></div>
                <div class="flex-1 min-w-0">
                    <div class="skel h-3.5 w-3/5"></div>
                    <div class="skel h-3 w-2/5 mt-2"></div>
                </div>
                <div class="max-lg:hidden skel h-3.5 w-32"></div>
                <div class="skel h-3.5 w-16"></div>
            </li>
        }
    });
    view! { <ul>{rows.take(ROWS).collect_view()}</ul> }
}

#[component]
fn Sheet() -> impl IntoView {
    view! {
        <div class="lg:grid lg:grid-cols-[minmax(0,1fr)_376px]">
            <div class="px-4 lg:px-6 pt-5 space-y-6">
                <div class="skel h-6 w-3/5"></div>
                <div class="skel h-3.5 w-4/5"></div>
                <div class="skel h-16"></div>
                <div class="skel h-40"></div>
                <div class="skel h-40"></div>
            </div>
            <div class="max-lg:hidden h-dvh border-s border-rule p-5 space-y-4">
                <div class="skel h-13 w-2/3"></div>
                <div class="skel h-24"></div>
                <div class="skel h-40"></div>
                <div class="skel h-9"></div>
            </div>
        </div>
    }
}
