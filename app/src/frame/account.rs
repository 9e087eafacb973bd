//! The account menu: profile, theme and signing out. Plain forms in a disclosure, so that it works without script.

use crate::{
    brought::brought,
    kit::{button, icon::Icon},
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

const THEMES: [(&str, &str, &str); 3] =
    [("light", "Light", "sun"), ("dark", "Dark", "moon"), ("system", "As the system", "settings")];
const MENU: &str = "pop absolute z-40 rounded-lg bg-surface p-3 space-y-2";

/// A disclosure whose summary is given, with the account's menu.
#[component]
pub fn Account(
    /// Where the menu opens, as utilities.
    menu: &'static str,
    /// Further places, above the theme.
    #[prop(optional)]
    rest: Option<AnyView>,
    /// What opens it.
    children: Children,
) -> impl IntoView {
    view! {
        <details data-menu>
            <summary title="Theme and account" class="inline-flex rounded-md">
                {children()}
            </summary>
            <div class=format!("{MENU} {menu}")>
                {rest}
                <a href="/profile" class="flex items-center gap-2 h-7 px-2 rounded-md text-xs text-muted hover:bg-hover hover:text-fg">
                    <Icon name="user-round" class="w-3.5 h-3.5 shrink-0" />
                    "Profile"
                </a>
                <div class="text-[11px] leading-4 text-faint px-2">"Theme"</div>
                <ThemeChoice />
                <form method="post" action="/sign-out" class="border-t border-rule pt-2">
                    <button type="submit" class=button::QUIET>"Sign out"</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

/// The theme, a button each.
#[component]
pub fn ThemeChoice() -> impl IntoView {
    let location = use_location();
    // The address as it is now, without the fragment.
    let here = move || format!("{}{}", location.pathname.get(), query(&location.search.get()));
    view! {
        <form method="post" action="/theme">
            <input type="hidden" name="to" value=here />
            <Transition>
                {move || Suspend::new(async move {
                    let chosen = brought().await.theme.unwrap_or_else(|| "system".to_owned());
                    THEMES.into_iter().map(|theme| view! { <Theme theme=theme chosen=chosen == theme.0 /> }).collect_view()
                })}
            </Transition>
        </form>
    }
    .into_any()
}

#[component]
fn Theme(theme: (&'static str, &'static str, &'static str), chosen: bool) -> impl IntoView {
    let (value, word, icon) = theme;
    view! {
        <button
            type="submit"
            name="theme"
            value=value
            aria-pressed=if chosen { "true" } else { "false" }
            class="flex w-full items-center gap-2 h-7 px-2 rounded-md text-xs text-muted hover:bg-hover cursor-pointer"
        >
            <Icon name=icon class="w-3.5 h-3.5 shrink-0" />
            {word}
            {chosen.then(|| view! { <Icon name="check" class="w-3.5 h-3.5 shrink-0 ms-auto text-accent" /> })}
        </button>
    }
    .into_any()
}

fn query(search: &str) -> String {
    if search.is_empty() { String::new() } else { format!("?{}", search.trim_start_matches('?')) }
}
