//! Definitions and inputs that are meant to make evaluation long, deep or undecided: it stays bounded, what is missing
//! never allows, and every decision cites one version.

use std::fmt::Write as _;

use axum::{body::Body, http::Method};
use domain::Scope;
use futures::future::join_all;
use serde_json::{Value, json};
use server::desk::Caller;

use crate::support::{Agent, PAYMENTS, Reply, TestConsole, on_both, request};

on_both!(
    a_hundred_thousand_rules_are_refused,
    what_could_take_too_long_is_not_published,
    the_most_that_may_be_published_is_decided,
    a_pattern_that_backtracks_elsewhere_is_decided,
    what_is_missing_never_allows,
    a_version_published_meanwhile_is_cited_by_new_runs_alone,
);

/// A definition of one tool, guarded by these conditions.
fn guarded(conditions: impl IntoIterator<Item = String>) -> String {
    let mut text =
        "name: heavy\ndefault: block\ntools:\n  send: { input: { to: string, items: list }, reversible: true }\n\
                    facts:\n  flag: { type: string, from: system }\n  count: { type: integer, from: system }\ngates:\n"
            .to_owned();
    for (number, when) in conditions.into_iter().enumerate() {
        // A gate has at most 50 conditions.
        if number % 50 == 0 {
            write!(text, "  - id: g{number}\n    tools: [send]\n    require:\n").expect("memory");
        }
        writeln!(text, "      - {{ name: c{number}, otherwise: No., when: '{when}' }}").expect("memory");
    }
    text
}

async fn put(console: &TestConsole, name: &str, text: String) -> Reply {
    let admin = console.key("pipeline", &[Scope::Admin], None).await;
    let put = request(Method::PUT, &admin, &format!("/workflows/{name}"));
    console.send(put.body(Body::from(text)).expect("a request")).await
}

/// A run of a definition.
async fn run_of<'a>(console: &'a TestConsole, text: &str, workflow: &str) -> Agent<'a> {
    console.desk.publish_workflow(&Caller::CommandLine, None, text).await.expect("a version");
    let key = console.key("agent", &[Scope::Hook], None).await;
    let ledger = console.key("ledger", &[Scope::System], None).await;
    let body = json!({"workflow": workflow, "subject": "s", "session": {"framework": "test", "id": "s1"}});
    let started = console.post(&key, "/runs", &body).await.expect(201);
    let run = started["run_id"].as_str().expect("an id").to_owned();
    Agent { console, key, ledger, run }
}

async fn a_hundred_thousand_rules_are_refused(console: TestConsole) {
    let rules = |count: usize| "  - { id: g, tools: [send] }\n".repeat(count);
    let text = |count: usize| format!("{}{}", guarded([]), rules(count));
    assert_eq!(put(&console, "heavy", text(100_000)).await.problem(), "413 too_large");
    let refused = put(&console, "heavy", text(5_000)).await;
    assert_eq!(refused.problem(), "422 invalid_workflow");
    let message = refused.json()["errors"][0]["message"].as_str().expect("a message").to_owned();
    assert!(message.contains("at most 1000"), "{message}");
}

async fn what_could_take_too_long_is_not_published(console: TestConsole) {
    let loops = || guarded((0..40).map(|number| format!("input.items.all(i, i.matches(\"^a{number}*$\"))")));
    let refused = put(&console, "heavy", loops()).await;
    assert_eq!(refused.problem(), "422 invalid_workflow");
    let error = refused.json()["errors"][0].clone();
    assert!(error["message"].as_str().expect("a message").contains("at most 1000000 are allowed"), "{error}");
    assert_eq!(refused.json()["errors"].as_array().map(Vec::len), Some(1), "{error}");
    let nested = guarded(["input.items.all(i, input.items.all(j, j == i))".to_owned()]);
    assert_eq!(put(&console, "heavy", nested).await.problem(), "422 invalid_workflow");
    let deep = guarded([format!("{}true{}", "(".repeat(400), ")".repeat(400))]);
    assert_eq!(put(&console, "heavy", deep).await.problem(), "422 invalid_workflow");
}

