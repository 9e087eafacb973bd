//! Settings with and without hooks: what is written, and what is told.

use serde_json::{Value, json};

use super::{
    doctor::{Source, look_over},
    *,
};

fn wanted() -> Wanted {
    Wanted {
        server: "https://countersign.example".to_owned(),
        runner: None,
        workflow: Some("refunds".to_owned()),
        program: "/usr/bin/countersign".to_owned(),
        by_command: false,
        markers: false,
        managed: false,
    }
}

/// What the doctor says of one project's settings.
fn faults(settings: &Value) -> Vec<String> {
    look_over(&[source("project", settings.clone())]).faults
}

fn source(name: &str, settings: Value) -> Source {
    Source { name: name.to_owned(), is_managed: name == "managed", settings }
}

fn installed(settings: Value) -> Value {
    wanted().installed_in(settings).expect("settings")
}

#[test]
fn what_is_installed_has_no_faults() {
    let settings = installed(json!({}));
    assert_eq!(faults(&settings), Vec::<String>::new());
    let pair = settings["hooks"]["PreToolUse"][0]["hooks"].as_array().expect("a pair").clone();
    assert_eq!(pair[0]["url"], "https://countersign.example/hooks/claude-code/pre-tool-use");
    assert_eq!(pair[0]["headers"]["Authorization"], "Bearer $COUNTERSIGN_KEY");
    assert_eq!(pair[1]["args"], json!(["hook", "guard", "--server", "https://countersign.example"]));
    let start = &settings["hooks"]["SessionStart"][0]["hooks"][0];
    let args = ["hook", "session-start", "--server", "https://countersign.example", "--workflow", "refunds"];
    assert_eq!(start["args"], json!(args));
    let commands = Wanted { by_command: true, ..wanted() }.installed_in(json!({})).expect("settings");
    assert_eq!(faults(&commands), Vec::<String>::new());
    assert!(!commands.to_string().contains("\"http\""), "{commands}");
    assert!(commands.get("allowedHttpHookUrls").is_none());
    let marking = Wanted { markers: true, ..wanted() }.installed_in(json!({})).expect("settings");
    assert_eq!(faults(&marking), Vec::<String>::new());
    let after = &marking["hooks"]["PostToolUse"][0]["hooks"][0];
    assert_eq!(after["args"], json!(["hook", "post-tool-use", "--server", "https://countersign.example", "--markers"]));
    assert_eq!(
        marking["hooks"]["PreToolUse"], settings["hooks"]["PreToolUse"],
        "what is asked before a call is the same"
    );
}

