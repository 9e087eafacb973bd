//! Approvals an agent asks for itself, and answers to what reviewers ask.

use axum::http::Method;
use domain::{
    id::{ApprovalId, RunId},
    permission::Action,
    refusal::Code,
};

use crate::{
    desk::{information::GiveInformation, request::AskApproval},
    http::{
        api::{
            answers::{
                approvals::{ApprovalRequested, InformationGiven},
                items::RequestChecked,
            },
            requests,
        },
        operation::Operation,
        routes::{Access, Routes},
    },
};

const GROUP: &str = "Approvals";

pub fn routes(routes: Routes) -> Routes {
    let (asks, informs) = (Access::Granted(Action::RequestApproval), Access::Granted(Action::GiveInformation));
    routes.call(Method::POST, "/api/v1/runs/{id}/approvals", asks, ask(), requests::ask).call(
        Method::POST,
        "/api/v1/approvals/{id}/information",
        informs,
        inform(),
        requests::inform,
    )
}

fn ask() -> Operation {
    Operation::new(GROUP, "request_approval", "Ask people for an approval")
        .notes(
            "Without `action` it opens no gate: no condition counts it and no call uses it. With `action` the call is checked \
             as at a gate, with `items` several are, and people say yes or no to each.",
        )
        .path::<RunId>("id", "The run.")
        .repeatable()
        .takes::<AskApproval>()
        .gives::<ApprovalRequested>(201, "People decide; the session is suspended.")
        .gives::<RequestChecked>(200, "Nobody is asked: the gates need nobody, or block what was asked about.")
        .refuses(&[Code::RunEnded, Code::RequestsNotTaken, Code::IllegalMove, Code::TooMany])
}

fn inform() -> Operation {
    Operation::new(GROUP, "give_information", "Answer a reviewer's question")
        .notes("The answer makes a new revision. The same answer again changes nothing.")
        .path::<ApprovalId>("id", "The approval.")
        .takes::<GiveInformation>()
        .gives::<InformationGiven>(200, "People decide again.")
        .refuses(&[Code::IllegalMove, Code::AlreadyDecided, Code::Expired, Code::Cancelled, Code::Revoked])
}
