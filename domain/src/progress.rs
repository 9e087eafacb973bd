//! How far a run has come through the stages of its workflow: the newest attempt of each.

use std::collections::BTreeMap;

use crate::{
    stage::{Attempt, AttemptStatus},
    workflow::{OnFailure, Stage},
};

/// The newest attempt of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newest {
    /// Its number, from 1.
    pub attempt: u32,
    /// Its state.
    pub state: Attempt,
}

impl Default for Newest {
    fn default() -> Self {
        Self { attempt: 1, state: Attempt::Pending }
    }
}

/// The newest attempt of every stage, in file order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress(Vec<Newest>);

impl Progress {
    /// Sorts the attempts that are stored into the stages of the definition; a stage nobody has entered is pending.
    pub fn new(stages: &[Stage], mut stored: BTreeMap<String, Newest>) -> Self {
        Self(stages.iter().map(|stage| stored.remove(&stage.id).unwrap_or_default()).collect())
    }

    /// The newest attempt of the stage at a position.
    pub fn at(&self, position: usize) -> Newest {
        self.get(position).cloned().unwrap_or_default()
    }

    /// The same, borrowed; `None` beyond the last stage.
    pub fn get(&self, position: usize) -> Option<&Newest> {
        self.0.get(position)
    }

    /// The state of the stage at a position without its data.
    pub fn status(&self, position: usize) -> AttemptStatus {
        self.0.get(position).map_or(AttemptStatus::Pending, |newest| newest.state.status())
    }

    /// Whether the stage at a position is complete.
    pub fn is_complete(&self, position: usize) -> bool {
        self.status(position) == AttemptStatus::Complete
    }

    /// Whether nothing is left to be done. A workflow without stages is never done.
    pub fn is_done(&self) -> bool {
        !self.0.is_empty() && (0..self.0.len()).all(|position| self.is_complete(position))
    }

    /// The first stage that is not complete.
    pub fn first_open(&self) -> Option<usize> {
        (0..self.0.len()).find(|position| !self.is_complete(*position))
    }

    /// The stages that are undone when the one at a position fails: itself alone, or with `return_to` every stage
    /// from there on that was begun. In file order.
    pub fn undone_by(&self, stages: &[Stage], position: usize) -> Vec<usize> {
        let OnFailure::ReturnTo(target) = &stages[position].on_failure else { return vec![position] };
        let first = stages.iter().position(|stage| stage.id == *target).unwrap_or(position).min(position);
        let is_begun =
            |at: &usize| matches!(self.status(*at), AttemptStatus::Active | AttemptStatus::Complete) || *at == position;
        (first..stages.len()).filter(is_begun).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::HandoffId,
        testing::{at, stage},
    };
    use uuid::Uuid;

    fn progress(stages: &[Stage], come: &[(&str, Attempt)]) -> Progress {
        let stored = come
            .iter()
            .map(|(stage, state)| ((*stage).to_owned(), Newest { attempt: 2, state: state.clone() }))
            .collect();
        Progress::new(stages, stored)
    }

    fn complete() -> Attempt {
        let handoff = HandoffId::from_uuid(Uuid::from_u128(1));
        Attempt::Complete { entered_at: at(0), completed_at: at(1), handoff, approval: None }
    }

    fn active() -> Attempt {
        Attempt::Active { entered_at: at(2), awaiting: None }
    }

    #[test]
    fn a_failure_undoes_its_own_stage_or_all_it_returns_over() {
        let mut stages = ["a", "b", "c", "d"].map(stage);
        let come = progress(&stages, &[("a", complete()), ("b", complete()), ("c", active())]);
        assert_eq!(come.undone_by(&stages, 2), [2]);
        stages[2].on_failure = OnFailure::Keep;
        assert_eq!(come.undone_by(&stages, 2), [2]);
        stages[2].on_failure = OnFailure::ReturnTo("b".to_owned());
        assert_eq!(come.undone_by(&stages, 2), [1, 2]);
        stages[2].on_failure = OnFailure::ReturnTo("a".to_owned());
        assert_eq!(come.undone_by(&stages, 2), [0, 1, 2]);
    }

    #[test]
    fn a_run_is_done_when_every_stage_is() {
        let stages = ["a", "b"].map(stage);
        let come = progress(&stages, &[("a", complete())]);
        assert_eq!((come.is_done(), come.first_open(), come.at(1)), (false, Some(1), Newest::default()));
        let done = progress(&stages, &[("a", complete()), ("b", complete())]);
        assert_eq!((done.is_done(), done.first_open()), (true, None));
        assert!(!Progress::default().is_done(), "a workflow without stages goes on until somebody ends it");
    }
}
