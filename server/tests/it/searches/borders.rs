//! What an agent sends is cut alike for both databases, however it is made.

use std::collections::BTreeSet;

use serde_json::json;
use server::desk::Caller;

use super::found;
use crate::support::{PAYMENTS, TestConsole, on_both};

on_both!(texts_without_a_word_hide_nothing_behind_them);

async fn texts_without_a_word_hide_nothing_behind_them(console: TestConsole) {
    let agent = console.cast().await;
    let text = PAYMENTS.replace("note: { input: { text: string }", "note: { input: { marks: list, text: string }");
    console.desk.publish_workflow(&Caller::CommandLine, None, &text).await.expect("a workflow");
    let run = agent.again().await;
    let input = json!({"marks": vec![vec!["-"; 1_000]; 20], "text": "Called the customer back."});
    let asked = run.check("note-1", "note", input).await;
    let id = asked["approval_id"].as_str().expect("an approval").to_owned();
    let ana = console.token("ana").await;
    assert_eq!(found(&console, &ana, "\"customer back\"").await, BTreeSet::from([id]));
    assert_eq!(found(&console, &ana, "\"back customer\"").await, BTreeSet::new());
}
