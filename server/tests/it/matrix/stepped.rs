//! A run that goes through steps: no run of the keys that are bound to one, whose workflow has stages.

use serde_json::json;
use server::desk::Caller;

use super::{
    making::words,
    world::{Words, World},
};

const STEPPED: &str = "name: stepped
default: block
steps:
  - { id: first, run: [a] }
  - { id: second, run: [b] }
";

impl World<'_> {
    /// The run with its first step begun.
    pub(super) async fn stepped(&mut self) -> Words {
        self.console.desk.publish_workflow(&Caller::CommandLine, None, STEPPED).await.expect("a workflow");
        let subject = format!("sprint-{}", self.next());
        let run = self.called("/runs", &json!({"workflow": "stepped", "subject": subject})).await;
        let run = run["run_id"].as_str().expect("an id").to_owned();
        self.called(&format!("/runs/{run}/steps/first/begin"), &json!({})).await;
        words([("id", run)])
    }
}
