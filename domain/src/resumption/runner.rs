//! What a runner does to the outbox record: it takes it for a while, says that it is still at it, and reports.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{Moved, Resumption, Setback, Turn, Way, illegal, next_try};
use crate::{
    Digest, Refusal, Time,
    actor::{UnknownWord, words},
    event::Event,
    id::{ApprovalId, ResumptionId},
    refusal::Code,
};

/// How often the client may find nothing to go on with before that is believed: whoever decides quickly may be faster
/// than the client that is still writing its session down.
const DOUBTS: u32 = 3;

words! {
    /// What a runner reports.
    Reported {
        /// The client still works: the lease is extended.
        Running = "running",
        /// The client went on with the session and ended.
        Resumed = "resumed",
        /// The session waits for nothing: somebody has resumed it before.
        AlreadyResumed = "already_resumed",
        /// The very call was deferred once more.
        DeferredAgain = "deferred_again",
        /// The session waits with another call, and this one is gone.
        Superseded = "superseded",
        /// The tool of the call is not there any more, such as an MCP server that is gone.
        ToolUnavailable = "tool_unavailable",
        /// The gate cannot be asked, so the client was not started.
        GateUnreachable = "gate_unreachable",
        /// The client has no session of that id.
        SessionUnknown = "session_unknown",
        /// The settings have changed, or lack the hooks: the client was not started.
        SettingsRefused = "settings_refused",
        /// The folder is none the runner may work in: the client was not started.
        CwdRefused = "cwd_refused",
        /// The runner stops, and another takes over.
        GivenBack = "given_back",
        /// The client ended with an error, or could not be started.
        Failed = "failed",
    }
}

/// What follows from a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Weighed {
    /// Nothing is left to be done.
    Settled {
        /// Whether the call is gone that the approval was for.
        is_superseded: bool,
    },
    /// It is tried again at that moment, or a person is needed.
    Again(Option<Time>),
}

impl Reported {
    /// Weighs a report. `is_read`: the waiting call has the outcome, so that nothing is repeated by itself.
    /// `is_call`: a call waits for the approval, rather than a stage or a question.
    pub fn weigh(self, is_call: bool, is_read: bool, attempt: u32, now: Time, jitter: u8) -> Weighed {
        let later = || Weighed::Again(next_try(attempt, now, jitter, None));
        match self {
            // What ended in between may have run what it was allowed: a person looks before anything is repeated.
            Self::GivenBack | Self::Failed if is_read => Weighed::Again(None),
            Self::Resumed | Self::Superseded | Self::AlreadyResumed | Self::DeferredAgain | Self::ToolUnavailable
                if is_read =>
            {
                Weighed::Settled { is_superseded: false }
            }
            Self::AlreadyResumed if is_call && attempt < DOUBTS => Weighed::Again(next_try(1, now, jitter, None)),
            Self::Resumed | Self::Superseded | Self::AlreadyResumed => Weighed::Settled { is_superseded: is_call },
            Self::DeferredAgain | Self::ToolUnavailable | Self::GateUnreachable | Self::Failed => later(),
            Self::SessionUnknown | Self::SettingsRefused | Self::CwdRefused => Weighed::Again(None),
            Self::GivenBack | Self::Running => Weighed::Again(Some(now)),
        }
    }
}

impl Resumption {
    /// A runner takes the record, to have the client go on. What it shows to report is known by its digest alone.
    ///
    /// # Errors
    /// `illegal_move` unless it goes out by a runner and is due.
    pub fn lend(
        self,
        resumption: ResumptionId,
        approval: ApprovalId,
        lease: Digest,
        leased_until: Time,
        now: Time,
    ) -> Moved {
        let (queued_at, way, attempt) = self.taken(leased_until, now)?;
        let Way::Runner { runner } = &way else { return Err(illegal("No runner resumes this session.")) };
        let event = Event::ResumptionLeased { resumption, approval, runner: runner.clone(), attempt };
        Ok((Self::Delivering { queued_at, way, attempt, leased_until, lease: Some(lease) }, event))
    }

    /// The runner is still at it.
    ///
    /// # Errors
    /// `lease_lost` when the lease is over, or another's.
    pub fn extend(self, shown: Digest, until: Time, now: Time) -> Result<Self, Refusal> {
        match self {
            Self::Delivering { queued_at, way, attempt, leased_until, lease: Some(lease) }
                if lease == shown && now < leased_until =>
            {
                Ok(Self::Delivering { queued_at, way, attempt, leased_until: until, lease: Some(lease) })
            }
            Self::Resumed { queued_at, at, turn: Some(turn) }
                if turn.lease == shown && turn.until.is_some_and(|end| now < end) =>
            {
                Ok(Self::Resumed { queued_at, at, turn: Some(Turn { until: Some(until), ..turn }) })
            }
            Self::Queued { .. }
            | Self::Delivering { .. }
            | Self::Resumed { .. }
            | Self::Failed { .. }
            | Self::Abandoned { .. } => Err(lost()),
        }
    }

