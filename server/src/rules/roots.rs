//! What conditions may read, and nothing else: the roots `facts input run approvals stages now`.

use std::{collections::BTreeMap, sync::Arc};

use chrono::TimeDelta;
use domain::{
    Time,
    id::{CompensationId, RunId, SessionId},
    progress::Progress,
    workflow::Workflow,
};
use serde_json::Value;

/// Everything recorded about a run at one moment.
///
/// [`super::Compiled::facts_of`] names the facts a tool's gates read. Loading those is enough for the ruling; the
/// facts an assertion is compared with must be loaded as well for the evidence to show them.
#[derive(Debug, Clone)]
pub struct Roots {
    /// The run.
    pub run: Arc<RunRoot>,
    /// The recorded facts by name. Undeclared ones are invisible to conditions.
    pub facts: Arc<BTreeMap<String, RecordedFact>>,
    /// How far the run has come through its stages.
    pub stages: Arc<Stages>,
    /// What became of the approvals of this run, by gate or stage id.
    pub approvals: BTreeMap<String, ApprovalRoot>,
    /// What the agent said. Shown beside the facts, invisible to conditions.
    pub assertions: BTreeMap<String, Value>,
    /// The time of the check.
    pub now: Time,
}

/// How far a run has come through its stages, and what is still to be undone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stages {
    /// The newest attempt of each.
    pub progress: Progress,
    /// Effects of failed stages that stand yet.
    pub outstanding: Vec<Outstanding>,
}

/// An effect of a failed stage that stands yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Outstanding {
    /// The compensation, by which its call is named.
    pub id: CompensationId,
    /// The tool that undoes it.
    pub tool: String,
    /// The exact input.
    pub input: Value,
    /// Whether the harness is to make the call; a person is needed otherwise.
    pub is_asked: bool,
    /// The session that makes the call, once one may.
    pub claimed_by: Option<SessionId>,
}

/// The run a call belongs to.
#[derive(Debug, Clone)]
pub struct RunRoot {
    /// Its id.
    pub id: RunId,
    /// Whom or what it is about.
    pub subject: String,
    /// The email of the person who asked for it.
    pub requested_by: Option<String>,
    /// The inputs it was started with.
    pub inputs: Value,
}

/// The current version of a fact.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedFact {
    /// Its value.
    pub value: Value,
    /// The system or tool that wrote it.
    pub source: String,
    /// The source's own reference.
    pub reference: Option<String>,
    /// When it was written.
    pub written_at: Time,
    /// Its version, from 1.
    pub version: i64,
}

/// What became of an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRoot {
    /// Whether it is approved and may still be relied on.
    pub approved: bool,
    /// Its status: `pending`, `approved`, `rejected`, `expired`.
    pub status: String,
    /// The notes of the last decision.
    pub notes: Option<String>,
    /// When it was decided.
    pub at: Option<Time>,
}

/// How far the clocks of two servers may be apart.
const LAG: TimeDelta = TimeDelta::minutes(1);

impl Roots {
    /// The value of a fact that may be relied on now.
    pub fn current(&self, name: &str, workflow: &Workflow) -> Option<&Value> {
        let (rule, fact) = (workflow.facts.get(name)?, self.facts.get(name)?);
        fact.is_current(rule.max_age, self.now).then_some(&fact.value)
    }
}

impl RecordedFact {
    /// Whether the fact may be relied on at `now`: not null, and not older than `max_age` seconds. Nobody knows the age
    /// of what was written by a clock that was ahead of this one: it counts as too old.
    pub fn is_current(&self, max_age: Option<u64>, now: Time) -> bool {
        let age = now.signed_duration_since(self.written_at);
        let limit = max_age.and_then(|seconds| i64::try_from(seconds).ok()).and_then(TimeDelta::try_seconds);
        let is_fresh = limit.is_none_or(|limit| age <= limit && age >= -LAG);
        is_fresh && !self.value.is_null()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_from_the_future_is_not_fresh() {
        let now: Time = "2026-11-21T09:00:00Z".parse().expect("a time");
        let is_current = |ahead: TimeDelta, max_age| {
            let (value, source) = (Value::from(1), "ledger".to_owned());
            RecordedFact { value, source, reference: None, written_at: now + ahead, version: 1 }
                .is_current(max_age, now)
        };
        // Another server's clock may be a little ahead.
        assert!(is_current(TimeDelta::seconds(30), Some(3_600)));
        assert!(!is_current(TimeDelta::hours(2), Some(3_600)), "it would be fresh for three hours");
        assert!(is_current(TimeDelta::hours(2), None));
    }
}
