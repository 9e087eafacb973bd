//! Steps of enforced executions: their order, what is verified of them, and people between them.

use chrono::TimeDelta;
use serde_json::{Value, json};
use server::desk::Caller;

use crate::support::{TestConsole, on_both};

on_both!(
    steps_are_begun_in_order_and_verified_by_what_was_found,
    nothing_goes_on_without_people,
    what_was_rejected_is_over,
    an_approval_taken_back_or_stale_lets_nothing_begin,
    an_approval_is_taken_back_until_a_step_begins_with_it,
    only_the_newest_attempt_counts,
    a_step_is_done_by_one_executor,
    whoever_else_takes_part_holds_nothing_up_for_good,
    inputs_are_those_declared,
);

const SPRINT: &str = r#"name: sprint
default: block
subject: sprint
inputs: { sprint: string }
facts: { frozen: bool }
steps:
  - id: metrics
    run: [python3, metrics.py, "{{inputs.sprint}}"]
    verify: [{ file_exists: a.json }, { condition: "steps.metrics.output.done >= 3 && facts.frozen" }]
  - { id: approval, approval: leads }
  - { id: closure, run: [python3, close.py], verify: [{ exit_code: 2 }] }
policies:
  leads: { approve: { all: [{ group: compliance }] }, via: [console, api], valid_for: 2h }
requests: { policy: leads }
"#;

/// A run of the workflow, and who has to do with it.
struct Execution<'a> {
    console: &'a TestConsole,
    key: String,
    ledger: String,
    ana: String,
    run: String,
}

impl<'a> Execution<'a> {
    async fn begin(console: &'a TestConsole) -> Self {
        let agent = console.cast().await;
        console.desk.publish_workflow(&Caller::CommandLine, None, SPRINT).await.expect("a workflow");
        let body = json!({
            "workflow": "sprint", "subject": "7", "inputs": {"sprint": "7"},
            "session": {"framework": "countersign-exec", "id": "exec-1", "resume": {"via": "poll"}},
        });
        let run =
            console.post(&agent.key, "/runs", &body).await.expect(201)["run_id"].as_str().expect("an id").to_owned();
        let (key, ledger) = (agent.key.clone(), agent.ledger.clone());
        Self { console, key, ledger, ana: console.token("ana").await, run }
    }

    async fn post(&self, path: &str, body: Value) -> crate::support::Reply {
        self.console.post(&self.key, &format!("/runs/{}/{path}", self.run), &body).await
    }

    async fn begins(&self, step: &str) -> Value {
        self.post(&format!("steps/{step}/begin"), json!({})).await.expect(200)
    }

    async fn refused(&self, step: &str) -> String {
        self.post(&format!("steps/{step}/begin"), json!({})).await.problem()
    }

    /// Metrics as they were found; the file is there.
    async fn metrics(&self, attempt: u64, done: u32) -> Value {
        let checks = [json!({"passed": true, "found": "0"}), json!({"passed": true, "found": "it is there"})];
        let evidence = json!({"exit_code": 0, "output": {"done": done}});
        let body = json!({"attempt": attempt, "evidence": evidence, "checks": checks});
        self.post("steps/metrics/report", body).await.expect(200)
    }

    async fn freeze(&self) {
        let facts = json!({"facts": {"frozen": true}});
        self.console.post(&self.ledger, &format!("/runs/{}/facts", self.run), &facts).await.expect(200);
    }

    /// Everything up to the approval, which waits.
    async fn waiting(&self) -> String {
        self.freeze().await;
        self.begins("metrics").await;
        assert_eq!(self.metrics(1, 3).await["status"], "verified");
        let begun = self.begins("approval").await;
        assert_eq!(begun["status"], "awaiting", "{begun}");
        begun["approval_id"].as_str().expect("an approval").to_owned()
    }

    async fn decide(&self, approval: &str, verdict: &str) -> crate::support::Reply {
        let seen = self.console.get(&self.ana, &format!("/approvals/{approval}")).await.expect(200);
        let ballot = json!({"verdict": verdict, "revision": seen["revision"], "package_digest": seen["package_digest"], "notes": "As agreed."});
        self.console.post(&self.ana, &format!("/approvals/{approval}/decisions"), &ballot).await
    }

