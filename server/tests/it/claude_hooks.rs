//! The real client behind the installed hooks and the real server: what no gate allowed does not run, whatever fails.

use std::path::PathBuf;

use axum::{Router, http::StatusCode, routing::any};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::support::{
    claude::{Claude, Ran},
    model::{ScriptedModel, ToolCall, Turn},
    process::{Installation, Running},
};

/// A shell whose commands people agree to, but for the harmless one.
pub const SHELL: &str = r#"
name: shell
default: block
tools:
  Bash: { input: { command: string, description: { type: string, optional: true } }, reversible: false }
facts:
  freeze: { type: bool, from: system }
gates:
  - id: commands
    tools: [Bash]
    require: [{ name: no_freeze, when: "!has(facts.freeze) || !facts.freeze", otherwise: "A freeze is on. Wait for its end." }]
    review: { unless: 'input.command == "touch harmless"', policy: one }
policies:
  one: { approve: { all: [{ group: compliance }] }, reasons: { required_on: [reject], codes: [no] }, via: [console, api] }
"#;

/// A server, and a client with the hooks as they are installed.
pub struct Desk {
    /// Its people and keys.
    pub site: Installation,
    /// Its server.
    pub server: Running,
    /// Asks it.
    pub client: reqwest::Client,
    /// The client's program.
    pub executable: PathBuf,
    /// The client's home.
    pub home: TempDir,
    /// Where the client works.
    pub folder: TempDir,
    /// The client's settings.
    pub settings: Value,
}

impl Desk {
    /// With the shell.
    pub fn open() -> Option<Self> {
        Self::open_with(SHELL)
    }

    /// With another workflow of that name.
    pub fn open_with(workflow: &str) -> Option<Self> {
        Self::open_as("shell", workflow, &[])
    }

    /// With a workflow of any name, and hooks that are installed so.
    pub fn open_as(name: &str, workflow: &str, flags: &[&str]) -> Option<Self> {
        let executable = Claude::find()?;
        let site = Installation::new();
        let file = site.folder().join(format!("{name}.yaml"));
        std::fs::write(&file, workflow).expect("a file");
        site.run(&["workflow", "publish", file.to_str().expect("a path")]);
        let server = site.start();
        let (home, folder) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
        // Installed beside the folder the client works in, and given to it: so the tests may change them.
        let project = site.folder().join("project");
        std::fs::create_dir(&project).expect("a folder");
        let project = project.to_str().expect("a path");
        let install = ["hooks", "install", "--server", &server.url, "--workflow", name, "--project", project];
        site.run(&[&install, flags].concat());
        let settings = std::fs::read_to_string(site.folder().join("project/.claude/settings.json")).expect("settings");
        let settings = serde_json::from_str(&settings).expect("JSON");
        Some(Self { site, server, client: reqwest::Client::new(), executable, home, folder, settings })
    }

    /// The client, with the hooks.
    pub fn claude(&self, model: &ScriptedModel) -> Claude {
        // Nobody else would keep a tool from running.
        self.asking(model).args(["--permission-mode", "bypassPermissions"])
    }

    /// A client that asks for permission as it comes.
    pub fn asking(&self, model: &ScriptedModel) -> Claude {
        let claude = Claude::new(&self.executable, model, self.home.path(), self.folder.path());
        claude
            .settings(&self.settings)
            .env("COUNTERSIGN_KEY", &self.site.hook)
            .env("COUNTERSIGN_SUBJECT", "host_1")
            .env("COUNTERSIGN_REQUESTED_BY", "rosa@example.com")
    }

    /// Whether there is such a file.
    pub fn has(&self, file: &str) -> bool {
        self.folder.path().join(file).exists()
    }

