//! What an agent could have reported itself is marked where people and programs read it, and opens nothing alone where
//! the workflow says so. Keys begin what they were made to begin.

use axum::http::Method;
use domain::Scope;
use serde_json::{Value, json};
use server::desk::{Caller, key::NewKey};

use crate::support::{Browser, PASSWORD, PAYMENTS, TestConsole, on_both};

on_both!(
    a_gate_on_tool_results_alone_is_not_published_where_trust_is_shared,
    facts_of_tools_are_marked_where_trust_is_shared,
    only_a_harness_begins_anything,
);

/// The payments, with a gate that rests on the payee alone, or also on what the ledger says.
fn shared(payee: &str) -> String {
    PAYMENTS
        .replace("default: block", "default: block\ntrust: shared")
        .replace("when: 'facts.payee == input.to'", &format!("when: '{payee}'"))
}

const ANCHORED: &str = "facts.payee == input.to && facts.status == \"OPEN\"";

async fn a_gate_on_tool_results_alone_is_not_published_where_trust_is_shared(console: TestConsole) {
    let admin = console.key("pipeline", &[Scope::Admin], None).await;
    let put = async |text: String| {
        let request = crate::support::request(Method::PUT, &admin, "/workflows/payments");
        let request = request.header("content-type", "application/yaml");
        console.send(request.body(axum::body::Body::from(text)).expect("a request")).await
    };
    put(PAYMENTS.to_owned()).await.expect(200);
    let refused = put(shared("facts.payee == input.to")).await;
    assert_eq!(refused.problem(), "422 invalid_workflow");
    let errors = refused.json()["errors"].clone();
    assert_eq!(errors.as_array().map(Vec::len), Some(1), "{errors}");
    assert_eq!(errors[0]["path"], "gates[1].require[1].when");
    let text = shared("facts.payee == input.to");
    let at = text.lines().position(|line| line.contains("name: payee")).expect("the condition") + 1;
    assert_eq!(errors[0]["line"], at);
    let message = errors[0]["message"].as_str().expect("a sentence");
    for part in ["payee of the gate payment", "(payee)", "from: system"] {
        assert!(message.contains(part), "{part} in {message}");
    }
    put(shared(ANCHORED)).await.expect(200);
}

async fn facts_of_tools_are_marked_where_trust_is_shared(console: TestConsole) {
    let first = console.cast().await;
    let mut browser = Browser::new(&console);
    browser.sign_in("ana@example.com", PASSWORD).await;
    for is_shared in [false, true] {
        if is_shared {
            let published = console.desk.publish_workflow(&Caller::CommandLine, None, &shared(ANCHORED)).await;
            published.expect("a workflow");
        }
        let agent = first.again().await;
        agent.prepare().await;
        let run = agent.status().await;
        assert_eq!(run["facts"]["payee"]["agent_grade"], is_shared);
        assert_eq!(run["facts"]["status"]["agent_grade"], false);
        let approval = agent.suspended_payment("pay-1").await;
        let shown = agent.approval(&approval).await;
        let conditions = shown["package"]["evidence"]["conditions"].as_array().expect("conditions").clone();
        let marks = |name: &str| -> Vec<Value> {
            let read = conditions.iter().flat_map(|seen| seen["facts"].as_array().cloned().unwrap_or_default());
            read.filter(|fact| fact["name"] == name).map(|fact| fact["agent_grade"].clone()).collect()
        };
        // Where nothing is to be marked, evidence is what it always was.
        let expected = if is_shared { json!(true) } else { Value::Null };
        assert!(!marks("payee").is_empty() && marks("payee").iter().all(|mark| *mark == expected));
        assert!(!marks("status").is_empty() && marks("status").iter().all(Value::is_null));
        for page in [format!("/approvals/{approval}"), format!("/runs/{}", agent.run)] {
            let html = browser.send(Method::GET, &page, &[]).await;
            assert_eq!((html.status.as_u16(), html.text.contains("agent-grade")), (200, is_shared), "{page}");
        }
    }
}

async fn only_a_harness_begins_anything(console: TestConsole) {
    console.cast().await;
    let begins = |unregistered, workflows: &[&str]| domain::key::Begins {
        unregistered,
        workflows: workflows.iter().map(|name| (*name).to_owned()).collect(),
    };
    for (begins, at) in [(begins(true, &[]), "begins_runs"), (begins(false, &["payments"]), "workflows")] {
        let new = NewKey { name: "bot".to_owned(), scopes: vec![Scope::Agent], begins, ..NewKey::default() };
        let refused = console.desk.create_key(&Caller::CommandLine, new).await.expect_err("refused");
        let server::error::Error::Refused(refusal) = refused else { panic!("{refused:?}") };
        assert_eq!(refusal.errors[0].path, at);
    }
    console.key_that_begins("bot", &["payments"]).await;
    let keys = console.desk.list_keys(&Caller::CommandLine).await.expect("keys");
    let made = |name: &str| keys.iter().find(|key| key.name == name).expect("the key").begins.clone();
    assert_eq!((made("bot"), made("agent")), (begins(true, &["payments"]), begins(false, &[])));
}