async fn the_most_that_may_be_published_is_decided(console: TestConsole) {
    // Each loop may turn a thousand times; together they are just below the limit.
    let (mut most, mut text) = (0, String::new());
    for count in (10..200).step_by(10) {
        let next =
            guarded((0..count).map(|number| format!("input.items.all(i, i != \"b{number}\" && i.size() < 200)")));
        if server::rules::definition::parse(&next).is_err() {
            break;
        }
        (most, text) = (count, next);
    }
    assert!(most >= 20, "{most} loops");
    let run = run_of(&console, &text, "heavy").await;
    let items: Vec<String> = (0..1_000).map(|number| format!("{number:0>150}")).collect();
    let allowed = run.check("h-1", "send", json!({"to": "x", "items": items})).await;
    assert_eq!(allowed["outcome"], "allow", "{}", allowed["error"]);
    assert_eq!(allowed["evidence"]["conditions"].as_array().map(Vec::len), Some(most));
    let longer: Vec<usize> = (0..1_001).collect();
    let refused = run.check("h-2", "send", json!({"to": "x", "items": longer})).await;
    assert_eq!(refused["outcome"], "block", "{refused}");
}

async fn a_pattern_that_backtracks_elsewhere_is_decided(console: TestConsole) {
    let run = run_of(&console, &guarded(["input.to.matches(\"^(a+)+$\")".to_owned()]), "heavy").await;
    let long = "a".repeat(9_999);
    let call = |to: &str| json!({"to": to, "items": []});
    assert_eq!(run.check("p-1", "send", call(&long)).await["outcome"], "allow");
    assert_eq!(run.check("p-2", "send", call(&format!("{long}!"))).await["outcome"], "block");
    // Longer texts are not tried: what is not evaluated is not met.
    assert_eq!(run.check("p-3", "send", call(&"a".repeat(10_001))).await["outcome"], "block");
}

async fn what_is_missing_never_allows(console: TestConsole) {
    let sources = [
        "facts.flag != \"BAD\"",
        "!(facts.flag == \"BAD\")",
        "!(facts.count > 5)",
        "facts.count < 5 || facts.count >= 5",
        "facts.count in [1, 2] || !(facts.count in [1, 2])",
        "facts.flag == \"A\" ? true : facts.flag != \"B\"",
        "!facts.flag.startsWith(\"B\")",
        "[1].all(n, facts.count != n)",
    ];
    for (number, source) in sources.into_iter().enumerate() {
        let text = guarded([source.to_owned()]).replace("name: heavy", &format!("name: heavy-{number}"));
        let run = run_of(&console, &text, &format!("heavy-{number}")).await;
        let answer = run.check("m-1", "send", json!({"to": "x", "items": []})).await;
        assert_eq!(answer["outcome"], "block", "{source}");
        run.record(json!({"flag": "GOOD", "count": 3})).await.expect(200);
        let answer = run.check("m-2", "send", json!({"to": "x", "items": []})).await;
        assert_eq!(answer["outcome"], "allow", "{source}: {}", answer["error"]);
    }
}

/// The version the evidence cites, and the one whose message the agent reads.
fn cited(answer: &Value) -> (String, String) {
    let evidence = answer["evidence"]["checked_by"].as_str().expect("a version");
    let error = answer["error"].as_str().expect("an error");
    let told = error.split("Version ").nth(1).and_then(|rest| rest.split('.').next()).unwrap_or("1");
    (evidence.rsplit('@').next().unwrap_or_default().to_owned(), told.to_owned())
}

async fn a_version_published_meanwhile_is_cited_by_new_runs_alone(console: TestConsole) {
    let text = |version: usize| {
        PAYMENTS.replace("The account is not open.", &format!("The account is not open. Version {version}."))
    };
    let agent = console.cast().await;
    let publish = async {
        for version in 2..22 {
            let text = text(version);
            let published = console.desk.publish_workflow(&Caller::CommandLine, None, &text).await;
            assert_eq!(published.expect("a version").version.version, u32::try_from(version).expect("small"));
        }
    };
    let check = async {
        let mut seen = Vec::new();
        for round in 0..20 {
            // The ones begun now cite the version they were begun with, however often they ask.
            let run = agent.again().await;
            let ids = [format!("v-{round}-a"), format!("v-{round}-b")];
            let answers = join_all(ids.iter().map(|id| run.check(id, "pay", json!({"to": "x", "amount": 1})))).await;
            let shown = run.status().await["version"].to_string();
            for answer in &answers {
                assert_eq!(answer["outcome"], "block", "{answer}");
                assert_eq!(cited(answer), (shown.clone(), shown.clone()), "{answer}");
            }
            seen.push(shown);
        }
        seen
    };
    let ((), seen) = tokio::join!(publish, check);
    assert_eq!(seen.len(), 20);
    let last = agent.again().await.pay("v-last").await;
    assert_eq!(cited(&last), ("21".to_owned(), "21".to_owned()), "{last}");
    assert_eq!(cited(&agent.pay("v-first").await), ("1".to_owned(), "1".to_owned()), "a run keeps its version");
}
