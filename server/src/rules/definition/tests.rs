//! Definitions and the errors they get.

use domain::{
    deadline::Raise,
    hours::{Day, Hours},
    workflow::{Default as Fallback, FactSource, Risk},
};

use super::*;

/// The errors of a text, one a line.
pub fn errors(text: &str) -> String {
    let refusal = parse(text).expect_err(text);
    let line = |error: &domain::FieldError| {
        let (line, column) = (error.line.unwrap_or_default(), error.column.unwrap_or_default());
        format!("{line}:{column} {} [{}] {}", error.path, error.code.as_deref().unwrap_or_default(), error.message)
    };
    refusal.errors.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A small definition with these gates.
pub fn with_gates(gates: &str) -> String {
    format!(
        "name: refunds
default: block
tools:
  refund: {{ input: {{ customer_id: string, amount: number }}, reversible: true }}
  pay: {{ input: {{ amount: number }}, reversible: true }}
facts:
  tier: {{ type: string, enum: [low, high] }}
  since: date
  name: string
gates:
{gates}policies:
  lead: {{ approve: {{ all: [{{ group: leads }}] }} }}
"
    )
}

#[test]
fn the_shipped_workflows_are_valid() {
    for name in ["financial-onboarding", "support-resolution", "sprint-review", "deployment", "release"] {
        let path = format!("{}/../workflows/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect(&path);
        let workflow = parse(&text).unwrap_or_else(|refusal| panic!("{refusal}: {:?}", refusal.errors));
        assert_eq!(workflow.name, name);
    }
}

#[test]
fn everything_a_definition_says_is_read() {
    let workflow = parse(
        "name: a-1
title: A title
subject: customer_id
default: { review: four-eyes }
tools:
  Bash: { reversible: false, risk: low, blast_radius: this host, accept_irreversible: it is a sandbox }
  open: { input: { n: integer, tags: { type: list, optional: true } }, reversible: false }
facts:
  short: bool
  limited: { type: number, min: 0.5, max: 10, from: { tool: open, path: /a~1b }, max_age: 1d 12h }
  id: { type: string, pattern: 'c_[0-9]+', max_length: 10, from: system }
gates:
  - id: gate_open
    tools: [open]
    require: [{ name: ok, when: facts.short, otherwise: Wait. }]
    review: { unless: 'facts.limited <= 2', policy: four-eyes, summary: 'Open {{input.n}}', risk: '\"high\"' }
policies:
  four-eyes:
    approve: { all: [{ group: leads, count: 2 }] }
    reject: { count: 2 }
    exclude: [requester, agent_owner, previous_approver]
    reasons: { required_on: [reject, approve], codes: [other] }
    via: [console]
    sign: true
    valid_for: 30m
    deadline: { remind: 2h, raise: { after: 4h, to: heads }, expire: 12h, hours: { zone: Europe/Berlin, days: [mon, fri], from: '09:00', to: 24:00 } }
",
    )
    .unwrap_or_else(|refusal| panic!("{refusal}: {:?}", refusal.errors));
    assert_eq!(workflow.default, Fallback::Review("four-eyes".into()));
    assert_eq!(workflow.tools["Bash"].risk, Risk::Low);
    assert_eq!(workflow.tools["open"].risk, Risk::High);
    assert!(workflow.tools["Bash"].input.is_none());
    assert_eq!(workflow.facts["short"].from, FactSource::System);
    assert_eq!(workflow.facts["limited"].max_age, Some(129_600));
    assert_eq!(workflow.facts["limited"].from, FactSource::Tool { tool: "open".into(), path: "/a~1b".into() });
    let policy = &workflow.policies["four-eyes"];
    assert!(policy.sign);
    assert_eq!((policy.quorum(), policy.reject_count), (2, 2));
    assert_eq!((policy.valid_for, policy.expire_after), (Some(1_800), Some(43_200)));
    assert_eq!((policy.remind_after, &policy.raise), (Some(7_200), &Some(Raise { after: 14_400, to: "heads".into() })));
    let hours = Hours { zone: "Europe/Berlin".into(), days: vec![Day::Mon, Day::Fri], from: 540, to: 1_440 };
    assert_eq!(policy.hours, Some(hours));
}

#[test]
fn all_errors_are_told_at_once_with_their_places() {
    insta::assert_snapshot!(errors("name: Bad_Name
advance: auto
defualt: block
tools:
  refund: { input: { amount: nubmer }, reversible: maybe }
  close: { reversible: false, compensation_only: true }
facts:
  in: string
  since: { type: date, max_age: 30 days, max_length: 3 }
  tier: { type: string, enum: [low, 1, low], from: { tool: refnd, path: tier } }
gates:
  - id: gate-refund
    tools: [refund, closse]
    stages: []
  - { id: default, tools: [] }
"), @r#"
    1:1 default [missing_key] `default` is missing: say what happens to tools no gate or stage names: allow, block or {review: POLICY}.
    1:7 name [invalid_value] `Bad_Name` cannot name a workflow: it stands in URLs. Use a to z, digits and hyphens, beginning with a letter.
    3:1 defualt [unknown_key] Unknown key `defualt`. Did you mean `default`?
    5:30 tools.refund.input.amount [invalid_value] `nubmer` is not one of string, bool, integer, number, date, datetime, list, object. Did you mean `number`?
    5:52 tools.refund.reversible [wrong_type] Expected true or false.
    8:3 facts.in [invalid_value] `in` cannot name a fact: conditions read it as a word of the language.
    9:33 facts.since.max_age [invalid_value] `30 days` is not a duration. Write days, hours, minutes or seconds, such as 30d, 12h, 15m, 30s or 1d 12h, at most ten years.
    9:42 facts.since.max_length [invalid_value] `max_length` limits texts; this is of type date.
    10:37 facts.tier.enum[1] [wrong_type] This value is not of type string: expected a string, got a number. Write it in quotes: "1".
    10:40 facts.tier.enum[2] [duplicate] The value "low" appears twice.
    10:60 facts.tier.from.tool [unknown_name] There is no tool `refnd` under `tools`. Did you mean `refund`?
    10:73 facts.tier.from.path [invalid_value] `tier` is not a JSON pointer. It begins with a slash, such as /account/id.
    12:9 gates[0].id [invalid_value] `gate-refund` cannot name a gate: conditions need letters, digits and underscores, not beginning with a digit, at most 64.
    13:21 gates[0].tools[1] [unknown_name] There is no tool `closse` under `tools`. Did you mean `close`?
    14:5 gates[0].stages [unknown_key] Unknown key `stages`. Known here: `id`, `tools`, `require`, `review`.
    15:11 gates[1].id [invalid_value] `default` cannot name a gate: evidence uses it for calls no gate guards.
    15:27 gates[1].tools [invalid_value] A gate guards at least one tool: [tool_name].
    "#);
}

#[test]
fn policies_that_could_not_work_are_refused() {
    insta::assert_snapshot!(errors("name: policies
default: allow
policies:
  p: { approve: { all: [] }, deadline: { remined: 4h }, sign: true, via: [] }
  q: { approve: { all: [{ group: a, count: 0 }, { group: b }, { group: b, count: 99 }] }, exclude: [requestor] }
  r: { reject: { count: 0 }, reasons: { required_on: [request_information] }, via: [email] }
"), @r#"
    4:24 policies.p.approve.all [unsafe] Nobody could ever approve: name at least one group, such as [{group: compliance, count: 1}].
    4:42 policies.p.deadline.remined [unknown_key] Unknown key `remined`. Did you mean `remind`?
    4:74 policies.p.via [unsafe] Nobody could ever decide: write [console], or [console, api].
    5:44 policies.q.approve.all[0].count [invalid_value] Expected a whole number from 1 to 20.
    5:63 policies.q.approve.all[2] [duplicate] The group b appears twice. Add the counts up in one entry.
    5:82 policies.q.approve.all[2].count [invalid_value] Expected a whole number from 1 to 20.
    5:101 policies.q.exclude[0] [invalid_value] `requestor` is not one of requester, agent_owner, previous_approver. Did you mean `requester`?
    6:6 policies.r.approve [missing_key] `approve` is missing: who must agree, such as {all: [{group: compliance, count: 1}]}.
    6:25 policies.r.reject.count [invalid_value] Expected a whole number from 1 to 20.
    6:55 policies.r.reasons.required_on[0] [invalid_value] `request_information` is not one of approve, reject.
    6:84 policies.r.via [unsafe] Nobody could ever decide: write [console], or [console, api].
    6:85 policies.r.via[0] [invalid_value] `email` is not one of console, api.
    "#);
}

#[test]
fn deadlines_that_could_not_work_are_refused() {
    insta::assert_snapshot!(errors("name: deadlines
default: allow
policies:
  a: { approve: { all: [{ group: a }] }, deadline: { remind: 4h, raise: { after: 4h, to: b }, expire: 2h } }
  b: { approve: { all: [{ group: a }] }, deadline: { remind: 1d, expire: 1h } }
  c: { approve: { all: [{ group: a }] }, deadline: { raise: { to: 'b!' }, expire: soon } }
  d:
    approve: { all: [{ group: a }] }
    deadline: { expire: 4h, hours: { zone: Europe/Berln, days: [], from: '9:00', to: '25:00' } }
  e:
    approve: { all: [{ group: a }] }
    deadline: { expire: 4h, hours: { zone: UTC, days: [mon, mon, Tue], from: '17:00', to: '09:00' } }
  f:
    approve: { all: [{ group: a }] }
    deadline: { hours: { zone: UTC, days: [mon], from: '09:00', to: '17:00' } }
  g:
    approve: { all: [{ group: a }] }
    deadline: { expire: 30d, hours: { zone: UTC, days: [mon], from: '09:00', to: '10:00' } }
  h: { approve: { all: [{ group: a }] }, deadline: { raise: leads, hours: office } }
"), @r#"
    4:62 policies.a.deadline.remind [invalid_value] `remind` comes before `raise.after`: write a shorter time here, or a longer one there. First people are reminded, then more of them are asked, then it is over.
    4:82 policies.a.deadline.raise.after [invalid_value] `raise.after` comes before `expire`: write a shorter time here, or a longer one there. First people are reminded, then more of them are asked, then it is over.
    5:62 policies.b.deadline.remind [invalid_value] `remind` comes before `expire`: write a shorter time here, or a longer one there. First people are reminded, then more of them are asked, then it is over.
    6:61 policies.c.deadline.raise.after [missing_key] `after` is missing: the time after which more people may decide.
    6:67 policies.c.deadline.raise.to [invalid_value] `b!` cannot name a group: use letters, digits, spaces, hyphens, dots and underscores.
    6:83 policies.c.deadline.expire [invalid_value] `soon` is not a duration. Write days, hours, minutes or seconds, such as 30d, 12h, 15m, 30s or 1d 12h, at most ten years.
    9:44 policies.d.deadline.hours.zone [unknown_name] There is no time zone `Europe/Berln`: use a name like Europe/Berlin or UTC. Did you mean `Europe/Berlin`?
    9:64 policies.d.deadline.hours.days [invalid_value] No time would ever pass: name at least one day, such as [mon, tue, wed, thu, fri].
    9:74 policies.d.deadline.hours.from [invalid_value] `9:00` is not a time of day. Write hours and minutes, such as "09:00" or "17:30".
    9:86 policies.d.deadline.hours.to [invalid_value] `25:00` is not a time of day. Write hours and minutes, such as "09:00" or "17:30".
    12:61 policies.e.deadline.hours.days[1] [duplicate] `mon` appears twice.
    12:66 policies.e.deadline.hours.days[2] [invalid_value] `Tue` is not one of mon, tue, wed, thu, fri, sat, sun. Did you mean `tue`?
    12:91 policies.e.deadline.hours.to [invalid_value] No time would ever pass: `to` comes after `from`, on the same day. Midnight is "24:00".
    15:17 policies.f.deadline.hours [invalid_value] `hours` counts nothing here. Add `remind`, `raise` or `expire`, or remove it.
    18:25 policies.g.deadline.expire [invalid_value] In these hours this takes more than ten years. Write a shorter time, or more hours.
    19:61 policies.h.deadline.raise [wrong_type] Expected a mapping with `after`, `to`, got a single value.
    19:75 policies.h.deadline.hours [wrong_type] Expected a mapping with `zone`, `days`, `from`, `to`, got a single value.
    "#);
}

#[test]
fn rules_about_the_whole_are_checked() {
    insta::assert_snapshot!(errors("name: whole
default: { review: lead }
tools:
  wire: { reversible: false }
  kept: { reversible: false, accept_irreversible: small }
  seen: { reversible: false }
facts:
  paid: { type: bool, from: { tool: wrie, path: /paid } }
gates:
  - id: one
    tools: [wire, wire]
    require:
      - { name: a, when: 'true', otherwise: x }
      - { name: a, when: 'true', otherwise: y }
  - { id: one, tools: [kept], review: { policy: laed } }
  - { id: two, tools: [kept], review: { policy: leads } }
policies:
  leads: { approve: { all: [{ group: leads, count: 1 }] } }
"), @r#"
    2:20 default.review [unknown_name] There is no policy `lead` under `policies`. Did you mean `leads`?
    4:3 tools.wire [unsafe] wire cannot be undone, and nobody reviews it. Give one of its gates a `review`, let its stage `compensate` it by another tool, or say why that is acceptable: `accept_irreversible: "…"`.
    8:37 facts.paid.from.tool [unknown_name] There is no tool `wrie` under `tools`. Did you mean `wire`?
    11:19 gates[0].tools[1] [duplicate] The tool wire appears twice in this gate.
    14:17 gates[0].require[1].name [duplicate] The condition a appears twice in this gate. Choose another name.
    15:11 gates[1].id [duplicate] The gate id one is used by gate number 1 already. Choose another.
    15:49 gates[1].review.policy [unknown_name] There is no policy `laed` under `policies`.
    16:39 gates[2].review [unsafe] The tool kept is reviewed by the gate one already. One call has one review: keep one of them.
    "#);
}

#[test]
fn expressions_are_checked_where_they_stand() {
    insta::assert_snapshot!(errors(&with_gates(r#"  - id: gate_refund
    tools: [refund]
    require:
      - { name: a, when: 'facts.teir == "low"', otherwise: x }
      - { name: b, when: "facts.tier == \"HGH\"", otherwise: x }
      - name: c
        when: input.amuont > 5
        otherwise: x
      - name: d
        when: |
          facts.name == "é" &&
          facts.since == "2026-01-01"
        otherwise: x
      - name: e
        when: >-
          facts.name.size() > 0
          && stages.welcome.complete
        otherwise: x
      - { name: f, when: 'facts.name == ''it'' && facts.nmae == "x"', otherwise: x }
      - { name: g, when: 'facts.tier', otherwise: x }
      - { name: h, when: 'facts.tier ==', otherwise: x }
    review:
      unless: approvals.gate_refnud.approved
      policy: lead
      summary: "Refund {{input.amount}} to {{facts.nmae}} {{secrets.key}} {{facts"
      risk: facts.tier + 1
"#)), @r#"
    14:33 gates[0].require[0].when [expression] There is no fact `teir`. Did you mean `tier`?
    15:41 gates[0].require[1].when [expression] `facts.tier` is never "HGH", only "low", "high". Did you mean `high`?
    17:21 gates[0].require[2].when [expression] refund has no argument `amuont`. Did you mean `amount`?
    22:23 gates[0].require[3].when [expression] `facts.since` is a point in time and `"2026-01-01"` is a text: they can never be equal. Write points in time as timestamp("2026-11-21T00:00:00Z").
    26:11 gates[0].require[4].when [expression] There is no stage `welcome`.
    29:57 gates[0].require[5].when [expression] There is no fact `nmae`. Did you mean `name`?
    30:32 gates[0].require[6].when [expression] This gives a text; it must give true or false.
    31:40 gates[0].require[7].when [expression] The expression cannot be read: it ends where something more is needed.
    33:25 gates[0].review.unless [expression] There is no gate `gate_refnud` to be approved, and no such stage. Did you mean `gate_refund`?
    35:46 gates[0].review.summary [expression] There is no fact `nmae`. Did you mean `name`?
    35:61 gates[0].review.summary [expression] `secrets.key` cannot be shown. A text reads facts, input, run, approvals, stages and now.
    35:75 gates[0].review.summary [expression] A `{{` is not closed by `}}`.
    36:24 gates[0].review.risk [expression] `+` cannot be applied to a text and a whole number.
    "#);
}
