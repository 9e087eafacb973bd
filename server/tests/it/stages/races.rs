//! Several harnesses at the same stage: one effect.

use domain::{Actor, SystemActor, id::RunId};
use futures::FutureExt as _;
use serde_json::json;
use server::store::{self, fact::NewFact};

use super::{Works, account, harness, onboarding};
use crate::support::{TestConsole, on_both};

on_both!(
    a_move_that_was_cut_off_is_made_at_the_next_start,
    of_many_completions_one_hands_over,
    of_many_failures_one_undoes
);

async fn of_many_completions_one_hands_over(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    agent.collect().await;
    agent.check("k-1", "verify_identity", json!({"customer_id": "cust_456"})).await;
    let other = console.beside().await;
    let path = format!("/runs/{}/stages/kyc_check/complete", agent.run);
    let recorded = agent.record(json!({"kyc_status": "PASSED"}));
    let (key, body) = (agent.key.as_str(), json!({}));
    let replies = futures::future::join_all((0..12).map(|number| {
        let console = if number % 2 == 0 { &console } else { &other };
        console.post(key, &path, &body)
    }));
    let (recorded, _) = futures::future::join(recorded, replies).await;
    recorded.expect(200);
    let handoffs = agent.handoffs().await;
    assert_eq!(handoffs.len(), 2, "{handoffs:?}");
    let completed = agent.kinds().await.iter().filter(|kind| *kind == "stage.completed").count();
    assert_eq!(completed, 2, "details and identity, once each");
    let again = console.post(key, &path, &body).await.expect(200);
    assert_eq!(again["handoff"], handoffs[1]);
}

async fn of_many_failures_one_undoes(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    agent.come_to_the_account().await;
    agent.run_tool("a-1", "setup_account", account(), json!({"account_id": "acc_1"})).await;
    let other = console.beside().await;
    let path = format!("/runs/{}/stages/account_setup/fail", agent.run);
    let (key, body) = (agent.key.as_str(), json!({"error": "Gave up.", "attempt": 1}));
    let replies = futures::future::join_all((0..12).map(|number| {
        let console = if number % 2 == 0 { &console } else { &other };
        console.post(key, &path, &body)
    }))
    .await;
    let answers: Vec<_> = replies.into_iter().map(|reply| reply.expect(200)).collect();
    assert!(answers.iter().all(|answer| answer["compensations"][0]["id"] == answers[0]["compensations"][0]["id"]));
    let kinds = agent.kinds().await;
    let count = |wanted: &str| kinds.iter().filter(|kind| *kind == wanted).count();
    assert_eq!((count("stage.failed"), count("compensation.asked"), count("fact.retracted")), (1, 1, 1));
}

async fn a_move_that_was_cut_off_is_made_at_the_next_start(console: TestConsole) {
    let agent = harness(&console, &onboarding(), "financial-onboarding").await;
    agent.collect().await;
    agent.run_tool("k-1", "verify_identity", json!({"customer_id": "cust_456"}), json!({})).await;
    let run: RunId = agent.run.parse().expect("an id");
    // As if the process had ended right after the commit of the fact.
    let written = console.desk.database.write(move |tx| {
        async move {
            store::run::lock(tx, run).await?;
            let (value, writer) = (json!("PASSED"), Actor::System(SystemActor::Engine));
            let fact = NewFact { name: "kyc_status", value: &value, source: "kyc_db", reference: None, writer };
            store::fact::write(tx, run, &fact).await?;
            Ok(())
        }
        .boxed()
    });
    written.await.expect("a fact");
    assert_eq!(agent.stage("kyc_check").await["status"], "active");
    assert_eq!(console.desk.advance_all().await.expect("a round"), 1);
    assert_eq!(agent.stage("kyc_check").await["status"], "complete");
    assert_eq!(console.desk.advance_all().await.expect("a round"), 0);
}
