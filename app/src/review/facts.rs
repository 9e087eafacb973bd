//! Four facts: risk, reversibility, blast radius, decide by.

use crate::{
    kit::{
        icon::Icon,
        moment::{Grain, Moment},
        passing::passing,
        risk::RiskMark,
        span,
    },
    queue::level,
    recorded::text::Text,
};
use domain::{approval::Approval, package::Origin, review::Review};
use leptos::prelude::*;

/// The four facts.
#[component]
pub fn FourFacts<'a>(review: &'a Review) -> impl IntoView + use<> {
    let package = &review.package;
    let reversibility = if package.origin == Origin::Request {
        view! { <span class="inline-flex items-center gap-1.5"><Icon name="lock" class="w-3.5 h-3.5 text-muted shrink-0" />"No call runs"</span> }
    } else if package.origin == Origin::Step {
        view! { <span class="inline-flex items-center gap-1.5"><Icon name="ban" class="w-3.5 h-3.5 text-muted shrink-0" />"Not stated: what follows runs"</span> }
    } else if package.reversible {
        view! { <span class="inline-flex items-center gap-1.5"><Icon name="undo-2" class="w-3.5 h-3.5 text-muted shrink-0" />"Reversible"</span> }
    } else {
        view! { <span class="inline-flex items-center gap-1.5 text-fail"><Icon name="ban" class="w-3.5 h-3.5 shrink-0" />"Irreversible"</span> }
    };
    let radius = match &package.blast_radius {
        Some(words) => view! { <span class="break-words"><Text text=&words /></span> }.into_any(),
        None => view! { <span class="text-muted">"not stated"</span> }.into_any(),
    };
    let risk = level(package.risk);
    let deadline_name = match review.state {
        Approval::Pending { .. } if review.state.is_waiting_for_information() => "Stands still, at the latest by",
        Approval::Pending { .. } => "Decide by",
        Approval::Approved { .. } | Approval::Rejected { .. } => "Decided",
        Approval::Expired { .. } => "Expired",
        Approval::Cancelled { .. } => "Cancelled",
        Approval::Superseded { .. } => "Superseded",
        Approval::Revoked { .. } => "Revoked",
    };
    let decide_by = view! { <DecideBy review=review /> }.into_any();
    view! {
        <dl class="mt-3 grid grid-cols-2 xl:grid-cols-4 gap-px bg-rule rounded-lg border border-rule overflow-hidden">
            <Fact name=if review.package.origin == Origin::Gate { "Risk, from tool manifest" } else { "Risk" }><RiskMark level=risk /></Fact>
            <Fact name="Reversibility">{reversibility}</Fact>
            <Fact name="Blast radius">{radius}</Fact>
            <Fact name=deadline_name>{decide_by}</Fact>
        </dl>
    }
    .into_any()
}

#[component]
fn Fact(name: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="bg-surface px-4 py-2.5 min-w-0">
            <dt class="text-[11px] leading-4 text-faint">{name}</dt>
            <dd class="mt-0.5 min-h-5 flex items-center font-medium">{children()}</dd>
        </div>
    }
    .into_any()
}

#[component]
fn DecideBy<'a>(review: &'a Review) -> impl IntoView + use<> {
    let now = review.now;
    match review.state {
        Approval::Pending { expires_at: None, .. } => {
            view! { <span class="text-muted">"no deadline"</span> }.into_any()
        }
        Approval::Pending { expires_at: Some(end), .. } => {
            let passing = passing(now);
            let class = move || match (end - passing()).num_seconds() {
                ..0 => "inline-flex items-center gap-1.5 text-fail tabular-nums",
                0..=3600 => "inline-flex items-center gap-1.5 text-warn tabular-nums",
                _ => "inline-flex items-center gap-1.5 tabular-nums",
            };
            view! {
                <span class=class>
                    <Icon name="clock" class="w-3.5 h-3.5 shrink-0" />
                    <span><Moment at=end now=now grain=Grain::Minute />", "<span class="whitespace-nowrap">{move || span::left(end, passing())}</span></span>
                </span>
            }
            .into_any()
        }
        Approval::Approved { at, .. }
        | Approval::Rejected { at }
        | Approval::Expired { at }
        | Approval::Cancelled { at, .. }
        | Approval::Superseded { at }
        | Approval::Revoked { at, .. } => {
            view! { <span><Moment at=at now=now grain=Grain::Minute /></span> }.into_any()
        }
    }
}
