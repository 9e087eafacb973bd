//! One session under random moves: nothing is lost, nothing happens twice.

use std::collections::HashMap;

use proptest::{collection::vec, prelude::*};
use uuid::Uuid;

use super::*;
use crate::{
    Time,
    approval::{Approval, Call, Status, Use, later},
    decision::{Decision, Verdict},
    hours::AroundTheClock,
    id::ResumptionId,
    judge::{Finding, Judgement, Prior, Ruling, Threshold, judge},
    policy::{Candidate, Circumstances, Seat, Wanted},
    resumption::{Resumption, Way},
    run::Run,
    testing::{approval as approval_id, at, evidence, person, session as session_id, two_groups, vote},
    workflow::Risk,
};

mod held;
mod turns;

const SESSION: SessionId = session_id(1);

#[derive(Debug, Clone)]
enum Step {
    Call { action: usize, call: usize, holds: bool, needs_review: bool },
    OpenBeside { action: usize },
    Vote { approval: usize, voter: usize, verdict: Verdict },
    Expire { approval: usize },
    Cancel { approval: usize },
    Ask { approval: usize, voter: usize },
    Answer { approval: usize },
    EndRun,
    Use { approval: usize, call: usize },
    Void { approval: usize },
    Revoke { approval: usize },
    Fetch { approval: usize },
    Wait { minutes: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let verdict = prop_oneof![4 => Just(Verdict::Approve), 1 => Just(Verdict::Reject)];
    prop_oneof![
        6 => (0..3_usize, 0..3_usize, prop::bool::weighted(0.8), prop::bool::weighted(0.8))
            .prop_map(|(action, call, holds, needs_review)| Step::Call { action, call, holds, needs_review }),
        2 => (0..3_usize).prop_map(|action| Step::OpenBeside { action }),
        6 => (0..6_usize, 0..4_usize, verdict).prop_map(|(approval, voter, verdict)| Step::Vote { approval, voter, verdict }),
        2 => (0..6_usize).prop_map(|approval| Step::Expire { approval }),
        1 => (0..6_usize).prop_map(|approval| Step::Cancel { approval }),
        2 => (0..6_usize, 0..4_usize).prop_map(|(approval, voter)| Step::Ask { approval, voter }),
        2 => (0..6_usize).prop_map(|approval| Step::Answer { approval }),
        1 => prop::bool::weighted(0.1).prop_map(|ends| if ends { Step::EndRun } else { Step::Wait { minutes: 1 } }),
        2 => (0..6_usize, 0..3_usize).prop_map(|(approval, call)| Step::Use { approval, call }),
        1 => (0..6_usize).prop_map(|approval| Step::Void { approval }),
        1 => (0..6_usize).prop_map(|approval| Step::Revoke { approval }),
        2 => (0..6_usize).prop_map(|approval| Step::Fetch { approval }),
        2 => (0..40_i64).prop_map(|minutes| Step::Wait { minutes }),
    ]
}

struct Held {
    id: ApprovalId,
    action: usize,
    call: Call,
    state: Approval,
    revision: u32,
    votes: Vec<Decision>,
    resumption: Option<Resumption>,
}

struct World {
    now: Time,
    run: Run,
    session: Session,
    held: Vec<Held>,
    /// What each call was answered: the approval it waits for, or `None` once the answer is final.
    answered: HashMap<String, Option<ApprovalId>>,
    log: Vec<Event>,
}

fn call(action: usize, number: usize) -> Call {
    Call { session: SESSION, tool_use_id: format!("toolu_{action}_{number}") }
}

impl World {
    fn new() -> Self {
        Self {
            now: at(0),
            run: Run::Active,
            session: Session::Active,
            held: Vec::new(),
            answered: HashMap::new(),
            log: Vec::new(),
        }
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Call { action, call: number, holds, needs_review } => self.call(action, number, holds, needs_review),
            Step::OpenBeside { action } => {
                let place = self.held.len();
                if self.session != Session::Ended {
                    self.open(action, call(action, 100 + place));
                }
            }
            Step::Vote { approval, voter, verdict } => self.vote(approval, voter, verdict),
            Step::Expire { approval } => {
                let now = self.now;
                self.change(approval, |state, id| state.expire(id, now).map(|(state, event)| (state, Some(event))));
            }
            Step::Cancel { approval } => self.cancel(approval),
            Step::Ask { approval, voter } => self.ask(approval, voter),
            Step::Answer { approval } => self.answer(approval),
            Step::EndRun => self.end_run(),
            Step::Use { approval, call: number } => {
                let now = self.now;
                self.change(approval, |state, id| {
                    state.consume(id, call(9, number), now).map(|(state, event)| (state, Some(event)))
                });
            }
            Step::Void { approval } => {
                self.change(approval, |state, id| {
                    state.void(id, "changed".to_owned()).map(|(state, event)| (state, Some(event)))
                });
            }
            Step::Revoke { approval } => {
                let (now, why) = (self.now, "The wrong account.".to_owned());
                self.change(approval, |state, id| {
                    state.revoke(id, person(1).into(), why, now).map(|(state, event)| (state, Some(event)))
                });
            }
            Step::Fetch { approval } => self.fetch(approval),
            Step::Wait { minutes } => self.now += chrono::TimeDelta::minutes(minutes),
        }
    }

