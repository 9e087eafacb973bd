//! Concerns: opened, looked into, resolved and unified by the agent's side.

use axum::http::Method;
use domain::{
    concern::Matter,
    id::{ConcernId, RunId},
    permission::Action,
    refusal::Code,
};

use crate::{
    desk::concern::{ChangeConcern, Unify},
    http::{
        api::{
            answers::concerns::{ConcernDetail, ConcernOpened, ConcernsOfRun, ConcernsUnified},
            concerns,
        },
        operation::Operation,
        routes::{Access, Routes},
    },
};

const GROUP: &str = "Concerns";

pub fn routes(routes: Routes) -> Routes {
    let may = Access::Granted;
    let (works, reads) = (may(Action::WorkConcerns), may(Action::ReadRun));
    routes
        .call(Method::POST, "/api/v1/runs/{id}/concerns", works, open(), concerns::open)
        .call(Method::GET, "/api/v1/runs/{id}/concerns", reads, list(), concerns::list)
        .call(Method::POST, "/api/v1/runs/{id}/concerns/unify", works, unify(), concerns::unify)
        .call(Method::PATCH, "/api/v1/concerns/{id}", works, change(), concerns::change)
}

fn open() -> Operation {
    Operation::new(GROUP, "open_concern", "Open one of several concerns")
        .notes(
            "Split what a customer asks into distinct concerns, hand each with the same `shared_context` to a session \
             of its own, and look into them at the same time.",
        )
        .path::<RunId>("id", "The run.")
        .repeatable()
        .takes::<Matter>()
        .gives::<ConcernOpened>(201, "It is open.")
        .refuses(&[Code::TooMany])
}

fn list() -> Operation {
    Operation::new(GROUP, "list_concerns", "Read the concerns of a run")
        .path::<RunId>("id", "The run.")
        .gives::<ConcernsOfRun>(200, "All of them, with what was found, and the resolutions they have together.")
}

fn change() -> Operation {
    Operation::new(GROUP, "change_concern", "Say what was found, or how a concern is settled")
        .notes("A resolution resolves it. What is resolved never changes; the same again changes nothing.")
        .path::<ConcernId>("id", "The concern.")
        .takes::<ChangeConcern>()
        .gives::<ConcernDetail>(200, "The concern.")
        .refuses(&[Code::IllegalMove])
}

fn unify() -> Operation {
    Operation::new(GROUP, "unify_concerns", "Give all concerns one resolution")
        .notes(
            "Not before each of them is resolved; the refusal names those that are not. What is opened afterwards \
             begins anew. The same again changes nothing.",
        )
        .path::<RunId>("id", "The run.")
        .takes::<Unify>()
        .gives::<ConcernsUnified>(200, "They have one resolution.")
        .refuses(&[Code::IllegalMove])
}
