//! Which conditions the agent could make true by itself.

use std::fmt::Write as _;

use super::super::{parse, tests::errors};

/// A shared workflow with one irreversible tool behind this condition, and a review skipped by this one.
fn with(when: &str, unless: &str) -> String {
    format!(
        "name: pay
default: block
trust: shared
tools:
  look: {{ reversible: true }}
  pay: {{ reversible: false, accept_irreversible: a sandbox }}
facts:
  seen: {{ type: bool, from: {{ tool: look, path: /seen }} }}
  tags: {{ type: list, from: {{ tool: look, path: /tags }} }}
  name: {{ type: string, from: {{ tool: look, path: /name }} }}
  clear: {{ type: bool, from: system }}
  holder: {{ type: string, from: system }}
  holders: {{ type: list, from: system }}
stages:
  - id: first
    tools: [look]
    exit: [{{ name: done, when: facts.seen, otherwise: Look. }}]
  - id: second
    exit: [{{ name: sure, when: facts.clear, otherwise: Wait. }}]
gates:
  - id: asked
    tools: [look]
    review: {{ policy: lead }}
  - id: paying
    tools: [pay]
    require: [{{ name: condition, when: '{when}', otherwise: No. }}]
    review: {{ unless: '{unless}', policy: lead }}
policies:
  lead: {{ approve: {{ all: [{{ group: leads }}] }} }}
"
    )
}

#[test]
fn every_way_to_become_true_needs_an_anchor() {
    let conditions = [
        "facts.seen",
        "facts.seen && facts.clear",
        "facts.seen || facts.clear",
        "facts.seen && (facts.clear || approvals.asked.approved)",
        "facts.seen && (facts.clear || run.subject == \"a\")",
        "facts.name == facts.holder",
        "facts.name == run.subject",
        "facts.name != facts.holder",
        "facts.holder.startsWith(facts.name)",
        "facts.holder.startsWith(run.subject)",
        "!(facts.name in facts.holders)",
        "facts.name in facts.holders",
        "!facts.seen",
        "!(facts.seen || !facts.clear)",
        "!(facts.seen && facts.clear)",
        "facts.seen && !has(facts.clear)",
        "facts.seen && has(facts.clear)",
        "facts.seen && approvals.asked.approved",
        "facts.seen && !approvals.asked.approved",
        "facts.seen && approvals.asked.status != \"rejected\"",
        "facts.clear ? facts.seen : false",
        "facts.clear ? facts.seen : true",
        "facts.seen ? facts.clear : facts.holder == \"a\"",
        "facts.seen ? facts.clear : true",
        "(facts.seen || facts.clear) == true",
        "facts.tags.all(tag, tag == facts.holder)",
        "facts.holders.exists(one, one == facts.name)",
        "facts.holders.exists(one, facts.seen)",
        "facts.holders.all(one, one == facts.name)",
        "!facts.holders.exists(one, one == facts.name)",
        "stages.first.complete",
        "stages.first.complete && facts.clear",
        "stages.second.complete",
        "facts.clear",
        "true",
        "run.subject == \"a\"",
    ];
    let mut told = String::new();
    for condition in conditions {
        let required = parse(&with(condition, "facts.clear"));
        let skipping = parse(&with("facts.clear", condition));
        assert_eq!(required.is_ok(), skipping.is_ok(), "{condition}: {required:?} {skipping:?}");
        let isolated = with(condition, condition).replace("trust: shared\n", "");
        assert!(parse(&isolated).is_ok(), "{condition}: {}", errors(&isolated));
        writeln!(told, "{:<10}{condition}", if required.is_ok() { "anchored" } else { "refused" }).expect("memory");
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_refusal_names_the_condition_the_gate_and_the_facts() {
    insta::assert_snapshot!(errors(&with(
        "facts.name == run.subject && stages.first.complete",
        "facts.seen || facts.clear"
    )));
}

#[test]
fn what_undoes_nothing_and_is_not_reviewed_may_rest_on_tools() {
    let text = with("facts.clear", "facts.clear");
    let text = text.replace(
        "    review: { policy: lead }\n",
        "    require: [{ name: a, when: has(facts.seen), otherwise: No. }]\n",
    );
    assert!(parse(&text).is_ok(), "{}", errors(&text));
}
