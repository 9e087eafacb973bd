//! Several approvals decided at once: the guard over all, then each for itself; by call and in the console.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Agent, Browser, PASSWORD, TestConsole, on_both};

on_both!(
    what_belongs_together_is_decided_and_a_stale_one_fails_alone,
    what_does_not_fit_refuses_the_whole_and_is_named,
    the_console_previews_decides_and_shows_each_result,
);

/// An approval of the low-risk gate, in a run of its own.
async fn note(agent: &Agent<'_>) -> Value {
    let run = agent.again().await;
    let answer = run.check("note-1", "note", json!({"text": "Hello."})).await;
    run.approval(answer["approval_id"].as_str().expect("an approval")).await
}

fn item(approval: &Value) -> Value {
    json!({"id": approval["approval_id"], "revision": approval["revision"], "package_digest": approval["package_digest"]})
}

fn bulk(verdict: &str, approvals: &[&Value]) -> Value {
    json!({"verdict": verdict, "items": approvals.iter().map(|one| item(one)).collect::<Vec<_>>()})
}

fn id(approval: &Value) -> &str {
    approval["approval_id"].as_str().expect("an id")
}

const PATH: &str = "/approvals/bulk-decisions";

async fn what_belongs_together_is_decided_and_a_stale_one_fails_alone(console: TestConsole) {
    let agent = console.cast().await;
    let (ana, mira) = (console.token("ana").await, console.token("mira").await);
    let (one, two, three) = (note(&agent).await, note(&agent).await, note(&agent).await);
    agent.decide(&mira, id(&two), json!({"verdict": "reject", "notes": "No."})).await.expect(201);
    let mut body = bulk("approve", &[&one, &two, &three]);
    body["items"][2]["revision"] = json!(9);
    let results = console.post(&ana, PATH, &body).await.expect(200)["results"].clone();
    let told = |at: usize| (results[at]["id"].clone(), results[at]["problem"]["code"].clone());
    assert_eq!(told(0), (one["approval_id"].clone(), Value::Null), "{results}");
    assert_eq!(results[0]["decision"]["status"], "approved");
    assert_eq!(told(1), (two["approval_id"].clone(), json!("already_decided")));
    assert_eq!(results[1]["problem"]["winner"], "Mira Okafor");
    assert_eq!(told(2), (three["approval_id"].clone(), json!("stale_revision")));
    assert_eq!(results[2]["problem"]["current_revision"], three["revision"]);
    assert_eq!(agent.outcome(id(&one)).await["status"], "approved");
    assert_eq!(agent.approval(id(&three)).await["status"], "pending");
    // The same again is the same decision; what is rejected together carries the words to each agent.
    let again = console.post(&ana, PATH, &bulk("approve", &[&one])).await.expect(200);
    assert_eq!(again["results"][0]["decision"], results[0]["decision"]);
    let mut no = bulk("reject", &[&three]);
    no["notes"] = json!("Not today.");
    console.post(&ana, PATH, &no).await.expect(200);
    assert_eq!(agent.outcome(id(&three)).await["notes"], "Not today.");
}