    /// The runner reports the end. `setback` says why it is to be tried again, if it is. A second report changes
    /// nothing and has no event; neither has the end of a turn whose call had read the outcome before.
    ///
    /// # Errors
    /// `lease_lost` when the lease is over, or another's.
    pub fn report(
        self,
        resumption: ResumptionId,
        approval: ApprovalId,
        shown: Digest,
        setback: Option<Setback>,
        now: Time,
    ) -> Result<(Self, Option<Event>), Refusal> {
        let moved = match self {
            Self::Delivering { lease: Some(lease), leased_until, .. } if lease == shown && now < leased_until => {
                match setback {
                    Some(setback) => self.fail(resumption, approval, setback, now),
                    None => self.deliver(resumption, approval, now),
                }
            }
            Self::Failed { lease: Some(lease), .. } if lease == shown && setback.is_some() => return Ok((self, None)),
            Self::Failed { ref way, lease: Some(lease), attempts, .. } if lease == shown => {
                let turn = Turn::going_on(way.clone(), Some(lease), attempts, now);
                self.deliver(resumption, approval, now).map(|(state, event)| (state.with(turn), event))
            }
            Self::Resumed { queued_at, turn: Some(turn), .. }
                if turn.lease == shown && turn.until.is_some() && setback.is_some() =>
            {
                let cause = setback.map(|setback| setback.cause).unwrap_or_default();
                Ok(turn.broken_off(resumption, approval, queued_at, &cause, now))
            }
            Self::Resumed { queued_at, at, turn: Some(turn) } if turn.lease == shown => {
                let turn = Some(Turn { until: None, ..turn });
                return Ok((Self::Resumed { queued_at, at, turn }, None));
            }
            Self::Queued { .. }
            | Self::Delivering { .. }
            | Self::Resumed { .. }
            | Self::Failed { .. }
            | Self::Abandoned { .. } => return Err(lost()),
        };
        moved.map(|(state, event)| (state.ended(), Some(event)))
    }

    fn with(self, turn: Option<Turn>) -> Self {
        match self {
            Self::Resumed { queued_at, at, .. } => Self::Resumed { queued_at, at, turn },
            other => other,
        }
    }

    fn ended(self) -> Self {
        match self {
            Self::Resumed { queued_at, at, turn } => {
                Self::Resumed { queued_at, at, turn: turn.map(|turn| Turn { until: None, ..turn }) }
            }
            other => other,
        }
    }

    /// The runner is silent beyond its lease. What nothing has read is tried again; where the outcome was read, the call
    /// may have run, so that a person looks before anything is repeated.
    ///
    /// # Errors
    /// `illegal_move` unless a lease is over.
    pub fn lapse(self, resumption: ResumptionId, approval: ApprovalId, jitter: u8, now: Time) -> Moved {
        let silent = |runner: &str| format!("the runner {runner} stopped answering");
        match self {
            Self::Delivering { way: Way::Runner { ref runner }, attempt, leased_until, .. } if leased_until <= now => {
                let setback =
                    Setback { attempt, cause: silent(runner), next_try: next_try(attempt, now, jitter, None) };
                self.fail(resumption, approval, setback, now)
            }
            Self::Resumed { queued_at, turn: Some(Turn { runner, lease, attempt, until: Some(end) }), .. }
                if end <= now =>
            {
                let cause = silent(&runner);
                let turn = Turn { runner, lease, attempt, until: Some(end) };
                Ok(turn.broken_off(resumption, approval, queued_at, &cause, now))
            }
            Self::Queued { .. }
            | Self::Delivering { .. }
            | Self::Resumed { .. }
            | Self::Failed { .. }
            | Self::Abandoned { .. } => Err(illegal("No lease is over.")),
        }
    }

    /// No runner has taken it for long: people are told, and a runner may take it still.
    ///
    /// # Errors
    /// `illegal_move` unless it waits for a runner.
    pub fn neglect(self, resumption: ResumptionId, approval: ApprovalId, now: Time) -> Moved {
        match self {
            Self::Queued { at, way: Way::Runner { runner }, attempts } => {
                let cause = format!(
                    "no runner named {runner} has taken it: start one, or see whether its key may still be used"
                );
                let (attempt, next_try) = (attempts.max(1), Some(now));
                let event = Event::ResumptionFailed { resumption, approval, attempt, cause: cause.clone(), next_try };
                let way = Way::Runner { runner };
                let state = Self::Failed { queued_at: at, way, attempts, cause, failed_at: now, next_try, lease: None };
                Ok((state, event))
            }
            Self::Queued { .. }
            | Self::Delivering { .. }
            | Self::Resumed { .. }
            | Self::Failed { .. }
            | Self::Abandoned { .. } => Err(illegal("It does not wait for a runner.")),
        }
    }

    /// Until when a runner may be at work on the session.
    pub const fn held_until(&self) -> Option<Time> {
        match self {
            Self::Delivering { lease: Some(_), leased_until, .. } => Some(*leased_until),
            Self::Resumed { turn: Some(turn), .. } => turn.until,
            Self::Delivering { .. }
            | Self::Resumed { .. }
            | Self::Queued { .. }
            | Self::Failed { .. }
            | Self::Abandoned { .. } => None,
        }
    }

    /// Which try a runner is at, or was at last.
    pub const fn attempt(&self) -> u32 {
        match self {
            Self::Queued { attempts, .. } | Self::Failed { attempts, .. } => *attempts,
            Self::Delivering { attempt, .. } => *attempt,
            Self::Resumed { turn: Some(turn), .. } => turn.attempt,
            Self::Resumed { turn: None, .. } | Self::Abandoned { .. } => 0,
        }
    }
}

fn lost() -> Refusal {
    Refusal::new(Code::LeaseLost, "This lease is over, or another's: nothing was stored. Stop what was started.")
}
