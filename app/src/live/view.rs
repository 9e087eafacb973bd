//! Whether news comes, as people see it: a line at the foot of the navigation, and a strip when it does not.

use super::{live, status::Status};
use crate::kit::{button, icon::Icon, moment::local_clock, script::scripted};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The status as it is whenever it is asked for. The words outlive the pages they stand on, so this is no signal of
/// theirs.
fn status() -> impl Fn() -> Status + Copy {
    let live = live();
    move || live.map_or(Status::Starting, |live| live.status.get())
}

/// The line at the foot of the sidebar; without script there is none.
#[component]
pub fn Foot() -> impl IntoView {
    let (status, scripted) = (status(), scripted());
    let icon = move || match status() {
        Status::Live(_) => view! { <Icon name="radio" class="w-3.5 h-3.5 shrink-0 text-pass" /> },
        other => view! { <Icon name=other.icon() class="w-3.5 h-3.5 shrink-0 text-faint" /> },
    };
    view! {
        <Show when=move || scripted.get()>
            <div class="border-t border-rule px-4 py-2.5 text-xs text-muted flex items-center gap-1.5 tabular-nums">
                {icon}
                {move || status().line()}
            </div>
        </Show>
    }
}

/// The line of the rail: an icon with the words as its name.
#[component]
pub fn FootMark() -> impl IntoView {
    let (status, scripted) = (status(), scripted());
    let icon = move || match status() {
        Status::Live(_) => view! { <Icon name="radio" class="w-4 h-4 shrink-0 text-pass" /> },
        other => view! { <Icon name=other.icon() class="w-4 h-4 shrink-0 text-faint" /> },
    };
    view! {
        <Show when=move || scripted.get()>
            <span class="w-9 h-9 inline-flex items-center justify-center" title=move || status().line()>
                {icon}
                <span class="sr-only">{move || status().line()}</span>
            </span>
        </Show>
    }
}

/// The strip at the lower edge of a page that is not live any more. It covers nothing that cannot be scrolled above it.
#[component]
pub fn Strip(
    /// Where it stands beside the page's own fixed parts.
    place: &'static str,
) -> impl IntoView {
    let status = status();
    let is_out = move || status() == Status::SignedOut;
    let path = use_location().pathname;
    let sign_in = move || format!("/sign-in?to={}", path.get());
    view! {
        <div role="status" class=format!("sticky z-20 noprint {place}")>
            {move || {
                status()
                    .strip(local_clock)
                    .map(|words| {
                        let icon = status().icon();
                        view! {
                            <p class="flex items-center gap-2 min-h-9 px-4 lg:px-6 py-1.5 text-xs border-t border-warn-line bg-warn-soft">
                                <span class="text-warn"><Icon name=icon class="w-3.5 h-3.5 shrink-0" /></span>
                                <span>{words}</span>
                                {is_out()
                                    .then(|| {
                                        view! { <a href=sign_in rel="external" class=format!("ms-auto {}", button::SMALL)>"Sign in"</a> }
                                    })}
                            </p>
                        }
                    })
            }}
        </div>
    }
}
