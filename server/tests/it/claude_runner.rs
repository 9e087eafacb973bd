//! The real runner beside the real server, with the real client: what people decided reaches the session, and nothing runs
//! twice.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    claude_hooks::{Desk, SHELL, touch},
    support::model::{ScriptedModel, ToolCall, Turn},
};

/// How long something may take that is waited for.
const PATIENCE: Duration = Duration::from_mins(1);
/// Beyond a lease and the round of the worker that looks for silent runners.
const LONG: Duration = Duration::from_mins(3);

/// A desk whose sessions a runner resumes.
struct Site {
    desk: Desk,
    key: String,
    own: TempDir,
}

/// A runner. Dropping it kills it, as a crash would.
struct Runner {
    child: Child,
    log: PathBuf,
}

impl Drop for Runner {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Runner {
    fn said(&self) -> String {
        std::fs::read_to_string(&self.log).expect("its log")
    }

    /// Asks it to stop and waits until it has.
    fn terminate(mut self) -> bool {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.expect("kill").success());
        self.child.wait().expect("its end").success()
    }
}

impl Site {
    fn open() -> Option<Self> {
        Self::open_with(SHELL)
    }

    fn open_with(workflow: &str) -> Option<Self> {
        let desk = Desk::open_with(workflow)?;
        let key = desk.site.run(&["key", "create", "--name", "build-7", "--scope", "runner"]).trim().to_owned();
        let own = TempDir::new().expect("a folder");
        std::fs::write(own.path().join("settings.json"), desk.settings.to_string()).expect("a file");
        Some(Self { desk, key, own })
    }

    fn settings(&self) -> PathBuf {
        self.own.path().join("settings.json")
    }

    /// A runner that may work in the client's folder.
    fn runner(&self, model: &ScriptedModel) -> Runner {
        self.runner_in(model, self.desk.folder.path())
    }