    /// Reads from the API.
    pub async fn get(&self, key: &str, path: &str) -> Value {
        let (status, answer) = self.server.get(&self.client, key, path).await.expect("an answer");
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// The approvals that wait.
    pub async fn waiting(&self) -> Vec<String> {
        let page = self.get(&self.site.reviewers[0], "/approvals?status=pending").await;
        let items = page["items"].as_array().expect("items").clone();
        items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// Decides about an approval.
    pub async fn decide(&self, approval: &str, mut body: Value) {
        let shown = self.get(&self.site.reviewers[0], &format!("/approvals/{approval}")).await;
        body["revision"] = shown["revision"].clone();
        body["package_digest"] = shown["package_digest"].clone();
        let path = format!("/approvals/{approval}/decisions");
        let sent = self.server.post(&self.client, &self.site.reviewers[0], &path, &body).await;
        let (status, answer) = sent.expect("an answer");
        assert_eq!(status, 201, "{answer}");
    }
}

/// A command that makes a file.
pub fn touch(file: &str) -> Value {
    json!({"command": format!("touch {file}"), "description": "Makes a file"})
}

fn one(file: &str) -> Vec<Turn> {
    vec![Turn::call("toolu_1", "Bash", touch(file))]
}

/// Asks for one file, which somebody must agree to; gives the session that waits.
async fn deferred(desk: &Desk, model: &ScriptedModel) -> String {
    let ran = desk.claude(model).ask("Make a file.").await;
    assert_eq!(ran.text("stop_reason"), "tool_deferred", "{}{}", ran.stdout, ran.stderr);
    assert!(!desk.has("file"));
    ran.text("session_id").to_owned()
}

async fn resumed(desk: &Desk, model: &ScriptedModel, session: &str) -> Ran {
    desk.claude(model).resume(session).run().await
}

#[tokio::test]
async fn what_the_gate_allows_runs_and_what_it_blocks_does_not() {
    let Some(desk) = Desk::open() else { return };
    let write = json!({"file_path": "/tmp/never", "content": "x"});
    let turns = vec![Turn::call("toolu_1", "Bash", touch("harmless")), Turn::call("toolu_2", "Write", write)];
    let model = ScriptedModel::start(turns).await;
    let ran = desk.claude(&model).ask("Make a file.").await;
    assert!(ran.status.success() && desk.has("harmless"), "{}{}", ran.stdout, ran.stderr);
    let results = model.tool_results();
    assert_eq!((results[0].1, results[1].1), (false, true), "{results:?}");
    assert!(results[1].2.contains("TOOL_NOT_ALLOWED"), "{results:?}");
    // The model read which run it works in, and the result was recorded.
    assert!(model.requests()[0].to_string().contains("of shell for host_1"), "{}", model.requests()[0]);
    let run = desk.get(&desk.site.hook, "/runs?workflow=shell").await["items"][0]["run_id"].clone();
    let timeline = desk.get(&desk.site.hook, &format!("/runs/{}/timeline", run.as_str().expect("an id"))).await;
    let kinds = timeline.to_string();
    assert!(kinds.contains("tool.executed") && kinds.contains("session.attached"), "{kinds}");
}

#[tokio::test]
async fn an_approved_call_runs_once_when_the_session_is_resumed() {
    let Some(desk) = Desk::open() else { return };
    let model = ScriptedModel::start(one("file")).await;
    let session = deferred(&desk, &model).await;
    let early = resumed(&desk, &model, &session).await;
    assert_eq!(early.text("stop_reason"), "tool_deferred", "nobody has decided");
    let waiting = desk.waiting().await;
    assert_eq!(waiting.len(), 1);
    desk.decide(&waiting[0], json!({"verdict": "approve"})).await;
    let ran = resumed(&desk, &model, &session).await;
    assert!(ran.status.success() && desk.has("file"), "{}{}", ran.stdout, ran.stderr);
    assert_eq!((model.tool_results().len(), model.tool_results()[0].1), (1, false));
    std::fs::remove_file(desk.folder.path().join("file")).expect("removed");
    let again = resumed(&desk, &model, &session).await;
    assert!(!again.status.success() && !desk.has("file"), "a second resumption finds nothing to do: {}", again.stderr);
}

#[tokio::test]
async fn two_clients_that_resume_one_session_run_its_call_once() {
    let Some(desk) = Desk::open() else { return };
    let command = json!({"command": "echo once >> file", "description": "Adds a line"});
    let model = ScriptedModel::start(vec![Turn::call("toolu_1", "Bash", command)]).await;
    let session = deferred(&desk, &model).await;
    desk.decide(&desk.waiting().await[0], json!({"verdict": "approve"})).await;
    let (one, other) = tokio::join!(resumed(&desk, &model, &session), resumed(&desk, &model, &session));
    let lines = std::fs::read_to_string(desk.folder.path().join("file")).unwrap_or_default();
    assert_eq!(lines, "once\n", "{}{}{}{}", one.stdout, one.stderr, other.stdout, other.stderr);
}

#[tokio::test]
async fn a_rejected_call_does_not_run_and_the_model_reads_why() {
    let Some(desk) = Desk::open() else { return };
    let model = ScriptedModel::start(one("file")).await;
    let session = deferred(&desk, &model).await;
    let body = json!({"verdict": "reject", "reason_code": "no", "notes": "Write a migration instead."});
    desk.decide(&desk.waiting().await[0], body).await;
    let ran = resumed(&desk, &model, &session).await;
    assert!(ran.status.success() && !desk.has("file"), "{}", ran.stderr);
    let results = model.tool_results();
    assert!(results[0].1 && results[0].2.contains("approval_rejected: Write a migration instead."), "{results:?}");
}

#[tokio::test]
async fn an_edited_call_runs_as_the_reviewer_wrote_it() {
    let Some(desk) = Desk::open() else { return };
    let model = ScriptedModel::start(one("file")).await;
    let session = deferred(&desk, &model).await;
    let body = json!({"verdict": "approve", "edited_input": touch("other")});
    desk.decide(&desk.waiting().await[0], body).await;
    let ran = resumed(&desk, &model, &session).await;
    assert!(ran.status.success() && desk.has("other") && !desk.has("file"), "{}{}", ran.stdout, ran.stderr);
    assert!(!model.tool_results()[0].1, "{:?}", model.tool_results());
}

#[tokio::test]
async fn conditions_are_looked_at_again_when_the_session_is_resumed() {
    let Some(desk) = Desk::open() else { return };
    let model = ScriptedModel::start(one("file")).await;
    let session = deferred(&desk, &model).await;
    let approval = desk.waiting().await.remove(0);
    desk.decide(&approval, json!({"verdict": "approve"})).await;
    let run = desk.get(&desk.site.hook, &format!("/approvals/{approval}")).await["package"]["run_id"].clone();
    let path = format!("/runs/{}/facts", run.as_str().expect("an id"));
    let body = json!({"facts": {"freeze": true}});
    desk.server.post(&desk.client, &desk.site.ledger, &path, &body).await.expect("an answer");
    let ran = resumed(&desk, &model, &session).await;
    assert!(!desk.has("file"), "{}", ran.stdout);
    let told = &model.tool_results()[0].2;
    assert!(told.contains("needs a fresh approval") && told.contains("A freeze is on."), "{told}");
}

#[tokio::test]
async fn of_parallel_calls_none_runs_unapproved() {
    let Some(desk) = Desk::open() else { return };
    let call = |id, file| ToolCall::new(id, "Bash", touch(file));
    let two = || vec![Turn::Call(vec![call("toolu_1", "file"), call("toolu_2", "other")])];
    // In one message the client ignores what is deferred: the guard is what holds.
    let model = ScriptedModel::start_without_streaming(two()).await;
    let ran = desk.claude(&model).ask("Make two files.").await;
    assert!(!desk.has("file") && !desk.has("other"), "{}{}", ran.stdout, ran.stderr);
    let streamed = ScriptedModel::start(two()).await;
    let ran = desk.claude(&streamed).ask("Make two files.").await;
    assert!(!desk.has("file") && !desk.has("other"), "{}{}", ran.stdout, ran.stderr);
}

#[tokio::test]
async fn without_a_server_a_key_or_a_run_nothing_runs() {
    let Some(mut desk) = Desk::open() else { return };
    let model = ScriptedModel::start(one("harmless")).await;
    let ran = desk.claude(&model).env("COUNTERSIGN_KEY", "csk_nobody").ask("Make a file.").await;
    assert!(!desk.has("harmless"), "{}", ran.stdout);
    let model = ScriptedModel::start(one("harmless")).await;
    let ran = desk.claude(&model).env("COUNTERSIGN_SUBJECT", "").ask("Make a file.").await;
    assert!(
        !desk.has("harmless") && model.tool_results()[0].2.contains("does not know this session"),
        "{}",
        ran.stdout
    );
    // What stands between loses every answer of the hook that defers; the guard still asks the console.
    let between = answering(StatusCode::OK).await;
    let hook = desk.settings["hooks"]["PreToolUse"][0]["hooks"][0]["url"].take();
    desk.settings["hooks"]["PreToolUse"][0]["hooks"][0]["url"] = json!(between);
    desk.settings["allowedHttpHookUrls"] = json!([format!("{between}*"), format!("{}/*", desk.server.url)]);
    let model = ScriptedModel::start(one("file")).await;
    let ran = desk.claude(&model).ask("Make a file.").await;
    assert!(!desk.has("file"), "{}", ran.stdout);
    desk.settings["hooks"]["PreToolUse"][0]["hooks"][0]["url"] =
        json!(answering(StatusCode::INTERNAL_SERVER_ERROR).await);
    desk.settings["allowedHttpHookUrls"] = json!(["http://127.0.0.1:*"]);
    let model = ScriptedModel::start(one("harmless")).await;
    desk.claude(&model).ask("Make a file.").await;
    assert!(!desk.has("harmless"), "a hook that fails blocks");
    desk.settings["hooks"]["PreToolUse"][0]["hooks"][0]["url"] = hook;
    let elsewhere = Installation::new();
    let gone = std::mem::replace(&mut desk.server, elsewhere.start());
    let stopped = gone.url.clone();
    gone.kill();
    let model = ScriptedModel::start(one("harmless")).await;
    let ran = desk.claude(&model).ask("Make a file.").await;
    assert!(!desk.has("harmless"), "{stopped} is gone: {}", ran.stdout);
}

/// Something between that answers nothing with this status; gives its address.
async fn answering(status: StatusCode) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().fallback(any(move || async move { status }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/hooks/claude-code/pre-tool-use")
}
