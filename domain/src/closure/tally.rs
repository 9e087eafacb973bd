//! How many steps are how, in words.

use super::{ClosureStatus, page::ClosureRow, step::StepStatus};

/// The statuses in the order in which they are told, each with its word.
const WORDS: [(StepStatus, &str); 6] = [
    (StepStatus::Done, "done"),
    (StepStatus::AlreadyDone, "already"),
    (StepStatus::Failed, "failed"),
    (StepStatus::Blocked, "blocked"),
    (StepStatus::Writing, "being written"),
    (StepStatus::Planned, "planned"),
];

/// How many steps are how: each status there is, with its word.
pub fn tally(steps: &[StepStatus]) -> Vec<(StepStatus, usize, &'static str)> {
    let counted = WORDS.map(|(status, word)| (status, steps.iter().filter(|step| **step == status).count(), word));
    counted.into_iter().filter(|(_, count, _)| *count > 0).collect()
}

impl ClosureRow {
    /// How it stands, in one line: `3 done, 1 already, 1 failed`, `Source changed`, `Duplicate event, 4 already`.
    pub fn sentence(&self) -> String {
        if let Some(reason) = self.reason {
            return reason.title().to_owned();
        }
        let counted: Vec<String> =
            tally(&self.steps).into_iter().map(|(_, count, word)| format!("{count} {word}")).collect();
        match (counted.is_empty(), self.status) {
            (true, ClosureStatus::Running) => "Looking at the source".to_owned(),
            (true, _) => "Nothing was done".to_owned(),
            (false, ClosureStatus::SkippedIdempotent) if self.repeats > 0 => {
                format!("Duplicate event, {}", counted.join(", "))
            }
            (false, _) => counted.join(", "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{closure::Reason, id::ClosureId, testing};
    use StepStatus::{AlreadyDone, Blocked, Done, Failed, Planned, Writing};

    fn row(status: ClosureStatus, steps: &[StepStatus]) -> ClosureRow {
        ClosureRow {
            closure_id: ClosureId::from_uuid(uuid::Uuid::nil()),
            title: "BM-198".to_owned(),
            workflow: "research".to_owned(),
            workflow_version: 1,
            rule: "close_study".to_owned(),
            status,
            reason: None,
            steps: steps.to_vec(),
            open_follow_ups: 0,
            repeats: 0,
            started_at: testing::at(1),
            next_try: None,
        }
    }

    #[test]
    fn a_row_says_how_many_steps_are_how() {
        let steps = [Planned, Done, Done, AlreadyDone, Failed, Blocked, Writing, Done];
        let all = "3 done, 1 already, 1 failed, 1 blocked, 1 being written, 1 planned";
        assert_eq!(row(ClosureStatus::Partial, &steps).sentence(), all);
        assert_eq!(row(ClosureStatus::Completed, &[Done, Done]).sentence(), "2 done");
    }

    #[test]
    fn what_stopped_as_a_whole_says_why() {
        let stopped = ClosureRow {
            reason: Some(Reason::SourceChanged),
            ..row(ClosureStatus::ManualFollowUp, &[Planned, Planned])
        };
        assert_eq!(stopped.sentence(), "Source changed");
        assert_eq!(row(ClosureStatus::Running, &[]).sentence(), "Looking at the source");
        assert_eq!(row(ClosureStatus::Partial, &[]).sentence(), "Nothing was done");
    }

    #[test]
    fn what_was_told_twice_and_done_before_is_a_duplicate() {
        let skipped = row(ClosureStatus::SkippedIdempotent, &[AlreadyDone; 4]);
        assert_eq!(skipped.sentence(), "4 already");
        assert_eq!(ClosureRow { repeats: 1, ..skipped }.sentence(), "Duplicate event, 4 already");
        let done = ClosureRow { repeats: 2, ..row(ClosureStatus::Completed, &[Done]) };
        assert_eq!(done.sentence(), "1 done", "what was done stays what was done");
    }
}
