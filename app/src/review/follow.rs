//! The approval as its open page holds it: asked for again when something happened to it, without ever taking away
//! what is being read or written.

use super::{drafts, outcome::is_settling};
use crate::{
    calls::refresh::refresh_review,
    live::{on_news, refresh::refresher},
};
use domain::{
    approval::Status,
    claim::Held,
    decision::{Decision, Verdict},
    id::PersonId,
    review::{Draft, Mandate, Review},
};
use leptos::prelude::*;

/// What a fresh look at an approval means for the page that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Votes, steps, activity: they change in place.
    InPlace,
    /// It was settled, by somebody else or by time, while the viewer was about to decide.
    Settled,
    /// There is another revision. What is being read stays until the viewer wants the new one.
    NewRevision(u32),
}

impl Change {
    /// Compares what is shown with what is true now.
    pub fn between(shown: &Review, now: &Review, viewer: Option<PersonId>) -> Self {
        let was_deciding = matches!(shown.mandate, Mandate::Decide { .. });
        let is_own = has_decided(now, viewer);
        let is_pending = now.state.status() == Status::Pending;
        if is_pending && now.revision != shown.revision {
            Self::NewRevision(now.revision)
        } else if was_deciding && !is_pending && !is_own {
            Self::Settled
        } else {
            Self::InPlace
        }
    }
}

/// Whether the viewer's decision is stored. A question is none.
fn has_decided(review: &Review, viewer: Option<PersonId>) -> bool {
    let is_decision = |vote: &&Decision| matches!(vote.verdict, Verdict::Approve | Verdict::Reject);
    review.votes.iter().filter(is_decision).any(|vote| Some(vote.person) == viewer)
}

/// Whose decision settled an approval, if one did.
pub fn winner(review: &Review) -> Option<&Decision> {
    let verdict = match review.state.status() {
        Status::Approved => Verdict::Approve,
        Status::Rejected => Verdict::Reject,
        Status::Pending | Status::Expired | Status::Cancelled | Status::Superseded | Status::Revoked => return None,
    };
    review.votes.iter().rfind(|vote| vote.verdict == verdict)
}

/// The approval of an open page.
#[derive(Clone, Copy)]
pub struct Followed {
    review: RwSignal<Review>,
    viewer: Option<PersonId>,
    /// What was typed and not sent.
    draft: RwSignal<Draft>,
    /// Whether a decision is on its way: its answer replaces the page.
    is_sending: StoredValue<bool>,
    /// What was typed when somebody else settled it.
    settled: RwSignal<Option<Draft>>,
    newer: RwSignal<Option<u32>>,
}

impl Followed {
    /// An approval as it was loaded.
    pub fn new(review: Review, viewer: Option<PersonId>) -> Self {
        Self {
            review: RwSignal::new(review),
            viewer,
            draft: RwSignal::default(),
            is_sending: StoredValue::new(false),
            settled: RwSignal::new(None),
            newer: RwSignal::new(None),
        }
    }

    /// Follows it from now on.
    pub fn follow(self) {
        let (id, run) = self.review.with_untracked(|review| (review.id, review.package.run_id));
        let ask = refresher(move || refresh_review(id), move |now| self.apply(now));
        on_news(move |news| {
            // What runs after the decision is told of the run.
            let is_settling = || self.review.with_untracked(is_settling);
            if news.concerns_approval(id) || (news.concerns_run(run) && is_settling()) {
                ask();
            }
        });
        Effect::new(move |_| self.forget_stored_draft());
    }

    fn apply(self, now: Review) {
        if self.is_sending.get_value() {
            return;
        }
        match self.review.with_untracked(|shown| Change::between(shown, &now, self.viewer)) {
            Change::NewRevision(revision) => {
                self.newer.set(Some(revision));
                // Who looks into it has nothing to do with what is being read.
                self.review.update(|shown| {
                    (shown.claim, shown.viewing) = (now.claim, now.viewing);
                    (shown.assigned, shown.can_give_back) = (now.assigned, now.can_give_back);
                });
            }
            Change::Settled => {
                self.settled.set(Some(self.draft.get_untracked()));
                self.newer.set(None);
                self.review.set(now);
            }
            Change::InPlace => self.review.set(now),
        }
    }

