//! Actors by shape: people round with initials, agents square, the system dashed.

use super::icon::Icon;
use leptos::prelude::*;

const SMALL: [&str; 4] = [
    "inline-flex items-center justify-center w-5 h-5 text-[10px] rounded-full border font-semibold leading-none shrink-0 bg-accent-soft text-accent border-accent-line",
    "inline-flex items-center justify-center w-5 h-5 text-[10px] rounded-full border font-semibold leading-none shrink-0 bg-pass-soft text-pass border-pass-line",
    "inline-flex items-center justify-center w-5 h-5 text-[10px] rounded-full border font-semibold leading-none shrink-0 bg-warn-soft text-warn border-warn-line",
    "inline-flex items-center justify-center w-5 h-5 text-[10px] rounded-full border font-semibold leading-none shrink-0 bg-fail-soft text-fail border-fail-line",
];

/// The first letters of the first and the last name.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// A person, small; the colour only tells neighbours apart.
#[component]
pub fn Person<'a>(
    /// Their name.
    name: &'a str,
) -> impl IntoView + use<> {
    let place = name.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
    view! { <span class=SMALL[place % SMALL.len()] aria-hidden="true">{initials(name)}</span> }
}

/// The viewer, larger.
#[component]
pub fn Viewer<'a>(
    /// Their name.
    name: &'a str,
) -> impl IntoView + use<> {
    view! {
        <span class="inline-flex items-center justify-center w-7 h-7 text-[11px] rounded-full border font-semibold leading-none shrink-0 bg-accent-soft text-accent border-accent-line" aria-hidden="true">
            {initials(name)}
        </span>
    }
}

/// An agent or its harness.
#[component]
pub fn Agent() -> impl IntoView {
    view! {
        <span class="inline-flex items-center justify-center w-5 h-5 rounded-sm border shrink-0 bg-agent-soft text-agent border-agent-line" title="Agent">
            <Icon name="bot" class="w-3 h-3 shrink-0" />
        </span>
    }
}

/// A part of the system, or a system of record.
#[component]
pub fn System() -> impl IntoView {
    view! {
        <span class="inline-flex items-center justify-center w-5 h-5 rounded-sm border border-dashed shrink-0 bg-sunken text-muted border-rule-strong" title="System">
            <Icon name="cog" class="w-3 h-3 shrink-0" />
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_of_names_long_and_short() {
        assert_eq!(initials("Mira Okafor"), "MO");
        assert_eq!(initials("Zoë van der Berg"), "ZB");
        assert_eq!(initials("élan"), "É");
        assert_eq!(initials(""), "");
    }
}
