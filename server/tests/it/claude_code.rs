//! The real client of Claude Code does what its documentation says of hooks: what stands here is what we build on.

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    claude::Claude,
    model::{ScriptedModel, ToolCall, Turn},
};

/// Where a client lives and works.
struct Place {
    executable: PathBuf,
    home: TempDir,
    folder: TempDir,
}

impl Place {
    fn find() -> Option<Self> {
        let folder = || TempDir::new().expect("a folder");
        Some(Self { executable: Claude::find()?, home: folder(), folder: folder() })
    }

    /// A run that asks nobody for permission, and a hook that says this of every command.
    fn claude(&self, model: &ScriptedModel, said: Option<(&str, &str)>) -> Claude {
        let claude = Claude::new(&self.executable, model, self.home.path(), self.folder.path());
        let claude = claude.args(["--permission-mode", "bypassPermissions"]);
        let Some((decision, reason)) = said else { return claude.settings(&json!({})) };
        let answer = json!({"hookEventName": "PreToolUse", "permissionDecision": decision,
            "permissionDecisionReason": reason});
        let answer = json!({"hookSpecificOutput": answer}).to_string();
        let hook = json!({"type": "command", "command": "printf %s \"$ANSWER\"", "onFailure": "block"});
        let hooks = json!({"PreToolUse": [{"matcher": "Bash", "hooks": [hook]}]});
        claude.settings(&json!({"hooks": hooks})).env("ANSWER", answer)
    }

    fn has(&self, file: &str) -> bool {
        self.folder.path().join(file).exists()
    }
}

fn touch(file: &str) -> Value {
    json!({"command": format!("touch {file}"), "description": "Makes a file"})
}

fn two() -> Vec<Turn> {
    let call = |id, file| ToolCall::new(id, "Bash", touch(file));
    vec![Turn::Call(vec![call("toolu_1", "one"), call("toolu_2", "two")]), Turn::Say("Both are there.".to_owned())]
}

#[tokio::test]
async fn a_scripted_model_has_tools_run_and_learns_what_they_said() {
    let Some(place) = Place::find() else { return };
    let model = ScriptedModel::start(two()).await;
    let ran = place.claude(&model, None).ask("Make two files.").await;
    assert!(ran.status.success(), "{}", ran.stderr);
    assert_eq!((ran.text("subtype"), ran.text("result")), ("success", "Both are there."));
    assert!(place.has("one") && place.has("two"));
    let results = model.tool_results();
    let told: Vec<_> = results.iter().map(|(id, is_error, _)| (id.as_str(), *is_error)).collect();
    assert_eq!(told, [("toolu_1", false), ("toolu_2", false)]);
    let requests = model.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[0]["messages"].to_string().contains("Make two files."));
}

#[tokio::test]
async fn a_hook_that_denies_keeps_the_tool_from_running_and_the_model_learns_why() {
    let Some(place) = Place::find() else { return };
    let model = ScriptedModel::start(vec![Turn::call("toolu_1", "Bash", touch("one"))]).await;
    let ran = place.claude(&model, Some(("deny", "No files today."))).ask("Make a file.").await;
    assert!(ran.status.success(), "{}", ran.stderr);
    assert!(!place.has("one"));
    let reason = "PreToolUse:Bash hook error: No files today.".to_owned();
    assert_eq!(model.tool_results(), [("toolu_1".to_owned(), true, reason)]);
    assert_eq!(ran.text("result"), "done");
    assert_eq!(ran.result["permission_denials"][0]["tool_use_id"], "toolu_1");
}

#[tokio::test]
async fn a_call_that_a_hook_defers_runs_when_the_session_is_resumed() {
    let Some(place) = Place::find() else { return };
    let model = ScriptedModel::start(vec![Turn::call("toolu_1", "Bash", touch("one"))]).await;
    let ran = place.claude(&model, Some(("defer", "Somebody decides."))).ask("Make a file.").await;
    assert!(ran.status.success(), "{}", ran.stderr);
    assert_eq!(ran.text("stop_reason"), "tool_deferred");
    assert_eq!(ran.result["deferred_tool_use"]["id"], "toolu_1");
    assert!(!place.has("one"));
    assert_eq!(model.tool_results(), []);

    let session = ran.text("session_id").to_owned();
    let resumed = place.claude(&model, Some(("allow", "Ana approved it."))).resume(&session).run().await;
    assert!(resumed.status.success(), "{}", resumed.stderr);
    assert_eq!((resumed.text("result"), resumed.text("session_id")), ("done", session.as_str()));
    assert!(place.has("one"));
    assert_eq!(model.tool_results().len(), 1);
}

/// Why one hook that defers is not enough.
#[tokio::test]
async fn parallel_calls_in_one_message_run_although_a_hook_defers_them() {
    let Some(place) = Place::find() else { return };
    let model = ScriptedModel::start_without_streaming(two()).await;
    let ran = place.claude(&model, Some(("defer", "Somebody decides."))).ask("Make two files.").await;
    assert_eq!(ran.text("stop_reason"), "end_turn");
    assert!(place.has("one") && place.has("two"));
}