    fn runner_in(&self, model: &ScriptedModel, allowed: &Path) -> Runner {
        let log = self.own.path().join(format!("log-{}", rand::random::<u32>()));
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.args(["runner", "--server", &self.desk.server.url, "--allow-dir"]).arg(allowed);
        command.arg("--claude").arg(&self.desk.executable).arg("--settings").arg(self.settings());
        command
            .env_clear()
            .env("HOME", self.desk.home.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("TMPDIR", self.own.path()).env("ANTHROPIC_BASE_URL", &model.url);
        command.env("ANTHROPIC_API_KEY", "sk-ant-of-no-use").env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1");
        command.env("DISABLE_AUTOUPDATER", "1");
        command.env("COUNTERSIGN_KEY", &self.desk.site.hook).env("COUNTERSIGN_RUNNER_KEY", &self.key);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log).expect("a file"));
        Runner { child: command.spawn().expect("the runner"), log }
    }

    /// A session of this runner whose first call waits for a person; gives the approval.
    async fn deferred(&self, model: &ScriptedModel) -> (String, String) {
        let ran = self.desk.claude(model).env("COUNTERSIGN_RUNNER", "build-7").ask("Make a file.").await;
        assert_eq!(ran.text("stop_reason"), "tool_deferred", "{}{}", ran.stdout, ran.stderr);
        (ran.text("session_id").to_owned(), self.desk.waiting().await.remove(0))
    }

    async fn approve(&self, approval: &str) {
        self.desk.decide(approval, json!({"verdict": "approve"})).await;
    }

    async fn approval(&self, approval: &str) -> Value {
        self.desk.get(&self.desk.site.reviewers[0], &format!("/approvals/{approval}")).await
    }

    /// Waits until the resumption is in a state and nobody is at work on it; gives it.
    async fn settled(&self, approval: &str, state: &str, runner: &Runner, patience: Duration) -> Value {
        let started = Instant::now();
        loop {
            let shown = self.approval(approval).await["resumption"].clone();
            if shown["state"] == state && shown["turn"]["until"].is_null() {
                return shown;
            }
            assert!(started.elapsed() < patience, "{shown}\n{}", runner.said());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn kinds(&self, approval: &str) -> Vec<String> {
        let run = self.approval(approval).await["package"]["run_id"].as_str().expect("a run").to_owned();
        let page = self.desk.get(&self.desk.site.hook, &format!("/runs/{run}/timeline?limit=200")).await;
        let items = page["items"].as_array().expect("items").iter();
        items.map(|item| item["kind"].as_str().expect("a kind").to_owned()).collect()
    }

    async fn count(&self, approval: &str, kind: &str) -> usize {
        self.kinds(approval).await.iter().filter(|known| *known == kind).count()
    }

    fn lines(&self, file: &str) -> usize {
        std::fs::read_to_string(self.desk.folder.path().join(file)).map_or(0, |text| text.lines().count())
    }
}

fn one() -> Vec<Turn> {
    vec![Turn::call("toolu_1", "Bash", json!({"command": "echo ran >> file", "description": "Makes a file"}))]
}

#[tokio::test]
async fn a_runner_has_an_approved_call_run_once() {
    let Some(site) = Site::open() else { return };
    let model = ScriptedModel::start(one()).await;
    let runner = site.runner(&model);
    let (session, approval) = site.deferred(&model).await;
    site.approve(&approval).await;
    site.settled(&approval, "resumed", &runner, PATIENCE).await;
    assert_eq!((site.lines("file"), model.tool_results().len()), (1, 1), "{}", runner.said());
    assert!(!model.tool_results()[0].1);
    for kind in ["resumption.leased", "resumption.delivered", "resumption.reported", "tool.executed"] {
        assert_eq!(site.count(&approval, kind).await, 1, "{kind}: {:?}", site.kinds(&approval).await);
    }
    // Somebody resumes it by hand as well: nothing is left to run.
    let again = site.desk.claude(&model).resume(&session).run().await;
    assert!(!again.status.success(), "{}", again.stdout);
    assert_eq!(site.lines("file"), 1);
    assert!(runner.terminate(), "a runner without work ends at once");
}

#[tokio::test]
async fn what_was_resumed_by_hand_is_not_resumed_again() {
    let Some(site) = Site::open() else { return };
    let turns = one().into_iter().chain([Turn::Say("done".to_owned())]).chain(one_more()).collect();
    let model = ScriptedModel::start(turns).await;
    let (session, approval) = site.deferred(&model).await;
    site.approve(&approval).await;
    site.desk.claude(&model).resume(&session).run().await;
    assert_eq!(site.lines("file"), 1);
    // A runner that comes later has the next session go on, and leaves this one alone.
    let runner = site.runner(&model);
    let (_, next) = site.deferred(&model).await;
    site.approve(&next).await;
    site.settled(&next, "resumed", &runner, PATIENCE).await;
    assert_eq!((site.lines("file"), site.count(&approval, "resumption.leased").await), (1, 0), "{}", runner.said());
    assert!(site.desk.has("other"));
}

fn one_more() -> Vec<Turn> {
    vec![Turn::call("toolu_2", "Bash", touch("other"))]
}

#[tokio::test]
async fn a_rejection_and_a_deadline_reach_the_model() {
    let quick = SHELL.replace("via: [console, api] }", "via: [console, api], deadline: { expire: 4s } }");
    let told = ["approval_rejected: Write a migration instead.", "approval_expired: nobody decided in time"];
    for (workflow, told) in [SHELL, &quick].into_iter().zip(told) {
        let Some(site) = Site::open_with(workflow) else { return };
        let model = ScriptedModel::start(one()).await;
        let runner = site.runner(&model);
        let (_, approval) = site.deferred(&model).await;
        if workflow == SHELL {
            let body = json!({"verdict": "reject", "reason_code": "no", "notes": "Write a migration instead."});
            site.desk.decide(&approval, body).await;
        }
        site.settled(&approval, "resumed", &runner, PATIENCE).await;
        let results = model.tool_results();
        assert!(results[0].1 && results[0].2.contains(told), "{results:?}");
        assert_eq!(site.lines("file"), 0);
    }
}

#[tokio::test]
async fn of_two_calls_that_wait_at_once_the_approved_one_runs() {
    let Some(site) = Site::open() else { return };
    let call = |id, file| ToolCall::new(id, "Bash", touch(file));
    let model = ScriptedModel::start(vec![Turn::Call(vec![call("toolu_1", "file"), call("toolu_2", "other")])]).await;
    let runner = site.runner(&model);
    let (_, approval) = site.deferred(&model).await;
    assert_eq!(site.desk.waiting().await.len(), 1, "the other is told to wait");
    site.approve(&approval).await;
    let shown = site.settled(&approval, "resumed", &runner, PATIENCE).await;
    let made = [site.desk.has("file"), site.desk.has("other")];
    let is_superseded = site.approval(&approval).await["status"] == "superseded";
    assert_eq!(made.into_iter().filter(|made| *made).count(), usize::from(!is_superseded), "{made:?} {shown}");
}

#[tokio::test]
async fn without_a_gate_the_client_is_not_started() {
    let Some(site) = Site::open() else { return };
    let nowhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let gone = format!("http://{}", nowhere.local_addr().expect("an address"));
    drop(nowhere);
    let elsewhere = site.desk.settings.to_string().replace(&site.desk.server.url, &gone);
    std::fs::write(site.settings(), elsewhere).expect("a file");
    let model = ScriptedModel::start(one()).await;
    let runner = site.runner(&model);
    let (_, approval) = site.deferred(&model).await;
    let asked = model.requests().len();
    site.approve(&approval).await;
    let shown = site.settled(&approval, "failed", &runner, PATIENCE).await;
    assert!(shown["cause"].as_str().expect("a cause").starts_with("the runner cannot reach the gate"), "{shown}");
    assert!(!shown["next_try"].is_null(), "it is tried again: {shown}");
    assert_eq!((site.lines("file"), model.requests().len()), (0, asked), "nothing was started");
}

#[tokio::test]
async fn changed_settings_and_other_folders_are_refused() {
    let Some(site) = Site::open() else { return };
    let model = ScriptedModel::start(one().into_iter().chain(one_more()).collect()).await;
    let runner = site.runner(&model);
    let (_, approval) = site.deferred(&model).await;
    let mut loose = site.desk.settings.clone();
    loose["disableAllHooks"] = json!(true);
    std::fs::write(site.settings(), loose.to_string()).expect("a file");
    site.approve(&approval).await;
    let shown = site.settled(&approval, "failed", &runner, PATIENCE).await;
    assert!(shown["cause"].as_str().expect("a cause").contains("has changed since the runner began"), "{shown}");
    assert!(shown["next_try"].is_null(), "a person is needed: {shown}");
    drop(runner);
    // So loose it does not even begin.
    let mut refused = site.runner(&model);
    assert!(!refused.child.wait().expect("its end").success());
    assert!(refused.said().contains("does not keep calls behind the gate"), "{}", refused.said());
    std::fs::write(site.settings(), site.desk.settings.to_string()).expect("a file");
    let elsewhere = TempDir::new().expect("a folder");
    let runner = site.runner_in(&model, elsewhere.path());
    let retry = format!("/approvals/{approval}/resumption/retry");
    let retried = site.desk.server.post(&site.desk.client, &site.desk.site.reviewers[0], &retry, &json!({})).await;
    assert_eq!(retried.expect("an answer").0, 200);
    let started = Instant::now();
    loop {
        let shown = site.approval(&approval).await["resumption"].clone();
        if shown["state"] == "failed" && shown["cause"].as_str().is_some_and(|cause| cause.contains("--allow-dir")) {
            break;
        }
        assert!(started.elapsed() < PATIENCE, "{shown}\n{}", runner.said());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(site.lines("file"), 0);
}

#[tokio::test]
async fn a_runner_that_is_killed_takes_its_client_along_and_nothing_runs_twice() {
    let Some(site) = Site::open() else { return };
    let command = "echo ran >> file; while [ ! -e go ]; do sleep 0.2; done";
    let call = json!({"command": command, "description": "Waits"});
    let model = ScriptedModel::start(vec![Turn::call("toolu_1", "Bash", call)]).await;
    let runner = site.runner(&model);
    let (_, approval) = site.deferred(&model).await;
    site.approve(&approval).await;
    let started = Instant::now();
    while site.lines("file") == 0 {
        assert!(started.elapsed() < PATIENCE, "{}", runner.said());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(runner);
    std::fs::write(site.desk.folder.path().join("go"), "").expect("a file");
    let runner = site.runner(&model);
    let shown = site.settled(&approval, "failed", &runner, LONG).await;
    assert!(shown["cause"].as_str().expect("a cause").contains("may have run"), "{shown}");
    assert!(shown["next_try"].is_null(), "a person is needed: {shown}");
    assert_eq!(site.lines("file"), 1);
    assert_eq!(site.count(&approval, "resumption.delivered").await, 1);
    assert_eq!(site.count(&approval, "resumption.leased").await, 1, "{}", runner.said());
}
