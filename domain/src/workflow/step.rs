//! A step as a definition has it: what an enforced execution does one after another, each in a process of its own or by
//! people, and what is verified of each.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    actor::{UnknownWord, words},
    template,
};

/// A step of an enforced execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// A CEL identifier, unique in the workflow.
    pub id: String,
    /// What it does.
    pub deed: Deed,
}

/// What a step does: one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// It runs a program.
    Run(Program),
    /// Roles look at the evidence so far. What they say decides nothing.
    Analyse(Vec<Analyst>),
    /// People decide by this policy.
    Approval(String),
}

/// A program, started without a shell, and what must hold when it has ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// The program and its arguments; texts may hold `{{…}}`.
    pub argv: Vec<String>,
    /// Variables it is given; texts may hold `{{…}}`.
    pub env: BTreeMap<String, String>,
    /// What must hold. That it ends with 0 unless another exit code is named here.
    pub verify: Vec<Verify>,
    /// It is ended after as many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
}

/// One thing that is looked at when a program has ended, by the executor and never by the program's word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verify {
    /// It ended with this.
    ExitCode(u8),
    /// This file is there, below the working folder.
    FileExists(String),
    /// A JSON file holds this value at this place.
    Json {
        /// The file, below the working folder.
        file: String,
        /// A JSON pointer into it.
        path: String,
        /// The value.
        equals: Value,
    },
    /// This expression is true of what is recorded.
    Condition(String),
}

words! {
    /// Who looks at the evidence.
    Analyst {
        /// Quality assurance.
        Qa = "qa",
        /// Security.
        Security = "security",
        /// Engineering.
        Engineering = "engineering",
        /// The scrum master, who puts together what the others found.
        ScrumMaster = "scrum_master",
    }
}

impl Analyst {
    /// How people call the role.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Qa => "QA",
            Self::Security => "Security",
            Self::Engineering => "Engineering",
            Self::ScrumMaster => "Scrum master",
        }
    }
}

impl Step {
    /// What it does, in a word.
    pub const fn kind(&self) -> &'static str {
        match self.deed {
            Deed::Run(_) => "run",
            Deed::Analyse(_) => "analyse",
            Deed::Approval(_) => "approval",
        }
    }

    /// The policy people decide by, if they do.
    pub fn policy(&self) -> Option<&str> {
        match &self.deed {
            Deed::Approval(policy) => Some(policy),
            Deed::Run(_) | Deed::Analyse(_) => None,
        }
    }
}

impl Program {
    /// Everything that is verified: that it ends with 0 where no exit code is named.
    pub fn checks(&self) -> Vec<Verify> {
        let is_named = self.verify.iter().any(|verify| matches!(verify, Verify::ExitCode(_)));
        let implied = (!is_named).then_some(Verify::ExitCode(0));
        implied.into_iter().chain(self.verify.iter().cloned()).collect()
    }

    /// Arguments and variables with what the run was begun with put in. Each stays one argument, whatever is in it.
    ///
    /// # Errors
    /// What is to be put in and is not there: a program is never given a word in its place.
    pub fn filled(&self, inputs: &Value) -> Result<(Vec<String>, BTreeMap<String, String>), String> {
        let roots = serde_json::json!({"inputs": inputs});
        let texts = self.argv.iter().chain(self.env.values());
        if let Some(missing) = texts.flat_map(|text| template::missing(text, &roots)).next() {
            return Err(missing.to_owned());
        }
        let fill = |text: &String| template::fill_whole(text, &roots);
        let env = self.env.iter().map(|(name, text)| (name.clone(), fill(text)));
        Ok((self.argv.iter().map(fill).collect(), env.collect()))
    }
}

impl Verify {
    /// What is verified, as people read it.
    pub fn told(&self) -> String {
        match self {
            Self::ExitCode(code) => format!("exit code {code}"),
            Self::FileExists(file) => format!("{file} is there"),
            Self::Json { file, path, equals } => format!("{file} has {equals} at {path}"),
            Self::Condition(when) => when.clone(),
        }
    }

    /// Whether what is recorded says it, and nothing on the host.
    pub const fn is_condition(&self) -> bool {
        matches!(self, Self::Condition(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_input_stays_one_argument() {
        let program = Program {
            argv: vec!["python3".to_owned(), "-m".to_owned(), "sprint".to_owned(), "--of={{inputs.sprint}}".to_owned()],
            env: BTreeMap::from([("SPRINT".to_owned(), "{{ inputs.sprint }}".to_owned())]),
            ..Program::default()
        };
        let (argv, env) = program.filled(&json!({"sprint": "7; rm -rf / $(id) {{inputs.other}}"})).expect("filled");
        assert_eq!(argv[3], "--of=7; rm -rf / $(id) {{inputs.other}}");
        assert_eq!(env["SPRINT"], "7; rm -rf / $(id) {{inputs.other}}");
    }

    #[test]
    fn nothing_is_run_without_its_input() {
        let with = |argv: &str, env: &str| Program {
            argv: vec!["deploy".to_owned(), argv.to_owned()],
            env: BTreeMap::from([("VERSION".to_owned(), env.to_owned())]),
            ..Program::default()
        };
        let inputs = [json!({}), json!(null), json!({"version": null})];
        for inputs in inputs {
            let texts = [("--to={{ inputs.version }}", "1"), ("1", "{{inputs.version}}")];
            for (argv, env) in texts {
                assert_eq!(with(argv, env).filled(&inputs).err().as_deref(), Some("inputs.version"), "{inputs}");
            }
            assert!(with("1", "2").filled(&inputs).is_ok());
        }
    }

    #[test]
    fn a_program_ends_with_0_unless_something_else_is_said() {
        let with = |verify| Program { verify, ..Program::default() }.checks();
        let file = Verify::FileExists("a".to_owned());
        assert_eq!(with(vec![file.clone()]), [Verify::ExitCode(0), file]);
        assert_eq!(with(vec![Verify::ExitCode(3)]), [Verify::ExitCode(3)]);
    }
}