async fn what_does_not_fit_refuses_the_whole_and_is_named(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    let (one, two) = (note(&agent).await, note(&agent).await);
    let high = agent.approval(&agent.suspended_payment("pay-1").await).await;
    let asked = note(&agent).await;
    agent.decide(&ana, id(&asked), json!({"verdict": "request_information", "notes": "Why?"})).await.expect(201);
    let asked = agent.approval(id(&asked)).await;
    let mut unknown = one.clone();
    unknown["approval_id"] = json!("apr_00000000000000000000000001");
    let table = [
        (&ana, bulk("approve", &[&one, &high]), "422 bulk_refused", Some(&high)),
        (&ana, bulk("reject", &[&one, &high]), "422 bulk_refused", Some(&high)),
        (&ana, bulk("approve", &[&high]), "422 bulk_refused", Some(&high)),
        (&ana, bulk("approve", &[&one, &asked]), "422 bulk_refused", Some(&asked)),
        (&tomas, bulk("approve", &[&one]), "403 not_entitled", Some(&one)),
        (&ana, bulk("approve", &[&one, &unknown]), "404 not_found", Some(&unknown)),
        (&ana, bulk("request_information", &[&one]), "422 invalid_field", None),
        (&ana, bulk("approve", &[]), "422 invalid_field", None),
        (&ana, bulk("approve", &[&one, &one]), "422 invalid_field", None),
        (&ana, bulk("approve", &[&one; 51]), "422 invalid_field", None),
        (&ana, json!({"verdict": "approve", "items": [item(&one)], "force": true}), "422 unknown_field", None),
        (&agent.key, bulk("approve", &[&one]), "403 wrong_scope", None),
    ];
    for (key, body, expected, named) in table {
        let refused = console.post(key, PATH, &body).await;
        assert_eq!(refused.problem(), expected, "{body}: {}", refused.text);
        if let Some(named) = named {
            assert_eq!(refused.json()["item"], named["approval_id"], "{}", refused.text);
        }
    }
    for approval in [&one, &two, &high] {
        assert_eq!(agent.approval(id(approval)).await["status"], "pending", "nothing was decided");
    }
}

async fn the_console_previews_decides_and_shows_each_result(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let (one, two) = (note(&agent).await, note(&agent).await);
    let high = agent.suspended_payment("pay-1").await;
    let mut ana = Browser::new(&console);
    ana.sign_in("ana@example.com", PASSWORD).await;
    let list = ana.send(Method::GET, "/approvals", &[]).await.text;
    assert!(list.contains("is high risk and needs its own decision"), "the box says why");
    assert!(list.contains(&format!("value=\"{}\"", id(&one))) && list.contains("action=\"/approvals/bulk\""));
    let path = format!("/approvals/bulk?item={}&item={}", id(&one), id(&two));
    let preview = ana.send(Method::GET, &path, &[]).await.text.replace("<!>", "");
    for said in ["2 approvals", "rev 1", "Approve 2", "Reject 2", "What would run"] {
        assert!(preview.contains(said), "{said} in {preview}");
    }
    let misfit = ana.send(Method::GET, &format!("/approvals/bulk?item={}&item={high}", id(&one)), &[]).await;
    let misfit = misfit.text.replace("<!>", "");
    assert!(misfit.contains("cannot be decided together") && !misfit.contains("Approve 2"), "{misfit}");
    assert!(ana.send(Method::GET, "/approvals/bulk", &[]).await.text.contains("Nothing is ticked"));
    let told = |approval: &Value| {
        let digest = approval["package_digest"].as_str().expect("a digest");
        format!("{}:{}:{digest}", id(approval), approval["revision"])
    };
    let items = format!("{} {}", told(&one), told(&two));
    let refused = ana.send(Method::POST, "/approvals/bulk", &[("form", "bulk"), ("items", &items)]).await;
    assert_eq!(refused.status, 422);
    let refused = refused.text.replace("<!>", "");
    assert!(refused.contains("Nothing was decided") && refused.contains("Approve 2"), "{refused}");
    let mira = console.token("mira").await;
    agent.decide(&mira, id(&two), json!({"verdict": "reject", "notes": "No."})).await.expect(201);
    let fields = [("form", "bulk"), ("items", &*items), ("verdict", "approve"), ("notes", "Fine.")];
    let done = ana.send(Method::POST, "/approvals/bulk", &fields).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let done = done.text.replace("<!>", "");
    for said in ["1 approved, 1 not", "Mira Okafor decided just now", "Not decided"] {
        assert!(done.contains(said), "{said} in {done}");
    }
    assert_eq!(agent.outcome(id(&one)).await["notes"], "Fine.");
}
