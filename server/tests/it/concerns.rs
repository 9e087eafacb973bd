//! Concerns: opened, looked into side by side, resolved and unified; the case that names them; and by when it is worked.

use std::time::Duration;

use axum::{body::Body, http::Method};
use chrono::TimeDelta;
use domain::{Role, Scope};
use serde_json::{Value, json};
use server::desk::Caller;

use crate::support::{Agent, Browser, PASSWORD, PAYMENTS, Reply, TestConsole, on_both, request};

on_both!(
    concerns_are_looked_into_resolved_and_unified,
    what_is_wrong_with_a_concern_is_named,
    a_case_shows_what_was_found_and_whether_sums_match,
    what_nobody_works_in_time_is_told_once,
    a_call_says_which_concern_it_works_on,
);

async fn open(agent: &Agent<'_>, title: &str, reference: &str) -> String {
    let body = json!({
        "title": title, "kind": "billing", "refs": [reference], "shared_context": {"customer": "cust_1190"},
    });
    let opened = agent.post("concerns", &body).await.expect(201);
    assert_eq!((&opened["status"], &opened["run_id"]), (&json!("open"), &json!(agent.run)));
    opened["concern_id"].as_str().expect("an id").to_owned()
}

async fn change(agent: &Agent<'_>, id: &str, body: &Value) -> Reply {
    let asked = request(Method::PATCH, &agent.key, &format!("/concerns/{id}"));
    let asked = asked.header("content-type", "application/json").body(Body::from(body.to_string()));
    agent.console.send(asked.expect("a request")).await
}

async fn a_call_says_which_concern_it_works_on(console: TestConsole) {
    let agent = console.cast().await;
    let own = open(&agent, "Wrong surcharge", "INV-1").await;
    let foreign = open(&agent.again().await, "Billed twice", "INV-2").await;
    let check = async |concern: &str, id: &str| {
        let body = json!({
            "session_id": "s1", "tool": "look_up", "tool_use_id": id, "input": {"account": "acc_1"},
            "concern_id": concern,
        });
        agent.post("gate-checks", &body).await
    };
    assert_eq!(check(&own, "look-1").await.expect(200)["outcome"], "allow");
    assert_eq!(check(&own, "look-1").await.expect(200)["outcome"], "allow", "the same again");
    for wrong in [foreign.as_str(), "con_00000000000000000000000001", "esc_00000000000000000000000001"] {
        let refused = check(wrong, "look-2").await;
        assert_eq!(refused.problem(), "422 invalid_field", "{wrong}");
        assert_eq!(refused.json()["errors"][0]["path"], "/concern_id");
    }
    let path = format!("/runs/{}/timeline?limit=200", agent.run);
    let log = console.get(&agent.key, &path).await.expect(200);
    let checks = log["items"].as_array().expect("items").iter().filter(|item| item["kind"] == "gate.checked");
    let concerns: Vec<&Value> = checks.map(|item| &item["payload"]["concern"]).collect();
    assert_eq!(concerns, [&json!(own)]);
}

fn usd(amount: &str) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

