//! Stages of a run, what they hand over, and what is undone.

use axum::http::Method;
use domain::{
    handoff::Handoff,
    id::{CompensationId, HandoffId, RunId},
    page::Page,
    permission::Action,
    refusal::Code,
};

use crate::{
    desk::stage::{CompleteStage, EnterStage, FailStage, ReportCompensation},
    http::{
        api::{
            answers::stages::{CompensationReported, StageAwaiting, StageCompleted, StageEntered, StageFailed},
            stages,
        },
        operation::Operation,
        routes::{Access, Routes},
    },
};

const GROUP: &str = "Stages";

pub fn routes(routes: Routes) -> Routes {
    let (get, post, may) = (Method::GET, Method::POST, Access::Granted);
    let (moves, reports, reads) = (may(Action::MoveStage), may(Action::ReportCompensation), may(Action::ReadRun));
    routes
        .call(post.clone(), "/api/v1/runs/{id}/stages/{stage}/enter", moves, enter(), stages::enter)
        .call(post.clone(), "/api/v1/runs/{id}/stages/{stage}/complete", moves, complete(), stages::complete)
        .call(post.clone(), "/api/v1/runs/{id}/stages/{stage}/fail", moves, fail(), stages::fail)
        .call(post, "/api/v1/runs/{id}/compensations/{compensation}", reports, compensate(), stages::compensate)
        .call(get.clone(), "/api/v1/runs/{id}/handoffs", reads, handoffs(), stages::handoffs)
        .call(get, "/api/v1/handoffs/{id}", reads, handoff(), stages::handoff)
}

fn of_stage(operation: Operation) -> Operation {
    operation.path::<RunId>("id", "The run.").path::<String>("stage", "The stage's id in the workflow.")
}

fn enter() -> Operation {
    of_stage(Operation::new(GROUP, "enter_stage", "Enter a stage"))
        .notes(
            "Its tools may be called from then on. What is recorded is kept before, to be gone back to should the stage \
             fail. An attempt that is active already is answered again.",
        )
        .takes::<EnterStage>()
        .gives::<StageEntered>(200, "The attempt is active.")
        .refuses(&[Code::RunEnded, Code::WrongStage, Code::EntryConditionsUnmet])
}

fn complete() -> Operation {
    of_stage(Operation::new(GROUP, "complete_stage", "Complete a stage"))
        .notes(
            "Its exit criteria are looked up in what is recorded; `outputs` go into the handoff and open nothing. An \
             attempt that is complete, or under review, is answered again.",
        )
        .takes::<CompleteStage>()
        .gives::<StageCompleted>(200, "The handoff is issued.")
        .gives::<StageAwaiting>(202, "People must agree; their approval issues the handoff.")
        .refuses(&[Code::RunEnded, Code::WrongStage, Code::ExitCriteriaUnmet])
}

fn fail() -> Operation {
    of_stage(Operation::new(GROUP, "fail_stage", "Give a stage up and undo it"))
        .notes(
            "Make the compensations in the order given, each through a gate check with the compensation's id as \
             `tool_use_id` and exactly its input, and report each. The stage may be entered again once all are done. An \
             attempt that has failed is answered again, as things stand then.",
        )
        .takes::<FailStage>()
        .gives::<StageFailed>(200, "It is given up.")
        .refuses(&[Code::RunEnded, Code::WrongStage])
}

fn compensate() -> Operation {
    Operation::new(GROUP, "report_compensation", "Report how a compensation went")
        .notes(
            "One that failed needs a person, and may be reported as done afterwards. The same report changes nothing.",
        )
        .path::<RunId>("id", "The run.")
        .path::<CompensationId>("compensation", "The compensation.")
        .takes::<ReportCompensation>()
        .gives::<CompensationReported>(200, "Recorded.")
        .refuses(&[Code::IllegalMove])
}

fn handoffs() -> Operation {
    Operation::new(GROUP, "list_handoffs", "List the handoff packages of a run, oldest first")
        .path::<RunId>("id", "The run.")
        .paged()
        .gives::<Page<Handoff>>(200, "A page.")
}

fn handoff() -> Operation {
    Operation::new(GROUP, "read_handoff", "Read a handoff package")
        .path::<HandoffId>("id", "The handoff.")
        .gives::<Handoff>(200, "The package, as it was issued.")
}
