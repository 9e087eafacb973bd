//! SIGKILL around what people and roles say: an analysis that was cut off, and an approval that was given and that nobody
//! has gone on from.

use std::{path::Path, process::Command, time::Duration};

use serde_json::{Value, json};

use super::{COUNTED, PROGRAM, WORDS};
use crate::{
    exec::{Project, Reading},
    support::{PASSWORD, process::Running},
};

const YES: [(&str, &str); 3] = [("email", "ana@example.com"), ("Password:", PASSWORD), ("Approve?", "yes")];

fn counted() -> Project {
    let project = Project::new();
    project.publish(COUNTED);
    std::fs::write(project.path().join("counted.py"), PROGRAM).expect("written");
    project
}

fn lines(file: &Path) -> Vec<String> {
    std::fs::read_to_string(file).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// A client of Claude that notes each time it is asked, and answers once it is let go.
fn client(project: &Project, asked: &Path, hold: &Path) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let client = project.site.folder().join("client");
    let program = format!(
        "#!/bin/sh\necho asked >> {}\nwhile [ -e {} ]; do sleep 0.02; done\necho '{}'\n",
        asked.display(),
        hold.display(),
        json!({"type": "result", "is_error": false, "result": "Both ran.", "total_cost_usd": 0.1}),
    );
    std::fs::write(&client, program).expect("written");
    std::fs::set_permissions(&client, std::fs::Permissions::from_mode(0o755)).expect("a program");
    client.display().to_string()
}

#[test]
fn killed_while_roles_look_it_asks_them_again_and_does_nothing_twice() {
    let project = counted();
    let [asked, hold] = ["asked.txt", "hold-look"].map(|name| project.site.folder().join(name));
    let client = client(&project, &asked, &hold);
    let words = [&WORDS[..], &["--claude", &client]].concat();
    std::fs::write(&hold, "").expect("written");
    let executor = Reading::of(&mut project.alone(&words), "");
    let until = std::time::Instant::now() + Duration::from_mins(1);
    while lines(&asked).is_empty() {
        assert!(std::time::Instant::now() < until, "nobody was asked");
        std::thread::sleep(Duration::from_millis(20));
    }
    executor.kill(&project.pid());
    std::fs::remove_file(&hold).expect("removed");
    let (code, shown) = project.at_a_terminal(&words, &YES);
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(lines(&project.path().join("ended.txt")), ["one", "two", "three"], "{shown}");
    assert_eq!((lines(&asked).len(), shown.matches("verified before").count()), (2, 2), "{shown}");
    let log = project.log("counted");
    assert_eq!(log["steps_completed"], json!(["1-one", "2-two", "3-look", "4-agreed", "5-three"]), "{log}");
    assert_eq!(log["step_evidence"]["3-look"]["roles"]["qa"]["summary"], "Both ran.", "{log}");
}

/// Approves what an executor waits for, as Ana and in the console's way.
async fn approve(project: &Project, server: &Running, line: &str) {
    let client = reqwest::Client::new();
    let (reviewer, id) = (&project.site.reviewers[0], line.rsplit('/').next().expect("an id").trim());
    let (_, seen) = server.get(&client, reviewer, &format!("/approvals/{id}")).await.expect("an answer");
    let ballot = json!({"verdict": "approve", "revision": seen["revision"], "package_digest": seen["package_digest"]});
    let decided = server.post(&client, reviewer, &format!("/approvals/{id}/decisions"), &ballot).await;
    let decided: (u16, Value) = decided.expect("an answer");
    assert_eq!(decided.0, 201, "{}", decided.1);
}

fn signal(name: &str, pid: &str) {
    assert!(Command::new("kill").args([name, pid]).status().expect("kill").success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_it_has_read_the_approval_it_goes_on_with_it() {
    let project = counted();
    let server = project.site.start();
    let mut executor = Reading::of(&mut project.alone(&WORDS), "");
    let line = executor.until("Waiting for people:");
    let pid = project.pid();
    // It stands still while people decide, so that it cannot have heard of it.
    signal("-STOP", &pid);
    approve(&project, &server, &line).await;
    executor.kill(&pid);
    goes_on_once(&project);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_once_it_has_read_the_approval_it_goes_on_with_it() {
    let project = counted();
    let server = project.site.start();
    // Wherever it is cut off from there on, what comes next has not ended.
    let hold = project.path().join("hold");
    std::fs::write(&hold, "three").expect("written");
    let mut executor = Reading::of(&mut project.alone(&WORDS), "");
    let line = executor.until("Waiting for people:");
    let pid = project.pid();
    approve(&project, &server, &line).await;
    executor.until("  approved");
    executor.kill(&pid);
    std::fs::remove_file(&hold).expect("removed");
    goes_on_once(&project);
}

/// Started again with nobody at a terminal, it asks nobody, and does what is left once.
fn goes_on_once(project: &Project) {
    let (code, shown) = Reading::of(&mut project.alone(&WORDS), "").finish();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.matches("verified before").count() >= 3, "{shown}");
    assert_eq!(lines(&project.path().join("ended.txt")), ["one", "two", "three"], "{shown}");
    let log = project.log("counted");
    assert_eq!((&log["status"], &log["step_evidence"]["4-agreed"]["approved"]), (&json!("completed"), &json!(true)));
}
