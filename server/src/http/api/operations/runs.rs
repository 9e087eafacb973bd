//! Runs and what happens in them.

use axum::http::Method;
use domain::{id::RunId, page::Page, permission::Action, refusal::Code, run::RunStatus};
use schemars::JsonSchema;

use crate::{
    desk::{
        cancellation::{Cancel, Fail},
        fact::{RecordAssertions, WriteFacts},
        gate_check::CheckCall,
        run::StartRun,
        session::AttachSession,
        tool_result::ReportResult,
    },
    http::{
        api::{
            answers::runs::{
                AssertionsRecorded, FactsWritten, GateChecked, ResultRecorded, RunDetail, RunEnded, RunStarted,
                RunSummary, SessionAttached, TimelineEntry,
            },
            runs,
        },
        operation::Operation,
        routes::{Access, Routes},
    },
};

const GROUP: &str = "Runs";

pub fn routes(routes: Routes) -> Routes {
    let (get, post, may) = (Method::GET, Method::POST, Access::Granted);
    let (starts, reads, ends) = (may(Action::StartRun), may(Action::ReadRun), may(Action::EndRun));
    let (facts, assertions) = (may(Action::WriteFacts), may(Action::RecordAssertions));
    let (checks, reports) = (may(Action::CheckGate), may(Action::ReportToolResult));
    routes
        .call(post.clone(), "/api/v1/runs", starts, start(), runs::start)
        .call(get.clone(), "/api/v1/runs", reads, list(), runs::list)
        .call(get.clone(), "/api/v1/runs/{id}", reads, show(), runs::show)
        .call(get, "/api/v1/runs/{id}/timeline", reads, timeline(), runs::timeline)
        .call(post.clone(), "/api/v1/runs/{id}/sessions", starts, attach(), runs::attach)
        .call(post.clone(), "/api/v1/runs/{id}/cancel", ends, cancel(), runs::cancel)
        .call(post.clone(), "/api/v1/runs/{id}/fail", ends, fail(), runs::fail)
        .call(post.clone(), "/api/v1/runs/{id}/facts", facts, write_facts(), runs::write_facts)
        .call(post.clone(), "/api/v1/runs/{id}/assertions", assertions, record(), runs::record_assertions)
        .call(post.clone(), "/api/v1/runs/{id}/gate-checks", checks, check(), runs::check_gate)
        .call(post, "/api/v1/runs/{id}/tool-results", reports, report(), runs::report_result)
}

fn start() -> Operation {
    Operation::new(GROUP, "start_run", "Start a run")
        .notes(
            "One execution of a workflow version for one subject. `requested_by` is mandatory where a policy of the \
             workflow excludes the requester. `agent_key: true` mints a key of the scope `agent` that sees this run \
             alone: for the model's side. It ends an hour after the run, with the key that minted it, or when it is \
             revoked.",
        )
        .repeatable()
        .takes::<StartRun>()
        .gives::<RunStarted>(201, "The run has begun.")
        .refuses(&[Code::NotInForce, Code::NotFound])
}

/// Which end of the log comes first.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
#[expect(dead_code, reason = "only its schema is used")]
enum Order {
    Asc,
    Desc,
}

fn list() -> Operation {
    Operation::new(GROUP, "list_runs", "List runs, newest first")
        .query::<RunStatus>("status", "Only runs in this state.")
        .query::<String>("workflow", "Only runs of this workflow.")
        .query::<String>("subject", "Only runs about this subject.")
        .paged()
        .gives::<Page<RunSummary>>(200, "A page.")
}

fn show() -> Operation {
    Operation::new(GROUP, "read_run", "Read a run: its sessions, facts and assertions")
        .path::<RunId>("id", "The run.")
        .gives::<RunDetail>(200, "The run.")
}

fn timeline() -> Operation {
    Operation::new(GROUP, "read_run_timeline", "Read what happened in a run")
        .path::<RunId>("id", "The run.")
        .query::<Order>("order", "Oldest first (`asc`, the default) or newest first (`desc`).")
        .paged()
        .gives::<Page<TimelineEntry>>(200, "A page of the log.")
}

fn attach() -> Operation {
    Operation::new(GROUP, "attach_session", "Attach a further session to a run")
        .notes("The same session again answers the same id.")
        .path::<RunId>("id", "The run.")
        .takes::<AttachSession>()
        .gives::<SessionAttached>(201, "The session belongs to the run.")
        .refuses(&[Code::RunEnded])
}

fn cancel() -> Operation {
    Operation::new(GROUP, "cancel_run", "Stop a run")
        .notes("Its pending approvals are cancelled and its sessions end. A second time changes nothing.")
        .path::<RunId>("id", "The run.")
        .takes::<Cancel>()
        .gives::<RunEnded>(200, "The run has ended.")
        .refuses(&[Code::RunEnded])
}

fn fail() -> Operation {
    Operation::new(GROUP, "fail_run", "Give a run up")
        .notes("Its pending approvals are cancelled and its sessions end. A second time changes nothing.")
        .path::<RunId>("id", "The run.")
        .takes::<Fail>()
        .gives::<RunEnded>(200, "The run has ended.")
        .refuses(&[Code::RunEnded])
}

fn write_facts() -> Operation {
    Operation::new(GROUP, "write_facts", "Write facts, as a system of record")
        .notes("Nothing is written unless every fact is declared, well typed and this system's to write.")
        .path::<RunId>("id", "The run.")
        .repeatable()
        .takes::<WriteFacts>()
        .gives::<FactsWritten>(200, "All were written.")
        .refuses(&[Code::WrongScope])
}

fn record() -> Operation {
    Operation::new(GROUP, "record_assertions", "Record what the model says")
        .notes("Shown to reviewers beside what is recorded. No gate reads it.")
        .path::<RunId>("id", "The run.")
        .repeatable()
        .takes::<RecordAssertions>()
        .gives::<AssertionsRecorded>(200, "Recorded.")
}

fn check() -> Operation {
    Operation::new(GROUP, "check_gate", "Ask whether a tool call may run")
        .notes(
            "Run the tool only after a clear `allow`. The same call again (session, `tool_use_id`, tool, input) gets the \
             same answer, until the approval it waits for has ended.",
        )
        .path::<RunId>("id", "The run.")
        .takes::<CheckCall>()
        .gives::<GateChecked>(200, "What the gate says.")
        .refuses(&[Code::IllegalMove])
}

fn report() -> Operation {
    Operation::new(GROUP, "report_tool_result", "Report what a tool returned")
        .notes("Facts are taken from it where the workflow says so. Only the first result of an allowed call counts.")
        .path::<RunId>("id", "The run.")
        .takes::<ReportResult>()
        .gives::<ResultRecorded>(200, "Recorded.")
        .refuses(&[Code::IllegalMove])
}
