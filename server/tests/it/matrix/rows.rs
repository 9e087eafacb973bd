//! What is tried: one row for each route, each server function and each form.

use std::collections::BTreeSet;

use axum::http::Method;
use server::http::{declared, routes::Route};

use super::{
    closing,
    thing::Thing::{self, *},
};

/// What is sent. `{id}` stands for the thing's id, `{n}` for a number that was not there before, and other words in
/// braces for what belongs to the thing.
#[derive(Debug, Clone)]
pub enum Sent {
    /// Nothing.
    Nothing,
    /// JSON.
    Json(&'static str),
    /// A definition.
    Definition,
    /// A form.
    Form(&'static [(&'static str, &'static str)]),
}

/// Something to try.
#[derive(Debug, Clone)]
pub struct Row {
    /// The method.
    pub method: Method,
    /// The path as it is declared.
    pub path: &'static str,
    /// What it is about.
    pub thing: Thing,
    /// What is sent.
    pub sent: Sent,
}

impl Row {
    /// The head of the row.
    pub fn label(&self) -> String {
        match self.form() {
            Some(form) => format!("{} {} [{form}]", self.method, self.path),
            None => format!("{} {}", self.method, self.path),
        }
    }

    /// Which of the forms of its address it is, where there are several.
    pub fn form(&self) -> Option<&'static str> {
        let Sent::Form(fields) = &self.sent else { return None };
        fields.iter().find(|(name, _)| *name == "form").map(|(_, form)| *form)
    }

    /// Whether it changes something for whom it is allowed. What pages load by themselves changes nothing.
    pub fn changes(&self) -> bool {
        let is_loading = ["/calls/load_", "/calls/refresh_"].iter().any(|prefix| self.path.starts_with(prefix));
        self.method != Method::GET && !is_loading
    }

    /// Whether a refusal is noted, so that nobody guesses for long.
    pub fn counts_tries(&self) -> bool {
        self.path == "/sign-in" || self.form() == Some("administrator")
    }
}

/// Fails unless the rows are about the declared routes of a kind, all of them and no others.
pub fn cover(rows: &[Row], is_of: impl Fn(&Route) -> bool) {
    let known: BTreeSet<String> = rows.iter().map(|row| format!("{} {}", row.method, row.path)).collect();
    let routes = declared();
    let there = routes.iter().filter(|route| is_of(route)).map(|route| format!("{} {}", route.method, route.path));
    assert_eq!(known, there.collect(), "declared routes and the rows of this table");
}

pub(super) fn get(path: &'static str, thing: Thing) -> Row {
    Row { method: Method::GET, path, thing, sent: Sent::Nothing }
}

pub(super) fn post(path: &'static str, thing: Thing, body: &'static str) -> Row {
    let sent = if body.is_empty() { Sent::Nothing } else { Sent::Json(body) };
    Row { method: Method::POST, path, thing, sent }
}

/// A form that a page posts.
pub fn form(path: &'static str, thing: Thing, fields: &'static [(&'static str, &'static str)]) -> Row {
    Row { method: Method::POST, path, thing, sent: Sent::Form(fields) }
}

/// The API.
pub fn api() -> Vec<Row> {
    [work(), approvals(), escalations(), closing::rows(), around()].concat()
}

/// What agents and reviewers do.
fn work() -> Vec<Row> {
    vec![
        Row { method: Method::PUT, path: "/api/v1/workflows/{name}", thing: Workflow, sent: Sent::Definition },
        get("/api/v1/workflows", Nothing),
        get("/api/v1/workflows/{name}", Workflow),
        get("/api/v1/workflows/{name}/versions/{version}", Workflow),
        post("/api/v1/runs", Nothing, r#"{"workflow":"payments","subject":"acc_1","requested_by":"rosa@example.com"}"#),
        get("/api/v1/runs", Nothing),
        get("/api/v1/runs/{id}", Run),
        get("/api/v1/runs/{id}/timeline", Run),
        post("/api/v1/runs/{id}/sessions", Run, r#"{"framework":"test","id":"s-{n}"}"#),
        post("/api/v1/runs/{id}/cancel", Run, r#"{"reason":"Done."}"#),
        post("/api/v1/runs/{id}/fail", Run, r#"{"error":"It broke."}"#),
        post("/api/v1/runs/{id}/facts", Run, r#"{"reference":"led_{n}","facts":{"status":"OPEN"}}"#),
        post("/api/v1/runs/{id}/assertions", Run, r#"{"assertions":{"status":"OPEN"}}"#),
        post(
            "/api/v1/runs/{id}/gate-checks",
            Run,
            r#"{"session_id":"s2","tool":"look_up","tool_use_id":"look-{n}","input":{"account":"acc_1"}}"#,
        ),
        post(
            "/api/v1/runs/{id}/tool-results",
            Run,
            r#"{"session_id":"s2","tool":"look_up","tool_use_id":"look-1","output":{"payee":"ACME"},"is_error":false}"#,
        ),
        post("/api/v1/runs/{id}/stages/{stage}/enter", Run, "{}"),
        post("/api/v1/runs/{id}/stages/{stage}/complete", Active, "{}"),
        post("/api/v1/runs/{id}/stages/{stage}/fail", Active, r#"{"error":"It broke."}"#),
        post("/api/v1/runs/{id}/compensations/{compensation}", Undoing, r#"{"outcome":"done"}"#),
        get("/api/v1/runs/{id}/steps", Run),
        post("/api/v1/runs/{id}/steps/{step}/begin", Stepped, "{}"),
        post("/api/v1/runs/{id}/steps/{step}/report", Stepped, r#"{"attempt":1,"error":"It broke."}"#),
        get("/api/v1/runs/{id}/handoffs", Run),
        get("/api/v1/handoffs/{id}", Handoff),
        post("/api/v1/runs/{id}/approvals", Run, r#"{"session_id":"s2","summary":"May I?"}"#),
        post("/api/v1/runner/lease", Nothing, "{}"),
        post("/api/v1/resumptions/{id}/report", Resumption, r#"{"lease":"x","outcome":"resumed"}"#),
    ]
}

fn approvals() -> Vec<Row> {
    vec![
        post("/api/v1/approvals/{id}/information", Asked, r#"{"answer":"It is."}"#),
        get("/api/v1/approvals", Nothing),
        get("/api/v1/approvals/{id}", Waiting),
        get("/api/v1/approvals/{id}/decision", Waiting),
        post(
            "/api/v1/approvals/{id}/decisions",
            Waiting,
            r#"{"verdict":"approve","revision":{revision},"package_digest":"{digest}"}"#,
        ),
        post(
            "/api/v1/signatures",
            Waiting,
            r#"{"approval_id":"{id}","revision":{revision},"package_digest":"{digest}","verdict":"approve","password":"x"}"#,
        ),
        post("/api/v1/approvals/{id}/claim", Waiting, "{}"),
        post("/api/v1/approvals/{id}/release", Waiting, ""),
        post("/api/v1/approvals/{id}/assign", Waiting, r#"{"to":"compliance","reason":"They know the case."}"#),
        post(
            "/api/v1/approvals/bulk-decisions",
            Waiting,
            r#"{"verdict":"approve","items":[{"id":"{id}","revision":{revision},"package_digest":"{digest}"}]}"#,
        ),
        post("/api/v1/approvals/{id}/cancel", Waiting, r#"{"reason":"No longer needed."}"#),
        post("/api/v1/approvals/{id}/revoke", Unwoken, r#"{"reason":"The wrong account."}"#),
        post("/api/v1/approvals/{id}/resumption/retry", Unwoken, ""),
        post("/api/v1/approvals/{id}/resumption/abandon", Unwoken, r#"{"reason":"The agent is gone."}"#),
    ]
}

fn escalations() -> Vec<Row> {
    vec![
        post(
            "/api/v1/runs/{id}/escalations",
            Run,
            r#"{"customer_id":"cust_1","root_cause_analysis":"Lost.","refund_amount":null,"recommended_action":"Call."}"#,
        ),
        get("/api/v1/escalations", Nothing),
        get("/api/v1/escalations/{id}", Escalation),
        post("/api/v1/escalations/{id}/acknowledge", Escalation, ""),
        post("/api/v1/escalations/{id}/assign", Escalation, r#"{"to":"dev@example.com","reason":"Knows the case."}"#),
        post("/api/v1/escalations/{id}/resolve", Escalation, r#"{"resolution":"Paid back."}"#),
        post("/api/v1/runs/{id}/concerns", Run, r#"{"title":"Billed twice"}"#),
        get("/api/v1/runs/{id}/concerns", Run),
        post("/api/v1/runs/{id}/concerns/unify", Run, r#"{"resolution":"Paid back."}"#),
        Row {
            method: Method::PATCH,
            path: "/api/v1/concerns/{id}",
            thing: Concern,
            sent: Sent::Json(r#"{"resolution":"Paid back."}"#),
        },
    ]
}

fn around() -> Vec<Row> {
    vec![
        get("/healthz", Nothing),
        get("/readyz", Nothing),
        get("/openapi.json", Nothing),
        get("/api/v1/live", Nothing),
        get("/api/v1/audit/events", Nothing),
    ]
}

/// Pages and files.
pub fn pages() -> Vec<Row> {
    let alone = [
        "/workflow.schema.json",
        "/",
        "/sign-in",
        "/set-up",
        "/docs/api",
        "/approvals",
        "/approvals/bulk",
        "/profile",
        "/inbox",
        "/runs",
        "/escalations",
        "/audit",
        "/workflows",
    ];
    let administration =
        ["/admin", "/admin/groups", "/admin/keys", "/admin/keys/new", "/admin/connect", "/admin/people/new"];
    let webhooks =
        ["/admin/endpoints", "/admin/deliveries", "/admin/notifications", "/admin/out-of-office", "/workflows/new"];
    let of_things = [
        ("/approvals/{id}", Waiting),
        ("/approvals/{id}/decide", Waiting),
        ("/runs/{id}", Run),
        ("/escalations/{id}", Escalation),
        ("/audit/{leaf}", Leaf),
        ("/workflows/{name}", Workflow),
        ("/workflows/{name}/edit", Workflow),
        ("/admin/groups/{name}", Group),
        ("/admin/people/{id}", Person),
        ("/assets/{name}", Nothing),
    ];
    let alone = alone.into_iter().chain(administration).chain(webhooks).map(|path| get(path, Nothing));
    alone.chain(of_things.map(|(path, thing)| get(path, thing))).chain(closing::pages()).collect()
}

/// What pages load.
pub fn server_functions() -> Vec<Row> {
    vec![
        post("/calls/load_viewer", Nothing, "{}"),
        post("/calls/refresh_viewer", Nothing, "{}"),
        post("/calls/load_set_up", Nothing, "{}"),
        post("/calls/load_profile", Nothing, "{}"),
        post("/calls/load_found", Nothing, r#"{"typed":"acc"}"#),
        post("/calls/load_queue", Nothing, r#"{"query":{"view":"all"}}"#),
        post("/calls/refresh_queue", Waiting, r#"{"query":{"view":"all"},"shown":["{id}"]}"#),
        post("/calls/load_bulk", Waiting, r#"{"ids":["{id}"]}"#),
        post("/calls/load_review", Waiting, r#"{"id":"{id}"}"#),
        post("/calls/refresh_review", Waiting, r#"{"id":"{id}"}"#),
        post("/calls/move_claim", Waiting, r#"{"id":"{id}","step":"claim"}"#),
        post(
            "/calls/refresh_view",
            Waiting,
            r#"{"beat":{"approval":"{id}","view":1,"revision":1,"visible":0,"is_visible":true,"is_over":false,"renew":false}}"#,
        ),
        post("/calls/load_runs", Nothing, r#"{"query":{}}"#),
        post("/calls/load_run", Run, r#"{"query":{"id":"{id}"}}"#),
        post("/calls/refresh_run", Run, r#"{"query":{"id":"{id}"}}"#),
        post("/calls/load_escalations", Nothing, r#"{"query":{"mine":false}}"#),
        post("/calls/refresh_escalations", Nothing, r#"{"query":{"mine":false}}"#),
        post("/calls/load_escalation", Escalation, r#"{"id":"{id}"}"#),
        post("/calls/refresh_escalation", Escalation, r#"{"id":"{id}"}"#),
        post("/calls/load_audit", Nothing, r#"{"query":{}}"#),
        post("/calls/refresh_audit", Nothing, r#"{"query":{}}"#),
        post("/calls/load_audit_event", Leaf, r#"{"leaf":{id},"query":{}}"#),
        post("/calls/load_workflows", Nothing, "{}"),
        post("/calls/load_workflow", Workflow, r#"{"query":{"name":"{id}","changes":true}}"#),
        post("/calls/load_draft", Workflow, r#"{"query":{"name":"{id}"}}"#),
        post("/calls/load_people", Nothing, r#"{"query":{}}"#),
        post("/calls/load_person", Person, r#"{"id":"{id}"}"#),
        post("/calls/load_group_names", Nothing, "{}"),
        post("/calls/load_groups", Nothing, "{}"),
        post("/calls/load_group", Group, r#"{"name":"{id}"}"#),
        post("/calls/load_delegations", Nothing, "{}"),
        post("/calls/load_keys", Nothing, "{}"),
        post("/calls/load_inbox", Nothing, r#"{"query":{}}"#),
        post("/calls/refresh_inbox", Nothing, r#"{"query":{}}"#),
        post("/calls/load_channels", Nothing, r#"{"query":{"failed_only":false}}"#),
        post("/calls/load_endpoints", Nothing, "{}"),
        post("/calls/load_deliveries", Nothing, r#"{"query":{"failed_only":false}}"#),
    ]
}

/// Hooks of clients: what each is sent about a session of the caller's own run.
pub fn hooks() -> Vec<Row> {
    const CALL: &str = r#"{"session_id":"s2","tool_name":"look_up","tool_use_id":"hook-{n}","tool_input":{"account":"acc_1"},"tool_response":{}}"#;
    [
        "/hooks/claude-code/pre-tool-use",
        "/hooks/claude-code/guard",
        "/hooks/claude-code/post-tool-use",
        "/hooks/claude-code/post-tool-use-failure",
        "/hooks/claude-code/permission-request",
        "/hooks/claude-code/user-prompt-submit",
        "/hooks/claude-code/session-start",
        "/hooks/claude-code/stop",
        "/hooks/claude-code/subagent-stop",
    ]
    .map(|path| post(path, Nothing, CALL))
    .into()
}