#[test]
fn what_others_wrote_stays_and_a_second_time_changes_nothing() {
    let before = json!({
        "model": "m",
        "hooks": {
            "PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "http", "url": "https://other.example/a"}]}],
            "Notification": [{"hooks": [{"type": "command", "command": "bell"}]}],
        },
    });
    let once = installed(before.clone());
    assert_eq!(once["model"], "m");
    assert_eq!(once["hooks"]["PreToolUse"][0], before["hooks"]["PreToolUse"][0]);
    assert_eq!(once["hooks"]["Notification"], before["hooks"]["Notification"]);
    for list in ["allowedHttpHookUrls", "httpHookAllowedEnvVars"] {
        assert!(once.get(list).is_none(), "a list that is made now keeps the hooks of others from working");
    }
    assert_eq!(installed(once.clone()), once);
    for wrong in [json!([]), json!({"hooks": []}), json!({"hooks": {"Stop": {}}})] {
        assert!(wanted().installed_in(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn lists_that_are_there_are_extended() {
    let lists = json!({"allowedHttpHookUrls": ["https://other.example/*"], "httpHookAllowedEnvVars": ["A"]});
    let settings = installed(lists.clone());
    let urls = json!(["https://other.example/*", "https://countersign.example/hooks/claude-code/*"]);
    assert_eq!((&settings["allowedHttpHookUrls"], &settings["httpHookAllowedEnvVars"]), (&urls, &json!(["A", KEY])));
    assert_eq!(installed(settings.clone()), settings);
    let commands = Wanted { by_command: true, ..wanted() }.installed_in(lists.clone()).expect("settings");
    assert_eq!(commands["allowedHttpHookUrls"], lists["allowedHttpHookUrls"]);
}

#[test]
fn only_hooks_of_this_program_are_replaced() {
    let other = json!({"type": "command", "command": "/usr/bin/other", "args": ["hook", "stop"]});
    let old = json!({"type": "command", "command": "/old/bin/countersign", "args": ["hook", "stop", "--server", "https://old.example"]});
    let written = json!({"type": "command", "command": "countersign hook guard --server https://old.example"});
    let before = json!({"hooks": {"Stop": [{"hooks": [other, old]}], "PreToolUse": [{"hooks": [written]}]}});
    let settings = installed(before);
    assert_eq!(settings["hooks"]["Stop"][0]["hooks"], json!([other]));
    assert!(!settings.to_string().contains("old.example"), "{settings}");
}

#[test]
fn managed_settings_let_no_other_hooks_count() {
    let managed = Wanted { managed: true, ..wanted() }.installed_in(json!({"model": "m"})).expect("settings");
    assert_eq!((&managed["allowManagedHooksOnly"], &managed["model"]), (&json!(true), &json!("m")));
    let off = || source("user", json!({"disableAllHooks": true}));
    let found = look_over(&[source("managed", managed.clone()), off()]);
    assert_eq!((found.faults, found.notes), (Vec::<String>::new(), Vec::<String>::new()));
    let elsewhere = [source("managed", json!({"allowManagedHooksOnly": true})), source("user", installed(json!({})))];
    let told = look_over(&elsewhere).faults;
    assert!(told[0].contains("do not stand in managed settings"), "{told:?}");
    assert!(look_over(&[source("user", installed(json!({}))), off()]).faults[0].contains("no tool call is checked"));
}

#[test]
fn files_are_looked_over_together() {
    let lists = source("user", json!({"allowedHttpHookUrls": ["https://countersign.example/*"]}));
    let project = source("project", installed(json!({"allowedHttpHookUrls": []})));
    assert_eq!(look_over(&[lists.clone(), project]).faults, Vec::<String>::new());
    let bell = json!({"hooks": {"PreToolUse": [{"hooks": [{"type": "command", "command": "rewrite"}]}]}});
    let found = look_over(&[source("user", bell), source("project", installed(json!({})))]);
    assert_eq!(found.faults, Vec::<String>::new());
    assert!(found.notes[0].contains("rewrite") && found.notes[0].contains("`updatedInput`"), "{:?}", found.notes);
    assert!(found.notes[1].contains("project"), "{:?}", found.notes);
    assert_eq!(found.server.as_deref(), Some("https://countersign.example"));
}

#[test]
fn each_way_round_the_gate_is_told() {
    type Change = fn(&mut Value);
    let table: [(Change, &str); 19] = [
        (|s| s["disableAllHooks"] = json!(true), "no tool call is checked"),
        (|s| s["hooks"]["PreToolUse"][0]["hooks"][0]["onFailure"] = json!("continue"), "when it fails, the tool runs"),
        (|s| s["hooks"]["PreToolUse"][0]["hooks"][1] = json!({"type": "command", "command": "bell"}), "asks `guard`"),
        (|s| s["hooks"]["PreToolUse"] = json!([]), "no call waits for people"),
        (|s| s["hooks"]["PreToolUse"][0]["matcher"] = json!("Bash"), "calls of other tools are not checked"),
        (|s| s["hooks"]["PreToolUse"][0]["hooks"][0]["timeout"] = json!(5), "are cut off"),
        (|s| s["allowedHttpHookUrls"] = json!(["https://other.example/*"]), "is not asked"),
        (|s| s["httpHookAllowedEnvVars"] = json!([]), "without a key"),
        (|s| s["hooks"]["SessionStart"] = json!([]), "sessions are not registered"),
        (|s| s["hooks"]["PostToolUse"] = json!([]), "nothing that tools return is recorded"),
        (|s| s["hooks"]["PermissionRequest"] = json!([]), "may ask somebody else"),
        (|s| s["hooks"]["PermissionRequest"][0]["hooks"][0]["onFailure"] = json!(null), "when it fails, the tool runs"),
        (|s| s["hooks"]["PreToolUse"][0]["hooks"][0]["timeout"] = json!(600.5), "are cut off"),
        (
            |s| drop(s["hooks"]["PreToolUse"][0]["hooks"][1].as_object_mut().expect("one").remove("timeout")),
            "is missing",
        ),
        (|s| s["hooks"]["PreToolUse"][0]["hooks"][1]["if"] = json!("Bash(ls)"), "calls of other tools are not checked"),
        (|s| s["hooks"]["PreToolUse"][0]["hooks"][1]["async"] = json!(true), "nobody waits for the answer"),
        (|s| s["hooks"]["PreToolUse"][0]["hooks"][1]["args"][3] = json!("https://evil.example"), "another console"),
        (|s| s["hooks"]["PreToolUse"][0]["hooks"][0]["headers"]["countersign-run"] = json!("x"), "something else"),
        (|s| s["hooks"]["PreToolUse"][0]["hooks"][0]["type"] = json!("prompt"), "another question"),
    ];
    for (change, expected) in table {
        let mut settings = installed(json!({}));
        change(&mut settings);
        let told = faults(&settings);
        assert!(told.iter().any(|fault| fault.contains(expected)), "{expected}: {told:?}");
    }
    assert!(faults(&json!({})).len() >= 4);
}
