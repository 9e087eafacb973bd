//! What follows from what happens here: approvals, tools, runs. Each once, and not when it was taken back.

use domain::{channel::SlackSettings, target::TargetKind};
use serde_json::{Value, json};
use server::desk::{Caller, PersonCaller, target::NewTarget};

use super::{Stage, statuses};
use crate::support::{Act, Agent, PAYMENTS, Receiver, TestConsole, on_both};

on_both!(
    an_approval_is_closed_once_it_is_given,
    a_revoked_approval_closes_nothing,
    an_approval_that_is_revoked_in_mid_work_stops_it,
    a_call_whose_approval_is_revoked_closes_nothing,
    a_call_whose_approval_is_revoked_in_mid_work_stops_it,
    a_tool_that_ran_is_filed_and_told_of,
    what_a_condition_cannot_read_goes_to_a_person,
);

pub(super) const POLICY: &str = r#"
closure:
  - id: sync_case
    after: approval.approved
    where: 'approval.gate == "payment"'
    steps:
      - id: tracker
        kind: status_sync
        target: tracker
        record: 'cases/{{run.subject}}'
        set: { status: '{{approval.status}}', approval: '{{approval.id}}', account: '{{facts.status}}' }
"#;

/// The payments workflow with a closure policy.
async fn published(console: &TestConsole, policy: &str) {
    let text = format!("{PAYMENTS}{policy}");
    console.publish(&text).await;
}

/// A payment that was approved, and what is begun by it.
pub(super) async fn approved(stage: &Stage<'_>, agent: &Agent<'_>) -> String {
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    agent.approve(&stage.console.token("mira").await, &approval).await.expect(201);
    agent.approve(&stage.console.token("tomas").await, &approval).await.expect(201);
    approval
}

impl Stage<'_> {
    /// Looks through the log, once its events have their numbers.
    pub(super) async fn follow(&self) -> usize {
        crate::support::Stored::of(self.console).await;
        self.desk.follow_closures().await.expect("followed")
    }

    pub(super) async fn newest(&self) -> Value {
        let page = self.console.get(&self.board, "/closures").await.expect(200);
        let id = page["items"][0]["closure_id"].as_str().expect("a closure").to_owned();
        self.receipt(&id).await
    }
}

pub(super) async fn staged<'c>(console: &'c TestConsole, policy: &str) -> (Stage<'c>, Agent<'c>) {
    let agent = console.cast().await;
    published(console, policy).await;
    let stage = Stage::beside_a_cast(console).await;
    stage.tracker.set("cases/acc_1", json!({"status": "open"}));
    let agent = agent.again().await;
    (stage, agent)
}

async fn an_approval_is_closed_once_it_is_given(console: TestConsole) {
    let (stage, agent) = staged(&console, POLICY).await;
    let approval = approved(&stage, &agent).await;
    assert_eq!(stage.follow().await, 1);
    assert_eq!(stage.follow().await, 0, "each event is looked at once");
    stage.work().await;
    let receipt = stage.newest().await;
    assert_eq!(receipt["status"], "completed", "{receipt}");
    assert_eq!(receipt["trigger"]["source"]["record"], json!(approval));
    let record = json!({"status": "approved", "approval": approval, "account": "OPEN"});
    assert_eq!(stage.tracker.record("cases/acc_1"), record);
    let kinds: Vec<String> = agent.kinds().await.into_iter().filter(|kind| kind.starts_with("closure.")).collect();
    let story = [
        "closure.started",
        "closure.revalidated",
        "closure.planned",
        "closure.step_intended",
        "closure.step_done",
        "closure.ended",
    ];
    assert_eq!(kinds, story, "the run's timeline tells it");
    let own = console.get(&agent.key, &format!("/closures?run={}&workflow=payments", agent.run)).await.expect(200);
    assert_eq!((own["items"].as_array().map(Vec::len), &own["items"][0]["title"]), (Some(1), &json!("acc_1")));
}

async fn a_revoked_approval_closes_nothing(console: TestConsole) {
    let (stage, agent) = staged(&console, POLICY).await;
    let approval = approved(&stage, &agent).await;
    assert_eq!(stage.follow().await, 1);
    let body = json!({"reason": "The payee is under review."});
    console.post(&stage.ana, &format!("/approvals/{approval}/revoke"), &body).await.expect(200);
    stage.work().await;
    let receipt = stage.newest().await;
    assert_eq!(
        (&receipt["status"], &receipt["state"]["reason"]),
        (&json!("manual_follow_up"), &json!("source_revoked"))
    );
    assert_eq!(receipt["source_snapshot"]["said"]["/status"], "revoked");
    assert!(stage.tracker.written().is_empty());
    assert_eq!(stage.follow_ups().await.len(), 1);
}