    async fn status(&self) -> Value {
        self.console.get(&self.key, &format!("/runs/{}", self.run)).await.expect(200)["status"].clone()
    }

    async fn kinds(&self) -> Vec<String> {
        let path = format!("/runs/{}/timeline?limit=100", self.run);
        let page = self.console.get(&self.key, &path).await.expect(200);
        let kind = |item: &Value| item["kind"].as_str().expect("a kind").to_owned();
        page["items"].as_array().expect("items").iter().map(kind).collect()
    }
}

async fn steps_are_begun_in_order_and_verified_by_what_was_found(console: TestConsole) {
    let execution = Execution::begin(&console).await;
    for early in ["approval", "closure"] {
        assert_eq!(execution.refused(early).await, "409 wrong_step", "{early}");
    }
    assert_eq!(execution.refused("nowhere").await, "404 not_found");
    assert_eq!(execution.begins("metrics").await["attempt"], 1);
    // The file is there and the program ended well; what is recorded says something else.
    let failed = execution.metrics(1, 2).await;
    assert_eq!((&failed["status"], &failed["evidence"]["exit_code"]), (&json!("failed"), &json!(0)), "{failed}");
    assert!(failed["error"].as_str().expect("why").contains("steps.metrics.output.done >= 3"), "{failed}");
    assert_eq!(execution.refused("approval").await, "409 wrong_step");
    execution.freeze().await;
    assert_eq!(execution.begins("metrics").await["attempt"], 2);
    let too_few = json!({"attempt": 2, "checks": [{"passed": true, "found": "0"}]});
    assert_eq!(execution.post("steps/metrics/report", too_few).await.problem(), "422 invalid_field");
    let verified = execution.metrics(2, 3).await;
    assert_eq!(verified["status"], "verified", "{verified}");
    assert_eq!(verified["evidence"]["verified"].as_array().map(Vec::len), Some(3));
    // What is verified is not begun again.
    assert_eq!(execution.begins("metrics").await["status"], "verified");
    let listed = console.get(&execution.key, &format!("/runs/{}/steps", execution.run)).await.expect(200);
    let statuses: Vec<&Value> = listed["items"].as_array().expect("steps").iter().map(|step| &step["status"]).collect();
    assert_eq!(statuses, ["verified", "pending", "pending"]);
}

async fn nothing_goes_on_without_people(console: TestConsole) {
    let execution = Execution::begin(&console).await;
    let approval = execution.waiting().await;
    assert_eq!(execution.status().await, "suspended");
    assert_eq!(execution.begins("approval").await["approval_id"], approval.as_str(), "asked once");
    assert_eq!(execution.post("steps/approval/report", json!({"attempt": 1})).await.problem(), "409 wrong_step");
    assert_eq!(execution.refused("closure").await, "409 wrong_step");
    // What they are shown is what was found.
    let seen = console.get(&execution.ana, &format!("/approvals/{approval}")).await.expect(200);
    assert_eq!(seen["package"]["input"]["steps"]["1-metrics"]["output"]["done"], 3, "{seen}");
    // The executor's own key decides nothing.
    let ballot = json!({"verdict": "approve", "revision": 1, "package_digest": seen["package_digest"]});
    let path = format!("/approvals/{approval}/decisions");
    assert_eq!(console.post(&execution.key, &path, &ballot).await.problem(), "403 wrong_scope");
    execution.decide(&approval, "approve").await.expect(201);
    assert_eq!(execution.refused("closure").await, "409 wrong_step", "the step is reported first");
    let told = execution.post("steps/approval/report", json!({"attempt": 1})).await.expect(200);
    assert_eq!((&told["status"], &told["evidence"]["response"]), (&json!("verified"), &json!("yes")), "{told}");
    execution.begins("closure").await;
    let wrong = json!({"attempt": 1, "evidence": {"exit_code": 2}, "checks": [{"passed": true, "found": "2"}]});
    assert_eq!(execution.post("steps/closure/report", wrong).await.expect(200)["status"], "verified");
    assert_eq!(execution.status().await, "completed");
    let kinds = execution.kinds().await;
    let steps: Vec<&str> = kinds.iter().map(String::as_str).filter(|kind| kind.starts_with("step.")).collect();
    let order = ["step.begun", "step.verified", "step.submitted", "step.verified", "step.begun", "step.verified"];
    assert_eq!(steps, order);
    assert_eq!(kinds.last().map(String::as_str), Some("run.completed"));
}

