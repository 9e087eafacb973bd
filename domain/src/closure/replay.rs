//! Finishing what a closure left: whether a replay would take anything up, and what one would do.

use serde::{Deserialize, Serialize};

use super::{
    Closure,
    page::Receipt,
    step::{Step, StepStatus},
};
use crate::{
    Actor,
    follow_up::{FollowUp, Settlement},
    id::ClosureId,
};

/// What a replay would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DryRun {
    /// The closure.
    pub closure_id: ClosureId,
    /// Whether its source still stands.
    pub source_holds: bool,
    /// What the source said, where it does not.
    pub source_detail: Option<String>,
    /// What would be done, step by step.
    pub steps: Vec<DryStep>,
}

/// What a replay would do about a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DryStep {
    /// The step.
    pub step: String,
    /// The target.
    pub target: String,
    /// The record below it.
    pub record: String,
    /// Its idempotency key.
    pub idempotency_key: String,
    /// How it stands.
    pub status: StepStatus,
    /// What would be done: nothing, write, wait or ask a person.
    pub would: Would,
    /// What was seen.
    pub detail: Option<String>,
}

/// What would be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Would {
    /// It is as it should be.
    Nothing,
    /// It would be written.
    Write,
    /// It cannot be read now, and would be tried later.
    Wait,
    /// A person is needed.
    Ask,
}

/// What a replay does with a step that is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// It is tried again.
    Try,
    /// Somebody says that it is done, in these words.
    Vouched(String),
    /// Somebody is asked about it still, or has left it undone.
    Stay,
}

impl Next {
    /// What was said last about the step decides. What the closure has settled by itself says nothing about it.
    pub fn of(step: &Step, asked: Option<&FollowUp>) -> Self {
        match asked {
            Some(FollowUp::Open { .. }) if matches!(step, Step::Blocked { .. }) => Self::Stay,
            Some(FollowUp::Resolved { outcome, resolution, by: Actor::Person(_) | Actor::Key(_), .. }) => match outcome
            {
                Settlement::Done => Self::Vouched(resolution.clone()),
                Settlement::Again => Self::Try,
                Settlement::Left => Self::Stay,
            },
            Some(FollowUp::Open { .. } | FollowUp::Resolved { .. }) | None => Self::Try,
        }
    }
}

impl Receipt {
    /// Whether something is left that nobody is working at.
    pub const fn is_unfinished(&self) -> bool {
        matches!(self.state, Closure::Partial { .. } | Closure::ManualFollowUp { .. })
    }

    /// Whether a replay would take anything up: not while all that is left waits for a person, or was left by one.
    pub fn is_replayable(&self) -> bool {
        let asked = |step: &str| {
            let last = self.follow_ups.iter().rev().find(|row| row.packet.step.as_deref() == Some(step));
            last.map(|row| &row.state)
        };
        let mut left = self.steps.iter().filter(|row| !row.state.is_finished()).peekable();
        let moves = |row: &super::page::StepRow| Next::of(&row.state, asked(&row.step)) != Next::Stay;
        self.is_unfinished() && (left.peek().is_none() || left.any(moves))
    }

