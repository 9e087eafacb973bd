//! Several calls that an agent asks about together: each has its own verdict, and runs once.

mod asked;
mod relied;

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{ANA, Agent, Browser, PASSWORD, TestConsole, on_both};

on_both!(
    each_call_has_its_own_verdict,
    under_a_quorum_an_item_needs_every_vote,
    with_no_item_left_the_agent_reads_why,
    a_ballot_speaks_of_every_item,
    conditions_are_looked_at_again_for_the_items_that_are_approved,
    an_approved_item_is_used_by_one_call,
    the_same_call_twice_is_two_items,
    a_cancelled_approval_takes_its_items_along,
    what_no_call_has_used_is_taken_back,
    items_are_never_decided_in_bulk,
    the_form_without_script_decides_on_items,
);

/// Three payments that need people.
fn payments() -> Vec<Value> {
    [("pay-1", 250), ("pay-2", 900), ("pay-3", 4_000)].map(|(id, amount)| payment(id, amount)).to_vec()
}

fn payment(id: &str, amount: u32) -> Value {
    json!({"tool": "pay", "input": {"to": "ACME", "amount": amount}, "tool_use_id": id})
}

async fn asked(agent: &Agent<'_>, items: &[Value]) -> Value {
    agent.post("approvals", &json!({"summary": "Pay the bills of May?", "items": items})).await.expect(201)
}

async fn opened(agent: &Agent<'_>) -> String {
    agent.prepare().await;
    asked(agent, &payments()).await["approval_id"].as_str().expect("an approval").to_owned()
}

/// `a` approves, `r` rejects.
fn verdicts(words: &str) -> Value {
    let one = |(place, word)| match word {
        'a' => json!({"tool_use_id": format!("pay-{place}"), "verdict": "approve"}),
        _ => json!({"tool_use_id": format!("pay-{place}"), "verdict": "reject", "notes": format!("Not {place}.")}),
    };
    let items: Vec<Value> = (1..).zip(words.chars()).map(one).collect();
    json!({"verdict": "approve", "items": items})
}

async fn pay(agent: &Agent<'_>, id: &str, amount: u32) -> Value {
    agent.check(id, "pay", json!({"to": "ACME", "amount": amount})).await
}

fn told(outcome: &Value) -> Vec<(String, Value)> {
    let one = |item: &Value| (item["verdict"].as_str().expect("a verdict").to_owned(), item["notes"].clone());
    outcome["items"].as_array().expect("items").iter().map(one).collect()
}

async fn each_call_has_its_own_verdict(console: TestConsole) {
    let agent = console.cast().await;
    let approval = opened(&agent).await;
    assert_eq!(agent.status().await["status"], "suspended");
    assert_eq!(pay(&agent, "pay-2", 900).await["approval_id"], approval);
    let shown = agent.approval(&approval).await;
    assert_eq!((&shown["origin"], &shown["package"]["risk"]), (&json!("items"), &json!("high")));
    assert_eq!(shown["package"]["title"], "3 calls: pay");
    assert_eq!(shown["package"]["items"][2]["title"], "Pay 4000 to ACME");
    assert_eq!(shown["package"]["items"][0]["evidence"]["conditions"].as_array().map(Vec::len), Some(2));
    for person in ["ana", "tomas"] {
        agent.decide(&console.token(person).await, &approval, verdicts("ara")).await.expect(201);
    }
    let outcome = agent.outcome(&approval).await;
    assert_eq!(outcome["status"], "approved");
    let (yes, no) = (("approve".to_owned(), Value::Null), ("reject".to_owned(), json!("Not 2.")));
    assert_eq!(told(&outcome), [yes.clone(), no, yes]);
    assert_eq!(pay(&agent, "pay-1", 250).await["outcome"], "allow");
    let blocked = pay(&agent, "pay-2", 900).await;
    assert_eq!((&blocked["outcome"], &blocked["error"]), (&json!("block"), &json!("approval_rejected: Not 2.")));
    assert_eq!(pay(&agent, "pay-3", 4_000).await["outcome"], "allow");
    // The same answer again, and no other call gets it.
    assert_eq!(pay(&agent, "pay-1", 250).await["outcome"], "allow");
    assert_eq!(pay(&agent, "pay-2b", 900).await["error"], "approval_rejected: Not 2.");
    let kinds = agent.kinds().await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "approval.consumed").count(), 2);
}

