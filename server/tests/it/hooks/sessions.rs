//! Sessions: registered when they begin, told how their run stands, held once when they stop too early.

use domain::Scope;
use serde_json::json;
use server::desk::Caller;

use super::{Client, context, decision, reason};
use crate::{
    stages::{Works, harness, onboarding},
    support::{PAYMENTS, TestConsole, on_both},
};

on_both!(
    an_unknown_session_is_denied_until_it_is_registered,
    a_session_nobody_registered_begins_no_run_unless_its_key_says_so,
    a_key_of_some_workflows_begins_and_joins_no_others,
    a_session_joins_the_run_of_its_surroundings,
    a_prompt_is_answered_with_how_the_run_stands,
    an_agent_that_stops_too_early_is_held_once,
);

async fn an_unknown_session_is_denied_until_it_is_registered(console: TestConsole) {
    let client = Client::unknown(&console).await;
    let input = json!({"account": "acc_1"});
    let denied = client.call("pre-tool-use", "l-1", "look_up", input.clone()).await;
    assert_eq!(decision(&denied), "deny");
    assert!(reason(&denied).contains("COUNTERSIGN_SUBJECT"), "{denied}");
    let told = client.ask("session-start", json!({"source": "startup"})).await;
    assert!(context(&told).contains("does not know this session"), "{told}");
    let around = [
        ("countersign-workflow", "payments"),
        ("countersign-subject", "acc_1"),
        ("countersign-requested-by", "rosa@example.com"),
        ("countersign-host", "build-7"),
    ];
    let told = client.ask_with("session-start", json!({"source": "startup"}), &around).await;
    assert!(context(&told).contains(" of payments for acc_1."), "{told}");
    let again = client.ask_with("session-start", json!({"source": "resume"}), &around).await;
    assert_eq!(again, told, "a session that goes on is known");
    assert_eq!(decision(&client.call("pre-tool-use", "l-2", "look_up", input).await), "allow");
    let runs = console.get(&client.key, "/runs?subject=acc_1&workflow=payments").await.expect(200);
    let own = runs["items"].as_array().expect("items").len();
    assert_eq!(own, 2, "one of the cast, one of this session: {runs}");
    let run = console.get(&client.key, &format!("/runs/{}", runs["items"][0]["run_id"].as_str().expect("an id"))).await;
    let session = run.expect(200)["sessions"][0].clone();
    assert_eq!((&session["cwd"], &session["runner"]), (&json!("/srv/app"), &json!("build-7")));
}

async fn a_session_nobody_registered_begins_no_run_unless_its_key_says_so(console: TestConsole) {
    let known = Client::unknown(&console).await;
    let client = Client { key: console.key("plain", &[Scope::Hook], Some("dev@example.com")).await, ..known };
    let runs = async || console.get(&client.key, "/runs").await.expect(200)["items"].as_array().map(Vec::len);
    let before = runs().await;
    let around = [("countersign-workflow", "payments"), ("countersign-subject", "acc_1")];
    let told = client.ask_with("session-start", json!({"source": "startup"}), &around).await;
    assert!(context(&told).contains("--begins-runs"), "{told}");
    let input = json!({"account": "acc_1"});
    assert_eq!(decision(&client.call("pre-tool-use", "l-1", "look_up", input.clone()).await), "deny");
    assert_eq!(runs().await, before, "nothing was begun");
    // The harness's own program starts runs with the same key, and registers the session.
    let session = json!({"framework": "claude-code", "id": "c1"});
    let body = json!({"workflow": "payments", "subject": "a", "requested_by": "rosa@example.com", "session": session});
    console.post(&client.key, "/runs", &body).await.expect(201);
    assert_eq!(decision(&client.call("pre-tool-use", "l-1", "look_up", input).await), "allow");
}

