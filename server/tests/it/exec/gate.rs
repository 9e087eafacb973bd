//! Where people decide: nobody else does, by whatever way.

use std::process::Command;

use serde_json::json;

use super::{Project, Reading, ended};
use crate::support::PASSWORD;

const REVIEW: [&str; 3] = ["sprint-review", "--input", "sprint=Sprint 7"];

#[test]
fn without_tests_nothing_after_them_begins() {
    let project = Project::new();
    std::fs::remove_dir_all(project.path().join("tests")).expect("removed");
    let before = project.item(100);
    let (code, shown) = ended(&project.alone(&REVIEW).output().expect("the executor"));
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("stopped at 4-tests: expected exit code 0, found: 3"), "{shown}");
    assert!(shown.contains("no test was found below tests/"), "{shown}");
    let log = project.log("sprint-review");
    assert_eq!(log["steps_completed"], json!(["1-metrics", "2-analysis", "3-epics"]));
    assert_eq!(log["status"], "failed");
    assert_eq!(project.item(100), before);
    // A report that somebody writes by hand does not help: the tests are what is looked at.
    std::fs::create_dir_all(project.path().join("reports")).expect("a folder");
    std::fs::write(project.path().join("reports/tests.json"), r#"{"run": 9, "failed": 0}"#).expect("written");
    let (code, shown) = ended(&project.alone(&REVIEW).output().expect("the executor"));
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("verified before") && shown.contains("stopped at 4-tests"), "{shown}");
}

#[test]
fn at_a_terminal_only_yes_goes_on() {
    let project = Project::new();
    let says = |email: &'static str, password: &'static str, answer: &'static str| {
        [("email", email), ("Password:", password), ("Approve?", answer)]
    };
    let (code, shown) = project.at_a_terminal(&REVIEW, &says("ana@example.com", PASSWORD, "no"));
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("Nothing was changed"), "{shown}");
    assert!(!shown.contains(PASSWORD), "the password shows: {shown}");
    let before = project.files();
    // Neither a wrong password, nor somebody whom the policy does not name, nor anything but "yes".
    let wrong = says("tomas@example.com", "not the password at all", "yes");
    let other = says("rosa@example.com", PASSWORD, "yes");
    let no = [
        ("email", "ana@example.com"),
        ("Password:", PASSWORD),
        ("Approve?", "y"),
        ("Type yes or no", ""),
        ("Approve?", "no"),
    ];
    let all = [&wrong[..], &other[..], &no[..]].concat();
    let (code, shown) = project.at_a_terminal(&REVIEW, &all);
    assert_eq!((code, shown.matches("Not approved:").count()), (Some(1), 2), "{shown}");
    assert_eq!(project.files(), before, "something was changed");
    assert_eq!(project.item(100)["state"], "Active");
    let (code, shown) = project.at_a_terminal(&REVIEW, &says("ana@example.com", PASSWORD, "yes"));
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!((&project.item(100)["state"], &project.item(101)["state"]), (&json!("Done"), &json!("Active")));
    assert_eq!(shown.matches("verified before").count(), 6, "{shown}");
    has_the_shape(&project);
}

