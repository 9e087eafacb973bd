//! Escalations: handed over by the agent's side, taken up and settled by support leads.

use axum::{body::Body, http::Method};
use domain::{
    Role, Scope,
    escalation::{EscalationStatus, MAX_UNRESOLVED},
    timeline::RunQuery,
};
use serde_json::{Value, json};
use server::desk::{Caller, PersonCaller};

use crate::support::{Agent, Browser, PASSWORD, Reply, TestConsole, on_both, request};

on_both!(
    a_case_is_handed_over_taken_up_and_settled,
    all_that_is_missing_is_named_with_what_to_do,
    what_is_wrong_is_refused_and_stores_nothing,
    a_repeat_opens_no_second_one,
    keys_of_a_run_see_those_of_that_run_only,
    only_support_leads_are_given_one,
    a_run_that_has_ended_takes_one_and_many_are_too_many,
    pages_follow_each_other_newest_first,
    of_two_who_take_it_up_at_once_one_has_it,
    the_run_page_shows_them,
);

fn summary() -> Value {
    json!({
        "customer_id": "cust_456",
        "root_cause_analysis": "Two carriers lost the parcel, and the second claim was filed for the first order.",
        "refund_amount": {"amount": "1840.00", "currency": "EUR"},
        "recommended_action": "Refund and call the customer.",
        "concerns": [{"title": "Parcel lost", "kind": "delivery", "refs": ["ord_8"]}, {"title": "Billed twice"}],
    })
}

async fn opened(agent: &Agent<'_>) -> String {
    let answer = agent.post("escalations", &summary()).await.expect(201);
    assert_eq!((&answer["status"], &answer["run_id"]), (&json!("open"), &json!(agent.run)));
    answer["escalation_id"].as_str().expect("an id").to_owned()
}

/// Two support leads and the token of the first.
async fn leads(console: &TestConsole) -> String {
    console.person("Lena Brandt", &[Role::SupportLead], &[]).await;
    console.person("Luis Ortega", &[Role::SupportLead], &[]).await;
    console.key("lena", &[Scope::SupportLead], Some("lena@example.com")).await
}

async fn acknowledge(console: &TestConsole, key: &str, id: &str) -> Reply {
    let asked = request(Method::POST, key, &format!("/escalations/{id}/acknowledge"));
    console.send(asked.body(Body::empty()).expect("a request")).await
}

async fn step(console: &TestConsole, key: &str, id: &str, step: &str, body: Value) -> Reply {
    console.post(key, &format!("/escalations/{id}/{step}"), &body).await
}

async fn a_case_is_handed_over_taken_up_and_settled(console: TestConsole) {
    let agent = console.cast().await;
    let lena = leads(&console).await;
    let id = opened(&agent).await;
    let listed = console.get(&lena, "/escalations?status=open").await.expect(200);
    assert_eq!(listed["items"][0]["escalation_id"], id.as_str());
    assert_eq!((&listed["items"][0]["concerns"], &listed["items"][0]["assignee"]), (&json!(2), &Value::Null));
    let shown = console.get(&lena, &format!("/escalations/{id}")).await.expect(200);
    for (name, value) in summary().as_object().expect("fields") {
        if name != "concerns" {
            assert_eq!(&shown[name], value, "{name}");
        }
    }
    assert_eq!(shown["concerns"][1], json!({"title": "Billed twice", "kind": null, "refs": [], "concern_id": null}));
    assert_eq!((&shown["subject"], &shown["opened_by"]), (&json!("acc_1"), &json!("agent")));
    let taken = acknowledge(&console, &lena, &id).await.expect(200);
    assert_eq!((&taken["status"], &taken["assignee"]["name"]), (&json!("acknowledged"), &json!("Lena Brandt")));
    assert_eq!(acknowledge(&console, &lena, &id).await.expect(200), taken, "a second time changes nothing");
    let to = json!({"to": "luis@example.com", "reason": "Knows the carrier."});
    for _ in 0..2 {
        let given = step(&console, &lena, &id, "assign", to.clone()).await.expect(200);
        assert_eq!((&given["status"], &given["assignee"]["name"]), (&json!("acknowledged"), &json!("Luis Ortega")));
    }
    let how = json!({"resolution": "Paid back in full."});
    for _ in 0..2 {
        let settled = step(&console, &lena, &id, "resolve", how.clone()).await.expect(200);
        assert_eq!((&settled["status"], &settled["state"]["resolution"]), (&json!("resolved"), &how["resolution"]));
    }
    for (name, body) in [("resolve", json!({"resolution": "Otherwise."})), ("assign", to)] {
        assert_eq!(step(&console, &lena, &id, name, body).await.problem(), "409 illegal_move", "{name}");
    }
    assert_eq!(acknowledge(&console, &lena, &id).await.problem(), "409 illegal_move");
    let told: Vec<String> = agent.kinds().await.into_iter().filter(|kind| kind.starts_with("escalation.")).collect();
    assert_eq!(
        told,
        ["escalation.opened", "escalation.acknowledged", "escalation.assigned", "escalation.resolved"],
        "each once, in this order"
    );
    assert_eq!(console.get(&lena, "/escalations?status=open").await.expect(200)["items"], json!([]));
    // Nothing of it holds the agent up.
    assert_eq!(agent.status().await["status"], "active");
}