async fn what_was_rejected_is_over(console: TestConsole) {
    let execution = Execution::begin(&console).await;
    let approval = execution.waiting().await;
    execution.decide(&approval, "reject").await.expect(201);
    let told = execution.post("steps/approval/report", json!({"attempt": 1})).await.expect(200);
    assert_eq!((&told["status"], &told["evidence"]["approved"]), (&json!("failed"), &json!(false)), "{told}");
    assert_eq!(execution.status().await, "failed");
    assert_eq!(execution.refused("closure").await, "409 run_ended");
}

async fn an_approval_taken_back_or_stale_lets_nothing_begin(console: TestConsole) {
    let execution = Execution::begin(&console).await;
    let approval = execution.waiting().await;
    execution.decide(&approval, "approve").await.expect(201);
    execution.post("steps/approval/report", json!({"attempt": 1})).await.expect(200);
    let reason = json!({"reason": "The numbers were wrong."});
    console.post(&execution.ana, &format!("/approvals/{approval}/revoke"), &reason).await.expect(200);
    let refused = execution.post("steps/closure/begin", json!({})).await;
    assert_eq!(refused.problem(), "409 wrong_step");
    assert_eq!(refused.json()["approval_status"], "revoked");
    let other = Execution { run: again(&execution).await, ..execution };
    let approval = other.waiting().await;
    other.decide(&approval, "approve").await.expect(201);
    other.post("steps/approval/report", json!({"attempt": 1})).await.expect(200);
    console.pass(TimeDelta::hours(3));
    assert_eq!(other.refused("closure").await, "409 wrong_step", "an approval of this morning");
}

async fn an_approval_is_taken_back_until_a_step_begins_with_it(console: TestConsole) {
    let execution = Execution::begin(&console).await;
    let approval = execution.waiting().await;
    execution.decide(&approval, "approve").await.expect(201);
    // The executor waits for it, and has it at once; a mistake can be undone all the same.
    let decision = format!("/approvals/{approval}/decision?wait=0");
    assert_eq!(console.get(&execution.key, &decision).await.expect(200)["status"], "approved");
    execution.post("steps/approval/report", json!({"attempt": 1})).await.expect(200);
    let reason = json!({"reason": "The numbers were wrong."});
    console.post(&execution.ana, &format!("/approvals/{approval}/revoke"), &reason).await.expect(200);
    assert_eq!(execution.refused("closure").await, "409 wrong_step");
    let other = Execution { run: again(&execution).await, ..execution };
    let approval = other.waiting().await;
    other.decide(&approval, "approve").await.expect(201);
    other.post("steps/approval/report", json!({"attempt": 1})).await.expect(200);
    other.begins("closure").await;
    let late = console.post(&other.ana, &format!("/approvals/{approval}/revoke"), &reason).await;
    assert_eq!(late.problem(), "409 already_used");
    let told = late.json();
    assert!(told["detail"].as_str().expect("why").contains("the step closure has begun with it"), "{told}");
}

/// Another run of the same.
async fn again(execution: &Execution<'_>) -> String {
    let body = json!({
        "workflow": "sprint", "subject": "8", "inputs": {"sprint": "8"},
        "session": {"framework": "countersign-exec", "id": "exec-2", "resume": {"via": "poll"}},
    });
    let started = execution.console.post(&execution.key, "/runs", &body).await.expect(201);
    started["run_id"].as_str().expect("an id").to_owned()
}

