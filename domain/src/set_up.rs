//! The first-run set-up: its steps, and how far they have come.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    actor::{UnknownWord, words},
    workflow::shown::Unstaffed,
};

words! {
    /// A step of the set-up, in their order.
    Step {
        /// Where the data lies.
        Database = "database",
        /// Whoever may sign in first.
        Administrator = "administrator",
        /// What is enforced.
        Workflow = "workflow",
        /// How an agent asks.
        Agent = "agent",
    }
}

/// How far the set-up has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetUpPage {
    /// `SQLite` or `PostgreSQL`.
    pub engine: String,
    /// Migrations applied to it.
    pub migrations: u32,
    /// The email of whoever sets up; `None` while there is nobody.
    pub administrator: Option<String>,
    /// The name of the first published workflow.
    pub workflow: Option<String>,
    /// Whether the workflow was left for later.
    pub is_workflow_skipped: bool,
    /// Shipped definitions: name and title.
    pub samples: Vec<(String, String)>,
    /// Groups of that workflow whose seats could not be filled.
    pub unstaffed: Vec<Unstaffed>,
}

impl SetUpPage {
    /// Whether a step needs nothing more. The last one is done when the set-up is.
    pub const fn is_done(&self, step: Step) -> bool {
        match step {
            Step::Database => true,
            Step::Administrator => self.administrator.is_some(),
            Step::Workflow => self.workflow.is_some() || self.is_workflow_skipped,
            Step::Agent => false,
        }
    }

    /// The step that comes next.
    pub fn next(&self) -> Step {
        Step::ALL.iter().copied().find(|step| !self.is_done(*step)).unwrap_or(Step::Agent)
    }

    /// The step that is shown when this one is asked for: nobody goes past the first administrator.
    pub fn shown(&self, asked: Option<Step>) -> Step {
        let next = self.next();
        match asked {
            Some(asked @ (Step::Workflow | Step::Agent)) if self.administrator.is_some() => asked,
            Some(Step::Database | Step::Administrator | Step::Workflow | Step::Agent) | None => next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_each_other_and_can_be_returned_to() {
        let mut page = SetUpPage {
            engine: "SQLite".to_owned(),
            migrations: 5,
            administrator: None,
            workflow: None,
            is_workflow_skipped: false,
            samples: Vec::new(),
            unstaffed: Vec::new(),
        };
        assert_eq!(page.next(), Step::Administrator);
        assert_eq!(page.shown(Some(Step::Agent)), Step::Administrator);
        page.administrator = Some("mira@example.com".to_owned());
        assert_eq!(page.shown(None), Step::Workflow);
        assert_eq!(page.shown(Some(Step::Administrator)), Step::Workflow);
        page.is_workflow_skipped = true;
        assert_eq!((page.shown(None), page.shown(Some(Step::Workflow))), (Step::Agent, Step::Workflow));
    }
}
