//! `countersign exec` as a process, on a sample project, with people at a terminal and in the console.

mod gate;
mod killed;
mod shipped;

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::process::{Installation, binary};

/// Answers questions at a terminal of its own, and gives what was shown. What begins with @ is a file to be made instead.
const AT_A_TERMINAL: &str = r#"
import json, os, pty, signal, sys
# Whoever waits for an answer that nobody gives is hung up on.
signal.alarm(120)
answers, argv = json.loads(sys.argv[1]), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(argv[0], argv)
shown, at = b"", 0
while True:
    try:
        more = os.read(fd, 4096)
    except OSError:
        break
    if not more:
        break
    shown += more
    while answers:
        found = shown.find(answers[0][0].encode(), at)
        if found < 0:
            break
        at = found + len(answers[0][0])
        if answers[0][1].startswith("@"):
            open(answers[0][1][1:], "w").close()
        else:
            os.write(fd, (answers[0][1] + "\n").encode())
        answers.pop(0)
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(shown)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(status) & 255)
"#;

/// A project to execute workflows on, and the console that they are published in.
pub struct Project {
    pub site: Installation,
    folder: TempDir,
}

impl Project {
    /// The sample project as a repository, with the shipped workflows. Ana is a lead and an operator.
    pub fn new() -> Self {
        let site = Installation::new();
        let folder = TempDir::new().expect("a folder");
        copy(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/sprint-project")), folder.path());
        for words in [&["init", "-q"][..], &["add", "-A"], &["commit", "-q", "-m", "Begin"]] {
            let identity = ["-c", "user.email=dev@example.com", "-c", "user.name=Dev"];
            let git = Command::new("git").args(identity).args(words).current_dir(folder.path()).status();
            assert!(git.expect("git").success(), "git {words:?}");
        }
        let project = Self { site, folder };
        for name in ["sprint-review", "deployment", "release"] {
            let path = format!("{}/../workflows/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
            project.publish(&std::fs::read_to_string(path).expect("a definition"));
        }
        project
    }

    /// Publishes a definition, with the groups that there are, and decisions by token.
    pub fn publish(&self, text: &str) {
        let text = text.replace("group: leads", "group: compliance").replace("group: operations", "group: compliance");
        let text = text.replace("    approve: {", "    via: [console, api]\n    approve: {");
        let file = self.site.folder().join("definition.yaml");
        std::fs::write(&file, text).expect("written");
        self.site.run(&["workflow", "publish", file.to_str().expect("a path")]);
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn arguments(words: &[&str], folder: &Path) -> Vec<String> {
        let mut all: Vec<String> = vec!["exec".to_owned()];
        all.extend(words.iter().map(ToString::to_string));
        let analysis = if words.contains(&"--claude") { "claude" } else { "local" };
        all.extend(["--analysis", analysis, "--directory"].map(str::to_owned));
        all.push(folder.display().to_string());
        all
    }

    /// The executor on the data, with nobody at a terminal.
    pub fn alone(&self, words: &[&str]) -> Command {
        self.alone_in(self.path(), words)
    }

    /// The same in another folder.
    pub fn alone_in(&self, folder: &Path, words: &[&str]) -> Command {
        let plain = binary(self.site.folder());
        let mut command = Command::new("setsid");
        command.arg("--wait").arg(plain.get_program()).args(plain.get_args()).args(Self::arguments(words, folder));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env_remove("COUNTERSIGN_URL").env("GIT_AUTHOR_NAME", "Dev").env("GIT_AUTHOR_EMAIL", "dev@example.com");
        command.env("GIT_COMMITTER_NAME", "Dev").env("GIT_COMMITTER_EMAIL", "dev@example.com");
        command
    }

    /// Runs it with somebody at a terminal who answers these questions; gives how it ended and what was shown.
    pub fn at_a_terminal(&self, words: &[&str], answers: &[(&str, &str)]) -> (Option<i32>, String) {
        let plain = binary(self.site.folder());
        let mut command = Command::new("python3");
        command.args(["-c", AT_A_TERMINAL]).arg(json!(answers).to_string());
        command.arg(plain.get_program()).args(plain.get_args()).args(Self::arguments(words, self.path()));
        command.env("GIT_AUTHOR_NAME", "Dev").env("GIT_AUTHOR_EMAIL", "dev@example.com");
        command.env("GIT_COMMITTER_NAME", "Dev").env("GIT_COMMITTER_EMAIL", "dev@example.com");
        let output = command.stdin(Stdio::null()).env_remove("COUNTERSIGN_URL").output().expect("python3");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Every file of the project but the executor's own, with its content.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        gather(self.path(), &mut files);
        files
    }

    /// The newest log of a workflow.
    pub fn log(&self, workflow: &str) -> Value {
        let logs = std::fs::read_dir(self.path().join(".countersign")).expect("the folder");
        let names = logs.map(|file| file.expect("a file").path());
        let is_log = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.starts_with(workflow) && path.extension().is_some_and(|extension| extension == "json")
        };
        let newest = names.filter(is_log).max().expect("a log");
        serde_json::from_slice(&std::fs::read(newest).expect("read")).expect("JSON")
    }

    pub fn item(&self, id: u64) -> Value {
        let text = std::fs::read(self.path().join("work-items.json")).expect("read");
        let read: Value = serde_json::from_slice(&text).expect("JSON");
        let items = read["items"].as_array().expect("items");
        items.iter().find(|item| item["id"] == id).expect("the item").clone()
    }
}

/// How it ended, with both streams as text.
pub fn ended(output: &Output) -> (Option<i32>, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

/// An executor that runs, read line by line.
pub struct Reading {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    seen: String,
}

impl Reading {
    pub fn of(command: &mut Command, input: &str) -> Self {
        let mut child = command.stdin(Stdio::piped()).spawn().expect("the executor");
        let mut stdin = child.stdin.take().expect("its input");
        stdin.write_all(input.as_bytes()).expect("written");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        Self { child, lines, seen: String::new() }
    }

    /// Reads until a line holds these words; gives it.
    pub fn until(&mut self, words: &str) -> String {
        loop {
            let line = self.lines.next().unwrap_or_else(|| panic!("{words:?} never came: {}", self.seen));
            let line = line.expect("text");
            self.seen += &(line.clone() + "\n");
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Reads to its end; gives how it ended and all it printed.
    pub fn finish(mut self) -> (Option<i32>, String) {
        for line in self.lines.by_ref() {
            self.seen += &(line.expect("text") + "\n");
        }
        let output = self.child.wait_with_output().expect("its end");
        self.seen += &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), self.seen)
    }

    /// SIGKILL to the executor: `setsid` stands before it.
    pub fn kill(mut self, pid: &str) {
        assert!(Command::new("kill").args(["-KILL", pid]).status().expect("kill").success());
        self.child.wait().expect("gone");
    }
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("the project") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a kind").is_dir() {
            if entry.file_name() != "__pycache__" {
                copy(&entry.path(), &target);
            }
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

fn gather(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !matches!(name.as_str(), ".countersign" | "__pycache__") {
            gather(&path, files);
        } else if path.is_file() {
            let content = std::fs::read(&path).expect("read");
            files.insert(path, content);
        }
    }
}