async fn under_a_quorum_an_item_needs_every_vote(console: TestConsole) {
    let agent = console.cast().await;
    let approval = opened(&agent).await;
    agent.decide(&console.token("ana").await, &approval, verdicts("aar")).await.expect(201);
    assert_eq!(pay(&agent, "pay-1", 250).await["outcome"], "suspend", "one vote of two");
    changed_words_are_no_repeat(&agent, &approval).await;
    agent.decide(&console.token("tomas").await, &approval, verdicts("raa")).await.expect(201);
    assert_eq!(pay(&agent, "pay-2", 900).await["outcome"], "allow");
    for (id, amount) in [("pay-1", 250), ("pay-3", 4_000)] {
        let number = id.trim_start_matches("pay-");
        assert_eq!(pay(&agent, id, amount).await["error"], format!("approval_rejected: Not {number}."));
    }
}

/// The same verdicts in another order are the same vote; others are none of a person who voted.
async fn changed_words_are_no_repeat(agent: &Agent<'_>, approval: &str) {
    let ana = agent.console.token("ana").await;
    let mut turned = verdicts("aar");
    turned["items"].as_array_mut().expect("items").reverse();
    assert_eq!(agent.decide(&ana, approval, turned).await.expect(200)["status"], "pending");
    for words in ["raa", "aaa"] {
        assert_eq!(agent.decide(&ana, approval, verdicts(words)).await.problem(), "409 already_voted", "{words}");
    }
}

async fn with_no_item_left_the_agent_reads_why(console: TestConsole) {
    let agent = console.cast().await;
    let approval = opened(&agent).await;
    agent.decide(&console.token("ana").await, &approval, verdicts("arr")).await.expect(201);
    let last = agent.decide(&console.token("tomas").await, &approval, verdicts("raa")).await.expect(201);
    assert_eq!(last["status"], "rejected");
    let outcome = agent.outcome(&approval).await;
    assert_eq!(outcome["status"], "rejected");
    let no = |place: u32| ("reject".to_owned(), json!(format!("Not {place}.")));
    assert_eq!(told(&outcome), [no(1), no(2), no(3)]);
    assert_eq!(outcome["reviewers"].as_array().map(Vec::len), Some(2));
    for (id, amount) in [("pay-1", 250), ("pay-3", 4_000)] {
        let told = format!("approval_rejected: Not {}.", id.trim_start_matches("pay-"));
        assert_eq!(pay(&agent, id, amount).await["error"], told, "each call reads the words beside it");
    }
    assert_eq!(agent.status().await["status"], "active");
}

async fn a_ballot_speaks_of_every_item(console: TestConsole) {
    let agent = console.cast().await;
    let approval = opened(&agent).await;
    let ana = console.token("ana").await;
    let table = [
        (json!({"verdict": "approve"}), "decide on item 1 as well: Pay 250 to ACME"),
        (verdicts("aa"), "decide on item 3 as well: Pay 4000 to ACME"),
        (verdicts("rrr"), "no item is approved: reject the whole instead"),
        (verdicts("aaaa"), "there is no item \"pay-4\""),
        (
            json!({"verdict": "approve", "items": [{"tool_use_id": "pay-1", "verdict": "reject", "notes": "No\u{1b}[2J."}]}),
            "the control character U+001B is not allowed",
        ),
    ];
    for (ballot, message) in table {
        let refused = agent.decide(&ana, &approval, ballot.clone()).await;
        assert_eq!(refused.problem(), "422 invalid_field", "{ballot}");
        assert_eq!(refused.json()["errors"][0]["message"], message);
    }
    let edited = json!({"verdict": "approve", "edited_input": {"to": "ACME", "amount": 1}});
    assert_eq!(agent.decide(&ana, &approval, edited).await.json()["errors"][0]["path"], "/edited_input");
    assert_eq!(agent.approval(&approval).await["votes"].as_array().map(Vec::len), Some(0));
    let other = agent.again().await;
    other.prepare().await;
    let payment = other.suspended_payment("pay-1").await;
    let refused = agent.decide(&ana, &payment, verdicts("a")).await;
    assert_eq!(refused.json()["errors"][0]["message"], "this approval has no items: leave it out");
}

