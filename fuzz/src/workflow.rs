//! Definitions: a text is refused with places that are in it, or becomes gates that let nothing through by mistake.

use std::collections::BTreeMap;

use domain::{
    Digest, Refusal,
    judge::{Finding, Ruling},
    refusal::Code,
    workflow::{Default as Fallback, Version, Workflow},
};
use serde_json::{Value, json};
use server::rules::{Compiled, Roots, RunRoot, definition};

/// A tool that no definition has: a name with a blank is refused.
const UNKNOWN: &str = "no such tool";
/// Tools of one definition that are called.
const CALLED: usize = 6;
/// The most errors that are told.
const MOST_ERRORS: usize = 100;

/// What must hold of any bytes.
pub fn holds(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let read = definition::parse(&text);
    assert_eq!(definition::parse(&text), read, "read in two ways");
    match read {
        Err(refusal) => tells_where(&refusal, &text),
        Ok(workflow) => {
            is_kept(&workflow);
            if !text.contains('\r') {
                assert_eq!(definition::parse(&text.replace('\n', "\r\n")).as_ref(), Ok(&workflow), "lines of Windows");
            }
            let version = Version { name: workflow.name.clone(), version: 1, digest: Digest::of("fuzz", b"") };
            let compiled = Compiled::new(workflow, version).unwrap_or_else(|refusal| panic!("{refusal}"));
            lets_nothing_through_by_mistake(&compiled);
        }
    }
}

/// A definition, compiled.
pub fn compiled(text: &str) -> Result<Compiled, Refusal> {
    let workflow = definition::parse(text)?;
    let version = Version { name: workflow.name.clone(), version: 1, digest: Digest::of("fuzz", text.as_bytes()) };
    Compiled::new(workflow, version)
}

/// A run of which nothing is recorded.
pub fn nothing_recorded() -> Roots {
    let run = RunRoot {
        id: "run_01h455vb4pex5vsknk084sn02q".parse().expect("an id"),
        subject: "acc_1".to_owned(),
        requested_by: None,
        inputs: json!({}),
    };
    let now = "2026-11-21T12:00:00Z".parse().expect("a time");
    let (run, facts) = (run.into(), BTreeMap::new().into());
    Roots {
        run,
        facts,
        stages: std::sync::Arc::default(),
        approvals: BTreeMap::new(),
        assertions: BTreeMap::new(),
        now,
    }
}

/// Every error has a place in the text, and they come in its order.
pub fn tells_where(refusal: &Refusal, text: &str) {
    assert_eq!(refusal.code, Code::InvalidWorkflow, "{refusal:?}");
    assert!((1..=MOST_ERRORS).contains(&refusal.errors.len()), "{refusal:?}");
    // Lines end as YAML has them; a column counts characters, and the end of a line is a place.
    let lines = text.split('\n').count() + text.matches('\r').count();
    let longest = text.split('\n').map(|line| line.chars().count()).max().unwrap_or(0);
    for error in &refusal.errors {
        let (line, column) = (error.line.expect("a line") as usize, error.column.expect("a column") as usize);
        let is_within = (1..=lines + 1).contains(&line) && (1..=longest + 2).contains(&column);
        assert!(is_within && !error.message.is_empty() && error.code.is_some(), "{error:?} of {lines} × {longest}");
    }
    let places = refusal.errors.iter().map(|error| (error.line, error.column));
    assert!(places.is_sorted(), "{:?}", refusal.errors);
}

/// The database keeps a definition as JSON.
fn is_kept(workflow: &Workflow) {
    let kept = serde_json::to_string(workflow).expect("JSON");
    assert_eq!(serde_json::from_str::<Workflow>(&kept).ok().as_ref(), Some(workflow), "{kept}");
}

/// A ruling says what its evidence says, and a run without facts opens no condition but one that asks for none.
pub fn is_consistent(finding: &Finding) {
    let passed = finding.evidence.conditions.iter().all(|condition| condition.passed);
    match &finding.ruling {
        Ruling::Block { error } => assert!(!error.is_empty(), "{finding:?}"),
        Ruling::Allow | Ruling::Review { .. } => assert!(passed, "{finding:?}"),
    }
}

fn lets_nothing_through_by_mistake(compiled: &Compiled) {
    let roots = nothing_recorded();
    let gates = &compiled.workflow().gates;
    let tools = compiled.workflow().tools.keys().chain(gates.iter().flat_map(|gate| &gate.tools));
    let tools: Vec<&str> = tools.map(String::as_str).take(CALLED).chain([UNKNOWN]).collect();
    for tool in tools {
        for input in [json!({}), json!({"amount": 1, "text": "x"}), Value::Null] {
            let finding = compiled.check_call(&roots, tool, &input);
            assert_eq!(compiled.check_call(&roots, tool, &input), finding, "ruled on in two ways");
            is_consistent(&finding);
            let of_tool = gates.iter().filter(|gate| gate.tools.iter().any(|named| named == tool));
            let asked_for: usize = of_tool.clone().map(|gate| gate.require.len()).sum();
            let is_allowed = finding.ruling == Ruling::Allow;
            if of_tool.count() == 0 {
                let may = compiled.workflow().default == Fallback::Allow;
                assert!(may || !is_allowed, "no gate names {tool:?}: {finding:?}");
            } else if !matches!(finding.ruling, Ruling::Block { .. }) {
                assert_eq!(finding.evidence.conditions.len(), asked_for, "conditions that nobody looked at");
            }
        }
    }
}