async fn concerns_are_looked_into_resolved_and_unified(console: TestConsole) {
    let agent = console.cast().await;
    assert_eq!(agent.post("concerns/unify", &json!({"resolution": "x"})).await.problem(), "409 illegal_move");
    let (first, second) = (open(&agent, "Wrong surcharge", "INV-1").await, open(&agent, "Billed twice", "INV-2").await);
    for _ in 0..2 {
        let begun = change(&agent, &first, &json!({"status": "investigating"})).await.expect(200);
        assert_eq!(
            (&begun["status"], &begun["shared_context"]["customer"]),
            (&json!("investigating"), &json!("cust_1190"))
        );
    }
    let findings = json!({"charged": usd("14960.00"), "should_be": usd("13920.00"), "refund": usd("1040.00"), "reference": "calc_5501"});
    let found = change(&agent, &first, &json!({"findings": findings})).await.expect(200);
    assert_eq!(found["state"]["findings"]["refund"], usd("1040.00"));
    let refused = agent.post("concerns/unify", &json!({"resolution": "One refund."})).await;
    assert_eq!(refused.problem(), "409 illegal_move");
    assert_eq!(refused.json()["unresolved"], json!([first, second]));
    change(&agent, &first, &json!({"status": "resolved", "resolution": "Pay it back."})).await.expect(200);
    // A resolution resolves, findings in words are findings, and the same again changes nothing.
    let done = json!({"findings": "The note was never posted.", "resolution": "Post the note."});
    for _ in 0..2 {
        let settled = change(&agent, &second, &done).await.expect(200);
        assert_eq!(
            (&settled["status"], &settled["state"]["findings"]["text"]),
            (&json!("resolved"), &done["findings"])
        );
    }
    assert_eq!(change(&agent, &second, &json!({"findings": "Otherwise."})).await.problem(), "409 illegal_move");
    let unified = agent.post("concerns/unify", &json!({"resolution": "One refund of $1,040."})).await.expect(200);
    assert_eq!((&unified["refunds"], &unified["concerns"]), (&json!([usd("1040.00")]), &json!([first, second])));
    let again = agent.post("concerns/unify", &json!({"resolution": "One refund of $1,040."})).await.expect(200);
    assert_eq!(again, unified);
    assert_eq!(agent.post("concerns/unify", &json!({"resolution": "Otherwise."})).await.problem(), "409 illegal_move");
    let told: Vec<String> = agent.kinds().await.into_iter().filter(|kind| kind.starts_with("concern")).collect();
    let expected = [
        "concern.opened",
        "concern.opened",
        "concern.updated",
        "concern.updated",
        "concern.resolved",
        "concern.resolved",
        "concerns.unified",
    ];
    assert_eq!(told, expected, "each once, in this order");
    afterwards(&console, &agent, [&first, &second]).await;
}

/// What is opened afterwards begins anew; the run's page shows all of it.
async fn afterwards(console: &TestConsole, agent: &Agent<'_>, [first, second]: [&String; 2]) {
    let third = open(agent, "Late", "INV-3").await;
    let listed = console.get(&agent.key, &format!("/runs/{}/concerns", agent.run)).await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(listed["unified"][0]["concerns"], json!([first, second]));
    assert_eq!(agent.post("concerns/unify", &json!({"resolution": "x"})).await.json()["unresolved"], json!([third]));
    let mut browser = Browser::new(console);
    browser.sign_in("ana@example.com", PASSWORD).await;
    let html = browser.send(Method::GET, &format!("/runs/{}", agent.run), &[]).await.text;
    for said in ["INV-1", "1040.00 USD", "calc_5501", "One refund of", "One resolution", "looks into concern"] {
        assert!(html.contains(said), "{said}");
    }
}

async fn what_is_wrong_with_a_concern_is_named(console: TestConsole) {
    let agent = console.cast().await;
    let bodies = [
        (json!({"kind": "x"}), "422 invalid_field"),
        (json!({"title": " "}), "422 invalid_field"),
        (json!({"title": "x", "status": "open"}), "422 unknown_field"),
        (json!({"title": "x", "shared_context": {"a": "y".repeat(20_000)}}), "422 invalid_field"),
    ];
    for (body, expected) in bodies {
        assert_eq!(agent.post("concerns", &body).await.problem(), expected, "{body}");
    }
    let id = open(&agent, "Billed twice", "INV-2").await;
    let changes = [
        (json!({}), "422 invalid_field", ""),
        (json!({"status": "resolved"}), "422 invalid_field", "/resolution"),
        (json!({"status": "open"}), "422 invalid_field", "/status"),
        (json!({"status": "closed"}), "422 invalid_field", "/status"),
        (json!({"findings": {"refund": usd("-1")}}), "422 invalid_field", "/findings/refund/amount"),
        (json!({"findings": {"refunds": usd("1")}}), "422 unknown_field", "/findings/refunds"),
        (json!({"findings": 5}), "422 invalid_field", "/findings"),
        (json!({"title": "Otherwise"}), "422 unknown_field", "/title"),
    ];
    for (body, expected, path) in changes {
        let refused = change(&agent, &id, &body).await;
        assert_eq!(refused.problem(), expected, "{body}: {}", refused.text);
        let found = refused.json()["errors"][0]["path"].as_str().expect("a path").to_owned();
        assert!(found == path || expected.ends_with("unknown_field"), "{body}: {found}");
    }
    let listed = console.get(&agent.key, &format!("/runs/{}/concerns", agent.run)).await.expect(200);
    assert_eq!((listed["items"].as_array().map(Vec::len), &listed["items"][0]["status"]), (Some(1), &json!("open")));
    assert_eq!(
        change(&agent, "con_00000000000000000000000001", &json!({"status": "resolved"})).await.problem(),
        "404 not_found"
    );
}