async fn all_that_is_missing_is_named_with_what_to_do(console: TestConsole) {
    let agent = console.cast().await;
    let refused = agent.post("escalations", &json!({"customer_id": "cust_456"})).await;
    assert_eq!(refused.problem(), "422 invalid_field");
    let body = refused.json();
    let told: Vec<String> =
        body["errors"].as_array().expect("errors").iter().map(|e| format!("{}: {}", e["path"], e["message"])).collect();
    insta::assert_snapshot!("missing_of_an_escalation", told.join("\n"));
    let detail = body["detail"].as_str().expect("a sentence");
    assert!(detail.contains("/refund_amount, /recommended_action"), "{detail}");
    // Null says that no amount is stated; to say nothing is something else.
    let mut without = summary();
    without["refund_amount"] = Value::Null;
    agent.post("escalations", &without).await.expect(201);
    without.as_object_mut().expect("fields").remove("refund_amount");
    let refused = agent.post("escalations", &without).await.expect(422);
    assert_eq!(refused["errors"][0]["path"], "/refund_amount");
}

async fn what_is_wrong_is_refused_and_stores_nothing(console: TestConsole) {
    let agent = console.cast().await;
    let money = |amount: Value, currency: &str| json!({"amount": amount, "currency": currency});
    let wrong = [
        ("/refund_amount", json!({"amount": "1.00", "currency": "EUR", "to": "me"}), "422 unknown_field"),
        ("/refund_amount", json!("1840.00"), "422 invalid_field"),
        ("/refund_amount", money(json!(1840), "EUR"), "422 invalid_field"),
        ("/refund_amount", money(json!("-1"), "EUR"), "422 invalid_field"),
        ("/refund_amount", money(json!("1.00001"), "EUR"), "422 invalid_field"),
        ("/refund_amount", money(json!("1.00"), "euro"), "422 invalid_field"),
        ("/root_cause_analysis", json!("x".repeat(4_001)), "422 invalid_field"),
        ("/recommended_action", json!(" \n"), "422 invalid_field"),
        ("/customer_id", json!("a\u{0}b"), "422 invalid_field"),
        ("/concerns", json!(vec![json!({"title": "x"}); 21]), "422 invalid_field"),
        ("/concerns", json!([{"title": "x", "status": "open"}]), "422 unknown_field"),
        ("/transcript", json!([]), "422 unknown_field"),
    ];
    for (place, value, expected) in wrong {
        let mut body = summary();
        body[&place[1..]] = value;
        let refused = agent.post("escalations", &body).await;
        assert_eq!(refused.problem(), expected, "{place}: {}", refused.text);
        let errors = refused.json()["errors"].clone();
        assert!(errors[0]["path"].as_str().is_some_and(|path| path.starts_with(place)), "{errors}");
    }
    assert_eq!(console.get(&agent.key, "/escalations").await.expect(200)["items"], json!([]));
}