async fn only_the_newest_attempt_counts(console: TestConsole) {
    let execution = Execution::begin(&console).await;
    execution.freeze().await;
    execution.begins("metrics").await;
    assert_eq!(execution.begins("metrics").await["attempt"], 2, "the first executor is gone");
    let late = json!({"attempt": 1, "checks": [{"passed": true, "found": "0"}, {"passed": true, "found": "there"}]});
    assert_eq!(execution.post("steps/metrics/report", late).await.problem(), "409 wrong_step");
    assert_eq!(execution.metrics(2, 3).await["status"], "verified");
    // The same report again changes nothing.
    assert_eq!(execution.metrics(2, 1).await["status"], "verified");
    let broken = json!({"attempt": 1, "error": "no such program"});
    assert_eq!(execution.post("steps/closure/report", broken).await.problem(), "409 wrong_step");
}

async fn a_step_is_done_by_one_executor(console: TestConsole) {
    let execution = Execution::begin(&console).await;
    execution.freeze().await;
    let begin = |executor: &str, take_over: bool| {
        execution.post("steps/metrics/begin", json!({"executor": executor, "take_over": take_over}))
    };
    begin("here/one", false).await.expect(200);
    let refused = begin("there/two", false).await;
    assert_eq!(refused.problem(), "409 wrong_step");
    let told = refused.json();
    assert!(told["executor"].as_str().expect("who").starts_with("here/one ("), "{told}");
    assert!(told["since"].is_string() && told["detail"].as_str().expect("words").contains("take_over"), "{told}");
    assert_eq!(begin("here/one", false).await.expect(200)["attempt"], 2, "the same one, killed and started again");
    // Nobody reports in another's name, whoever knows the attempt.
    let checks = json!([{"passed": true, "found": "0"}, {"passed": true, "found": "it is there"}]);
    let mut report =
        json!({"attempt": 2, "evidence": {"output": {"done": 3}}, "checks": checks, "executor": "there/two"});
    assert_eq!(execution.post("steps/metrics/report", report.clone()).await.problem(), "409 wrong_step");
    assert_eq!(begin("there/two", true).await.expect(200)["attempt"], 3);
    report["executor"] = json!("here/one");
    assert_eq!(execution.post("steps/metrics/report", report.clone()).await.problem(), "409 wrong_step");
    (report["executor"], report["attempt"]) = (json!("there/two"), json!(3));
    assert_eq!(execution.post("steps/metrics/report", report).await.expect(200)["status"], "verified");
}

async fn whoever_else_takes_part_holds_nothing_up_for_good(console: TestConsole) {
    let execution = Execution::begin(&console).await;
    let other = json!({"framework": "langgraph", "id": "other", "resume": {"via": "poll"}});
    execution.post("sessions", other).await.expect(201);
    execution.freeze().await;
    execution.begins("metrics").await;
    execution.metrics(1, 3).await;
    assert_eq!(execution.refused("approval").await, "422 invalid_field", "one of two sessions");
    let begun = execution.post("steps/approval/begin", json!({"session_id": "exec-1"})).await.expect(200);
    execution.decide(begun["approval_id"].as_str().expect("an approval"), "approve").await.expect(201);
    execution.post("steps/approval/report", json!({"attempt": 1})).await.expect(200);
    // Another session asks people as well, and waits while the last step is verified.
    let asked = execution.post("approvals", json!({"session_id": "other", "summary": "May I tell the team?"})).await;
    let asked = asked.expect(201)["approval_id"].as_str().expect("an approval").to_owned();
    execution.begins("closure").await;
    let report = json!({"attempt": 1, "evidence": {"exit_code": 2}, "checks": [{"passed": true, "found": "2"}]});
    assert_eq!(execution.post("steps/closure/report", report).await.expect(200)["status"], "verified");
    assert_eq!(execution.status().await, "suspended");
    execution.decide(&asked, "approve").await.expect(201);
    assert_eq!(execution.status().await, "completed");
}

async fn inputs_are_those_declared(console: TestConsole) {
    let execution = Execution::begin(&console).await;
    for inputs in [json!({}), json!({"sprint": 7}), json!({"sprint": "7", "more": "x"})] {
        let body = json!({"workflow": "sprint", "subject": "7", "inputs": inputs});
        let refused = console.post(&execution.key, "/runs", &body).await;
        assert_eq!(refused.problem(), "422 invalid_field", "{inputs}");
        assert!(refused.json()["errors"][0]["path"].as_str().expect("a path").starts_with("/inputs/"));
    }
}
