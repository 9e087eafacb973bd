//! `countersign hooks …` and `countersign hook …` as an administrator and a client call them.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

use crate::support::process::{Installation, Running, binary};

/// A project with the hooks, on a machine with a client of some version.
struct Machine {
    site: Installation,
    server: Option<Running>,
    project: PathBuf,
}

impl Machine {
    fn new() -> Self {
        let site = Installation::new();
        let server = Some(site.start());
        let project = site.folder().join("project");
        for folder in ["project", "bin", "home"] {
            std::fs::create_dir(site.folder().join(folder)).expect("a folder");
        }
        let machine = Self { site, server, project };
        machine.client("2.1.329 (Claude Code)");
        machine
    }

    fn url(&self) -> String {
        self.server.as_ref().expect("a server").url.clone()
    }

    /// Another version of the client.
    fn client(&self, version: &str) {
        let file = self.site.folder().join("bin/claude");
        std::fs::write(&file, format!("#!/bin/sh\necho '{version}'\n")).expect("a file");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("a program");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = binary(self.site.folder());
        let path = format!("{}:/usr/bin:/bin", self.site.folder().join("bin").display());
        command.env("PATH", path).env("HOME", self.site.folder().join("home")).env("COUNTERSIGN_KEY", &self.site.hook);
        command.env_remove("CLAUDE_CONFIG_DIR").env_remove("COUNTERSIGN_URL");
        command.stdin(Stdio::null()).args(arguments);
        command
    }

    fn managed(&self) -> String {
        self.site.folder().join("managed.json").display().to_string()
    }

    fn install(&self, more: &[&str]) -> Output {
        let install = ["hooks", "install", "--workflow", "payments", "--managed-file"];
        self.command(&[&install[..], &[&self.managed()], more].concat()).output().expect("the command")
    }

    /// What the doctor says, and whether it found nothing.
    fn doctor(&self, with: impl FnOnce(&mut Command)) -> (bool, String) {
        let project = self.project.display().to_string();
        let mut command = self.command(&["hooks", "doctor", "--project", &project, "--managed-file", &self.managed()]);
        with(&mut command);
        let told = command.output().expect("the command");
        (told.status.success(), String::from_utf8(told.stdout).expect("text"))
    }
}

#[test]
fn the_doctor_looks_at_settings_client_and_console() {
    let mut machine = Machine::new();
    let (is_well, told) = machine.doctor(|_| {});
    assert!(!is_well && told.contains("No PreToolUse hook asks `guard`"), "{told}");
    let project = machine.project.display().to_string();
    assert!(machine.install(&["--server", &machine.url(), "--project", &project]).status.success());
    let (is_well, told) = machine.doctor(|_| {});
    assert!(is_well && told.contains("no faults") && told.contains("note: Whoever may write"), "{told}");
    let (is_well, told) = machine.doctor(|command| {
        command.env("COUNTERSIGN_KEY", "csk_nobody");
    });
    assert!(!is_well && told.contains("is not taken"), "{told}");
    let local = machine.project.join(".claude/settings.local.json");
    std::fs::write(&local, r#"{"disableAllHooks": true}"#).expect("a file");
    let (is_well, told) = machine.doctor(|_| {});
    assert!(!is_well && told.contains("settings.local.json: no tool call is checked"), "{told}");
    std::fs::remove_file(local).expect("removed");
    for (version, expected) in
        [("2.1.294 (Claude Code)", "when a hook fails there, the tool runs"), ("dev", "no version")]
    {
        machine.client(version);
        let (is_well, told) = machine.doctor(|_| {});
        assert!(!is_well && told.contains(expected), "{told}");
    }
    machine.client("2.1.295 (Claude Code)");
    let url = machine.url();
    machine.server.take().expect("a server").kill();
    let (is_well, told) = machine.doctor(|_| {});
    assert!(!is_well && told.contains(&format!("{url}: no connection")), "{told}");
}

#[test]
fn managed_settings_keep_what_is_there_and_let_no_other_hooks_count() {
    let machine = Machine::new();
    std::fs::write(machine.managed(), r#"{"model": "m"}"#).expect("a file");
    assert!(machine.install(&["--server", &machine.url(), "--managed"]).status.success());
    let settings: Value = serde_json::from_slice(&std::fs::read(machine.managed()).expect("a file")).expect("JSON");
    assert_eq!((&settings["model"], &settings["allowManagedHooksOnly"]), (&json!("m"), &json!(true)));
    assert!(settings.get("allowedHttpHookUrls").is_none(), "{settings}");
    let (is_well, told) = machine.doctor(|_| {});
    assert!(is_well && !told.contains("note:"), "{told}");
    // What lies beside it counts as well.
    let beside = machine.site.folder().join("managed.d");
    std::fs::create_dir(&beside).expect("a folder");
    std::fs::write(beside.join("10-off.json"), r#"{"disableAllHooks": true}"#).expect("a file");
    let (is_well, told) = machine.doctor(|_| {});
    assert!(!is_well && told.contains("`disableAllHooks` is set in") && told.contains("10-off.json"), "{told}");
    std::fs::remove_dir_all(&beside).expect("removed");
    std::fs::set_permissions(machine.managed(), std::fs::Permissions::from_mode(0o666)).expect("a mode");
    assert!(machine.doctor(|_| {}).1.contains("may be written by others"));
}

#[test]
fn a_key_goes_in_clear_text_only_where_that_is_allowed() {
    let machine = Machine::new();
    let project = machine.project.display().to_string();
    let plain = ["--server", "http://10.1.2.3:8080", "--project", &project];
    let refused = machine.install(&plain);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--allow-http"));
    assert!(!machine.project.join(".claude").exists());
    assert!(machine.install(&[&plain[..], &["--allow-http"]].concat()).status.success());
}

#[test]
fn a_hook_that_is_written_wrongly_denies_and_ends_well() {
    let machine = Machine::new();
    let said = |arguments: &[&str]| {
        let told = machine.command(arguments).output().expect("the command");
        assert_eq!(told.status.code(), Some(0), "{arguments:?}");
        serde_json::from_slice::<Value>(&told.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {told:?}"))
    };
    for arguments in [&["hook", "guard", "--sever", "x"][..], &["hook", "guard"], &["hook", "pretooluse"], &["hook"]] {
        let answer = said(arguments);
        assert_eq!(answer["hookSpecificOutput"]["permissionDecision"], "deny", "{arguments:?}: {answer}");
    }
    let permit = said(&["hook", "permission-request"]);
    assert_eq!(permit["hookSpecificOutput"]["decision"]["behavior"], "deny");
    for event in ["stop", "subagent-stop", "post-tool-use", "session-start"] {
        let answer = said(&["hook", event, "--sever", "x"]);
        assert!(answer["systemMessage"].is_string() && answer.get("decision").is_none(), "{event}: {answer}");
    }
    let status = machine.command(&["key", "create", "--scope", "hook"]).output().expect("the command").status;
    assert_eq!(status.code(), Some(2), "another command");
    let help = machine.command(&["hook", "--help"]).output().expect("the command");
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("guard"));
}