/// The log holds what an auditor looks for.
fn has_the_shape(project: &Project) {
    let log = project.log("sprint-review");
    let steps =
        ["1-metrics", "2-analysis", "3-epics", "4-tests", "5-reviews", "6-recommendation", "7-approval", "8-closure"];
    assert_eq!(log["steps_completed"], json!(steps), "{log}");
    assert_eq!((&log["workflow"], &log["sprint"]), (&json!("sprint-review"), &json!("Sprint 7")));
    assert_eq!(log["status"], "completed");
    for time in ["start_time", "end_time"] {
        assert!(log[time].as_str().is_some_and(|at| at.starts_with("20")), "{time}: {log}");
    }
    assert!(log["duration_seconds"].as_i64().is_some(), "{log}");
    let metrics = &log["step_evidence"]["1-metrics"];
    assert_eq!((&metrics["total_tasks"], metrics["completion_rate"].as_f64()), (&json!(4), Some(75.0)), "{log}");
    let approval = &log["step_evidence"]["7-approval"];
    assert_eq!((&approval["approved"], &approval["response"]), (&json!(true), &json!("yes")), "{log}");
    assert!(approval["timestamp"].is_string(), "{log}");
    assert_eq!(approval["reviewers"][0]["group"], "compliance");
    assert_eq!(log["step_evidence"]["5-reviews"]["analysis"], "local");
    assert_eq!(
        (&log["enforcement"]["mode"], &log["enforcement"]["approval_gate"]),
        (&json!("external"), &json!("blocking"))
    );
    let reports = std::fs::read_dir(project.path().join(".countersign/reports")).expect("the folder");
    let reports: Vec<String> =
        reports.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned()).collect();
    assert!(reports.iter().any(|name| name.ends_with("-closure.md")), "{reports:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pipe_answers_nothing_and_the_console_does() {
    let project = Project::new();
    let server = project.site.start();
    let client = reqwest::Client::new();
    let typed = format!("ana@example.com\n{PASSWORD}\nyes\nyes\n");
    let mut command = Command::new("setsid");
    command.arg("--wait").arg(env!("CARGO_BIN_EXE_countersign")).args([
        "exec",
        "sprint-review",
        "--input",
        "sprint=Sprint 7",
    ]);
    command.args(["--analysis", "local", "--directory"]).arg(project.path());
    command.env("COUNTERSIGN_URL", &server.url).env("COUNTERSIGN_KEY", &project.site.hook);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut executor = Reading::of(&mut command, &typed);
    let line = executor.until("Waiting for people:");
    executor.until("There is no terminal to ask at");
    let id = line.rsplit('/').next().expect("an id").trim().to_owned();
    let reviewer = &project.site.reviewers[0];
    let (_, seen) = server.get(&client, reviewer, &format!("/approvals/{id}")).await.expect("an answer");
    assert_eq!(seen["status"], "pending", "{seen}");
    assert_eq!(project.item(100)["state"], "Active");
    let ballot = json!({"verdict": "approve", "revision": seen["revision"], "package_digest": seen["package_digest"]});
    let decided =
        server.post(&client, reviewer, &format!("/approvals/{id}/decisions"), &ballot).await.expect("an answer");
    assert_eq!(decided.0, 201, "{}", decided.1);
    let (code, shown) = tokio::task::spawn_blocking(move || executor.finish()).await.expect("no panic");
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(project.item(100)["state"], "Done");
}

#[test]
fn a_terminal_decides_over_http_too() {
    let project = Project::new();
    let server = project.site.start();
    let answers = json!([["email", "ana@example.com"], ["Password:", PASSWORD], ["Approve?", "yes"]]);
    let mut command = Command::new("python3");
    command.args(["-c", super::AT_A_TERMINAL]).arg(answers.to_string()).arg(env!("CARGO_BIN_EXE_countersign"));
    command.args(["exec", "sprint-review", "--input", "sprint=Sprint 7", "--analysis", "local", "--directory"]);
    command.arg(project.path()).env("COUNTERSIGN_URL", &server.url).env("COUNTERSIGN_KEY", &project.site.hook);
    let (code, shown) = ended(&command.output().expect("python3"));
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(project.item(100)["state"], "Done");
}

/// People are asked twice in a row.
const TWICE: &str = "name: twice
default: block
subject: of
inputs: { of: string }
steps:
  - { id: first, approval: leads }
  - { id: second, approval: leads }