async fn conditions_are_looked_at_again_for_the_items_that_are_approved(console: TestConsole) {
    let agent = console.cast().await;
    let approval = opened(&agent).await;
    agent.record(json!({"status": "FROZEN"})).await.expect(200);
    let ana = console.token("ana").await;
    let refused = agent.decide(&ana, &approval, verdicts("arr")).await;
    assert_eq!(refused.problem(), "409 conditions_changed");
    agent.record(json!({"status": "OPEN"})).await.expect(200);
    for person in ["ana", "tomas"] {
        agent.decide(&console.token(person).await, &approval, verdicts("aar")).await.expect(201);
    }
    // And once more when the call comes: what no longer holds voids that item alone.
    agent.record(json!({"status": "FROZEN"})).await.expect(200);
    let void = "needs a fresh approval: PREREQUISITE_FAILED: The account is not open. Ask the ledger.";
    assert_eq!(pay(&agent, "pay-1", 250).await["error"], void);
    agent.record(json!({"status": "OPEN"})).await.expect(200);
    assert_eq!(pay(&agent, "pay-1", 250).await["error"], void, "what is void stays so");
    assert_eq!(pay(&agent, "pay-2", 900).await["outcome"], "allow");
}

async fn an_approved_item_is_used_by_one_call(console: TestConsole) {
    let agent = console.cast().await;
    let approval = opened(&agent).await;
    for person in ["ana", "tomas"] {
        agent.decide(&console.token(person).await, &approval, verdicts("arr")).await.expect(201);
    }
    let checks = (0..8).map(|number| {
        let id = format!("other-{number}");
        let agent = &agent;
        async move { pay(agent, &id, 250).await["outcome"].clone() }
    });
    let outcomes = futures::future::join_all(checks).await;
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "allow").count(), 1, "{outcomes:?}");
    let own = pay(&agent, "pay-1", 250).await;
    assert_eq!(own["error"], "approval_used: another call of this action used it. Call again to ask afresh.");
}

async fn the_same_call_twice_is_two_items(console: TestConsole) {
    let cast = console.cast().await;
    for order in [["pay-1", "pay-2"], ["pay-2", "pay-1"]] {
        let agent = cast.again().await;
        agent.prepare().await;
        let twice = [payment("pay-1", 250), payment("pay-2", 250)];
        let approval = asked(&agent, &twice).await["approval_id"].as_str().expect("an approval").to_owned();
        for person in ["ana", "tomas"] {
            agent.decide(&console.token(person).await, &approval, verdicts("aa")).await.expect(201);
        }
        for id in order {
            assert_eq!(pay(&agent, id, 250).await["outcome"], "allow", "{id} of {order:?}");
        }
        let third = pay(&agent, "pay-3", 250).await;
        assert_eq!(third["outcome"], "suspend", "a third one asks afresh: {third}");
    }
}

async fn a_cancelled_approval_takes_its_items_along(console: TestConsole) {
    let agent = console.cast().await;
    let approval = opened(&agent).await;
    let ended = agent.post("cancel", &json!({"reason": "Not today."})).await.expect(200);
    assert_eq!(ended["approvals_ended"], 1);
    assert_eq!(agent.outcome(&approval).await["status"], "cancelled");
    assert_eq!(pay(&agent, "pay-1", 250).await["outcome"], "block");
}

