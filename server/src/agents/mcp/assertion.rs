//! `record_assertion`: what the model says, kept as that.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    reply::Said,
    tools::{Told, Toolbox, given, read, taken},
};
use crate::{desk::fact::RecordAssertions, error::Result};

/// Its name.
pub(super) const NAME: &str = "record_assertion";

pub(super) fn told() -> Told {
    Told {
        name: NAME,
        title: "Record an assertion",
        description: "Keeps what you say about the run, by name. Use the names of the workflow's facts where there are such: \
            reviewers see what you say beside what is recorded, and where it differs. No gate reads it, so it cannot stand in \
            for a tool call whose result a gate waits for. Saying something again under a name replaces what you said before.",
        input: taken::<RecordAssertion>(true),
        output: given::<Recorded>(),
        is_read_only: false,
        is_idempotent: true,
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RecordAssertion {
    /// What you say, by name: at most 200 names, each at most 8 KiB.
    assertions: Map<String, Value>,
    /// Your words about it.
    #[serde(default)]
    #[schemars(length(max = 4_000))]
    statement: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Recorded {
    /// The names that are kept.
    recorded: Vec<String>,
    /// What that does, and does not.
    message: &'static str,
}

impl Toolbox {
    pub(super) async fn record_assertion(&self, mut arguments: Map<String, Value>) -> Result<Said> {
        let run = self.run(&mut arguments).await?;
        let RecordAssertion { assertions, statement } = read(arguments)?;
        let recorded = assertions.keys().cloned().collect();
        let body = RecordAssertions { assertions, statement };
        self.desk.record_assertions(&self.caller, run, body, None).await?;
        let message = "Kept as what you say, and shown to reviewers beside what is recorded. It opens no gate.";
        Said::done(&Recorded { recorded, message })
    }
}