fn summary(refund: &Value) -> Value {
    json!({
        "customer_id": "cust_1190", "root_cause_analysis": "An old tariff table.", "refund_amount": refund,
        "recommended_action": "Refund it in one payment.", "told": "A person is checking the refund.",
    })
}

async fn a_case_shows_what_was_found_and_whether_sums_match(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    for (title, refund) in [("Wrong surcharge", "1040.00"), ("Second depot", "800.00"), ("Billed twice", "2440.00")] {
        let id = open(&agent, title, "INV-1").await;
        let done = json!({"findings": {"refund": usd(refund)}, "resolution": "Pay it back."});
        change(&agent, &id, &done).await.expect(200);
    }
    agent.suspended_payment("pay-1").await;
    let mut lena = lead(&console).await;
    for (refund, says) in [
        (usd("4280"), "Sums match"),
        (usd("4300.00"), "Sums differ: the agent states 4300.00 USD"),
        (Value::Null, "Not stated by the agent"),
    ] {
        // Without concerns of its own a case takes those of the run.
        let opened = agent.post("escalations", &summary(&refund)).await.expect(201);
        let id = opened["escalation_id"].as_str().expect("an id");
        let shown = console.get(&agent.key, &format!("/escalations/{id}")).await.expect(200);
        assert_eq!((shown["concerns"].as_array().map(Vec::len), &shown["due"]), (Some(3), &Value::Null));
        assert_eq!(shown["concerns"][2]["title"], "Billed twice");
        let html = lena.send(Method::GET, &format!("/escalations/{id}"), &[]).await.text;
        for said in [
            says,
            "4280.00 USD",
            "1040.00 USD",
            "3 of 3 resolved",
            "A person is checking",
            "Evidence",
            "Pay 250 to ACME",
        ] {
            assert!(html.contains(said), "{said}");
        }
    }
    let other = agent.again().await;
    let foreign = open(&other, "Elsewhere", "INV-9").await;
    let mut body = summary(&Value::Null);
    body["concerns"] = json!([{"title": "x", "concern_id": foreign}]);
    let refused = agent.post("escalations", &body).await;
    assert_eq!(
        (refused.problem(), &refused.json()["errors"][0]["path"]),
        ("422 invalid_field".to_owned(), &json!("/concerns/0/concern_id"))
    );
    body["concerns"] = json!([]);
    let opened = agent.post("escalations", &body).await.expect(201);
    let shown =
        console.get(&agent.key, &format!("/escalations/{}", opened["escalation_id"].as_str().expect("an id"))).await;
    assert_eq!(shown.expect(200)["concerns"], json!([]), "none is none");
}

async fn lead(console: &TestConsole) -> Browser<'_> {
    console.person("Lena Brandt", &[Role::SupportLead], &[]).await;
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in("lena@example.com", PASSWORD).await.status, 303);
    browser
}

