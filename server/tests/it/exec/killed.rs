//! SIGKILL at every step: the execution goes on where it was, and nothing that was verified is done again.

mod approved;

use std::process::Command;

use super::{Project, Reading, ended};

/// Each program says that it is there, waits where it is held, and notes that it has ended.
const COUNTED: &str = "name: counted
default: block
subject: of
inputs: { of: string }
steps:
  - { id: one, run: [python3, counted.py, one], verify: [{ file_exists: one.done }] }
  - { id: two, run: [python3, counted.py, two], verify: [{ file_exists: two.done }] }
  - { id: look, analyse: { roles: [qa] } }
  - { id: agreed, approval: leads }
  - { id: three, run: [python3, counted.py, three], verify: [{ file_exists: three.done }] }
policies:
  leads:
    approve: { all: [{ group: leads }] }
";

const PROGRAM: &str = r#"
import os, pathlib, sys, time
name = sys.argv[1]
held = pathlib.Path("hold")
print("at", name, "of", os.getppid(), flush=True)
while held.exists() and held.read_text() == name:
    time.sleep(0.01)
with open("ended.txt", "a") as ended:
    ended.write(name + "\n")
pathlib.Path(name + ".done").write_text("")
"#;

const WORDS: [&str; 3] = ["counted", "--input", "of=1"];

#[test]
fn killed_at_each_step_it_does_each_once() {
    let project = Project::new();
    project.publish(COUNTED);
    std::fs::write(project.path().join("counted.py"), PROGRAM).expect("written");
    let hold = project.path().join("hold");
    for step in ["one", "two"] {
        std::fs::write(&hold, step).expect("written");
        let mut executor = Reading::of(&mut project.alone(&WORDS), "");
        let line = executor.until(&format!("at {step} of"));
        executor.kill(line.rsplit(' ').next().expect("a number"));
    }
    std::fs::remove_file(&hold).expect("removed");
    // Killed while people decide: who starts again finds the same approval.
    let mut executor = Reading::of(&mut project.alone(&WORDS), "");
    let asked = executor.until("Waiting for people:");
    let pid = project.pid();
    executor.kill(&pid);
    let answers = [("email", "ana@example.com"), ("Password:", crate::support::PASSWORD), ("Approve?", "yes")];
    std::fs::write(&hold, "three").expect("written");
    let mut executor = Reading::of(&mut project.alone(&WORDS), "");
    assert_eq!(executor.until("Waiting for people:"), asked, "asked twice");
    let pid = project.pid();
    executor.kill(&pid);
    std::fs::remove_file(&hold).expect("removed");
    let (code, shown) = project.at_a_terminal(&WORDS, &answers);
    assert_eq!(code, Some(0), "{shown}");
    let done = std::fs::read_to_string(project.path().join("ended.txt")).expect("read");
    assert_eq!(done.lines().collect::<Vec<_>>(), ["one", "two", "three"], "{shown}");
}

#[test]
fn asked_to_stop_it_ends_what_it_started() {
    let project = Project::new();
    project.publish(COUNTED);
    std::fs::write(project.path().join("counted.py"), PROGRAM).expect("written");
    std::fs::write(project.path().join("hold"), "one").expect("written");
    let mut executor = Reading::of(&mut project.alone(&WORDS), "");
    let line = executor.until("at one of");
    let pid = line.rsplit(' ').next().expect("a number");
    assert!(Command::new("kill").args(["-INT", pid]).status().expect("kill").success());
    let (code, shown) = executor.finish();
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("stopped. Start again to resume"), "{shown}");
    assert!(!project.path().join("one.done").exists());
}

/// What a program that never began, and one that leaves something behind, are taken for.
const ODD: &str = "name: odd
default: block
subject: of
inputs: { of: string }
steps:
  - { id: left, run: [python3, left.py], verify: [{ exit_code: 0 }] }
  - { id: absent, run: [./no-such-program], verify: [{ exit_code: 1 }] }
";

#[test]
fn a_program_that_is_not_there_has_not_ended() {
    let project = Project::new();
    project.publish(ODD);
    std::fs::write(project.path().join("left.py"), "").expect("written");
    let (code, shown) = ended(&project.alone(&["odd", "--input", "of=1"]).output().expect("the executor"));
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("stopped at 2-absent: ./no-such-program could not be run: No such file"), "{shown}");
}

#[test]
fn nobody_goes_on_with_what_was_begun_elsewhere_by_accident() {
    let project = Project::new();
    project.publish(ODD);
    std::fs::write(project.path().join("left.py"), "").expect("written");
    let elsewhere = tempfile::TempDir::new().expect("a folder");
    let words = ["odd", "--input", "of=1"];
    let runs = |folder: &std::path::Path, more: &[&str]| {
        ended(&project.alone_in(folder, &[&words, more].concat()).output().expect("the executor")).1
    };
    assert!(runs(project.path(), &[]).contains("stopped at 2-absent"));
    // A copy with everything the executor keeps there.
    super::copy(project.path(), elsewhere.path());
    let refused = runs(elsewhere.path(), &[]);
    assert!(refused.contains("was not begun here") && refused.contains("--take-over"), "{refused}");
    let taken = runs(elsewhere.path(), &["--take-over"]);
    assert!(taken.contains("verified before") && taken.contains("stopped at 2-absent"), "{taken}");
    assert!(runs(elsewhere.path(), &[]).contains("verified before"), "it has it now");
    assert!(runs(project.path(), &[]).contains("was not begun here"), "it was taken over");
    assert!(!runs(project.path(), &["--anew"]).contains("verified before"));
}

/// Leaves a process of its own session behind that holds the streams.
const LEFT: &str = "import subprocess, sys
print('first', flush=True)
subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)
";

#[test]
fn what_a_program_leaves_behind_holds_nothing_up() {
    let project = Project::new();
    project.publish(ODD);
    std::fs::write(project.path().join("left.py"), LEFT).expect("written");
    let begun = std::time::Instant::now();
    let (code, shown) = ended(&project.alone(&["odd", "--input", "of=1"]).output().expect("the executor"));
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("│ first") && shown.contains("stopped at 2-absent"), "{shown}");
    assert!(begun.elapsed().as_secs() < 50, "{:?}", begun.elapsed());
}

#[test]
fn a_program_is_ended_when_its_time_is_up() {
    let project = Project::new();
    project.publish(
        "name: slow
default: block
subject: of
inputs: { of: string }
steps:
  - { id: sleeps, run: [sh, -c, 'echo at it; sleep 60'], verify: [{ exit_code: 0 }], timeout: 1s }
",
    );
    let begun = std::time::Instant::now();
    let (code, shown) = ended(&project.alone(&["slow", "--input", "of=1"]).output().expect("the executor"));
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("│ at it") && shown.contains("longer than 1 s"), "{shown}");
    assert!(begun.elapsed().as_secs() < 50, "{:?}", begun.elapsed());
}

impl Project {
    /// The number of the executor that holds this project's lock.
    fn pid(&self) -> String {
        let held = std::fs::read_to_string(self.path().join(".countersign/counted-1.lock")).expect("the lock");
        held.trim().to_owned()
    }
}
