//! To whom the viewer of an approval's page may assign it.

use domain::{
    Role,
    assignment::{Assigned, Choice, Choices, open_groups},
    decision::Verdict,
    policy::{Candidate, Seat, Via, Wanted},
};

use super::{Eligible, People};
use crate::{desk::PersonCaller, store::delegation::Delegate};

impl People<'_> {
    /// Whom the viewer may choose; `None` where they may not assign it, or nobody decides it any more.
    pub(super) fn assignable(
        &self,
        eligible: &[Eligible],
        delegates: &[Delegate],
        viewer: &PersonCaller,
    ) -> Option<Choices> {
        if !self.is_pending() || !self.may_assign(viewer) {
            return None;
        }
        let people = self.candidates(eligible, delegates).filter(|(_, candidate)| candidate.person != viewer.id);
        let mut choices: Vec<Choice> = Vec::new();
        for (name, candidate) in people {
            let Ok(Seat { group, on_behalf_of }) = self.seat(&candidate) else { continue };
            if choices.iter().any(|known| known.person_id == candidate.person) {
                continue;
            }
            let name = match on_behalf_of {
                Some(principal) => format!("{name} (for {})", principal.name),
                None => name.clone(),
            };
            let group = candidate.raised_to.unwrap_or(group);
            choices.push(Choice { person_id: candidate.person, name, group });
        }
        let steps = self.stored.state.steps();
        let raise = steps.and_then(|steps| steps.raise.as_ref()).filter(|raise| raise.raised_at.is_none());
        let groups = open_groups(&self.stored.package.policy, self.votes);
        let raise_to = raise.map(|raise| raise.to.clone()).filter(|to| !groups.contains(to));
        Some(Choices { people: choices, groups, raise_to })
    }

    /// Whether the viewer may give the assignment back: who has it or made it, as long as they might decide it, and
    /// support leads.
    pub(super) fn can_give_back(&self, assigned: &Assigned, viewer: &PersonCaller) -> bool {
        let is_theirs = assigned.person_id == Some(viewer.id) || assigned.assigned_by == viewer.id;
        let may = is_theirs || viewer.roles.contains(&Role::SupportLead);
        may && self.is_pending() && self.may_assign(viewer)
    }

    /// Whoever might decide it, and support leads.
    fn may_assign(&self, viewer: &PersonCaller) -> bool {
        let policy = &self.stored.package.policy;
        let may = |candidate: &Candidate| {
            policy.via.contains(&Via::Console)
                && policy.seat_for(candidate, self.circumstances, &[], Verdict::Reject, Wanted::default()).is_ok()
        };
        viewer.roles.contains(&Role::SupportLead) || self.candidate.as_ref().is_some_and(may)
    }
}
