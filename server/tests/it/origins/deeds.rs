//! Requests that do something, each sent as another site's page would have it sent and then as the console's own: of
//! the first nothing is stored, and the second shows that something would have been.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Method, header},
};
use domain::Role;
use serde_json::{Value, json};
use server::{
    desk::{Caller, person::PersonChange},
    http::{declared, routes::Access},
};

use super::{CALLS, closing::about_closures, from_everywhere, given::about_given, is_own, is_refused, request};
use crate::{
    drafts::seal,
    stages::begin,
    support::{Agent, Browser, CLOSING, PASSWORD, PAYMENTS, Stored, TestConsole, on_both},
};

on_both!(what_another_site_has_sent_is_not_done);

const NOOR: &str = "noor@example.com";
const FORM: &str = "application/x-www-form-urlencoded";

const EDIT: &str = "/workflows/payments/edit";

/// A form that stores nothing but a cookie of the browser's.
const STORE_NOTHING: [&str; 1] = ["/theme"];

/// Something a signed-in administrator can do.
pub struct Deed {
    /// The route as it is declared.
    route: &'static str,
    method: Method,
    path: String,
    content: &'static str,
    body: String,
}

/// A form that a page posts.
pub fn form(route: &'static str, path: &str, fields: &[(&str, &str)]) -> Deed {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Deed { route, method: Method::POST, path: path.to_owned(), content: FORM, body }
}

/// A call with a body.
pub fn json(route: &'static str, path: String, body: &Value) -> Deed {
    Deed { route, method: Method::POST, path, content: "application/json", body: body.to_string() }
}

/// A call without a body.
pub fn bare(route: &'static str, path: String) -> Deed {
    Deed { route, method: Method::POST, path, content: "application/json", body: String::new() }
}

/// Noor, who did the set-up and may do everything since.
async fn noor(console: &TestConsole) {
    let token = console.desk.open_set_up().await.expect("the database").expect("nobody is there");
    let fields = [
        ("form", "administrator"),
        ("token", &*token),
        ("name", "Noor Haddad"),
        ("email", NOOR),
        ("password", PASSWORD),
        ("password_again", PASSWORD),
    ];
    let path = format!("/set-up?token={token}");
    assert_eq!(Browser::new(console).send(Method::POST, &path, &fields).await.status, 303);
    let everything = PersonChange { name: None, roles: Some(Role::ALL.to_vec()) };
    console.desk.change_person(&Caller::CommandLine, NOOR, everything).await.expect("changed");
    let groups = vec!["compliance".to_owned()];
    console.desk.change_groups(&Caller::CommandLine, NOOR, groups, Vec::new()).await.expect("joined");
}

/// An approval that waits in a run of its own.
pub async fn pending(agent: &Agent<'_>) -> (String, Value) {
    let agent = agent.again().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let stored = agent.approval(&approval).await;
    (approval, stored)
}

/// What can be done about approvals and runs.
async fn about_approvals(agent: &Agent<'_>) -> Vec<Deed> {
    let (by_form, seen) = pending(agent).await;
    let (revision, digest) = (seen["revision"].to_string(), seen["package_digest"].as_str().expect("a digest"));
    let approves = [("verdict", "approve"), ("revision", &*revision), ("package_digest", digest)];
    let (by_call, seen) = pending(agent).await;
    let rejects = json!({
        "verdict": "reject", "reason_code": "doubt", "notes": "No.",
        "revision": seen["revision"], "package_digest": seen["package_digest"],
    });
    let (asked, _) = pending(agent).await;
    let question = json!({"verdict": "request_information", "notes": "Which invoice?"});
    agent.decide(&agent.console.token("ana").await, &asked, question).await.expect(201);
    let answers = [("form", "information"), ("revision", "2"), ("answer", "Invoice 7.")];
    let (taken_back, _) = pending(agent).await;
    let (claimed, _) = pending(agent).await;
    let (called, _) = pending(agent).await;
    let claims = json!({"id": called, "step": "claim"});
    let together = agent.again().await;
    let noted = together.check("note-1", "note", json!({"text": "Hello."})).await;
    let noted = together.approval(noted["approval_id"].as_str().expect("an approval")).await;
    let item = |name: &str| noted[name].as_str().map_or_else(|| noted[name].to_string(), str::to_owned);
    let items = format!("{}:{}:{}", item("approval_id"), item("revision"), item("package_digest"));
    let all = [("form", "bulk"), ("verdict", "approve"), ("items", &*items)];
    let (cancelled, failed) = (agent.again().await.run, agent.again().await.run);
    let api = |path: &str| format!("/api/v1/{path}");
    vec![
        form("/approvals/{id}/decide", &format!("/approvals/{by_form}/decide"), &approves),
        json("/api/v1/approvals/{id}/decisions", api(&format!("approvals/{by_call}/decisions")), &rejects),
        form("/approvals/{id}", &format!("/approvals/{asked}"), &answers),
        form("/approvals/{id}", &format!("/approvals/{claimed}"), &[("form", "claim")]),
        json(CALLS, "/calls/move_claim".to_owned(), &claims),
        form("/approvals/bulk", "/approvals/bulk", &all),
        form("/approvals", "/approvals?risk=high", &[("form", "save_view"), ("name", "Big ones")]),
        json(
            "/api/v1/approvals/{id}/cancel",
            api(&format!("approvals/{taken_back}/cancel")),
            &json!({"reason": "No."}),
        ),
        json("/api/v1/runs/{id}/cancel", api(&format!("runs/{cancelled}/cancel")), &json!({"reason": "No."})),
        json("/api/v1/runs/{id}/fail", api(&format!("runs/{failed}/fail")), &json!({"error": "No."})),
    ]
}

