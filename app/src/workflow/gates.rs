//! Gates and policies in a table: what each guards, who agrees, and what it did in the last 30 days.

use super::{counted, plural};
use crate::{kit::section::Section, recorded::text::Text};
use domain::{
    policy::Policy,
    workflow::{Default as Fallback, Gate, Workflow, shown::GateUse},
};
use leptos::prelude::*;
use std::collections::BTreeMap;

const HEAD: &str = "h-8 px-3 text-[11px] leading-4 text-faint font-medium whitespace-nowrap";

/// The table.
#[component]
pub fn GatesTable<'a>(workflow: &'a Workflow, used: &'a BTreeMap<String, GateUse>) -> impl IntoView + use<> {
    let rows: Vec<AnyView> = workflow.gates.iter().map(|gate| row(gate, workflow, used.get(&gate.id))).collect();
    let rest = rest(workflow, used.get("default"));
    let aside =
        view! { <span class="max-sm:hidden">"Gates read recorded facts. Unknown counts as not met."</span> }.into_any();
    view! {
        <Section id="gates" title="Gates and policies" aside=aside>
            <div tabindex="0" role="group" aria-label="Gates and policies, scrolls sideways" class="relative rounded-lg border border-rule overflow-x-auto">
                <table class="w-full">
                    <thead class="bg-canvas">
                        <tr>
                            <th scope="col" class=HEAD>"Gate"</th>
                            <th scope="col" class=HEAD>"Guards"</th>
                            <th scope="col" class=HEAD>"Conditions"</th>
                            <th scope="col" class=HEAD>"Policy"</th>
                            <th scope="col" class=HEAD>"Quorum"</th>
                            <th scope="col" class=format!("{HEAD} text-end")>"Last 30 days"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}{rest}</tbody>
                </table>
            </div>
        </Section>
    }
    .into_any()
}

fn row(gate: &Gate, workflow: &Workflow, used: Option<&GateUse>) -> AnyView {
    let tools = gate.tools.iter().map(|tool| view! { <div><code><Text text=tool /></code></div> }).collect_view();
    let policy = gate.review.as_ref().map(|review| review.policy.clone());
    let quorum = policy.as_ref().and_then(|name| workflow.policies.get(name)).map(quorum);
    let policy = match policy {
        Some(policy) => view! { <code>{policy}</code> }.into_any(),
        None => view! { <span class="text-muted">"no review"</span> }.into_any(),
    };
    view! {
        <tr class="border-t border-rule">
            <td class="px-3 py-1.5"><code class="font-medium">{gate.id.clone()}</code></td>
            <td class="px-3 py-1.5">{tools}</td>
            <td class="px-3 py-1.5 tabular-nums">{gate.require.len()}</td>
            <td class="px-3 py-1.5">{policy}</td>
            <td class="px-3 py-1.5 text-muted whitespace-nowrap">{quorum}</td>
            <td class="px-3 py-1.5 text-end text-xs text-muted tabular-nums whitespace-nowrap">{did(used)}</td>
        </tr>
    }
    .into_any()
}

fn rest(workflow: &Workflow, used: Option<&GateUse>) -> AnyView {
    let (what, policy) = match &workflow.default {
        Fallback::Allow => ("allow", None),
        Fallback::Block => ("block", None),
        Fallback::Review(policy) => ("review", Some(policy.clone())),
    };
    let quorum = policy.as_ref().and_then(|name| workflow.policies.get(name)).map(quorum);
    view! {
        <tr class="border-t border-rule">
            <td class="px-3 py-1.5"><code class="font-medium">"default"</code></td>
            <td class="px-3 py-1.5 whitespace-nowrap">"every other tool: "<code>{what}</code></td>
            <td class="px-3 py-1.5"></td>
            <td class="px-3 py-1.5">{policy.map(|policy| view! { <code>{policy}</code> })}</td>
            <td class="px-3 py-1.5 text-muted whitespace-nowrap">{quorum}</td>
            <td class="px-3 py-1.5 text-end text-xs text-muted tabular-nums whitespace-nowrap">{did(used)}</td>
        </tr>
    }
    .into_any()
}

/// `compliance 1 and risk 1`.
pub fn quorum(policy: &Policy) -> String {
    let seats: Vec<String> = policy.approve.iter().map(|seats| format!("{} {}", seats.group, seats.count)).collect();
    seats.join(" and ")
}

fn did(used: Option<&GateUse>) -> String {
    let used = used.copied().unwrap_or_default();
    let decided = (used.decided > 0).then(|| format!("{} approved or rejected", counted(used.decided)));
    let blocked = (used.blocked > 0).then(|| format!("{} blocked", counted(used.blocked)));
    let told: Vec<String> = decided.into_iter().chain(blocked).collect();
    if told.is_empty() { "nothing".to_owned() } else { told.join(", ") }
}

/// What a policy asks of reviewers, in a few words: `2 approvals`.
pub fn approvals(policy: &Policy) -> String {
    plural(policy.quorum() as usize, "approval")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_not_left_blank() {
        assert_eq!(did(None), "nothing");
        assert_eq!(did(Some(&GateUse { decided: 118, blocked: 34 })), "118 approved or rejected, 34 blocked");
        assert_eq!(did(Some(&GateUse { decided: 0, blocked: 10_000 })), "10000 or more blocked");
        assert_eq!(quorum(&crate::sample::policy()), "Compliance 1 and Risk 1");
    }
}
