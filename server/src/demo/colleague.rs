//! A colleague who signs some approvals for risk at once, so that one more signature wakes the agent.

use domain::{
    decision::{Ballot, Verdict},
    id::ApprovalId,
};

use super::{Trouble, cast};
use crate::{
    desk::{Caller, Desk},
    password::Password,
};

/// The colleague, signed in.
#[derive(Clone)]
pub struct Colleague {
    desk: Desk,
    caller: Caller,
}

impl Colleague {
    /// Signs the colleague in.
    pub async fn sign_in(desk: &Desk, password: &str) -> Result<Self, Trouble> {
        let person = desk.sign_in(cast::COLLEAGUE, Password::new(password)).await?.person;
        Ok(Self { desk: desk.clone(), caller: Caller::Person(person) })
    }

    /// Signs for risk what is still open; signing twice changes nothing.
    pub async fn sign(&self, approval: &str) -> Result<(), Trouble> {
        let id: ApprovalId = approval.parse().map_err(|_| Trouble::Unclear(format!("the approval {approval}")))?;
        let shown = self.desk.find_approval(&self.caller, id).await?;
        let ballot = Ballot {
            verdict: Verdict::Approve,
            package_digest: shown.package_digest,
            revision: Some(shown.revision),
            reason_code: None,
            notes: Some("Exposure is within our limits.".to_owned()),
            for_group: Some("risk".to_owned()),
            on_behalf_of: None,
            edited_input: None,
            items: Vec::new(),
            signature: None,
        };
        match self.desk.decide(&self.caller, id, &ballot).await {
            Err(error) if error.code().is_none() => Err(error.into()),
            // Somebody else was faster: that decision stands.
            Ok(_) | Err(_) => Ok(()),
        }
    }
}
