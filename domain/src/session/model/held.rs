//! What must hold after every step.

use super::*;

impl World {
    fn count(&self, kind: &str, id: ApprovalId) -> usize {
        let about = |event: &Event| serde_json::to_value(event).expect("JSON")["approval"] == serde_json::json!(id);
        self.log.iter().filter(|event| event.kind() == kind && about(event)).count()
    }

    /// What must hold after every step.
    pub(super) fn check(&self) {
        let pending: Vec<ApprovalId> =
            self.held.iter().filter(|held| held.state.status() == Status::Pending).map(|held| held.id).collect();
        match &self.session {
            Session::Suspended { awaiting } => assert_eq!(*awaiting, pending),
            Session::Active => assert!(pending.is_empty(), "{pending:?} hold nobody"),
            Session::Ended => assert!(pending.is_empty() && self.run.ended_at().is_some()),
        }
        let ends = self.log.iter().filter(|event| event.kind() == "run.cancelled").count();
        assert_eq!(ends, usize::from(self.run.ended_at().is_some()));
        for held in &self.held {
            let (uses, voids) = match &held.state {
                Approval::Approved { used: Use::Consumed { .. }, .. } => (1, 0),
                Approval::Approved { used: Use::Void { .. }, .. } => (0, 1),
                _ => (0, 0),
            };
            let ended = usize::from(held.state.ended_at().is_some());
            assert_eq!(self.count("approval.consumed", held.id), uses);
            assert_eq!(self.count("approval.voided", held.id), voids);
            assert_eq!(self.count("session.suspended", held.id), 1);
            let woken = usize::from(ended == 1 && held.state.status() != Status::Cancelled);
            assert_eq!(self.count("resumption.queued", held.id), woken);
            let open = usize::from(held.state.is_waiting_for_information());
            let (asked, given) =
                (self.count("information.requested", held.id), self.count("information.given", held.id));
            assert!(asked == given + open || (ended == 1 && asked == given + 1), "{asked} asked, {given} given");
            assert_eq!(held.revision as usize, 1 + asked + given);
            let fetched = matches!(held.resumption, Some(Resumption::Resumed { .. }));
            assert_eq!(self.count("resumption.delivered", held.id), usize::from(fetched));
            assert_eq!(self.count("session.released", held.id) + self.count("session.resumed", held.id), ended);
            let now = held.state.status();
            for status in [Status::Approved, Status::Rejected, Status::Expired, Status::Cancelled, Status::Revoked] {
                let told = self.count(&format!("approval.{status}"), held.id);
                // What was taken back had been given.
                let was = now == status || (now == Status::Revoked && status == Status::Approved);
                assert_eq!(told, usize::from(was), "{status}");
            }
        }
    }
}