/// What can be done about an effect of a failed stage: by form, and by call.
async fn about_stages(agent: &Agent<'_>) -> Vec<Deed> {
    let console = agent.console;
    console.desk.publish_workflow(&Caller::CommandLine, None, STAGED).await.expect("a workflow");
    let mut stuck = Vec::new();
    for _ in 0..2 {
        let run = begin(console, agent.key.clone(), agent.ledger.clone(), "staged").await;
        assert_eq!(run.check("o-1", "open", json!({})).await["outcome"], "allow");
        run.report("o-1", "open", json!({"box": "b1"})).await.expect(200);
        let failed = run.post("stages/opening/fail", &json!({"error": "It broke."})).await.expect(200);
        let id = failed["compensations"][0]["id"].as_str().expect("an id").to_owned();
        run.post(&format!("compensations/{id}"), &json!({"outcome": "failed"})).await.expect(200);
        stuck.push((run.run, id));
    }
    let [(by_form, formed), (by_call, called)] = stuck.try_into().expect("two");
    let settles = [("form", "settle"), ("compensation", formed.as_str()), ("detail", "Shut by hand.")];
    vec![
        form("/runs/{id}", &format!("/runs/{by_form}"), &settles),
        json(
            "/api/v1/runs/{id}/compensations/{compensation}",
            format!("/api/v1/runs/{by_call}/compensations/{called}"),
            &json!({"outcome": "done"}),
        ),
    ]
}

/// A case that was handed over.
async fn about_a_case(agent: &Agent<'_>) -> Deed {
    let summary = json!({
        "customer_id": "cust_1", "root_cause_analysis": "Lost.", "refund_amount": null, "recommended_action": "Call.",
    });
    let opened = agent.post("escalations", &summary).await.expect(201);
    let path = format!("/escalations/{}", opened["escalation_id"].as_str().expect("an id"));
    form("/escalations/{id}", &path, &[("form", "resolve"), ("resolution", "Called.")])
}

const STAGED: &str = r#"
name: staged
default: block
tools:
  open: { reversible: true }
  shut: { input: { box: string }, reversible: true }
facts:
  box: { type: string, from: { tool: open, path: /box } }
stages:
  - id: opening
    tools: [open]
    exit: [{ name: opened, when: has(facts.box), otherwise: Open it. }]
    compensate: [{ tool: shut, input: { box: "{{facts.box}}" } }]
  - id: closing
    exit: [{ name: opened, when: has(facts.box), otherwise: Open it. }]
    entry: [{ name: never, when: '"a" == "b"', otherwise: Never. }]
"#;

/// What can be done about people and what they sign in with.
async fn about_people(console: &TestConsole) -> Vec<Deed> {
    let people = console.desk.list_people(&Caller::CommandLine).await.expect("people");
    let rosa = people.iter().find(|person| person.email == "rosa@example.com").expect("Rosa").id;
    console.key("old", &[domain::Scope::Hook], None).await;
    let keys = console.desk.list_keys(&Caller::CommandLine).await.expect("keys");
    let old = keys.iter().find(|key| key.name == "old").expect("the key").id.to_string();
    let person = [("form", "add"), ("name", "Eve"), ("email", "eve@example.com"), ("role_admin", "on")];
    let password = [("password", PASSWORD), ("password_again", PASSWORD)];
    let key = [("form", "create"), ("name", "bot"), ("scope_hook", "on"), ("expires", "30")];
    let days = [("start", "2026-11-21"), ("until", "2026-11-22")];
    let away = [&[("form", "delegate"), ("from", "tomas@example.com"), ("to", "mira@example.com")], &days[..]].concat();
    let client = [("form", "connect"), ("name", "bot"), ("client", "http"), ("workflow", "payments")];
    vec![
        form("/admin/people/new", "/admin/people/new", &[&person[..], &password[..]].concat()),
        form("/admin/people/{id}", &format!("/admin/people/{rosa}"), &[("form", "disable")]),
        form("/admin/groups", "/admin/groups", &[("form", "create"), ("name", "board")]),
        form("/admin/groups/{name}", "/admin/groups/risk", &[("form", "add"), ("person", NOOR)]),
        form("/admin/keys", "/admin/keys", &[("form", "revoke"), ("key", &old)]),
        form("/admin/keys/new", "/admin/keys/new", &key),
        form("/admin/connect", "/admin/connect", &client),
        form("/admin/out-of-office", "/admin/out-of-office", &away),
        form("/profile", "/profile", &[("form", "keys"), ("keys", "off")]),
        form("/profile", "/profile", &[("form", "sessions")]),
        form("/sign-in", "/sign-in", &[("email", "ana@example.com"), ("password", PASSWORD)]),
        form("/sign-in", "/sign-in", &[("email", "ana@example.com"), ("password", "wrong")]),
    ]
}

