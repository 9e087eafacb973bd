//! What people and harnesses do beside calling and voting.

use super::*;

impl World {
    pub(super) fn cancel(&mut self, place: usize) {
        let now = self.now;
        self.change(place, |state, id| state.cancel(id, "Not wanted.".to_owned(), now).map(|(s, e)| (s, Some(e))));
    }

    /// A question makes a new revision; the votes on the old one count no more.
    pub(super) fn ask(&mut self, place: usize, voter: usize) {
        let Some(held) = self.held.get(place) else { return };
        let (person, groups) = (person(voter as u128), vec!["risk".to_owned()]);
        let candidate = Candidate { person, groups, raised_to: None, stands_in: Vec::new() };
        let verdict = Verdict::RequestInformation;
        let seat =
            two_groups().seat_for(&candidate, &Circumstances::default(), &held.votes, verdict, Wanted::default());
        let (now, revision) = (self.now, held.revision);
        if seat.is_ok()
            && self.change(place, |state, id| {
                state.request_information(id, "Which year?", revision, &AroundTheClock, now).map(|(s, e)| (s, Some(e)))
            })
        {
            self.next_revision(place);
        }
    }

    pub(super) fn answer(&mut self, place: usize) {
        let Some(held) = self.held.get(place) else { return };
        let (now, revision) = (self.now, held.revision);
        if self.change(place, |state, id| {
            state.give_information(id, "2025.", revision, &AroundTheClock, now).map(|(s, e)| (s, Some(e)))
        }) {
            self.next_revision(place);
        }
    }

    fn next_revision(&mut self, place: usize) {
        self.held[place].revision += 1;
        self.held[place].votes.clear();
    }

    /// Ends the run as the server does: what is pending is settled first, then the session ends.
    pub(super) fn end_run(&mut self) {
        let Ok((run, event)) = self.run.clone().cancel("Not wanted.".to_owned(), self.now) else { return };
        for place in 0..self.held.len() {
            let now = self.now;
            if self.held[place].state.is_overdue(now) {
                self.change(place, |state, id| state.expire(id, now).map(|(s, e)| (s, Some(e))));
            } else {
                self.cancel(place);
            }
        }
        let (session, ended) = self.session.clone().end(SESSION).expect("nothing is pending");
        (self.run, self.session) = (run, session);
        self.log.extend([ended, event]);
    }
}
