//! A compensation: the call that undoes an effect of a failed stage. It is asked of the harness, and done or failed when
//! the harness says so.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Refusal, Time,
    actor::{UnknownWord, words},
    event::Event,
    id::CompensationId,
    refusal::Code,
};

/// The longest detail a harness reports, in characters.
pub const MAX_DETAIL: usize = 4_000;

tagged! {
    "Compensation", "state", "state@";
    /// The state of a compensation.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[serde(tag = "state", rename_all = "snake_case")]
    pub enum Compensation {
        /// The harness is to make the call.
        Asked {
            /// Since when.
            at: Time,
        },
        /// The effect is undone.
        Done {
            /// When the harness said so.
            at: Time,
            /// What it said.
            detail: Option<String>,
        },
        /// The effect stands: a person is needed.
        Failed {
            /// When the harness said so.
            at: Time,
            /// What it said.
            detail: Option<String>,
        },
    }
}

words! {
    /// What a harness reports of a compensation.
    Outcome {
        /// The effect is undone.
        Done = "done",
        /// The effect stands.
        Failed = "failed",
    }
}

impl Compensation {
    /// Asks the harness for it.
    pub fn ask(compensation: CompensationId, stage: &str, tool: &str, now: Time) -> (Self, Event) {
        let event = Event::CompensationAsked { compensation, stage: stage.to_owned(), tool: tool.to_owned() };
        (Self::Asked { at: now }, event)
    }

    /// The harness reports how it went. What failed may be tried again and reported as done.
    ///
    /// # Errors
    /// `illegal_move` when it is done, or has failed already and fails again.
    pub fn report(
        self,
        compensation: CompensationId,
        outcome: Outcome,
        detail: Option<String>,
        now: Time,
    ) -> Result<(Self, Event), Refusal> {
        match (self, outcome) {
            (Self::Asked { .. } | Self::Failed { .. }, Outcome::Done) => {
                let event = Event::CompensationDone { compensation, detail: detail.clone() };
                Ok((Self::Done { at: now, detail }, event))
            }
            (Self::Asked { .. }, Outcome::Failed) => {
                let event = Event::CompensationFailed { compensation, detail: detail.clone() };
                Ok((Self::Failed { at: now, detail }, event))
            }
            (Self::Failed { .. }, Outcome::Failed) => {
                Err(Refusal::new(Code::IllegalMove, "The compensation was reported as failed already."))
            }
            (Self::Done { .. }, _) => Err(Refusal::new(Code::IllegalMove, "The compensation is done already.")),
        }
    }

    /// Whether its effect is undone.
    pub const fn is_done(&self) -> bool {
        matches!(self, Self::Done { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::at;
    use std::fmt::Write as _;
    use uuid::Uuid;

    #[test]
    fn every_state_meets_every_report() {
        let id = CompensationId::from_uuid(Uuid::from_u128(1));
        let states = [
            Compensation::ask(id, "account_setup", "close_account", at(0)).0,
            Compensation::Done { at: at(1), detail: None },
            Compensation::Failed { at: at(1), detail: Some("locked".to_owned()) },
        ];
        let mut table = String::new();
        for state in states {
            for outcome in [Outcome::Done, Outcome::Failed] {
                let met = match state.clone().report(id, outcome, None, at(2)) {
                    Ok((state, event)) => format!("done: {}  [{}]", state.is_done(), event.kind()),
                    Err(refusal) => format!("refused: {}", refusal.message),
                };
                writeln!(table, "{state:?} {outcome}: {met}").expect("write");
            }
            let text = serde_json::to_string(&state).expect("JSON");
            assert_eq!(serde_json::from_str::<Compensation>(&text).expect("state"), state, "{text}");
        }
        insta::assert_snapshot!(table);
    }
}