async fn a_repeat_opens_no_second_one(console: TestConsole) {
    let agent = console.cast().await;
    let send = async |name: &str, body: &Value| {
        let asked = request(Method::POST, &agent.key, &format!("/runs/{}/escalations", agent.run));
        let asked = asked.header("content-type", "application/json").header("idempotency-key", name);
        console.send(asked.body(Body::from(body.to_string())).expect("a request")).await
    };
    let first = send("once", &summary()).await.expect(201);
    assert_eq!(send("once", &summary()).await.expect(201), first);
    let mut other = summary();
    other["customer_id"] = json!("cust_457");
    assert_eq!(send("once", &other).await.problem(), "422 idempotency_mismatch");
    send("twice", &summary()).await.expect(201);
    assert_eq!(console.get(&agent.key, "/escalations").await.expect(200)["items"].as_array().map(Vec::len), Some(2));
}

/// A key for one run, as it would be minted.
async fn bound(console: &TestConsole, scope: Scope, run: &str) -> String {
    use futures::FutureExt as _;
    use server::{desk::key::KeySecret, store};
    let ids = console.desk.database.ids();
    let secret = KeySecret::generate(ids);
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let mut key = store::key::list(&mut tx).await.expect("keys").remove(0);
    drop(tx);
    key.id = domain::id::KeyId::from_uuid(ids.uuid());
    (key.scopes, key.run, key.hint) = (vec![scope], Some(run.parse().expect("a run")), None);
    let digest = secret.digest();
    let work = console.desk.database.write(move |tx| {
        let key = key.clone();
        async move { Ok(store::key::insert(tx, &key, digest, Caller::CommandLine.actor()).await?) }.boxed()
    });
    work.await.expect("a key");
    secret.reveal().to_owned()
}

async fn keys_of_a_run_see_those_of_that_run_only(console: TestConsole) {
    let agent = console.cast().await;
    let other = agent.again().await;
    let (own, others) = (opened(&agent).await, opened(&other).await);
    for scope in [Scope::Agent, Scope::Hook] {
        let key = bound(&console, scope, &agent.run).await;
        let listed = console.get(&key, "/escalations").await.expect(200);
        let ids: Vec<&Value> = listed["items"].as_array().expect("items").iter().map(|e| &e["escalation_id"]).collect();
        assert_eq!(ids, [&json!(own)]);
        let asked = console.get(&key, &format!("/escalations?run={}", other.run)).await.expect(200);
        assert_eq!(asked["items"], listed["items"]);
        assert_eq!(console.get(&key, &format!("/escalations/{others}")).await.problem(), "404 not_found");
        let path = format!("/runs/{}/escalations", other.run);
        assert_eq!(console.post(&key, &path, &summary()).await.problem(), "404 not_found");
        console.get(&key, &format!("/escalations/{own}")).await.expect(200);
        assert_eq!(acknowledge(&console, &key, &own).await.problem(), "403 wrong_scope");
    }
}

async fn only_support_leads_are_given_one(console: TestConsole) {
    let agent = console.cast().await;
    let lena = leads(&console).await;
    let id = opened(&agent).await;
    for to in ["ana@example.com", "nobody@example.com", "usr_00000000000000000000000001", "", " "] {
        let refused = step(&console, &lena, &id, "assign", json!({"to": to, "reason": "Knows it."})).await;
        assert_eq!(refused.problem(), "422 invalid_field", "{to}");
        assert_eq!(refused.json()["errors"][0]["path"], "/to");
    }
    let body = json!({"to": "luis@example.com", "reason": ""});
    assert_eq!(step(&console, &lena, &id, "assign", body).await.json()["errors"][0]["path"], "/reason");
    console.desk.disable_person(&Caller::CommandLine, "luis@example.com").await.expect("disabled");
    let body = json!({"to": "luis@example.com", "reason": "Knows it."});
    assert_eq!(step(&console, &lena, &id, "assign", body).await.problem(), "422 invalid_field");
    let ana = console.token("ana").await;
    assert_eq!(acknowledge(&console, &ana, &id).await.problem(), "403 wrong_scope");
    let mut browser = Browser::new(&console);
    browser.sign_in("lena@example.com", PASSWORD).await;
    let path = format!("/api/v1/escalations/{id}/acknowledge");
    let taken = browser.send(Method::POST, &path, &[]).await.expect(200);
    assert_eq!(taken["state"]["by"]["kind"], "person");
}

