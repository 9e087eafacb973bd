//! Steps of enforced executions.

use axum::http::Method;
use domain::{id::RunId, permission::Action, refusal::Code};

use crate::{
    desk::step::{BeginStep, ReportStep},
    http::{
        api::{
            answers::steps::{StepBegun, StepList, StepReported},
            steps,
        },
        operation::Operation,
        routes::{Access, Routes},
    },
};

const GROUP: &str = "Steps";

pub fn routes(routes: Routes) -> Routes {
    let (moves, reads) = (Access::Granted(Action::MoveStage), Access::Granted(Action::ReadRun));
    routes
        .call(Method::GET, "/api/v1/runs/{id}/steps", reads, list(), steps::list)
        .call(Method::POST, "/api/v1/runs/{id}/steps/{step}/begin", moves, begin(), steps::begin)
        .call(Method::POST, "/api/v1/runs/{id}/steps/{step}/report", moves, report(), steps::report)
}

fn list() -> Operation {
    Operation::new(GROUP, "list_steps", "List the steps of a run, in file order")
        .path::<RunId>("id", "The run.")
        .gives::<StepList>(200, "Every step of its workflow, with what was found.")
}

fn of_step(operation: Operation) -> Operation {
    operation.path::<RunId>("id", "The run.").path::<String>("step", "The step's id in the workflow.")
}

fn begin() -> Operation {
    of_step(Operation::new(GROUP, "begin_step", "Begin a step"))
        .notes(
            "Every step before it is verified, and every approval among them still stands. At a step where people decide, \
             they are asked and the session waits. A step that is verified, or waits for people, is answered again. \
             One that another executor is at is refused, with who that is, unless `take_over` says that it is gone.",
        )
        .takes::<BeginStep>()
        .gives::<StepBegun>(200, "It has begun, waits for people, or was verified before.")
        .refuses(&[Code::RunEnded, Code::WrongStep, Code::TooMany])
}

fn report() -> Operation {
    of_step(Operation::new(GROUP, "report_step", "Report what became of a step"))
        .notes(
            "The checks of the host are held against the definition; conditions are looked up in what is recorded, and an \
             approval in the store. The last step that is verified completes the run. A rejection fails it.",
        )
        .takes::<ReportStep>()
        .gives::<StepReported>(200, "Whether it is verified.")
        .refuses(&[Code::RunEnded, Code::WrongStep])
}
