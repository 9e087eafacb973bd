//! The seal: quorum as arcs, one for each required decision, always beside its numbers.

use leptos::prelude::*;
use std::f64::consts::TAU;

const RADIUS: f64 = 9.0;
const GAP: f64 = 4.2;
const DOT: f64 = 1.6;
const DOT_STEP: f64 = 3.4;

/// How the seal ended, or that it has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Decisions are still wanted.
    Open,
    /// All were given.
    Approved,
    /// It was rejected.
    Rejected,
    /// Nobody decided in time.
    Expired,
}

impl Ending {
    const fn colour(self) -> &'static str {
        match self {
            Self::Open => "var(--cs-accent)",
            Self::Approved => "var(--cs-pass)",
            Self::Rejected => "var(--cs-fail)",
            Self::Expired => "var(--cs-control)",
        }
    }

    const fn sign(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Open => None,
            Self::Approved => Some(("M8.2 12.3l2.6 2.6 5-5.6", "var(--cs-pass)")),
            Self::Rejected => Some(("M9 9l6 6M15 9l-6 6", "var(--cs-fail)")),
            Self::Expired => Some(("M12 8.2v4l2.7 1.6", "var(--cs-muted)")),
        }
    }
}

/// The seal.
#[component]
pub fn Seal(
    /// Decisions required.
    needed: u32,
    /// Decisions given.
    given: u32,
    /// How it ended.
    #[prop(default = Ending::Open)]
    ending: Ending,
    /// Width and height in pixels.
    #[prop(default = 18)]
    size: u32,
) -> impl IntoView {
    let width = if size >= 40 { 2.0 } else { 3.0 };
    let arcs = needed.max(1);
    let circles = (0..arcs).map(|place| arc(place, arcs, place < given, ending, width));
    let sign = ending.sign().map(|(path, colour)| {
        view! { <path d=path fill="none" stroke=colour stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round" /> }
    });
    let label = format!("{given} of {needed} decisions");
    view! {
        <svg class="shrink-0 bar" width=size height=size viewBox="0 0 24 24" role="img" aria-label=label>
            {circles.collect_view()}
            {sign}
        </svg>
    }
    .into_any()
}

fn arc(place: u32, arcs: u32, solid: bool, ending: Ending, width: f64) -> impl IntoView + use<> {
    let around = TAU * RADIUS;
    let gap = if arcs == 1 { 0.0 } else { GAP.min(around / f64::from(arcs) / 2.0) };
    let length = around / f64::from(arcs) - gap;
    let turn = 360.0 * (f64::from(place) / f64::from(arcs) + gap / 2.0 / around) - 90.0;
    let (dashes, stroke, width) = if solid {
        (format!("{length:.2} {:.2}", around - length), ending.colour(), width)
    } else {
        let colour = if ending == Ending::Rejected { "var(--cs-fail)" } else { "var(--cs-control)" };
        (dots(length, around), colour, width * 0.42)
    };
    view! {
        <circle cx="12" cy="12" r="9" fill="none" stroke=stroke stroke-width=format!("{width:.2}") stroke-dasharray=dashes transform=format!("rotate({turn:.1} 12 12)") />
    }
}

fn dots(length: f64, around: f64) -> String {
    let mut dashes = String::new();
    let mut covered = 0.0;
    while covered + DOT_STEP <= length {
        dashes.push_str("1.6 1.8 ");
        covered += DOT_STEP;
    }
    if covered == 0.0 {
        return format!("{DOT} {:.2}", around - DOT);
    }
    format!("{dashes}0 {:.2}", around - covered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quorum_of_two_with_one_given() {
        let html = view! { <Seal needed=2 given=1 /> }.to_html();
        assert!(html.contains("aria-label=\"1 of 2 decisions\""), "{html}");
        assert!(html.contains("24.07 32.47"), "{html}");
        assert!(html.contains("rotate(-76.6 12 12)"), "{html}");
        assert!(html.contains("0 32.75"), "{html}");
    }

    #[test]
    fn many_seats_still_have_length() {
        assert!(dots(0.5, 56.55).starts_with("1.6 "));
        assert!(!view! { <Seal needed=40 given=39 /> }.to_html().contains("\"-"));
    }
}
