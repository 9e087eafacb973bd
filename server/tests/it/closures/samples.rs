//! Samples: which closures are drawn, who looks at them, and what is stored of it.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use domain::{Digest, Role, Scope, closure::sample::Sampling};
use serde_json::{Value, json};

use super::{RESEARCH, Stage};
use crate::support::{Browser, ORIGIN, PASSWORD, Reply, Stored, TestConsole, on_both};

on_both!(
    the_first_are_drawn_and_then_the_draw_decides,
    an_owner_finds_it_in_order_and_whoever_is_second_reads_who_was_first,
    what_is_not_in_order_becomes_a_follow_up_and_writes_nothing,
    others_do_not_look_and_no_key_does,
    nobody_looks_at_their_own_work,
    nobody_looks_at_what_followed_their_own_decision,
    of_two_owners_at_once_one_is_heard,
    where_the_group_has_nobody_nobody_looks,
    owners_are_told_as_long_as_it_waits,
);

/// The research policy with a sample.
fn sampled_policy(one_in: u32) -> String {
    RESEARCH.replace(
        "    after: event\n",
        &format!("    after: event\n    sample: {{ one_in: {one_in}, by: process-owners }}\n"),
    )
}

/// A stage whose policy has a sample, with two owners of the process.
async fn staged(console: &TestConsole) -> Stage<'_> {
    let stage = Stage::set(console, true).await;
    console.publish(&sampled_policy(1_000)).await;
    for name in ["Olga Berg", "Otto Lind"] {
        console.person(name, &[Role::Reviewer], &["process-owners"]).await;
    }
    stage
}

pub(super) async fn signed_in<'c>(console: &'c TestConsole, first: &str) -> Browser<'c> {
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in(&format!("{first}@example.com"), PASSWORD).await.status, 303);
    browser
}

/// Says of a sample how it is, as somebody who is signed in does by the API.
pub(super) async fn look(browser: &Browser<'_>, closure: &str, body: &Value) -> Reply {
    let cookie = format!("__Host-countersign={}", browser.cookie.as_deref().expect("a cookie"));
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/api/v1/closures/{closure}/review"))
        .header(header::HOST, "console.test")
        .header(header::ORIGIN, ORIGIN)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/json");
    browser.console.send(request.body(Body::from(body.to_string())).expect("a request")).await
}

/// A closure that nobody was needed for, and that is in the sample.
async fn sampled(stage: &Stage<'_>, event: &str) -> String {
    let id = stage.begun(&stage.event(event)).await;
    stage.work().await;
    assert_eq!(stage.receipt(&id).await["review"]["status"], "waiting");
    id
}

fn fine() -> Value {
    json!({"verdict": "in_order"})
}

async fn the_first_are_drawn_and_then_the_draw_decides(console: TestConsole) {
    let stage = staged(&console).await;
    let text = sampled_policy(2);
    console.publish(&text).await;
    let (sampling, digest) =
        (Sampling { one_in: 2, by: "process-owners".to_owned() }, Digest::of("workflow/v1", text.as_bytes()));
    let mut story = Vec::new();
    for number in 0..9 {
        let id = stage.begun(&stage.event(&format!("evt-{number}"))).await;
        stage.work().await;
        let receipt = stage.receipt(&id).await;
        assert_eq!(receipt["workflow_digest"], json!(digest));
        let drawn = sampling.draw(id.parse().expect("an id"), &digest, "close_study", number);
        assert_eq!(receipt["review"]["drawn"], json!(drawn), "whoever has the receipt can draw again: {receipt}");
        story.push(receipt["review"]["drawn"].clone());
    }
    assert_eq!(&story[..4], [json!("first"), json!("first"), json!("first"), story[3].clone()]);
    assert!(!story[3..].contains(&json!("first")), "{story:?}");
    let mut partial = stage.event("evt-partial");
    partial["context"]["intake_id"] = json!("IN-nowhere");
    console.publish(&sampled_policy(1)).await;
    let partial = stage.begun(&partial).await;
    stage.work().await;
    assert_eq!(stage.receipt(&partial).await["review"], Value::Null, "a person was needed, and looks anyway");
    let page = console.get(&stage.board, "/closure-reviews?status=waiting&limit=2").await.expect(200);
    assert_eq!(page["items"].as_array().map(Vec::len), Some(2));
    let cursor = page["next_cursor"].as_str().expect("a cursor");
    let rest = console.get(&stage.board, &format!("/closure-reviews?cursor={cursor}")).await.expect(200);
    let drawn = story.iter().filter(|drawn| !drawn.is_null()).count();
    assert_eq!(rest["items"].as_array().map(Vec::len), Some(drawn - 2));
}

