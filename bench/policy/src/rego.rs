//! regorus: a Rego rule a tool.

use std::{
    fmt::Write as _,
    hint::black_box,
    time::{Duration, Instant},
};

use regorus::{Engine as Regorus, Value};

use crate::{Asked, Engine, limit};

/// The engine with its rules.
pub struct Rego(Regorus);

impl Rego {
    pub fn new(rules: usize) -> Self {
        let mut text = "package b5\n\nimport rego.v1\n\ndefault allow := false\n".to_owned();
        for tool in 0..rules {
            let limit = limit(tool);
            write!(
                text,
                "\nallow if {{\n  input.tool == \"tool_{tool}\"\n  input.status == \"OPEN\"\n  input.amount <= {limit}\n}}\n"
            )
            .expect("memory");
        }
        let mut engine = Regorus::new();
        engine.add_policy("b5.rego".to_owned(), text).expect("rules");
        Self(engine)
    }
}

impl Engine for Rego {
    fn name(&self) -> String {
        "regorus".to_owned()
    }

    fn decide(&mut self, asked: &Asked) -> (bool, Duration) {
        let status = if asked.is_open { "OPEN" } else { "FROZEN" };
        let input =
            serde_json::json!({"tool": format!("tool_{}", asked.tool), "status": status, "amount": asked.amount});
        let input = Value::from_json_str(&input.to_string()).expect("a value");
        let started = Instant::now();
        // A new input is what makes it evaluate again.
        self.0.set_input(input);
        let allowed = black_box(self.0.eval_rule("data.b5.allow".to_owned()).expect("a decision"));
        let took = started.elapsed();
        (allowed == Value::from(true), took)
    }
}
