//! The shipped workflows on the sample project, from end to end.

use std::process::Command;

use serde_json::json;

use super::Project;
use crate::support::PASSWORD;

const YES: [(&str, &str); 3] = [("email", "ana@example.com"), ("Password:", PASSWORD), ("Approve?", "yes")];

#[test]
fn a_version_is_deployed() {
    let project = Project::new();
    let words = ["deployment", "--input", "version=1.4.0", "--requested-by", "dev@example.com"];
    let (code, shown) = project.at_a_terminal(&words, &YES);
    assert_eq!(code, Some(0), "{shown}");
    let steps = [
        "1-checks",
        "2-build",
        "3-staging",
        "4-smoke",
        "5-security_review",
        "6-approval",
        "7-production",
        "8-verification",
    ];
    assert_eq!(project.log("deployment")["steps_completed"], json!(steps));
    assert!(project.path().join("deploy/production/app/greeting.py").is_file());
}

#[test]
fn nothing_else_goes_to_production_than_what_was_seen() {
    let project = Project::new();
    let words = ["deployment", "--input", "version=1.4.0", "--requested-by", "dev@example.com"];
    // Between staging and the approval the package becomes another one.
    let replaced = format!("@{}", project.path().join("build/app-1.4.0.tar").display());
    let answers = [("email", replaced.as_str()), ("(empty", "ana@example.com"), YES[1], YES[2]];
    let (code, shown) = project.at_a_terminal(&words, &answers);
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("is what was looked at: it goes no further"), "{shown}");
    assert!(!project.path().join("deploy/production").exists(), "{shown}");
}

#[test]
fn a_version_is_released() {
    let project = Project::new();
    let words = ["release", "--input", "version=1.4.0", "--requested-by", "dev@example.com"];
    let (code, shown) = project.at_a_terminal(&words, &YES);
    assert_eq!(code, Some(0), "{shown}");
    let steps =
        ["1-version", "2-changelog", "3-tests", "4-documentation", "5-quality", "6-approval", "7-tag", "8-publish"];
    assert_eq!(project.log("release")["steps_completed"], json!(steps));
    let tags = Command::new("git").args(["tag", "--list"]).current_dir(project.path()).output().expect("git");
    assert_eq!(String::from_utf8_lossy(&tags.stdout).trim(), "v1.4.0");
    assert!(project.path().join("dist/index.json").is_file());
}

/// What a client of Claude prints, as it was seen.
const CLIENT: &str = r#"#!/bin/sh
case "$*" in *Evidence*--output-format\ json*) ;; *) exit 9 ;; esac
echo '{"type":"result","subtype":"success","is_error":false,"result":"Three tests ran. Look at epic 101.","total_cost_usd":0.1}'
"#;

#[test]
fn a_client_analyses_and_its_cost_is_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = Project::new();
    let client = project.site.folder().join("client");
    std::fs::write(&client, CLIENT).expect("written");
    std::fs::set_permissions(&client, std::fs::Permissions::from_mode(0o755)).expect("a program");
    let words = ["sprint-review", "--input", "sprint=Sprint 7", "--claude", client.to_str().expect("a path")];
    let (code, shown) = project.at_a_terminal(&words, &YES);
    assert_eq!(code, Some(0), "{shown}");
    let log = project.log("sprint-review");
    let reviews = &log["step_evidence"]["5-reviews"];
    assert_eq!(reviews["roles"]["security"]["summary"], "Three tests ran. Look at epic 101.", "{log}");
    assert!((reviews["cost_usd"].as_f64().expect("a cost") - 0.3).abs() < 1e-9, "{log}");
    assert_eq!((&reviews["analysis"], &reviews["decides"]), (&json!("claude"), &json!("nothing")), "{log}");
}

#[test]
fn whoever_asked_does_not_agree() {
    let project = Project::new();
    let words = ["release", "--input", "version=1.4.0", "--requested-by", "ana@example.com"];
    let no = [("email", "ana@example.com"), ("Password:", PASSWORD), ("Approve?", "no")];
    let (code, shown) = project.at_a_terminal(&words, &[YES, no].concat());
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("Not approved:"), "{shown}");
    let tags = Command::new("git").args(["tag", "--list"]).current_dir(project.path()).output().expect("git");
    assert!(tags.stdout.is_empty(), "{shown}");
}