async fn an_approval_that_is_revoked_in_mid_work_stops_it(console: TestConsole) {
    let (stage, agent) = staged(&console, POLICY).await;
    let approval = approved(&stage, &agent).await;
    stage.follow().await;
    let held = stage.desk.lease_closures(1).await.expect("leased").pop().expect("one");
    let held = stage.desk.advance_closure(held).await.expect("revalidated").expect("it goes on");
    let held = stage.desk.advance_closure(held).await.expect("planned").expect("it goes on");
    let body = json!({"reason": "The payee is under review."});
    console.post(&stage.ana, &format!("/approvals/{approval}/revoke"), &body).await.expect(200);
    assert!(stage.desk.advance_closure(held).await.expect("stopped").is_none());
    let receipt = stage.newest().await;
    assert_eq!((receipt["status"].as_str(), statuses(&receipt)), (Some("manual_follow_up"), vec!["planned"]));
    assert!(
        stage.tracker.written().is_empty(),
        "it is looked at in the transaction that says it is about to be written"
    );
}

const PAID: &str = r#"
closure:
  - id: sync_payment
    after: tool.executed
    where: 'event.context.tool == "pay"'
    steps:
      - { id: tracker, kind: status_sync, target: tracker, record: 'cases/{{run.subject}}', set: { status: paid } }
"#;

/// Two payments that were approved together, of which the first has run; gives the approval.
async fn one_of_two_paid(stage: &Stage<'_>, agent: &Agent<'_>) -> String {
    agent.prepare().await;
    let payment =
        |id: &str, amount: u32| json!({"tool": "pay", "input": {"to": "ACME", "amount": amount}, "tool_use_id": id});
    let body = json!({"summary": "Pay both?", "items": [payment("pay-1", 250), payment("pay-2", 900)]});
    let asked = agent.post("approvals", &body).await.expect(201);
    let approval = asked["approval_id"].as_str().expect("an approval").to_owned();
    let items = ["pay-1", "pay-2"].map(|id| json!({"tool_use_id": id, "verdict": "approve"}));
    for person in ["mira", "tomas"] {
        let token = stage.console.token(person).await;
        agent.decide(&token, &approval, json!({"verdict": "approve", "items": items})).await.expect(201);
    }
    assert_eq!(agent.pay("pay-1").await["outcome"], "allow");
    agent.report("pay-1", "pay", json!({"paid": true})).await.expect(200);
    approval
}

async fn a_call_whose_approval_is_revoked_closes_nothing(console: TestConsole) {
    let (stage, agent) = staged(&console, PAID).await;
    one_of_two_paid(&stage, &agent).await;
    assert_eq!(stage.follow().await, 1);
    stage.work().await;
    assert_eq!(stage.newest().await["status"], "completed", "while its approval stands, it is closed");
    let agent = agent.again().await;
    stage.tracker.set("cases/acc_1", json!({"status": "open"}));
    let written = stage.tracker.written().len();
    let approval = one_of_two_paid(&stage, &agent).await;
    assert_eq!(stage.follow().await, 1);
    let body = json!({"reason": "The payee is under review."});
    console.post(&stage.ana, &format!("/approvals/{approval}/revoke"), &body).await.expect(200);
    stage.work().await;
    let receipt = stage.newest().await;
    assert_eq!(
        (&receipt["status"], &receipt["state"]["reason"]),
        (&json!("manual_follow_up"), &json!("source_revoked"))
    );
    assert_eq!(receipt["source_snapshot"]["said"]["/status"], "revoked");
    assert_eq!((stage.tracker.written().len(), stage.follow_ups().await.len()), (written, 1));
}