async fn a_key_of_some_workflows_begins_and_joins_no_others(console: TestConsole) {
    let laxer = PAYMENTS.replace("name: payments", "name: laxer");
    let client = Client::of_a_run(&console, false).await;
    console.desk.publish_workflow(&Caller::CommandLine, None, &laxer).await.expect("a workflow");
    let limited = Client { key: console.key_that_begins("limited", &["payments"]).await, session: "c9", ..client };
    let around = |workflow| {
        [
            ("countersign-workflow", workflow),
            ("countersign-subject", "acc_9"),
            ("countersign-requested-by", "rosa@example.com"),
        ]
    };
    let refused = limited.ask_with("session-start", json!({}), &around("laxer")).await;
    assert!(refused["systemMessage"].as_str().is_some_and(|told| told.contains("runs of payments only")), "{refused}");
    let body = json!({"workflow": "laxer", "subject": "acc_9", "requested_by": "rosa@example.com"});
    assert_eq!(console.post(&limited.key, "/runs", &body).await.problem(), "403 wrong_scope");
    // Nor does it bring a session into a run that somebody else has started.
    let other = console.key_that_begins("other", &[]).await;
    let run = console.post(&other, "/runs", &body).await.expect(201)["run_id"].clone();
    let run = run.as_str().expect("an id");
    let refused = limited.ask_with("session-start", json!({}), &[("countersign-run", run)]).await;
    assert!(refused["systemMessage"].is_string(), "{refused}");
    let session = json!({"framework": "claude-code", "id": "c9"});
    let joined = console.post(&limited.key, &format!("/runs/{run}/sessions"), &session).await;
    assert_eq!(joined.problem(), "403 wrong_scope");
    let told = limited.ask_with("session-start", json!({}), &around("payments")).await;
    assert!(context(&told).contains(" of payments for acc_9."), "{told}");
}

async fn a_session_joins_the_run_of_its_surroundings(console: TestConsole) {
    let client = Client::of_a_run(&console, false).await;
    let around = [("countersign-run", client.run.as_str()), ("countersign-interactive", "true")];
    let begun = json!({"session_id": "s9", "source": "clear"});
    let told = client.ask_with("session-start", begun, &around).await;
    assert!(context(&told).contains(&client.run), "{told}");
    let run = console.get(&client.key, &format!("/runs/{}", client.run)).await.expect(200);
    let joined = &run["sessions"][1];
    assert_eq!((&joined["id"], &joined["interactive"]), (&json!("s9"), &json!(true)));
    let wrong = client.ask_with("session-start", json!({"session_id": "s8"}), &[("countersign-run", "run_x")]).await;
    assert!(wrong["systemMessage"].as_str().is_some(), "{wrong}");
}

async fn a_prompt_is_answered_with_how_the_run_stands(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    let client = Client {
        console: &console,
        key: agent.key.clone(),
        ledger: String::new(),
        run: agent.run.clone(),
        session: "s1",
    };
    agent.collect().await;
    let told = client.ask("user-prompt-submit", json!({"prompt": "Set the account up."})).await;
    let text = context(&told);
    for part in ["of financial-onboarding for cust_456", "collect_info: complete.", "kyc_check: to be done."] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.contains("The stage kyc_check is not complete. The identity check has not passed"), "{text}");
}

async fn an_agent_that_stops_too_early_is_held_once(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    let client = Client {
        console: &console,
        key: agent.key.clone(),
        ledger: String::new(),
        run: agent.run.clone(),
        session: "s1",
    };
    let held = client.ask("stop", json!({"stop_hook_active": false})).await;
    assert_eq!(held["decision"], "block");
    assert!(held["reason"].as_str().expect("a reason").contains("The stage collect_info is not complete."), "{held}");
    let let_go = client.ask("stop", json!({"stop_hook_active": true})).await;
    assert!(let_go.get("decision").is_none() && let_go["systemMessage"].is_string(), "{let_go}");
    assert_eq!(client.ask("subagent-stop", json!({})).await, json!({}));
    // While people decide, the agent may stop.
    agent.collect().await;
    agent.identify().await;
    agent.record(json!({"risk_tier": "high"})).await.expect(200);
    assert_eq!(client.ask("stop", json!({"stop_hook_active": false})).await, json!({}));
}
