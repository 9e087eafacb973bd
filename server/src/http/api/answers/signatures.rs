//! A signature as its person gets it.

use domain::{
    Time,
    delegation::Principal,
    id::ApprovalId,
    signature::{Authentication, Token},
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::desk::signature::Signed;

/// A signature for one decision.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SignatureGiven {
    /// The approval it is for.
    pub approval_id: ApprovalId,
    /// The token: send it as `signature` with the decision, once.
    pub signature: Token,
    /// The statement that was signed. It is kept with the decision.
    pub meaning: String,
    /// The group it is for.
    pub group: String,
    /// In whose place; null for their own.
    pub on_behalf_of: Option<Principal>,
    /// How the person showed who they are.
    pub authenticated_by: Authentication,
    /// When it was signed.
    pub signed_at: Time,
    /// Until when the token may be used.
    pub expires_at: Time,
}

impl From<Signed> for SignatureGiven {
    fn from(signed: Signed) -> Self {
        let Signed { token, given, seat } = signed;
        Self {
            approval_id: given.covered.approval,
            signature: token,
            meaning: given.signature.meaning,
            group: seat.group,
            on_behalf_of: seat.on_behalf_of,
            authenticated_by: given.signature.authenticated_by,
            signed_at: given.signature.signed_at,
            expires_at: given.expires_at,
        }
    }
}