/// Waits until so many passings of deadlines are in the log: the worker needs no help.
async fn told(console: &TestConsole, agent: &Agent<'_>, count: usize) -> Vec<Value> {
    let mut news = console.desk.database.news().listen();
    let look = async || {
        let page = console.get(&agent.key, &format!("/runs/{}/timeline?limit=200", agent.run)).await.expect(200);
        let items = page["items"].as_array().expect("items").clone();
        items.into_iter().filter(|item| item["kind"] == "escalation.overdue").collect::<Vec<_>>()
    };
    loop {
        let found = look().await;
        if found.len() >= count {
            return found;
        }
        tokio::time::timeout(Duration::from_secs(20), news.recv()).await.expect("news").expect("a server");
    }
}

async fn what_nobody_works_in_time_is_told_once(console: TestConsole) {
    let agent = console.cast().await;
    let limited = format!("{PAYMENTS}escalations: {{ acknowledge_within: 30m, resolve_within: 8h }}\n");
    let late = limited.replace("resolve_within: 8h", "resolve_within: 20m");
    let refused = console.desk.publish_workflow(&Caller::CommandLine, None, &late).await.expect_err("refused");
    assert!(format!("{refused:?}").contains("resolve_within"), "{refused:?}");
    let relaxed = agent.post("escalations", &summary(&Value::Null)).await.expect(201);
    console.desk.publish_workflow(&Caller::CommandLine, None, &limited).await.expect("a version");
    let agent = agent.again().await;
    let opened = agent.post("escalations", &summary(&Value::Null)).await.expect(201);
    let id = opened["escalation_id"].as_str().expect("an id").to_owned();
    let key = console.key("agent-2", &[Scope::Hook], Some("dev@example.com")).await;
    let mut lena = lead(&console).await;
    let list = lena.send(Method::GET, "/escalations", &[]).await.text;
    let place = |id: &str| list.find(&format!("/escalations/{id}")).expect("a row");
    assert!(place(&id) < place(relaxed["escalation_id"].as_str().expect("an id")), "what is due stands first");
    assert!(list.contains("30 min left"), "{list}");
    let shown = console.get(&key, &format!("/escalations/{id}")).await.expect(200);
    assert_eq!(shown["due"], shown["acknowledge_by"]);
    console.pass(TimeDelta::minutes(42));
    let first = told(&console, &agent, 1).await;
    assert_eq!((&first[0]["payload"]["duty"], first.len()), (&json!("acknowledge"), 1), "{first:?}");
    // Nobody was there for longer than a session lasts.
    lena.sign_in("lena@example.com", PASSWORD).await;
    let page = lena.send(Method::GET, &format!("/escalations/{id}"), &[]).await.text;
    assert!(page.contains("Overdue") && page.contains("12 min over") && page.contains("in time"), "{page}");
    // Taken up late: what counts now is when it is to be settled, which is told for itself, and once.
    let acknowledge = [("form", "acknowledge")];
    assert_eq!(lena.send(Method::POST, &format!("/escalations/{id}"), &acknowledge).await.status, 303);
    let shown = console.get(&key, &format!("/escalations/{id}")).await.expect(200);
    assert_eq!(shown["due"], shown["resolve_by"]);
    console.pass(TimeDelta::hours(8));
    let both = told(&console, &agent, 2).await;
    assert_eq!(both[1]["payload"]["duty"], "resolve");
    lena.sign_in("lena@example.com", PASSWORD).await;
    let resolve = [("form", "resolve"), ("resolution", "Paid back.")];
    assert_eq!(lena.send(Method::POST, &format!("/escalations/{id}"), &resolve).await.status, 303);
    console.pass(TimeDelta::days(1));
    console.desk.tell_overdue_escalations().await.expect("looked");
    assert_eq!(told(&console, &agent, 2).await.len(), 2, "each once, and the case without limits never");
    let shown = console.get(&key, &format!("/escalations/{id}")).await.expect(200);
    assert_eq!(shown["due"], Value::Null);
}