async fn an_owner_finds_it_in_order_and_whoever_is_second_reads_who_was_first(console: TestConsole) {
    let stage = staged(&console).await;
    let id = sampled(&stage, "evt-1").await;
    let (mut olga, mut otto) = (signed_in(&console, "olga").await, signed_in(&console, "otto").await);
    let path = format!("/closures/{id}");
    let list = olga.send(Method::GET, "/closures?view=samples", &[]).await.text.replace("<!>", "");
    assert!(list.contains("For you") && list.contains(&format!("{path}?view=samples")), "{list}");
    let page = otto.send(Method::GET, &path, &[]).await.text;
    assert!(page.contains(r#"value="review""#) && page.contains("one of the first"), "{page}");
    let unjudged = olga.send(Method::POST, &path, &[("form", "review"), ("note", "")]).await;
    assert!(unjudged.status == 422 && unjudged.text.contains("sample-verdict-fault"), "{}", unjudged.text);
    let sent = [("form", "review"), ("verdict", "in_order"), ("note", "All <b>three</b> steps.\r\nSeen.")];
    let done = olga.send(Method::POST, &path, &sent).await;
    assert_eq!(
        (done.status.as_u16(), done.headers["location"].to_str().ok()),
        (303, Some(&*format!("{path}?done=reviewed")))
    );
    let late = otto.send(Method::POST, &path, &sent).await;
    assert!(late.status == 409 && late.text.contains("Olga Berg was first"), "{}", late.text);
    let late = look(&otto, &id, &fine()).await;
    assert_eq!(late.problem(), "409 already_decided");
    let receipt = stage.receipt(&id).await;
    assert_eq!(receipt["review"]["state"]["note"], "All <b>three</b> steps.\nSeen.");
    assert_eq!(
        (&receipt["review"]["status"], &receipt["review"]["reviewed_by"]),
        (&json!("in_order"), &json!("Olga Berg"))
    );
    let list = otto.send(Method::GET, "/closures?view=samples", &[]).await.text.replace("<!>", "");
    assert!(!list.contains("For you") && list.contains("Olga Berg"), "{list}");
    let figures = list.split("Last 30 days").nth(1).expect("figures");
    let counts: Vec<&str> = figures.split("tabular-nums\">").skip(1).take(7).map(|rest| &rest[..1]).collect();
    assert_eq!(counts, ["1", "1", "0", "0", "1", "1", "0"], "{figures}");
}

async fn what_is_not_in_order_becomes_a_follow_up_and_writes_nothing(console: TestConsole) {
    let stage = staged(&console).await;
    let id = sampled(&stage, "evt-1").await;
    let written = stage.tracker.written().len();
    let olga = signed_in(&console, "olga").await;
    for note in [Value::Null, json!(" "), json!("x".repeat(2_001))] {
        let refused = look(&olga, &id, &json!({"verdict": "not_in_order", "note": note})).await;
        assert_eq!(refused.problem(), "422 invalid_field");
    }
    let before = stage.receipt(&id).await;
    let wrong = json!({"verdict": "not_in_order", "note": "IN-7 is the queue of another study."});
    let row = look(&olga, &id, &wrong).await.expect(200);
    assert_eq!((&row["status"], &row["reviewed_by"]), (&json!("not_in_order"), &json!("Olga Berg")));
    let [follow_up] = &stage.follow_ups().await[..] else { panic!("one follow-up") };
    let packet = &follow_up["packet"];
    assert_eq!((&packet["reason"], &packet["detail"]), (&json!("sample_not_in_order"), &wrong["note"]));
    assert_eq!(follow_up["follow_up_id"], row["state"]["follow_up"]);
    let after = stage.receipt(&id).await;
    assert_eq!((&after["state"], &after["steps"]), (&before["state"], &before["steps"]), "it stays as it ended");
    stage.work().await;
    assert_eq!(stage.tracker.written().len(), written);
    assert_eq!(stage.replay(&id).await.problem(), "409 illegal_move");
    let body = json!({"resolution": "Set right in the tracker.", "outcome": "left"});
    let path = format!("/follow-ups/{}/resolve", follow_up["follow_up_id"].as_str().expect("an id"));
    console.post(&stage.ana, &path, &body).await.expect(200);
    let mut olga = olga;
    let html = olga.send(Method::GET, "/closures", &[]).await.text.replace("<!>", "");
    let figures = html.split("Last 30 days").nth(1).expect("figures");
    let counts: Vec<&str> = figures.split("tabular-nums\">").skip(1).take(7).map(|rest| &rest[..1]).collect();
    assert_eq!(counts, ["1", "1", "0", "0", "1", "1", "1"], "it needed nobody, and was wrong: {figures}");
}

async fn others_do_not_look_and_no_key_does(console: TestConsole) {
    let stage = staged(&console).await;
    let id = sampled(&stage, "evt-1").await;
    console.person("Sven Owner", &[Role::Auditor], &["process-owners"]).await;
    let (mut ana, sven) = (signed_in(&console, "ana").await, signed_in(&console, "sven").await);
    assert_eq!(look(&ana, &id, &fine()).await.problem(), "403 not_entitled");
    assert_eq!(look(&sven, &id, &fine()).await.problem(), "403 wrong_scope", "auditors change nothing");
    let html = ana.send(Method::GET, &format!("/closures/{id}"), &[]).await.text;
    assert!(html.contains("Olga Berg, Otto Lind") && !html.contains(r#"value="review""#), "{html}");
    let keys = [
        console.token("olga").await,
        console.key("bot", &[Scope::Hook, Scope::Agent], None).await,
        stage.admin.clone(),
    ];
    for key in keys {
        let refused = console.post(&key, &format!("/closures/{id}/review"), &fine()).await;
        assert_eq!(refused.problem(), "403 wrong_scope");
    }
    assert_eq!(stage.receipt(&id).await["review"]["status"], "waiting");
    console.publish(&format!("{RESEARCH}# Without a sample.\n")).await;
    let unsampled = stage.begun(&stage.event("evt-2")).await;
    stage.work().await;
    let olga = signed_in(&console, "olga").await;
    assert_eq!(look(&olga, &unsampled, &fine()).await.problem(), "409 illegal_move");
    assert_eq!(look(&olga, "clo_01j0000000e00800000000000r", &fine()).await.problem(), "404 not_found");
}

async fn nobody_looks_at_their_own_work(console: TestConsole) {
    let stage = staged(&console).await;
    console.person("Rex Admin", &[Role::Admin, Role::Reviewer], &["process-owners"]).await;
    let mut event = stage.event("evt-1");
    event["context"]["intake_id"] = json!("IN-8");
    let id = stage.begun(&event).await;
    stage.work().await;
    let follow_up = stage.follow_ups().await[0]["follow_up_id"].as_str().expect("an id").to_owned();
    let body = json!({"resolution": "It is there now.", "outcome": "again"});
    let token = console.token("olga").await;
    console.post(&token, &format!("/follow-ups/{follow_up}/resolve"), &body).await.expect(200);
    stage.tracker.set("queue/IN-8", json!({"state": "open"}));
    let rex = console.key("rex", &[Scope::Admin], Some("rex@example.com")).await;
    console.post(&rex, &format!("/closures/{id}/replay"), &json!({})).await.expect(202);
    stage.work().await;
    assert_eq!(stage.receipt(&id).await["review"]["status"], "waiting");
    for (first, why) in [("olga", "you settled a follow-up"), ("rex", "you had it finish")] {
        let mut browser = signed_in(&console, first).await;
        let refused = look(&browser, &id, &fine()).await;
        assert_eq!(refused.problem(), "403 not_entitled");
        assert!(refused.text.contains(why), "by their key, too: {}", refused.text);
        let html = browser.send(Method::GET, &format!("/closures/{id}"), &[]).await.text;
        assert!(html.contains(why) && html.contains("Otto Lind"), "{html}");
    }
    look(&signed_in(&console, "otto").await, &id, &fine()).await.expect(200);
}

async fn nobody_looks_at_what_followed_their_own_decision(console: TestConsole) {
    let policy = super::own::POLICY.replace("    where:", "    sample: { one_in: 9, by: compliance }\n    where:");
    let (stage, agent) = super::own::staged(&console, &policy).await;
    super::own::approved(&stage, &agent).await;
    assert_eq!(stage.follow().await, 1);
    stage.work().await;
    let id = stage.newest().await["closure_id"].as_str().expect("an id").to_owned();
    let refused = look(&signed_in(&console, "mira").await, &id, &fine()).await;
    assert!(refused.text.contains("you decided the approval"), "{}", refused.text);
    look(&signed_in(&console, "ana").await, &id, &fine()).await.expect(200);
    let kinds = agent.kinds().await;
    assert_eq!(kinds[kinds.len() - 3..], ["closure.ended", "closure.sampled", "closure.reviewed"], "the run tells it");
}

async fn of_two_owners_at_once_one_is_heard(console: TestConsole) {
    let stage = staged(&console).await;
    let id = sampled(&stage, "evt-1").await;
    let (olga, otto) = (signed_in(&console, "olga").await, signed_in(&console, "otto").await);
    let wrong = json!({"verdict": "not_in_order", "note": "The wrong queue."});
    let replies = tokio::join!(look(&olga, &id, &wrong), look(&otto, &id, &wrong));
    let (first, second, winner) =
        if replies.0.status == 200 { (replies.0, replies.1, "Olga Berg") } else { (replies.1, replies.0, "Otto Lind") };
    assert_eq!((first.status.as_u16(), &*second.problem()), (200, "409 already_decided"));
    assert!(second.text.contains(winner), "{}", second.text);
    assert_eq!(stage.follow_ups().await.len(), 1);
}

async fn where_the_group_has_nobody_nobody_looks(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    console.publish(&sampled_policy(20)).await;
    let id = sampled(&stage, "evt-1").await;
    let mut ana = signed_in(&console, "ana").await;
    let refused = look(&ana, &id, &fine()).await;
    assert!(refused.status == 403 && refused.text.contains("no reviewer is in it"), "{}", refused.text);
    let html = ana.send(Method::GET, &format!("/closures/{id}"), &[]).await.text;
    assert!(html.contains("Nobody can look at it"), "{html}");
    let html = ana.send(Method::GET, "/workflows/research", &[]).await.text;
    assert!(html.contains("Samples of closures wait for process-owners"), "{html}");
}

async fn owners_are_told_as_long_as_it_waits(console: TestConsole) {
    let stage = staged(&console).await;
    let first = sampled(&stage, "evt-1").await;
    look(&signed_in(&console, "otto").await, &first, &fine()).await.expect(200);
    sampled(&stage, "evt-2").await;
    Stored::of(&console).await;
    console.desk.make_notifications().await.expect("told");
    for (first, told) in [("olga", 1), ("otto", 1), ("ana", 0)] {
        let html = signed_in(&console, first).await.send(Method::GET, "/inbox", &[]).await.text;
        assert_eq!(html.matches("A closure of the sample waits for your look").count(), told, "{first}: {html}");
    }
}
