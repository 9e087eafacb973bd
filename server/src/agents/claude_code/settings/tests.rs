//! Settings with and without hooks: what is written, and what is told.

use serde_json::{Value, json};

use super::*;

fn wanted() -> Wanted {
    Wanted {
        server: "https://countersign.example".to_owned(),
        runner: None,
        workflow: Some("refunds".to_owned()),
        program: "/usr/bin/countersign".to_owned(),
        by_command: false,
    }
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
    let urls = json!(["https://other.example/a", "https://countersign.example/hooks/claude-code/*"]);
    assert_eq!(once["allowedHttpHookUrls"], urls);
    assert_eq!(installed(once.clone()), once);
    for wrong in [json!([]), json!({"hooks": []}), json!({"hooks": {"Stop": {}}})] {
        assert!(wanted().installed_in(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn each_way_round_the_gate_is_told() {
    type Change = fn(&mut Value);
    let table: [(Change, &str); 9] = [
        (|s| s["disableAllHooks"] = json!(true), "no tool call is checked"),
        (|s| s["hooks"]["PreToolUse"][0]["hooks"][0]["onFailure"] = json!("continue"), "when it fails, the tool runs"),
        (|s| s["hooks"]["PreToolUse"][0]["hooks"][1] = json!({"type": "command", "command": "bell"}), "asks `guard`"),
        (|s| s["hooks"]["PreToolUse"] = json!([]), "no call waits for people"),
        (|s| s["hooks"]["PreToolUse"][0]["matcher"] = json!("Bash"), "calls of other tools are not checked"),
        (|s| s["hooks"]["PreToolUse"][0]["hooks"][0]["timeout"] = json!(5), "are cut off"),
        (|s| s["allowedHttpHookUrls"] = json!([]), "is not asked"),
        (|s| s["httpHookAllowedEnvVars"] = json!([]), "without a key"),
        (|s| s["hooks"]["SessionStart"] = json!([]), "sessions are not registered"),
    ];
    for (change, expected) in table {
        let mut settings = installed(json!({}));
        change(&mut settings);
        let told = faults(&settings);
        assert!(told.iter().any(|fault| fault.contains(expected)), "{expected}: {told:?}");
    }
    assert!(faults(&json!({})).len() >= 4);
}
