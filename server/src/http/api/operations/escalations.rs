//! Escalations: opened by the agent's side, worked by support leads.

use axum::http::Method;
use domain::{
    escalation::EscalationStatus,
    id::{EscalationId, RunId},
    page::Page,
    permission::Action,
    refusal::Code,
};

use crate::{
    desk::escalation::{Assign, OpenEscalation, Resolve},
    http::{
        api::{
            answers::escalations::{EscalationDetail, EscalationItem, EscalationOpened},
            escalations,
        },
        operation::Operation,
        routes::{Access, Routes},
    },
};

const GROUP: &str = "Escalations";

pub fn routes(routes: Routes) -> Routes {
    let (get, post, may) = (Method::GET, Method::POST, Access::Granted);
    let (opens, reads, works) =
        (may(Action::OpenEscalation), may(Action::ReadEscalations), may(Action::WorkEscalations));
    routes
        .call(post.clone(), "/api/v1/runs/{id}/escalations", opens, open(), escalations::open)
        .call(get.clone(), "/api/v1/escalations", reads, list(), escalations::list)
        .call(get, "/api/v1/escalations/{id}", reads, show(), escalations::show)
        .call(post.clone(), "/api/v1/escalations/{id}/acknowledge", works, acknowledge(), escalations::acknowledge)
        .call(post.clone(), "/api/v1/escalations/{id}/assign", works, assign(), escalations::assign)
        .call(post, "/api/v1/escalations/{id}/resolve", works, resolve(), escalations::resolve)
}

fn open() -> Operation {
    Operation::new(GROUP, "open_escalation", "Hand a case over to people")
        .notes(
            "People read the summary instead of the transcript, so every field must be there; a refusal names all that \
             are missing, with what to do. It suspends nothing, and a run that has ended takes it, too.",
        )
        .path::<RunId>("id", "The run.")
        .repeatable()
        .takes::<OpenEscalation>()
        .gives::<EscalationOpened>(201, "It is open.")
        .refuses(&[Code::TooMany])
}

fn list() -> Operation {
    Operation::new(GROUP, "list_escalations", "List escalations, newest first")
        .query::<EscalationStatus>("status", "Only escalations in this state.")
        .query::<RunId>("run", "Only escalations of this run.")
        .paged()
        .gives::<Page<EscalationItem>>(200, "A page.")
}

fn about(operation: Operation) -> Operation {
    operation.path::<EscalationId>("id", "The escalation.")
}

fn show() -> Operation {
    about(Operation::new(GROUP, "read_escalation", "Read an escalation"))
        .gives::<EscalationDetail>(200, "All that was handed over, and how far it is.")
}

fn acknowledge() -> Operation {
    about(Operation::new(GROUP, "acknowledge_escalation", "Take an escalation up"))
        .notes("It is yours then, unless it is somebody's already. A second time changes nothing.")
        .gives::<EscalationDetail>(200, "It is acknowledged.")
        .refuses(&[Code::IllegalMove])
}

fn assign() -> Operation {
    about(Operation::new(GROUP, "assign_escalation", "Give an escalation to a support lead"))
        .takes::<Assign>()
        .gives::<EscalationDetail>(200, "It is theirs.")
        .refuses(&[Code::IllegalMove])
}

fn resolve() -> Operation {
    about(Operation::new(GROUP, "resolve_escalation", "Say how an escalation was settled"))
        .takes::<Resolve>()
        .gives::<EscalationDetail>(200, "It is resolved.")
        .refuses(&[Code::IllegalMove])
}