async fn a_call_whose_approval_is_revoked_in_mid_work_stops_it(console: TestConsole) {
    let (stage, agent) = staged(&console, PAID).await;
    let approval = one_of_two_paid(&stage, &agent).await;
    stage.follow().await;
    let held = stage.desk.lease_closures(1).await.expect("leased").pop().expect("one");
    let held = stage.desk.advance_closure(held).await.expect("revalidated").expect("it goes on");
    let held = stage.desk.advance_closure(held).await.expect("planned").expect("it goes on");
    let body = json!({"reason": "The payee is under review."});
    console.post(&stage.ana, &format!("/approvals/{approval}/revoke"), &body).await.expect(200);
    assert!(stage.desk.advance_closure(held).await.expect("stopped").is_none());
    let receipt = stage.newest().await;
    assert_eq!((receipt["status"].as_str(), statuses(&receipt)), (Some("manual_follow_up"), vec!["planned"]));
    assert!(stage.tracker.written().is_empty());
}

const FILED: &str = r#"
closure:
  - id: file_note
    after: tool.executed
    where: 'event.context.tool == "look_up"'
    steps:
      - { id: packet, kind: archive_link, target: archive, record: '{{event.context.check_id}}.json', set: { run: '{{run.id}}' } }
      - { id: told, kind: notification, target: slack }
"#;

async fn a_tool_that_ran_is_filed_and_told_of(console: TestConsole) {
    let (stage, agent) = staged(&console, FILED).await;
    let folder = tempfile::TempDir::new().expect("a folder");
    let new = NewTarget {
        name: "archive".to_owned(),
        url: format!("file://{}", folder.path().display()),
        kind: TargetKind::Archive,
        credential: None,
        allow_private: false,
        honours_keys: false,
    };
    console.desk.add_target(&Caller::CommandLine, new).await.expect("a target");
    let receiver = Receiver::start([Act::Status(429)]).await;
    let iris = iris(&console).await;
    let slack = SlackSettings { allow_private: true };
    console.desk.set_slack(&iris, slack, Some(&receiver.url)).await.expect("Slack");
    agent.prepare().await;
    assert_eq!(stage.follow().await, 1);
    stage.work().await;
    assert_eq!(statuses(&stage.newest().await), ["done", "failed"], "Slack wants to be left alone");
    receiver.next().await;
    stage.pass(10);
    stage.work().await;
    let receipt = stage.newest().await;
    assert_eq!(receipt["status"], "completed", "{receipt}");
    assert_eq!(receipt["notifications"], json!(["slack"]));
    let said = receiver.next().await.body;
    assert!(said.contains("look_up") || said.contains("file_note"), "{said}");
    for secret in ["ACME", "acc_1"] {
        assert!(!said.contains(secret), "ids and statuses alone are told: {said}");
    }
    let files: Vec<_> = folder.path().read_dir().expect("a folder").map(|file| file.expect("a file").path()).collect();
    let [file] = &files[..] else { panic!("one file: {files:?}") };
    let kept: Value = serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("JSON");
    assert_eq!((&kept["references"]["/run"], &kept["disposition"]), (&json!(agent.run), &json!("executed")));
    assert!(receipt["steps"][0]["state"]["confirmed"].as_str().is_some_and(|text| text.starts_with("Hash matches")));
}

pub(super) async fn iris(console: &TestConsole) -> PersonCaller {
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let found = server::store::person::find_by_email(&mut tx, "iris@example.com").await.expect("read");
    let person = found.expect("the person");
    PersonCaller { id: person.id, name: person.name, email: person.email, roles: person.roles, groups: person.groups }
}

async fn what_a_condition_cannot_read_goes_to_a_person(console: TestConsole) {
    let policy = POLICY.replace(r#"approval.gate == "payment""#, "facts.score > 10");
    let (stage, agent) = staged(&console, &policy).await;
    approved(&stage, &agent).await;
    assert_eq!(stage.follow().await, 1);
    stage.work().await;
    let receipt = stage.newest().await;
    assert_eq!(
        (&receipt["status"], &receipt["state"]["reason"]),
        (&json!("manual_follow_up"), &json!("condition_failed"))
    );
    assert!(stage.tracker.written().is_empty());
    // Once it is recorded, an administrator has it go on; false means that it is not to be.
    let id = receipt["closure_id"].as_str().expect("an id").to_owned();
    stage.replay(&id).await.expect(202);
    stage.work().await;
    assert_eq!(stage.receipt(&id).await["state"]["reason"], "condition_failed");
    agent.record(json!({"score": 11})).await.expect(200);
    stage.replay(&id).await.expect(202);
    stage.work().await;
    assert_eq!(stage.receipt(&id).await["status"], "completed");
}
