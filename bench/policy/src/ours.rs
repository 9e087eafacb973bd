//! This engine: a gate a tool, found by the tool's name.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{Digest, Time, judge::Ruling, workflow::Version};
use serde_json::json;
use server::rules::{Compiled, RecordedFact, Roots, RunRoot, definition};

use crate::{Asked, Engine, limit};

/// The compiled definition, and what is recorded.
pub struct Ours {
    compiled: Compiled,
    open: Roots,
    closed: Roots,
    tools: Vec<String>,
}

impl Ours {
    pub fn new(rules: usize) -> Self {
        let tools: Vec<String> = (0..rules).map(|tool| format!("tool_{tool}")).collect();
        let mut text = "name: b5\ndefault: block\nfacts: { status: string }\ntools:\n".to_owned();
        for tool in &tools {
            writeln!(text, "  {tool}: {{ input: {{ amount: integer }}, reversible: true }}").expect("memory");
        }
        text.push_str("gates:\n");
        for (number, tool) in tools.iter().enumerate() {
            let when = format!("facts.status == \"OPEN\" && input.amount <= {}", limit(number));
            writeln!(
                text,
                "  - {{ id: g{number}, tools: [{tool}], require: [{{ name: r, when: '{when}', otherwise: No. }}] }}"
            )
            .expect("memory");
        }
        let workflow = definition::parse(&text).unwrap_or_else(|refusal| panic!("{refusal}: {:?}", refusal.errors));
        let version = Version { name: "b5".to_owned(), version: 1, digest: Digest::of("b5", b"") };
        let compiled = Compiled::new(workflow, version).expect("a compiled definition");
        Self { compiled, open: roots("OPEN"), closed: roots("FROZEN"), tools }
    }
}

fn roots(status: &str) -> Roots {
    let now = Time::UNIX_EPOCH;
    let fact = RecordedFact {
        value: json!(status),
        source: "ledger".to_owned(),
        reference: None,
        written_at: now,
        version: 1,
    };
    let id = domain::id::RunId::from_uuid(Default::default());
    let run = RunRoot { id, subject: "acc_1".to_owned(), requested_by: None, inputs: json!({}) };
    Roots {
        run: Arc::new(run),
        facts: Arc::new([("status".to_owned(), fact)].into()),
        stages: Arc::default(),
        approvals: BTreeMap::new(),
        assertions: BTreeMap::new(),
        now,
    }
}

impl Engine for Ours {
    fn name(&self) -> String {
        "countersign, with evidence".to_owned()
    }

    fn decide(&mut self, asked: &Asked) -> (bool, Duration) {
        let input = json!({"amount": asked.amount});
        let roots = if asked.is_open { &self.open } else { &self.closed };
        let started = Instant::now();
        let finding = black_box(self.compiled.check_call(roots, &self.tools[asked.tool], &input));
        let took = started.elapsed();
        (finding.ruling == Ruling::Allow, took)
    }
}
