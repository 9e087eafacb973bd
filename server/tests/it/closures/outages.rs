//! Systems that are out of reach: tried again within bounds, and only what is left.

use serde_json::{Value, json};
use server::desk::Caller;

use super::{Stage, statuses};
use crate::support::{TestConsole, on_both};

on_both!(a_source_that_cannot_be_read_is_read_again, an_outage_is_tried_again_and_only_what_is_left);

async fn a_source_that_cannot_be_read_is_read_again(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    stage.tracker.reads([503]);
    let id = stage.begun(&stage.event("evt-1")).await;
    stage.work().await;
    assert_eq!(stage.receipt(&id).await["status"], "running");
    assert!(stage.tracker.written().is_empty());
    stage.pass(10);
    stage.work().await;
    assert_eq!(stage.receipt(&id).await["status"], "completed");
    stage.tracker.reads([503; 7]);
    let second = stage.begun(&stage.event("evt-2")).await;
    for _ in 0..7 {
        stage.work().await;
        stage.pass(13 * 3_600);
    }
    let receipt = stage.receipt(&second).await;
    assert_eq!(receipt["state"]["reason"], "source_unreachable", "{receipt}");
}

async fn an_outage_is_tried_again_and_only_what_is_left(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    console.desk.disable_target(&Caller::CommandLine, "tracker", true).await.expect("disabled");
    let id = stage.begun_while_disabled().await;
    let receipt = stage.receipt(&id).await;
    assert_eq!(receipt["state"]["reason"], "mapping_missing", "nothing is read from what is disabled: {receipt}");
    console.desk.disable_target(&Caller::CommandLine, "tracker", false).await.expect("enabled");
    // The first step is written, the second is down for a while, the third was done by hand.
    stage.tracker.reads([200, 200, 200, 503]);
    stage.tracker.set("queue/IN-7", json!({"state": "closed"}));
    stage.replay(&id).await.expect(202);
    stage.work().await;
    let receipt = stage.receipt(&id).await;
    assert_eq!(
        (receipt["status"].as_str(), statuses(&receipt)),
        (Some("partial"), vec!["done", "failed", "already_done"])
    );
    assert!(receipt["state"]["next_try"].is_string(), "it goes on by itself: {receipt}");
    stage.work().await;
    assert_eq!(stage.tracker.effects(), ["studies/BM-198"], "not before its time");
    stage.pass(10);
    stage.work().await;
    let receipt = stage.receipt(&id).await;
    assert_eq!((receipt["status"].as_str(), stage.follow_ups().await.len()), (Some("completed"), 0));
    assert_eq!(stage.tracker.effects(), ["studies/BM-198", "studies/BM-198/links"]);
    an_outage_without_end(&stage).await;
}

impl Stage<'_> {
    async fn begun_while_disabled(&self) -> String {
        self.console.desk.disable_target(&Caller::CommandLine, "tracker", false).await.expect("enabled");
        let id = self.begun(&self.event("evt-1")).await;
        self.console.desk.disable_target(&Caller::CommandLine, "tracker", true).await.expect("disabled");
        self.work().await;
        id
    }
}

async fn an_outage_without_end(stage: &Stage<'_>) {
    let mut event = stage.event("evt-9");
    event["source"]["version"] = json!("4");
    stage.tracker.set("studies/BM-198/links", json!({}));
    let id = stage.begun(&event).await;
    for _ in 0..8 {
        stage.tracker.reads([200, 503, 503, 503]);
        stage.work().await;
        stage.pass(13 * 3_600);
        stage.tracker.forget_reads();
    }
    let receipt = stage.receipt(&id).await;
    assert_eq!(statuses(&receipt), ["failed"; 3], "{receipt}");
    assert_eq!(receipt["steps"][0]["state"]["next_try"], Value::Null, "tries are bounded");
    assert_eq!(stage.follow_ups().await.len(), 3);
    // Somebody has it go on: what was handed over is settled by what is done.
    stage.replay(&id).await.expect(202);
    stage.work().await;
    assert_eq!(
        (statuses(&stage.receipt(&id).await), stage.follow_ups().await.len()),
        (vec!["done", "done", "already_done"], 0)
    );
}
