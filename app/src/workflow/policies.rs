//! Policies: who decides, who may not, by when, and for which gates.

use super::gates::{approvals, quorum};
use crate::kit::section::Section;
use domain::{
    policy::{Exclusion, Policy},
    workflow::{Default as Fallback, Workflow, comparison::span, shown::WorkflowPage},
};
use leptos::prelude::*;

/// The tab.
#[component]
pub fn PoliciesTab<'a>(page: &'a WorkflowPage) -> impl IntoView + use<> {
    let policies: Vec<AnyView> = page
        .definition
        .iter()
        .flat_map(|workflow| workflow.policies.iter().map(|(name, policy)| card(name, policy, workflow)))
        .collect();
    let is_empty = policies.is_empty();
    view! {
        <div class="px-4 lg:px-6 pb-16">
            <Section id="policies" title="Policies">
                {if is_empty { view! { <p class="text-muted">"This version has no policy: nothing is reviewed."</p> }.into_any() } else { view! { <div class="grid xl:grid-cols-2 gap-4">{policies}</div> }.into_any() }}
            </Section>
        </div>
    }
    .into_any()
}

fn card(name: &str, policy: &Policy, workflow: &Workflow) -> AnyView {
    let lines = [
        ("Approves", format!("{}: {}", approvals(policy), quorum(policy))),
        (
            "Rejects",
            if policy.reject_count == 1 {
                "one rejection".to_owned()
            } else {
                format!("{} rejections", policy.reject_count)
            },
        ),
        ("May not decide", list(policy.exclude.iter().map(|one| excluded(*one).to_owned()), "nobody is excluded")),
        ("Reason", reasons(policy)),
        ("Signature", if policy.sign { "electronic, on approvals and rejections" } else { "not asked for" }.to_owned()),
        ("Decided by", list(policy.via.iter().map(ToString::to_string), "nobody")),
        ("Reminds", after(policy.remind_after)),
        (
            "Raises",
            policy
                .raise
                .as_ref()
                .map_or_else(|| "to nobody".to_owned(), |raise| format!("to {} after {}", raise.to, span(raise.after))),
        ),
        ("Expires", after(policy.expire_after)),
        ("Time passes", policy.hours.as_ref().map_or_else(|| "day and night".to_owned(), ToString::to_string)),
        (
            "Must be used",
            policy.valid_for.map_or_else(
                || "at any time".to_owned(),
                |seconds| format!("within {} of the approval", span(seconds)),
            ),
        ),
        ("Used by", list(users(name, workflow).into_iter(), "no gate")),
    ];
    let lines = lines.map(|(word, text)| {
        view! {
            <div class="flex gap-3 px-3 py-1.5 border-t border-rule first:border-t-0">
                <dt class="w-28 shrink-0 text-faint text-xs pt-px">{word}</dt>
                <dd class="min-w-0 break-words">{text}</dd>
            </div>
        }
    });
    view! {
        <div class="rounded-lg border border-rule overflow-hidden">
            <h3 class="px-3 py-2 bg-canvas border-b border-rule"><code class="font-semibold">{name.to_owned()}</code></h3>
            <dl>{lines.collect_view()}</dl>
        </div>
    }
    .into_any()
}

fn after(seconds: Option<u64>) -> String {
    seconds.map_or_else(|| "never".to_owned(), |seconds| format!("after {}", span(seconds)))
}

fn list(words: impl Iterator<Item = String>, nothing: &str) -> String {
    let words: Vec<String> = words.collect();
    if words.is_empty() { nothing.to_owned() } else { words.join(", ") }
}

const fn excluded(exclusion: Exclusion) -> &'static str {
    match exclusion {
        Exclusion::Requester => "whoever asked for the run",
        Exclusion::AgentOwner => "the agent's owner",
        Exclusion::PreviousApprover => "whoever approved before in the run",
    }
}

fn reasons(policy: &Policy) -> String {
    let codes = list(policy.reasons.codes.iter().cloned(), "in words");
    let on: Vec<String> = policy.reasons.required_on.iter().map(ToString::to_string).collect();
    if on.is_empty() { "not asked for".to_owned() } else { format!("asked for on {}: {codes}", on.join(" and ")) }
}

fn users(name: &str, workflow: &Workflow) -> Vec<String> {
    let gates = workflow.gates.iter().filter(|gate| gate.review.as_ref().is_some_and(|review| review.policy == name));
    let default = matches!(&workflow.default, Fallback::Review(policy) if policy == name).then(|| "default".to_owned());
    gates.map(|gate| gate.id.clone()).chain(default).collect()
}
