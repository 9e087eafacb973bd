//! The turn of an agent that a runner started, as the outbox record keeps it.

use serde::{Deserialize, Serialize};

use super::{Resumption, Way};
use crate::{
    Digest, Time,
    event::Event,
    id::{ApprovalId, ResumptionId},
};

/// The turn of an agent that a runner started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Turn {
    /// The runner's name.
    pub runner: String,
    /// The digest of what it shows to report.
    pub lease: Digest,
    /// Which try it was, from 1.
    pub attempt: u32,
    /// When the runner is taken for dead; `None` once it has reported how the turn ended.
    pub until: Option<Time>,
}

impl Turn {
    pub(super) fn going_on(way: Way, lease: Option<Digest>, attempt: u32, until: Time) -> Option<Self> {
        match (way, lease) {
            (Way::Runner { runner }, Some(lease)) => Some(Self { runner, lease, attempt, until: Some(until) }),
            (Way::Runner { .. } | Way::Poll | Way::Webhook { .. }, _) => None,
        }
    }
}

impl Turn {
    /// The turn ended after its session had read the outcome, and not by itself: what that allowed may have run, so that
    /// nothing is tried again before a person has looked.
    pub(super) fn broken_off(
        self,
        resumption: ResumptionId,
        approval: ApprovalId,
        queued_at: Time,
        cause: &str,
        now: Time,
    ) -> (Resumption, Event) {
        let Self { runner, lease, attempt, .. } = self;
        let cause = format!(
            "{cause}, after the session had read the outcome: what that allowed may have run, so look before you retry"
        );
        let event = Event::ResumptionFailed { resumption, approval, attempt, cause: cause.clone(), next_try: None };
        let way = Way::Runner { runner };
        let state = Resumption::Failed {
            queued_at,
            way,
            attempts: attempt,
            cause,
            failed_at: now,
            next_try: None,
            lease: Some(lease),
        };
        (state, event)
    }
}
