//! Official clients of the protocol, in both languages and of both eras, and Claude Code: each asks for an approval and
//! reads its decision.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    claude::{Claude, Ran},
    model::{ScriptedModel, Turn},
    process::{Installation, Running},
};

/// Names the folder with a Python for each era.
const PYTHON: &str = "COUNTERSIGN_MCP_PYTHON";
/// Names the folder with the packages for Node.
const NODE: &str = "COUNTERSIGN_MCP_NODE";
/// How long a client may take to ask.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often it is looked whether it has.
const PAUSE: Duration = Duration::from_millis(20);
const TOOLS: [&str; 6] =
    ["request_approval", "get_decision", "check_gate", "submit_handoff", "record_assertion", "escalate"];

/// A server with a run, and a key of the model's side that was minted for it.
struct Desk {
    site: Installation,
    server: Running,
    client: reqwest::Client,
    key: String,
}

impl Desk {
    async fn open() -> Self {
        let site = Installation::new();
        let (server, client) = (site.start(), reqwest::Client::new());
        let body = json!({
            "workflow": "payments", "subject": "acc_1", "requested_by": "rosa@example.com", "agent_key": true,
            "session": {"framework": "test", "id": "s1"},
        });
        let (status, begun) = server.post(&client, &site.hook, "/runs", &body).await.expect("an answer");
        assert_eq!(status, 201, "{begun}");
        Self { site, server, client, key: begun["agent_key"].as_str().expect("a key").to_owned() }
    }

