//! What a client is asked to do for its user: open the console. It is an invitation and nothing more.

use domain::{Digest, id::ApprovalId};

use super::{reply::Said, request::RequestApproval, tools::Toolbox};
use crate::error::Result;

impl Toolbox {
    /// Asks the client to have its user open the console, where people decide who may.
    pub(super) fn invite(&self, approval: ApprovalId, call: Digest) -> Result<Said> {
        Ok(Said::Open {
            id: approval.to_string(),
            url: format!("{}/approvals/{approval}", self.console),
            message:
                "An approval waits in Countersign. Open it to read it, and to decide if you are one of its reviewers. \
                      Opening it decides nothing."
                    .to_owned(),
            invitation: self.desk.invite(&self.caller, approval, call)?,
        })
    }

    /// The id under which a call is looked at: the one given, else the client's own of this call, else one that this
    /// request alone has. An approval is found again by the call's content within its session, whatever its id.
    pub(super) fn tool_use_id(&self, asked: &RequestApproval, of_client: Option<String>) -> String {
        let given = asked.action.as_ref().and_then(|action| action.tool_use_id.clone());
        let named =
            || asked.idempotency_key.as_ref().map(|name| format!("mcp-{}", Digest::of("mcp-name/v1", name.as_bytes())));
        given
            .or(of_client)
            .or_else(named)
            .unwrap_or_else(|| format!("mcp-{}", self.desk.database.ids().uuid().simple()))
    }
}