policies:
  leads:
    approve: { all: [{ group: leads }] }
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_the_console_answered_takes_no_later_answer() {
    let project = Project::new();
    project.publish(TWICE);
    let server = project.site.start();
    let client = reqwest::Client::new();
    let asked = project.site.folder().join("asked");
    // Somebody is at the password of the first approval when the console decides it; what they type is of the second.
    let answers = json!([
        ["email (empty", "ana@example.com"],
        ["Password:", format!("@{}", asked.display())],
        ["email (empty", "ana@example.com"],
        ["Password:", PASSWORD],
        ["Approve?", "yes"],
    ]);
    let mut command = Command::new("python3");
    command.args(["-c", super::AT_A_TERMINAL]).arg(answers.to_string()).arg(env!("CARGO_BIN_EXE_countersign"));
    command.args(["exec", "twice", "--input", "of=1", "--analysis", "local", "--directory"]).arg(project.path());
    command.env("COUNTERSIGN_URL", &server.url).env("COUNTERSIGN_KEY", &project.site.hook);
    let executor = tokio::task::spawn_blocking(move || ended(&command.output().expect("python3")));
    while !asked.exists() && !executor.is_finished() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let reviewer = &project.site.reviewers[0];
    let (_, page) = server.get(&client, reviewer, "/approvals?status=pending").await.expect("an answer");
    let id = page["items"][0]["id"].as_str().expect("an approval").to_owned();
    let (_, seen) = server.get(&client, reviewer, &format!("/approvals/{id}")).await.expect("an answer");
    let ballot = json!({"verdict": "approve", "revision": seen["revision"], "package_digest": seen["package_digest"]});
    let decided =
        server.post(&client, reviewer, &format!("/approvals/{id}/decisions"), &ballot).await.expect("an answer");
    assert_eq!(decided.0, 201, "{}", decided.1);
    let (code, shown) = executor.await.expect("no panic");
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains(PASSWORD), "the password shows: {shown}");
}

/// Whoever approves signs. Written so that no decision by token is added to it: nobody signs by one.
const SIGNED: &str = "name: signed
default: block
subject: of
inputs: { of: string }
steps:
  - { id: agreed, approval: leads }
  - { id: told, run: [touch, told.done], verify: [{ file_exists: told.done }] }
policies:
  leads:
    sign: true
    approve:
      all: [{ group: leads }]
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_to_be_signed_is_signed_at_the_terminal_or_waits() {
    let project = Project::new();
    project.publish(SIGNED);
    let words = ["signed", "--input", "of=1"];
    let signs = |email: &'static str, password: &'static str, answer: &'static str| {
        [("email", email), ("Password:", password), ("Approve?", answer)]
    };
    let says = |password: &'static str, answer: &'static str| signs("ana@example.com", password, answer);
    // Somebody else's: whoever mistypes has to wait a moment, at the terminal as at the sign-in.
    let wrong = [signs("tomas@example.com", "not the password at all", "yes"), says(PASSWORD, "no")].concat();
    let (code, shown) = project.at_a_terminal(&words, &wrong);
    assert_eq!((code, shown.matches("Not approved:").count()), (Some(1), 1), "{shown}");
    assert!(shown.contains("your password signs this decision as yours"), "it is said before: {shown}");
    assert!(!project.path().join("told.done").exists(), "{shown}");
    let server = project.site.start();
    let (client, reviewer) = (reqwest::Client::new(), &project.site.reviewers[0]);
    let (_, page) = server.get(&client, reviewer, "/approvals?status=pending").await.expect("an answer");
    let id = page["items"][0]["id"].as_str().expect("it waits").to_owned();
    let (_, seen) = server.get(&client, reviewer, &format!("/approvals/{id}")).await.expect("an answer");
    assert_eq!(seen["votes"], json!([]), "{seen}");
    // A token is no hand that signs.
    let ballot = json!({"verdict": "approve", "revision": seen["revision"], "package_digest": seen["package_digest"]});
    let path = format!("/approvals/{id}/decisions");
    let refused = server.post(&client, reviewer, &path, &ballot).await.expect("an answer");
    assert_eq!((refused.0, &refused.1["code"]), (403, &json!("not_entitled")), "{}", refused.1);
    let (code, shown) = project.at_a_terminal(&words, &says(PASSWORD, "yes"));
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains(PASSWORD), "the password shows: {shown}");
    let (_, seen) = server.get(&client, reviewer, &format!("/approvals/{id}")).await.expect("an answer");
    let signature = &seen["votes"][0]["signature"];
    assert_eq!((&seen["status"], seen["votes"][0]["name"].as_str()), (&json!("approved"), Some("ana")), "{seen}");
    assert!(signature["meaning"].as_str().is_some_and(|meaning| !meaning.is_empty()), "{seen}");
    assert!(project.path().join("told.done").exists(), "{shown}");
}
