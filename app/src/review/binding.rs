//! What a decision binds to: the revision, and the digest of everything shown.

use crate::kit::{copy::Copy, rosette::Rosette};
use domain::review::Review;
use leptos::prelude::*;

/// Rosette, revision, digest.
#[component]
pub fn Binding<'a>(
    /// The approval.
    review: &'a Review,
    /// How the revision is introduced: `Your decision binds to`.
    verb: &'static str,
) -> impl IntoView + use<> {
    let hex = review.package_digest.to_string();
    view! {
        <div class="flex items-start gap-2.5 pt-3 border-t border-rule">
            <Rosette bytes=*review.package_digest.bytes() />
            <div class="min-w-0 text-xs leading-4">
                <div class="text-muted">{verb}" "<span class="font-medium text-fg">"package rev "{review.revision}</span></div>
                <div class="flex items-center gap-1">
                    <code class="text-fg">{short(&hex)}</code>
                    <Copy text=hex.clone() what="full digest" />
                </div>
                <details>
                    <summary class="lnk inline-block">"What is covered"</summary>
                    <div class="mt-1.5 space-y-1.5 text-muted">
                        <code class="block break-all text-fg">{grouped(&hex)}</code>
                        <p>
                            "The SHA-256 of everything on this page that a decision relies on: revision, title, workflow version, run, subject, session, agent, requester, gate, tool, exact input, reversibility, blast radius, risk, policy, review rule, conditions with the facts they read, and assertions. Times are not covered."
                        </p>
                    </div>
                </details>
            </div>
        </div>
    }
    .into_any()
}

/// `9f2c 41ab 7d03 … 07d3`.
fn short(hex: &str) -> String {
    format!("{} {} {} … {}", &hex[..4], &hex[4..8], &hex[8..12], &hex[60..])
}

fn grouped(hex: &str) -> String {
    let digits: Vec<char> = hex.chars().collect();
    digits.chunks(4).map(|group| group.iter().collect()).collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{grouped, short};

    #[test]
    fn digests_are_read_in_groups() {
        let hex = format!("9f2c41ab7d03{}07d3", "0".repeat(48));
        assert_eq!(short(&hex), "9f2c 41ab 7d03 … 07d3");
        assert_eq!(grouped(&hex).replace(' ', ""), hex);
    }
}