async fn a_run_that_has_ended_takes_one_and_many_are_too_many(console: TestConsole) {
    let agent = console.cast().await;
    let lena = leads(&console).await;
    agent.post("fail", &json!({"error": "The customer threatens to sue."})).await.expect(200);
    let first = opened(&agent).await;
    for _ in 1..MAX_UNRESOLVED {
        opened(&agent).await;
    }
    assert_eq!(agent.post("escalations", &summary()).await.problem(), "429 too_many");
    // One that was never acknowledged can be settled, too; then there is room for another.
    step(&console, &lena, &first, "resolve", json!({"resolution": "Called."})).await.expect(200);
    opened(&agent).await;
}

async fn pages_follow_each_other_newest_first(console: TestConsole) {
    let agent = console.cast().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.insert(0, opened(&agent).await);
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = console.get(&agent.key, &format!("/escalations?limit=2{cursor}")).await.expect(200);
        let items = page["items"].as_array().expect("items");
        seen.extend(items.iter().map(|item| item["escalation_id"].as_str().expect("an id").to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ids);
    for bad in ["status=lost", "cursor=1", "limit=0", "run=run_1"] {
        assert_eq!(console.get(&agent.key, &format!("/escalations?{bad}")).await.status, 400, "{bad}");
    }
}

async fn of_two_who_take_it_up_at_once_one_has_it(console: TestConsole) {
    let agent = console.cast().await;
    let lena = leads(&console).await;
    let luis = console.key("luis", &[Scope::SupportLead], Some("luis@example.com")).await;
    for _ in 0..5 {
        let id = opened(&agent).await;
        let (one, other) = tokio::join!(acknowledge(&console, &lena, &id), acknowledge(&console, &luis, &id));
        let mut met = [one.status.as_u16(), other.status.as_u16()];
        met.sort_unstable();
        assert_eq!(met, [200, 409]);
        let winner = if one.status == 200 { "Lena Brandt" } else { "Luis Ortega" };
        let shown = console.get(&agent.key, &format!("/escalations/{id}")).await.expect(200);
        assert_eq!(shown["assignee"]["name"], winner);
    }
}

async fn the_run_page_shows_them(console: TestConsole) {
    let agent = console.cast().await;
    let lena = leads(&console).await;
    let (first, second) = (opened(&agent).await, opened(&agent).await);
    step(&console, &lena, &first, "resolve", json!({"resolution": "Called."})).await.expect(200);
    acknowledge(&console, &lena, &second).await.expect(200);
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let ana = server::store::person::find_by_email(&mut tx, "ana@example.com").await.expect("read").expect("Ana");
    drop(tx);
    let viewer = PersonCaller { id: ana.id, name: ana.name, email: ana.email, roles: ana.roles, groups: vec![] };
    let query = RunQuery { id: agent.run.parse().expect("an id"), actors: None, cursor: None };
    let page = console.desk.run_page(&viewer, &query).await.expect("the page");
    let shown: Vec<(String, EscalationStatus, Option<&str>)> =
        page.escalations.iter().map(|row| (row.id.to_string(), row.state.status(), row.assignee.as_deref())).collect();
    let expected =
        [(second, EscalationStatus::Acknowledged, Some("Lena Brandt")), (first, EscalationStatus::Resolved, None)];
    assert_eq!(shown, expected);
    let mut browser = Browser::new(&console);
    browser.sign_in("ana@example.com", PASSWORD).await;
    let html = browser.send(Method::GET, &format!("/runs/{}", agent.run), &[]).await.text;
    for said in ["Escalated to people", "1840.00 EUR", "Resolved escalations", "Called.", "handed the case of"] {
        assert!(html.contains(said), "{said}");
    }
}