    /// Looks at the approval as it is now, and is told again when it changes.
    pub fn with<T>(self, look: impl FnOnce(&Review) -> T) -> T {
        self.review.with(look)
    }

    /// Looks at it once.
    pub fn with_untracked<T>(self, look: impl FnOnce(&Review) -> T) -> T {
        self.review.with_untracked(look)
    }

    /// Somebody has claimed it, or nobody has any more.
    pub fn set_claim(self, claim: Option<Held>) {
        // The answer may come when the page is gone.
        self.review.try_update(|shown| shown.claim = claim);
    }

    /// The approval as it is now.
    pub fn now(self) -> Review {
        self.review.get_untracked()
    }

    /// Who looks.
    pub const fn viewer(self) -> Option<PersonId> {
        self.viewer
    }

    /// The draft of a viewer who was not the first.
    pub fn settled(self) -> Option<Draft> {
        self.settled.get()
    }

    /// The revision that stands now, if it is not the one that is shown.
    pub fn newer(self) -> Option<u32> {
        self.newer.get()
    }

    /// A decision is on its way.
    pub fn send(self) {
        self.is_sending.set_value(true);
    }

    /// Keeps what is typed, in the page and in the tab.
    pub fn keep(self, draft: Draft) {
        drafts::save(&self.key(), &draft);
        self.draft.set(draft);
    }

    /// What was typed before the page was loaded again.
    pub fn kept(self) -> Option<Draft> {
        drafts::load(&self.key())
    }

    /// Once the viewer's decision is stored its draft has no use.
    fn forget_stored_draft(self) {
        if self.with(|review| has_decided(review, self.viewer)) {
            drafts::forget(&self.key());
        }
    }

    fn key(self) -> String {
        self.review.with_untracked(|review| drafts::key(self.viewer, review.id, review.revision))
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::sample;
    use domain::approval::Approval;

    #[test]
    fn only_somebody_elses_end_is_a_surprise() {
        let (open, me) = (sample::review(), Some(sample::viewer()));
        let ended = |votes: Vec<Decision>| Review {
            state: Approval::Rejected { at: open.now },
            mandate: Mandate::Closed,
            votes,
            ..open.clone()
        };
        let others = ended(vec![sample::vote('2', "Ana Ruiz", "Compliance", Verdict::Reject)]);
        let mut vote = sample::vote('1', "Mira Okafor", "Risk", Verdict::Reject);
        vote.person = sample::viewer();
        let own = ended(vec![vote]);
        let expired = Review { state: Approval::Expired { at: open.now }, mandate: Mandate::Closed, ..open.clone() };
        let newer = Review { revision: open.revision + 1, ..open.clone() };
        let watching = Review { mandate: Mandate::NotEntitled { waiting_for: Vec::new() }, ..open.clone() };
        for (shown, now, change) in [
            (&open, &open, Change::InPlace),
            (&open, &others, Change::Settled),
            (&open, &own, Change::InPlace),
            (&open, &expired, Change::Settled),
            (&watching, &others, Change::InPlace),
            (&others, &others, Change::InPlace),
            (&open, &newer, Change::NewRevision(open.revision + 1)),
            (&watching, &newer, Change::NewRevision(open.revision + 1)),
        ] {
            assert_eq!(Change::between(shown, now, me), change, "{:?} {:?}", shown.mandate, now.state);
        }
        assert_eq!(winner(&others).map(|vote| &*vote.name), Some("Ana Ruiz"));
        assert!(winner(&expired).is_none() && winner(&open).is_none());
    }
}
