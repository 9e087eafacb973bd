//! Sample closures that people look at though nobody was needed.

use super::{closures::closures, id, time, viewer};
use domain::{
    closure::{
        review::{ClosureReview, ReviewRow, ReviewStatus},
        sample::Drawn,
    },
    closures::{ClosuresPage, Listed, Sampled},
    id::{ClosureId, FollowUpId},
};

/// Two that wait, one of them for the viewer, and two that somebody has looked at.
pub fn samples() -> ClosuresPage {
    let mut rows = Vec::new();
    for (last, status, is_mine) in [
        ('1', ReviewStatus::Waiting, true),
        ('2', ReviewStatus::Waiting, false),
        ('3', ReviewStatus::InOrder, false),
        ('4', ReviewStatus::NotInOrder, false),
    ] {
        rows.push(Sampled { row: ReviewRow { closure_id: id::<ClosureId>("clo", last), ..sample(status) }, is_mine });
    }
    ClosuresPage { listed: Listed::Samples(rows), ..closures() }
}

/// The first of them, as far as this.
pub fn sample(status: ReviewStatus) -> ReviewRow {
    let (drawn_at, at, by) = (time("14:43:00"), time("14:46:00"), viewer());
    let state = match status {
        ReviewStatus::Waiting => ClosureReview::Waiting { at: drawn_at },
        ReviewStatus::InOrder => ClosureReview::InOrder { drawn_at, at, by, note: None },
        ReviewStatus::NotInOrder => ClosureReview::NotInOrder {
            drawn_at,
            at,
            by,
            note: "The wrong <i>queue</i>.".to_owned(),
            follow_up: id::<FollowUpId>("fup", '1'),
        },
    };
    ReviewRow {
        closure_id: id::<ClosureId>("clo", '1'),
        title: "Sprint 8 <script>alert(1)</script>".to_owned(),
        workflow: "research".to_owned(),
        workflow_version: 3,
        rule: "close_study".to_owned(),
        group: "process-owners".to_owned(),
        drawn: Drawn::First,
        one_in: 20,
        status,
        reviewed_by: state.looked().map(|_| "Mira <u>Okafor</u>".to_owned()),
        state,
    }
}
