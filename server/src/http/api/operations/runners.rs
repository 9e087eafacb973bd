//! Runners: what they take, and what they report.

use axum::http::Method;
use domain::{id::ResumptionId, permission::Action, refusal::Code};

use crate::{
    desk::runner::{Lent, ReportRun, TakeSession, Taken},
    http::{
        api::runners,
        operation::Operation,
        routes::{Access, Routes},
    },
};

const GROUP: &str = "Runners";

pub fn routes(routes: Routes) -> Routes {
    let (post, runs) = (Method::POST, Access::Granted(Action::RunSessions));
    routes.call(post.clone(), "/api/v1/runner/lease", runs, lease(), runners::lease).call(
        post,
        "/api/v1/resumptions/{id}/report",
        runs,
        report(),
        runners::report,
    )
}

fn lease() -> Operation {
    Operation::new(GROUP, "lease_session", "Take the next session to have go on")
        .notes(
            "A long poll. Gives what goes out by the runner of the key's name, one session at a time, and never a session \
             that a runner may be at work on. Report `running` before the lease is over.",
        )
        .takes::<TakeSession>()
        .gives::<Lent>(200, "A session, with the lease to report with.")
        .gives_nothing(204, "Nothing to do.")
}

fn report() -> Operation {
    Operation::new(GROUP, "report_resumption", "Report how a session went on")
        .notes("`running` extends the lease, everything else ends it. Sent again, a report changes nothing.")
        .path::<ResumptionId>("id", "The resumption.")
        .takes::<ReportRun>()
        .gives::<Taken>(200, "It is noted.")
        .refuses(&[Code::LeaseLost])
}
