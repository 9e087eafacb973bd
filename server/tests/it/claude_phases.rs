//! The real client goes through the four phases of the shipped workflow: what is skipped is blocked and named, people
//! agree to the plan, a check that fails keeps everything, and the end clears up.

use serde_json::{Value, json};

use crate::{
    claude_hooks::Desk,
    support::{
        claude::{Claude, Ran},
        model::{ScriptedModel, Turn},
    },
};

const NAME: &str = "analyze-plan-execute-verify";
const WORKFLOW: &str = include_str!("../../../workflows/analyze-plan-execute-verify.yaml");
/// Passes once the code is right.
const CHECK: &str = "#!/bin/sh\ngrep -q 'answer = 42' code.py && echo checked\n";

/// The client's calls, in the folder it works in.
struct Work<'d> {
    desk: &'d Desk,
    number: usize,
}

impl Work<'_> {
    fn path(&self, file: &str) -> String {
        let folder = self.desk.folder.path().canonicalize().expect("a folder");
        folder.join(file).display().to_string()
    }

    fn call(&mut self, tool: &str, input: Value) -> Turn {
        self.number += 1;
        Turn::call(&format!("toolu_{}", self.number), tool, input)
    }

    fn write(&mut self, file: &str) -> Turn {
        let file_path = self.path(&format!(".phases/{file}.md"));
        self.call("Write", json!({"file_path": file_path, "content": format!("# The {file}\n")}))
    }

    fn read(&mut self) -> Turn {
        let file_path = self.path("code.py");
        self.call("Read", json!({"file_path": file_path}))
    }

    fn edit(&mut self, old: u32, new: u32) -> Turn {
        let file_path = self.path("code.py");
        let (old, new) = (format!("answer = {old}"), format!("answer = {new}"));
        self.call("Edit", json!({"file_path": file_path, "old_string": old, "new_string": new}))
    }

    fn verify(&mut self) -> Turn {
        self.call("Bash", json!({"command": "./verify", "description": "Runs the check"}))
    }

    fn code(&self) -> String {
        std::fs::read_to_string(self.path("code.py")).expect("the code")
    }

    fn markers(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.desk.folder.path()).expect("a folder");
        let names = files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned());
        let mut markers: Vec<String> = names.filter(|name| name.ends_with("-done")).collect();
        markers.sort();
        markers
    }

    async fn stages(&self) -> Vec<String> {
        let runs = self.desk.get(&self.desk.site.reviewers[0], "/runs").await;
        let run = runs["items"][0]["run_id"].as_str().expect("a run").to_owned();
        let run = self.desk.get(&self.desk.site.reviewers[0], &format!("/runs/{run}")).await;
        let stages = run["stages"].as_array().expect("stages");
        let word = |of: &Value| of.as_str().expect("a word").to_owned();
        stages.iter().map(|stage| word(&stage["status"])).chain([word(&run["status"])]).collect()
    }
}

/// What the model read back of a call.
fn told(model: &ScriptedModel, call: usize) -> String {
    let id = format!("toolu_{call}");
    let told = model.tool_results().into_iter().rfind(|(known, ..)| *known == id);
    told.map_or_else(|| panic!("{id} was answered"), |(_, _, text)| text)
}

fn prepared(desk: &Desk) {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = desk.folder.path();
    std::fs::write(folder.join("code.py"), "answer = 1\n").expect("a file");
    std::fs::write(folder.join("verify"), CHECK).expect("a file");
    std::fs::set_permissions(folder.join("verify"), std::fs::Permissions::from_mode(0o755)).expect("a mode");
}

async fn went_on(desk: &Desk, session: Option<&str>, turns: Vec<Turn>) -> (Ran, ScriptedModel) {
    let model = ScriptedModel::start(turns).await;
    let claude = desk.claude(&model);
    let claude = session.into_iter().fold(claude, Claude::resume);
    (claude.ask("Go on.").await, model)
}

#[tokio::test]
async fn a_phase_that_is_skipped_is_blocked_and_named() {
    let workflow = WORKFLOW.replace("group: maintainers", "group: compliance");
    let Some(desk) = Desk::open_as(NAME, &workflow, &["--markers"]) else { return };
    prepared(&desk);
    let mut work = Work { desk: &desk, number: 0 };
    let turns = vec![
        work.read(),
        work.edit(1, 42),
        work.write("plan"),
        work.verify(),
        work.write("analysis"),
        work.edit(1, 42),
    ];
    let (ran, model) = went_on(&desk, None, turns).await;
    for (call, missing) in [
        (2, "Phase 1 (analyze) is missing"),
        (3, "Phase 1 (analyze) is missing"),
        (4, "Phase 3 (execute) is missing"),
        (6, "Phase 2 (plan) is missing"),
    ] {
        assert!(told(&model, call).contains(missing), "{call}: {}", told(&model, call));
    }
    assert_eq!(work.code(), "answer = 1\n", "nothing was changed");
    assert_eq!(work.markers(), [format!(".{NAME}-analyze-done")]);
    // It wanted to stop there, and was told once what is missing.
    let has_read = |words: &str| model.requests().iter().any(|request| request.to_string().contains(words));
    assert!(has_read("The stage plan is not complete. Phase 2, plan:"), "{}", ran.stdout);
    // A marker that somebody makes opens nothing.
    std::fs::write(desk.folder.path().join(format!(".{NAME}-plan-done")), "").expect("a file");
    let session = ran.text("session_id").to_owned();
    let (_, model) = went_on(&desk, Some(&session), vec![work.edit(1, 42), work.write("plan")]).await;
    assert!(told(&model, 7).contains("Phase 2 (plan) is missing"), "{}", told(&model, 7));
    assert_eq!(work.stages().await, ["complete", "active", "pending", "pending", "suspended"]);
    let waiting = desk.waiting().await;
    let body = json!({"verdict": "approve"});
    desk.decide(waiting.first().expect("the review of the plan"), body).await;
    to_the_end(&desk, work, &session).await;
}

/// The plan is agreed to: the changes are made, the check fails, they are mended, and it passes.
async fn to_the_end(desk: &Desk, mut work: Work<'_>, session: &str) {
    let turns = vec![work.read(), work.edit(1, 41), work.write("changes"), work.verify()];
    let (_, model) = went_on(desk, Some(session), turns).await;
    assert!(told(&model, 12).contains("Exit code 1"), "{}", told(&model, 12));
    assert_eq!(work.stages().await, ["complete", "complete", "complete", "active", "active"], "everything is kept");
    assert_eq!(work.code(), "answer = 41\n");
    let markers = ["analyze", "execute", "plan"].map(|phase| format!(".{NAME}-{phase}-done"));
    assert_eq!(work.markers(), markers);
    let (_, model) = went_on(desk, Some(session), vec![work.read(), work.edit(41, 42), work.verify()]).await;
    assert!(told(&model, 15).contains("checked"), "{}", told(&model, 15));
    assert_eq!(work.stages().await, ["complete", "complete", "complete", "complete", "completed"]);
    assert_eq!(work.markers(), Vec::<String>::new(), "success clears up");
}