    fn call(&mut self, action: usize, number: usize, holds: bool, needs_review: bool) {
        let asked = call(action, number);
        let earlier = match self.answered.get(&asked.tool_use_id) {
            None => None,
            Some(Some(waits)) if self.held.iter().all(|held| held.id != *waits || held.state.ended_at().is_some()) => {
                Some(*waits)
            }
            // The same answer as before.
            Some(_) => return,
        };
        let judgement = self.judge(&asked, earlier, action, holds, needs_review);
        let now = self.now;
        let answer = match judgement {
            Judgement::Allow | Judgement::Block { .. } => None,
            Judgement::Open { .. } => Some(self.open(action, asked.clone())),
            Judgement::Await(id) => Some(id),
            Judgement::Consume(id) => {
                let place = self.place(id);
                let used =
                    self.change(place, |state, id| state.consume(id, asked.clone(), now).map(|(s, e)| (s, Some(e))));
                assert!(used, "what the judge lets a call use can be used");
                None
            }
            Judgement::Void { approval, error } => {
                let place = self.place(approval);
                assert!(self.change(place, |state, id| state.void(id, error.clone()).map(|(s, e)| (s, Some(e)))));
                None
            }
        };
        assert!(earlier.is_none() || answer.is_none(), "a second answer is final");
        self.answered.insert(asked.tool_use_id, answer);
    }

    fn judge(
        &self,
        asked: &Call,
        earlier: Option<ApprovalId>,
        action: usize,
        holds: bool,
        needs_review: bool,
    ) -> Judgement {
        let review = Ruling::Review { policy: "two".to_owned(), title: "Set up".to_owned(), risk: Risk::High };
        let ruling = match (holds, needs_review) {
            (false, _) => Ruling::Block { error: "unmet".to_owned() },
            (true, true) => review,
            (true, false) => Ruling::Allow,
        };
        let finding = Finding {
            gate_id: "gate".to_owned(),
            is_guarded: true,
            evidence: evidence(),
            ruling,
            threshold: Threshold::Open,
        };
        let same = self.held.iter().rev().filter(|held| held.action == action);
        let prior: Vec<Prior> = same
            .map(|held| Prior { id: held.id, opened_by: held.call.clone(), state: held.state.clone(), notes: None })
            .collect();
        let pending = self.held.iter().filter(|held| held.state.status() == Status::Pending).count();
        judge(asked, earlier, &self.session, &prior, pending, &finding, self.now)
    }

    fn open(&mut self, action: usize, call: Call) -> ApprovalId {
        let id = approval_id(self.held.len() as u128);
        let (session, event) = self.session.clone().suspend(SESSION, id).expect("a session may wait for several");
        (self.session, self.log) = (session, [std::mem::take(&mut self.log), vec![event]].concat());
        let state = Approval::open(later(self.now, 3_600));
        self.held.push(Held { id, action, call, state, revision: 1, votes: Vec::new(), resumption: None });
        id
    }

    fn vote(&mut self, place: usize, voter: usize, verdict: Verdict) {
        let Some(held) = self.held.get(place) else { return };
        let groups = if voter.is_multiple_of(2) { "risk" } else { "compliance" };
        let (person, groups) = (person(voter as u128), vec![groups.to_owned()]);
        let candidate = Candidate { person, groups, raised_to: None, stands_in: Vec::new() };
        let policy = two_groups();
        let seat = policy.seat_for(&candidate, &Circumstances::default(), &held.votes, verdict, Wanted::default());
        let Ok(Seat { group, .. }) = seat else { return };
        let mut cast = held.votes.clone();
        cast.push(vote(candidate.person, &group, verdict));
        let (standing, now) = (policy.standing(&cast), self.now);
        if self.change(place, |state, id| state.decide(id, &standing, policy.valid_for, now)) {
            self.held[place].votes = cast;
        }
    }

    /// Applies a move as the server does: with the session released and the wake-up queued when the approval ends.
    fn change(
        &mut self,
        place: usize,
        step: impl FnOnce(Approval, ApprovalId) -> Result<(Approval, Option<Event>), Refusal>,
    ) -> bool {
        let Some(held) = self.held.get_mut(place) else { return false };
        let before = held.state.clone();
        let Ok((state, event)) = step(before.clone(), held.id) else { return false };
        assert_eq!(event.is_some(), state != before, "a change has an event, and only a change");
        self.log.extend(event);
        held.state = state;
        if before.ended_at().is_none() && held.state.ended_at().is_some() {
            let (session, released) = self.session.clone().release(SESSION, held.id).expect("it waited");
            self.session = session;
            self.log.push(released);
            // Whoever takes an approval back needs no waking.
            if held.state.status() != Status::Cancelled {
                assert!(held.resumption.is_none(), "a session is woken once an approval");
                let (resumption, queued) = Resumption::queue(resumption_id(held.id), held.id, Way::Poll, self.now);
                held.resumption = Some(resumption);
                self.log.push(queued);
            }
        }
        true
    }

    fn fetch(&mut self, place: usize) {
        let Some(held) = self.held.get_mut(place) else { return };
        let Some(resumption) = held.resumption.clone() else { return };
        if let Ok((resumption, event)) = resumption.deliver(resumption_id(held.id), held.id, self.now) {
            held.resumption = Some(resumption);
            self.log.push(event);
        }
    }

    fn place(&self, id: ApprovalId) -> usize {
        self.held.iter().position(|held| held.id == id).expect("known")
    }
}

fn resumption_id(approval: ApprovalId) -> ResumptionId {
    ResumptionId::from_uuid(Uuid::from_u128(approval.uuid().as_u128() + 1_000))
}

proptest! {
    #[test]
    fn no_sequence_of_moves_loses_an_event(steps in vec(step(), 0..60)) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
            world.check();
        }
    }
}
