//! The guilloche of the sign-in page: three rings of interlaced lines, as on a certificate.

use super::curve;
use leptos::prelude::*;
use std::f64::consts::TAU;

const SIDE: f64 = 2000.0;

struct Ring {
    lines: u32,
    points: u32,
    radius: f64,
    swing: f64,
    waves: f64,
}

const RINGS: [Ring; 3] = [
    Ring { lines: 6, points: 420, radius: 0.458, swing: 0.032, waves: 30.0 },
    Ring { lines: 10, points: 280, radius: 0.39, swing: 0.034, waves: 20.0 },
    Ring { lines: 8, points: 280, radius: 0.32, swing: 0.03, waves: 20.0 },
];

/// The rings, 690 px wide.
#[component]
pub fn Guilloche() -> impl IntoView {
    let paths = RINGS.iter().flat_map(|ring| (0..ring.lines).map(move |line| view! { <path d=path(ring, line) /> }));
    view! {
        <svg class="shrink-0 text-accent-line" width="690" height="690" viewBox="0 0 2000 2000" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2.2">
            {paths.collect_view()}
        </svg>
    }
    .into_any()
}

fn path(ring: &Ring, line: u32) -> String {
    let phase = f64::from(line) * TAU / f64::from(ring.lines);
    curve::closed(SIDE, ring.points, |angle| {
        let depth = 0.28_f64.mul_add((10.0 * angle).cos(), 0.72);
        (ring.swing * depth).mul_add(ring.waves.mul_add(angle, phase).cos(), ring.radius)
    })
}