async fn what_no_call_has_used_is_taken_back(console: TestConsole) {
    let agent = console.cast().await;
    let approval = opened(&agent).await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    for person in [&ana, &tomas] {
        agent.decide(person, &approval, verdicts("aar")).await.expect(201);
    }
    assert_eq!(pay(&agent, "pay-1", 250).await["outcome"], "allow");
    let revoke = async || {
        let body = json!({"reason": "The month is closed."});
        console.post(&ana, &format!("/approvals/{approval}/revoke"), &body).await
    };
    assert_eq!(revoke().await.expect(200)["status"], "revoked");
    let blocked = pay(&agent, "pay-2", 900).await;
    assert_eq!(blocked["outcome"], "block");
    assert!(blocked["error"].as_str().is_some_and(|error| error.contains("The month is closed.")), "{blocked}");
    assert_eq!(pay(&agent, "pay-1", 250).await["outcome"], "allow", "what was allowed has its answer");
    for id in ["pay-3", "pay-3b"] {
        assert_eq!(pay(&agent, id, 4_000).await["error"], "approval_rejected: Not 3.", "what was refused stays so");
    }
    // With nothing left there is nothing to take back.
    let other = agent.again().await;
    let used = opened(&other).await;
    for person in [&ana, &tomas] {
        other.decide(person, &used, verdicts("arr")).await.expect(201);
    }
    assert_eq!(pay(&other, "pay-1", 250).await["outcome"], "allow");
    let refused = console.post(&ana, &format!("/approvals/{used}/revoke"), &json!({"reason": "Late."})).await;
    assert_eq!(refused.problem(), "409 already_used");
}

async fn items_are_never_decided_in_bulk(console: TestConsole) {
    let agent = console.cast().await;
    let approval = opened(&agent).await;
    let seen = agent.approval(&approval).await;
    let one = json!({"id": approval, "revision": seen["revision"], "package_digest": seen["package_digest"]});
    let bulk = json!({"verdict": "reject", "reason_code": "doubt", "notes": "No.", "items": [one]});
    let refused = console.post(&console.token("ana").await, "/approvals/bulk-decisions", &bulk).await;
    assert_eq!(refused.problem(), "422 bulk_refused", "{}", refused.text);
}

async fn the_form_without_script_decides_on_items(console: TestConsole) {
    let agent = console.cast().await;
    let approval = opened(&agent).await;
    let page = format!("/approvals/{approval}");
    let mut ana = Browser::new(&console);
    ana.sign_in(ANA, PASSWORD).await;
    let html = ana.send(Method::GET, &page, &[]).await.text;
    assert!(html.contains("name=\"item-2-id\"") && html.contains("form=\"decision\""), "{html}");
    let seen = agent.approval(&approval).await;
    let (revision, digest) = (seen["revision"].to_string(), seen["package_digest"].as_str().expect("a digest"));
    let mut fields = vec![
        ("verdict", "approve"),
        ("revision", &revision),
        ("package_digest", digest),
        ("item-0-id", "pay-1"),
        ("item-0", "approve"),
        ("item-1-id", "pay-2"),
        ("item-1", "reject"),
        ("item-1-notes", "Too <much>."),
        ("item-2-id", "pay-3"),
    ];
    let refused = ana.send(Method::POST, &format!("{page}/decide"), &fields).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("ecide on item 3 as well"), "{}", refused.text);
    assert!(refused.text.contains("value=\"Too &lt;much&gt;.\""), "what was typed stays");
    fields.push(("item-2", "approve"));
    assert_eq!(ana.send(Method::POST, &format!("{page}/decide"), &fields).await.status, 303);
    let votes = agent.approval(&approval).await["votes"].clone();
    assert_eq!(votes[0]["items"][1], json!({"tool_use_id": "pay-2", "verdict": "reject", "notes": "Too <much>."}));
}