    /// How often its event arrived once more.
    pub fn repeats(&self) -> usize {
        self.idempotency_decisions.iter().filter(|decision| decision.step.is_none()).count()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use uuid::Uuid;

    use super::*;
    use crate::{
        Digest,
        closure::{
            Reason,
            page::{FollowUpRow, Mark, Parts, StepRow},
            rule::{Moment, StepKind},
            trigger::{Source, Trigger},
        },
        follow_up::{FollowUpStatus, Packet},
        id::FollowUpId,
        testing::at,
    };

    fn trigger() -> Trigger {
        let source = Source {
            system: "board".to_owned(),
            record: "BM-198".to_owned(),
            version: "3".to_owned(),
            url: None,
            expect: BTreeMap::new(),
        };
        Trigger {
            event_id: "evt-1".to_owned(),
            moment: Moment::Event,
            occurred_at: at(0),
            source,
            disposition: "approved".to_owned(),
            context: BTreeMap::new(),
            run: None,
            approval: None,
            key: None,
        }
    }

    fn step(name: &str, state: Step) -> StepRow {
        StepRow {
            step: name.to_owned(),
            kind: StepKind::StatusSync,
            target: "tracker".to_owned(),
            record: name.to_owned(),
            wanted: BTreeMap::new(),
            idempotency_key: name.to_owned(),
            status: state.status(),
            state,
        }
    }

    fn follow_up(step: &str) -> FollowUpRow {
        let packet = Packet {
            question: "Which?".to_owned(),
            reason: Reason::MappingMissing,
            detail: "None.".to_owned(),
            step: Some(step.to_owned()),
            source: "board BM-198".to_owned(),
            source_state: serde_json::Value::Null,
            not_touched: Vec::new(),
            may_be_written: Vec::new(),
            owner: None,
        };
        FollowUpRow {
            follow_up_id: FollowUpId::from_uuid(Uuid::nil()),
            closure_id: ClosureId::from_uuid(Uuid::nil()),
            status: FollowUpStatus::Open,
            packet,
            state: FollowUp::Open { at: at(1) },
            assigned_to: None,
            resolved_by: None,
        }
    }

    fn receipt(state: Closure, steps: Vec<StepRow>, follow_ups: Vec<FollowUpRow>) -> Receipt {
        Receipt::from(Parts {
            closure_id: ClosureId::from_uuid(Uuid::nil()),
            state,
            trigger: trigger(),
            workflow: ("research".to_owned(), 1, Digest::of("workflow", b"1")),
            rule: "close_study".to_owned(),
            title: "BM-198".to_owned(),
            started_at: at(0),
            snapshot: None,
            steps,
            marks: vec![Mark::Repeated { at: at(2) }],
            follow_ups,
            drift: None,
            review: None,
        })
    }

    fn partial() -> Closure {
        Closure::Partial { at: at(1), next_try: None }
    }

    fn blocked(name: &str) -> StepRow {
        step(name, Step::Blocked { at: at(1), reason: Reason::MappingMissing, detail: "None.".to_owned() })
    }

    #[test]
    fn what_waits_for_a_person_is_not_replayed() {
        let done = step("a", Step::Done { at: at(1), confirmed: "read back".to_owned() });
        let waits = receipt(partial(), vec![done.clone(), blocked("b")], vec![follow_up("b")]);
        assert!(waits.is_unfinished() && !waits.is_replayable());
        let settled = receipt(partial(), vec![done.clone(), blocked("b")], vec![follow_up("c")]);
        assert!(settled.is_replayable(), "what is open is about another step");
        let failed =
            Step::Failed { at: at(1), attempts: 1, cause: "503".to_owned(), next_try: None, is_uncertain: false };
        let both = receipt(partial(), vec![step("a", failed), blocked("b")], vec![follow_up("b")]);
        assert!(both.is_replayable(), "what failed is tried, and the rest waits");
        assert_eq!(both.repeats(), 1);
    }

    #[test]
    fn what_a_person_said_last_decides() {
        let said = |outcome| FollowUp::Resolved {
            opened_at: at(0),
            at: at(1),
            by: Actor::Person(crate::testing::person(1)),
            resolution: "Seen.".to_owned(),
            outcome,
        };
        let of = |outcome| Next::of(&blocked("b").state, Some(&said(outcome)));
        assert_eq!(of(Settlement::Done), Next::Vouched("Seen.".to_owned()));
        assert_eq!((of(Settlement::Again), of(Settlement::Left)), (Next::Try, Next::Stay));
        let left = FollowUpRow { state: said(Settlement::Left), status: FollowUpStatus::Resolved, ..follow_up("b") };
        assert!(!receipt(partial(), vec![blocked("b")], vec![left]).is_replayable());
    }

    #[test]
    fn only_what_nobody_works_at_and_is_not_done_is_replayed() {
        let stopped = Closure::ManualFollowUp { at: at(1), reason: Reason::SourceChanged };
        assert!(receipt(stopped, Vec::new(), Vec::new()).is_replayable(), "the source is looked at once more");
        for state in [Closure::Completed { at: at(1) }, Closure::SkippedIdempotent { at: at(1) }] {
            assert!(!receipt(state, Vec::new(), Vec::new()).is_replayable());
        }
    }
}