    /// The approval that waits, once there is one.
    async fn waiting(&self) -> String {
        let since = Instant::now();
        loop {
            let page = self.server.get(&self.client, &self.site.reviewers[0], "/approvals?status=pending").await;
            if let Some(id) = page.expect("an answer").1["items"][0]["id"].as_str() {
                return id.to_owned();
            }
            assert!(since.elapsed() < PATIENCE, "nobody has asked");
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn reject(&self, approval: &str) {
        let reviewer = &self.site.reviewers[0];
        let shown = self.server.get(&self.client, reviewer, &format!("/approvals/{approval}")).await.expect("it").1;
        let body = json!({
            "verdict": "reject", "reason_code": "doubt", "notes": "Not by Friday.",
            "revision": shown["revision"], "package_digest": shown["package_digest"],
        });
        let path = format!("/approvals/{approval}/decisions");
        let (status, answer) = self.server.post(&self.client, reviewer, &path, &body).await.expect("an answer");
        assert_eq!(status, 201, "{answer}");
    }

    fn claude(&self, executable: &Path, model: &ScriptedModel, home: &TempDir, folder: &TempDir) -> Claude {
        let server = json!({
            "type": "http", "url": format!("{}/mcp", self.server.url), "alwaysLoad": true,
            "headers": {"Authorization": "Bearer ${COUNTERSIGN_KEY}"},
        });
        let config = json!({"mcpServers": {"countersign": server}}).to_string();
        let claude = Claude::new(executable, model, home.path(), folder.path());
        claude
            .args(["--permission-mode", "bypassPermissions", "--strict-mcp-config", "--mcp-config", &config])
            .env("COUNTERSIGN_KEY", &self.key)
    }
}

/// A folder that the environment names. Says loudly that there is none.
fn named(variable: &str) -> Option<PathBuf> {
    let found = std::env::var_os(variable).map(PathBuf::from);
    if found.is_none() {
        eprintln!("SKIPPED WITH A CLIENT OF MCP: {variable} names no folder (`cargo xtask test` prepares it).");
    }
    found.map(|path| std::path::absolute(path).expect("a path"))
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../end2end/mcp").join(name)
}

/// A client asks, a person rejects, and the client reads that. Gives what it says.
async fn told(mut command: Command) -> (Desk, String, Value) {
    let desk = Desk::open().await;
    command.env("COUNTERSIGN_URL", &desk.server.url).env("COUNTERSIGN_KEY", &desk.key);
    let running = tokio::task::spawn_blocking(move || command.output().expect("the client"));
    let decided = async {
        let approval = desk.waiting().await;
        desk.reject(&approval).await;
        approval
    };
    let (output, approval) = tokio::join!(running, decided);
    let Output { status, stdout, stderr } = output.expect("it ends");
    let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{said}");
    let told = serde_json::from_slice(&stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    (desk, approval, told)
}

/// What every client has to say in the end.
async fn asks_and_reads(command: Command, version: &str, opens: bool) {
    let (desk, approval, told) = told(command).await;
    assert_eq!((&told["version"], &told["tools"]), (&json!(version), &json!(TOOLS)), "{told:#}");
    // Whoever was asked to open the console asks again, and people may have decided by then.
    let may_be = |status: &str| status == "AWAITING_HUMAN_REVIEW" || (opens && status == "rejected");
    assert!(told["asked"]["status"].as_str().is_some_and(may_be), "{told:#}");
    assert_eq!(told["asked"]["approval_id"], json!(approval));
    let url = format!("{}/approvals/{approval}", desk.server.url);
    assert_eq!(told["opened"], if opens { json!([url]) } else { json!([]) }, "{told:#}");
    assert_eq!(told["decided"]["status"], "rejected", "{told:#}");
    assert_eq!(told["decided"]["notes"], "Not by Friday.");
    assert_eq!(told["refused"]["code"], "invalid_field", "{told:#}");
}

#[tokio::test]
async fn python_of_the_newer_sdk_in_both_eras() {
    let Some(python) = named(PYTHON) else { return };
    for (mode, version, opens) in [("auto", "2026-07-28", true), ("legacy", "2025-11-25", false)] {
        let mut command = Command::new(python.join("new/bin/python"));
        command.arg(script("new_era.py")).arg(mode);
        asks_and_reads(command, version, opens).await;
    }
}

#[tokio::test]
async fn python_of_the_older_sdk() {
    let Some(python) = named(PYTHON) else { return };
    let mut command = Command::new(python.join("old/bin/python"));
    command.arg(script("old_era.py"));
    asks_and_reads(command, "2025-11-25", false).await;
}

#[tokio::test]
async fn typescript_of_both_sdks() {
    let Some(node) = named(NODE) else { return };
    for (file, version, opens) in [("new-era.mjs", "2026-07-28", true), ("old-era.mjs", "2025-11-25", false)] {
        let mut command = Command::new("node");
        command.arg(node.join(file));
        asks_and_reads(command, version, opens).await;
    }
}

/// What Claude Code gave its model as the result of its one call.
fn result(model: &ScriptedModel, ran: &Ran) -> (bool, String) {
    let results = model.tool_results();
    let (_, failed, text) = results.first().unwrap_or_else(|| panic!("no result: {}{}", ran.stdout, ran.stderr));
    (*failed, text.clone())
}

#[tokio::test]
async fn claude_code_asks_and_reads() {
    let Some(executable) = Claude::find() else { return };
    let desk = Desk::open().await;
    let (home, folder) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    let question = json!({"summary": "May I promise a refund?", "idempotency_key": "refund"});
    let model = ScriptedModel::start(vec![Turn::call("toolu_1", "mcp__countersign__request_approval", question)]).await;
    let ran = desk.claude(&executable, &model, &home, &folder).ask("Ask for a refund.").await;
    let (failed, text) = result(&model, &ran);
    let asked: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!((failed, &asked["status"]), (false, &json!("AWAITING_HUMAN_REVIEW")), "{text}");
    let approval = desk.waiting().await;
    assert_eq!(asked["approval_id"], json!(approval));
    let wait = json!({"approval_id": approval, "wait_s": 60});
    let model = ScriptedModel::start(vec![Turn::call("toolu_2", "mcp__countersign__get_decision", wait)]).await;
    let client = desk.claude(&executable, &model, &home, &folder);
    let (ran, ()) = tokio::join!(client.ask("What did they say?"), desk.reject(&approval));
    let (failed, text) = result(&model, &ran);
    let told: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!((failed, &told["status"]), (false, &json!("rejected")), "{text}");
    assert_eq!(told["notes"], "Not by Friday.");
}

/// Whoever takes the dry run for the hook that decides finds the call denied, also where it would be allowed.
#[tokio::test]
async fn a_dry_run_as_a_hook_denies() {
    let Some(executable) = Claude::find() else { return };
    let desk = Desk::open().await;
    let (home, folder) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    let input = json!({"tool": "look_up", "input": {"account": "acc_1"}});
    let hook =
        json!({"type": "mcp_tool", "server": "countersign", "tool": "check_gate", "timeout": 30, "input": input});
    let settings = json!({"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [hook]}]}});
    let touch = json!({"command": "touch file", "description": "Makes a file"});
    let model = ScriptedModel::start(vec![Turn::call("toolu_1", "Bash", touch)]).await;
    let ran = desk.claude(&executable, &model, &home, &folder).settings(&settings).ask("Make a file.").await;
    let (failed, text) = result(&model, &ran);
    assert!(failed && text.contains("dry run"), "{text}");
    assert!(!folder.path().join("file").exists());
}