/// What Noor can do about what she was told, and about how people are.
async fn about_notifications(console: &TestConsole) -> Vec<Deed> {
    Stored::of(console).await;
    console.desk.make_notifications().await.expect("told");
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let noor = server::store::person::find_by_email(&mut tx, NOOR).await.expect("read").expect("Noor");
    let told = server::store::notification::list(&mut tx, noor.id, None, 1).await.expect("the inbox");
    let id = told[0].id.to_string();
    let mail =
        [("form", "mail"), ("host", "localhost"), ("port", "9"), ("security", "none"), ("from", "c@example.com")];
    vec![
        form("/inbox", "/inbox", &[("form", "read"), ("id", &id)]),
        form("/admin/notifications", "/admin/notifications", &mail),
        form("/profile", "/profile", &[("form", "notifications")]),
    ]
}

/// What can be done about workflows and the server; signing out comes last.
async fn about_the_rest(console: &TestConsole) -> Vec<Deed> {
    let looser = PAYMENTS.replace("<= 100", "<= 200");
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in(NOOR, PASSWORD).await.status, 303);
    let seal =
        seal(&browser.send(Method::POST, EDIT, &[("form", "definition"), ("act", "check"), ("source", &looser)]).await);
    let loose = PAYMENTS.replace("<= 100", "<= 100000");
    let fresh = PAYMENTS.replace("name: payments", "name: other");
    let closing = fresh.replace("name: other", "name: filing") + CLOSING;
    console.desk.publish_workflow(&Caller::CommandLine, None, &closing).await.expect("a version");
    let rule = [("form", "rule"), ("version", "1"), ("base", "0"), ("act", "confirm")];
    let edits = [("act", "publish"), ("source", &*looser), ("seal", &*seal)];
    let endpoint = [("form", "add"), ("name", "hr"), ("url", "https://evil.example/hook")];
    let put = Deed {
        route: "/api/v1/workflows/{name}",
        method: Method::PUT,
        path: "/api/v1/workflows/payments".to_owned(),
        content: "application/yaml",
        body: loose,
    };
    vec![
        form("/workflows/{name}/edit", EDIT, &edits),
        put,
        form("/workflows/{name}", "/workflows/filing", &rule),
        form("/workflows/new", "/workflows/new", &[("act", "publish"), ("source", &fresh)]),
        form("/admin/endpoints", "/admin/endpoints", &endpoint),
        form("/set-up", "/set-up", &[("form", "finish")]),
        form("/sign-out", "/sign-out", &[]),
    ]
}

async fn what_another_site_has_sent_is_not_done(console: TestConsole) {
    noor(&console).await;
    let agent = console.cast().await;
    let mut deeds = about_approvals(&agent).await;
    deeds.extend(about_given(&agent).await);
    deeds.extend(about_stages(&agent).await);
    deeds.extend(about_closures(&agent).await);
    deeds.push(about_a_case(&agent).await);
    deeds.extend(about_notifications(&console).await);
    deeds.extend(about_people(&console).await);
    deeds.extend(about_the_rest(&console).await);
    for deed in &deeds {
        let mut browsers = [Browser::new(&console), Browser::new(&console)];
        for browser in &mut browsers {
            assert_eq!(browser.sign_in(NOOR, PASSWORD).await.status, 303);
        }
        let cookie = format!("__Host-countersign={}", browsers[0].cookie.as_deref().expect("a cookie"));
        let before = Stored::of(&console).await;
        for from in from_everywhere().filter(|from| !is_own(*from)) {
            let asked = request(&deed.path, &deed.method, Some(deed.content), from).header(header::COOKIE, &cookie);
            let reply = console.send(asked.body(Body::from(deed.body.clone())).expect("a request")).await;
            assert!(is_refused(&reply), "{} {from:?}: {}", deed.path, reply.status);
            assert!(reply.headers.get(header::SET_COOKIE).is_none(), "{}", deed.path);
        }
        let untouched = Stored::of(&console).await;
        assert_eq!(before.changed(&untouched), Vec::<&str>::new(), "{}", deed.path);
        // A browser that knows no Sec-Fetch-Site, and the console's own page.
        let own = (4, 0);
        let asked = request(&deed.path, &deed.method, Some(deed.content), own).header(header::COOKIE, &cookie);
        let reply = console.send(asked.body(Body::from(deed.body.clone())).expect("a request")).await;
        let done = Stored::of(&console).await;
        assert_ne!(before.changed(&done), Vec::<&str>::new(), "{} does nothing: {}", deed.path, reply.status);
    }
    let met: BTreeSet<&str> = deeds.iter().map(|deed| deed.route).chain(STORE_NOTHING).collect();
    let missing = declared().into_iter().filter(|route| route.access == Access::Form && !met.contains(&*route.path));
    assert_eq!(missing.map(|route| route.path).collect::<Vec<_>>(), Vec::<String>::new());
}
