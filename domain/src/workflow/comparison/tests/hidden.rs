//! Changes that let more through than they seem to.

use super::*;
use crate::workflow::{Deed, Program, Step};

#[test]
fn what_once_hid_what_it_let_through_is_told() {
    let told = |before: &Workflow, change: &dyn Fn(&mut Workflow)| {
        let mut after = before.clone();
        change(&mut after);
        compare(before, &after).wider().into_iter().map(|one| format!("{} {}", one.at, one.text)).collect::<Vec<_>>()
    };
    let undone = |tool: &str, amount: i64| Compensate {
        tool: tool.to_owned(),
        input: [("amount".to_owned(), amount.into())].into(),
    };
    // A stage under the name of a gate guards nothing that the gate guarded.
    let gone = told(&workflow(), &|workflow| {
        workflow.gates.clear();
        workflow.stages = vec![Stage { tools: vec!["pay".to_owned()], ..stage("payment") }];
    });
    assert_eq!(gone, ["payment is no gate any more"]);
    // No gate is asked about calls that undo something.
    let added = told(&staged(), &|workflow| workflow.stages[1].compensate.push(undone("pay", 1)));
    assert_eq!(added, ["second is also undone by pay"]);
    let new = told(&workflow(), &|workflow| {
        workflow.stages = vec![Stage { compensate: vec![undone("pay", 1)], ..stage("first") }];
    });
    assert_eq!(new, ["first is also undone by pay"]);
    let mut before = staged();
    before.stages[0].compensate.push(undone("pay", 1));
    let dearer = told(&before, &|workflow| workflow.stages[0].compensate[0] = undone("pay", 1_000_000));
    assert_eq!(dearer, ["first is undone by other calls, or in another order"]);
    // Without a manifest any arguments are taken.
    let open = Workflow { default: Fallback::Allow, ..workflow() };
    assert_eq!(
        told(&open, &|workflow| drop(workflow.tools.remove("note"))),
        ["note is described no more: any arguments are taken"]
    );
    // What approvers read.
    assert_eq!(
        told(&workflow(), &|w| payment(w).review.as_mut().expect("a review").summary = Some("Lunch".to_owned())),
        ["payment calls its approvals something else"]
    );
    assert_eq!(
        told(&workflow(), &|w| pay(w).blast_radius = Some("nobody".to_owned())),
        ["pay is said to touch something else"]
    );
    // What nothing above has words for.
    let wordless = told(&workflow(), &|w| pay(w).accept_irreversible = None);
    assert_eq!(wordless, Vec::<String>::new());
    let mut accepted = workflow();
    pay(&mut accepted).accept_irreversible = Some("small".to_owned());
    assert_eq!(
        told(&accepted, &|w| pay(w).accept_irreversible = Some("tiny".to_owned())),
        ["payments is different in something that has no words here: see its lines"]
    );
    // Titles and messages are words for people.
    assert_eq!(told(&workflow(), &|w| w.title = "Money".to_owned()), Vec::<String>::new());
    assert_eq!(told(&workflow(), &|w| payment(w).require[0].otherwise = "Later.".to_owned()), Vec::<String>::new());
}

#[test]
fn what_is_newly_run_on_a_host_is_wider() {
    let run = |argv: &str| Step {
        id: "build".to_owned(),
        deed: Deed::Run(Program { argv: vec![argv.to_owned()], ..Program::default() }),
    };
    let with = |step: Step| Workflow { steps: vec![step], ..workflow() };
    let told =
        |found: Comparison| found.wider().into_iter().map(|one| format!("{} {}", one.at, one.text)).collect::<Vec<_>>();
    // Whoever executes a first version does so by its name.
    assert_eq!(told(begin(&with(run("make")))), Vec::<String>::new());
    assert_eq!(told(compare(&workflow(), &with(run("make")))), ["build runs make now"]);
    let analysed = Step { deed: Deed::Analyse(Vec::new()), ..run("make") };
    assert_eq!(told(compare(&with(analysed), &with(run("make")))), ["build runs make now"]);
    let asked = Step { deed: Deed::Approval("two".to_owned()), ..run("make") };
    let text = "build is decided by two now, and verifies nothing any more";
    assert_eq!(told(compare(&with(run("make")), &with(asked))), [text]);
}
