//! The rosette: a digest made visible. Decoration beside the digits, which alone count.

use super::curve;
use leptos::prelude::*;
use std::f64::consts::TAU;

const SIDE: f64 = 1000.0;
const LINES: u32 = 3;
const POINTS: u32 = 180;

/// The rosette of a digest's first four bytes.
#[component]
pub fn Rosette(
    /// The digest's bytes.
    bytes: [u8; 32],
    /// Width and height in pixels.
    #[prop(default = 34)]
    size: u32,
) -> impl IntoView {
    let lines = (0..LINES).map(|line| view! { <path d=path(bytes, line) opacity=".8" /> });
    view! {
        <svg class="shrink-0 text-accent" width=size height=size viewBox="0 0 1000 1000" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="26">
            {lines.collect_view()}
        </svg>
    }
    .into_any()
}

fn path(bytes: [u8; 32], line: u32) -> String {
    let [b0, b1, b2, b3, ..] = bytes;
    let petals = f64::from(5 + b0 % 7);
    let inner = 2.0_f64.mul_add(petals, 1.0) + f64::from(b1 % 5);
    let swing = 0.16 + f64::from(b2 % 60) / 400.0;
    let inner_swing = 0.07 + f64::from(b3 % 50) / 600.0;
    let phase = f64::from(line) * TAU / f64::from(LINES);
    let scale = 0.02_f64.mul_add(-f64::from(line), 1.0) * 0.46;
    curve::closed(SIDE, POINTS, |angle| {
        let wave = swing * petals.mul_add(angle, phase).cos() + inner_swing * inner.mul_add(angle, -phase).cos();
        scale * (1.0 - swing - inner_swing + wave)
    })
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn another_digest_is_another_drawing() {
        let one = path([7; 32], 0);
        assert_eq!(one, path([7; 32], 0));
        assert_ne!(one, path([8; 32], 0));
        assert!(one.starts_with("M960 500l"), "{one}");
    }
}
