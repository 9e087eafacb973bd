//! Approvals that a system of record takes back: those of runs in which its facts stand, and of no others.

use domain::Scope;
use serde_json::{Value, json};
use server::desk::Caller;

use crate::support::{Agent, PAYMENTS, Reply, TestConsole, on_both};

on_both!(
    a_system_takes_back_what_rests_on_its_facts,
    a_system_knows_nothing_of_other_runs,
    what_a_call_has_used_stays_used,
);

const REASON: &str = "The account was frozen.";

async fn revoke(agent: &Agent<'_>, key: &str, approval: &str) -> Reply {
    agent.console.post(key, &format!("/approvals/{approval}/revoke"), &json!({"reason": REASON})).await
}

async fn approved(agent: &Agent<'_>) -> String {
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    for person in ["mira", "tomas"] {
        agent.approve(&agent.console.token(person).await, &approval).await.expect(201);
    }
    approval
}

async fn a_system_takes_back_what_rests_on_its_facts(console: TestConsole) {
    let agent = console.cast().await;
    let approval = approved(&agent).await;
    let revoked = revoke(&agent, &agent.ledger, &approval).await.expect(200);
    assert_eq!((&revoked["status"], &revoked["notes"]), (&json!("revoked"), &json!(REASON)));
    let by = agent.approval(&approval).await["state"]["by"].as_str().expect("who").to_owned();
    assert!(by.starts_with("key_"), "{by}");
    let page = console.get(&agent.key, &format!("/runs/{}/timeline?limit=200", agent.run)).await.expect(200);
    let items = page["items"].as_array().expect("items");
    let told: Vec<&Value> = items.iter().filter(|item| item["kind"] == "approval.revoked").collect();
    let [told] = told[..] else { panic!("once: {page}") };
    assert_eq!(told["actor"], json!({"kind": "key", "id": by}), "{told}");
    assert_eq!(agent.pay("pay-1").await["outcome"], "block");
    assert_eq!(revoke(&agent, &agent.ledger, &approval).await.expect(200), revoked, "a second time changes nothing");
    // That decisions are taken in the console only is about people: a system decides nothing.
    let text = PAYMENTS.replace("via: [console, api]", "via: [console]");
    console.desk.publish_workflow(&Caller::CommandLine, None, &text).await.expect("a workflow");
    let inside = agent.again().await;
    inside.prepare().await;
    let waits = inside.suspended_payment("pay-1").await;
    assert_eq!(revoke(&inside, &agent.ledger, &waits).await.problem(), "409 illegal_move", "it was not given yet");
}

async fn a_system_knows_nothing_of_other_runs(console: TestConsole) {
    let agent = console.cast().await;
    let approval = approved(&agent).await;
    let bureau = console.key("bureau", &[Scope::System], None).await;
    // A system that is called like a tool has not recorded what the tool found.
    let look_up = console.key("look_up", &[Scope::System], None).await;
    for key in [&bureau, &look_up] {
        assert_eq!(revoke(&agent, key, &approval).await.problem(), "404 not_found");
        let unread = console.post(key, &format!("/approvals/{approval}/revoke"), &json!({})).await;
        assert_eq!(unread.problem(), "404 not_found", "nothing is said of the body before");
    }
    let other = agent.again().await;
    let asked = other.check("note-1", "note", json!({"text": "Hello."})).await;
    let asked = asked["approval_id"].as_str().expect("an approval").to_owned();
    other.approve(&console.token("ana").await, &asked).await.expect(201);
    assert_eq!(revoke(&other, &agent.ledger, &asked).await.problem(), "404 not_found", "it has no part in this run");
    // A fact that no condition of the approval has read gives it none.
    let open = json!({"facts": {"status": "OPEN"}});
    console.post(&agent.ledger, &format!("/runs/{}/facts", other.run), &open).await.expect(200);
    assert_eq!(revoke(&other, &agent.ledger, &asked).await.problem(), "404 not_found", "nothing rests on its fact");
    // Whose fact stands is whose part it is.
    let body = json!({"facts": {"status": "OPEN"}});
    console.post(&bureau, &format!("/runs/{}/facts", agent.run), &body).await.expect(200);
    assert_eq!(revoke(&agent, &agent.ledger, &approval).await.problem(), "404 not_found");
    for (key, told) in [(&agent.key, "403 wrong_scope"), (&agent.ledger, "403 wrong_scope")] {
        let path = if key == &agent.key { "revoke" } else { "cancel" };
        let refused = console.post(key, &format!("/approvals/{approval}/{path}"), &json!({"reason": REASON})).await;
        assert_eq!(refused.problem(), told, "{path}");
    }
    assert_eq!(console.get(&agent.ledger, &format!("/approvals/{approval}")).await.problem(), "403 wrong_scope");
    assert_eq!(agent.outcome(&approval).await["status"], "approved");
}

async fn what_a_call_has_used_stays_used(console: TestConsole) {
    let agent = console.cast().await;
    let approval = approved(&agent).await;
    assert_eq!(agent.pay("pay-1").await["outcome"], "allow");
    let refused = revoke(&agent, &agent.ledger, &approval).await;
    assert_eq!((refused.problem(), &refused.json()["used_by"]), ("409 already_used".to_owned(), &json!("pay-1")));
    let unread = console.post(&agent.ledger, &format!("/approvals/{approval}/revoke"), &json!({})).await;
    assert_eq!(unread.problem(), "409 already_used", "fields come last");
    assert!(!agent.kinds().await.contains(&"approval.revoked".to_owned()));
}
