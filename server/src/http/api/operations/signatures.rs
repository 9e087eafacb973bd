//! Electronic signatures.

use axum::http::Method;
use domain::{permission::Action, refusal::Code};

use crate::{
    desk::signature::Sign,
    http::{
        api::{answers::signatures::SignatureGiven, signatures},
        operation::Operation,
        routes::{Access, Routes},
    },
};

pub fn routes(routes: Routes) -> Routes {
    routes.call(Method::POST, "/api/v1/signatures", Access::Granted(Action::Sign), sign(), signatures::sign)
}

fn sign() -> Operation {
    Operation::new("Approvals", "sign", "Sign a decision that is about to be made")
        .notes(
            "For policies with `sign: true`, by a person who is signed in: no key signs. The password is checked as at the \
             sign-in, with the same waits. The token is good for five minutes, once, and for this very decision: the \
             same person, approval, package, verdict, arguments and seat.",
        )
        .takes::<Sign>()
        .gives::<SignatureGiven>(201, "The token.")
        .refuses(&[
            Code::NotFound,
            Code::NotEntitled,
            Code::SelfApproval,
            Code::AlreadyDecided,
            Code::AlreadyVoted,
            Code::SeatTaken,
            Code::Expired,
            Code::Cancelled,
            Code::InformationRequested,
            Code::StaleRevision,
            Code::DigestMismatch,
            Code::TooMany,
        ])
}
