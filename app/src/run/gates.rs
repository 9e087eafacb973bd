//! The workflow's gates as a band: each with the tools it guards, and how it stands in this run.

use crate::{
    kit::{icon::Icon, moment::Moment},
    recorded::text::Text,
};
use domain::{
    Time,
    timeline::{GateRow, GateStanding, RunPage},
};
use leptos::prelude::*;

/// How a standing is drawn: the lock's icon and circle, the word and its class.
struct Look {
    icon: &'static str,
    circle: &'static str,
    word: &'static str,
    class: &'static str,
}

const fn look(standing: GateStanding) -> Look {
    match standing {
        GateStanding::Passed => Look {
            icon: "lock-open",
            circle: "inline-flex w-7 h-7 items-center justify-center rounded-full border shrink-0 border-pass-line bg-pass-soft text-pass",
            word: "Passed",
            class: "text-xs font-medium text-pass",
        },
        GateStanding::Holding => Look {
            icon: "lock",
            circle: "inline-flex w-7 h-7 items-center justify-center rounded-full border shrink-0 border-accent bg-surface text-accent",
            word: "Holding a call",
            class: "text-xs font-medium text-accent",
        },
        GateStanding::Decided => Look {
            icon: "lock",
            circle: "inline-flex w-7 h-7 items-center justify-center rounded-full border shrink-0 border-rule-strong bg-surface text-muted",
            word: "Decided, call not repeated",
            class: "text-xs font-medium text-muted",
        },
        GateStanding::NotMet => Look {
            icon: "lock",
            circle: "inline-flex w-7 h-7 items-center justify-center rounded-full border shrink-0 border-fail-line bg-fail-soft text-fail",
            word: "Not met",
            class: "text-xs font-medium text-fail",
        },
        GateStanding::NotReached => Look {
            icon: "lock",
            circle: "inline-flex w-7 h-7 items-center justify-center rounded-full border border-dashed shrink-0 border-rule-strong bg-canvas text-faint",
            word: "Not reached",
            class: "text-xs font-medium text-faint",
        },
    }
}

/// The gates, in the order of the definition; nothing for a workflow without gates.
#[component]
pub fn Gates<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    if run.gates.is_empty() {
        return ().into_any();
    }
    let rows: Vec<AnyView> = run.gates.iter().map(|gate| row(gate, run.now)).collect();
    view! {
        <section aria-labelledby="gates-h" class="mt-4">
            <h2 id="gates-h" class="sr-only">"Gates"</h2>
            <ul class="grid gap-2 sm:grid-cols-2 xl:grid-cols-4 rounded-xl border border-rule bg-canvas p-3">{rows}</ul>
            <p class="mt-2 text-xs text-muted">"By the newest call that asked each gate. Gates read the state store; nothing an agent says can open one."</p>
        </section>
    }
    .into_any()
}

fn row(gate: &GateRow, now: Time) -> AnyView {
    let Look { icon, circle, word, class } = look(gate.standing);
    let class_of_box = match gate.standing {
        GateStanding::Holding => "rounded-lg border border-accent bg-accent-soft p-2.5 min-w-0 flex gap-2.5",
        GateStanding::NotReached => {
            "rounded-lg border border-dashed border-rule-strong bg-surface p-2.5 min-w-0 flex gap-2.5"
        }
        GateStanding::Passed | GateStanding::Decided | GateStanding::NotMet => {
            "rounded-lg border border-rule-strong bg-surface p-2.5 min-w-0 flex gap-2.5"
        }
    };
    let tools = gate.tools.join(", ");
    let link = gate.approval.filter(|_| matches!(gate.standing, GateStanding::Holding | GateStanding::Decided));
    view! {
        <li class=class_of_box>
            <span class=circle><Icon name=icon class="w-3.5 h-3.5 shrink-0" /></span>
            <div class="min-w-0 flex-1">
                <div class="flex items-baseline gap-2">
                    <span class=class>{word}</span>
                    <span class="ms-auto text-[11px] leading-4 text-faint">{gate.checked_at.map(|at| view! { <Moment at=at now=now /> })}</span>
                </div>
                <code class="block font-medium break-words leading-4.5"><Text text=&gate.id /></code>
                <div class="text-xs text-muted break-words">"guards "<code><Text text=&tools /></code></div>
                {link.map(|id| view! { <a href=format!("/approvals/{id}") class="lnk text-xs">"Approval apr_…"{id.tail()}</a> })}
            </div>
        </li>
    }
    .into_any()
}
