//! The seat a decision is for: what the page said, or nothing at all.

use axum::http::Method;
use domain::Role;
use serde_json::{Value, json};
use server::desk::{Caller, delegation::NewDelegation};

use crate::support::{Agent, Browser, PASSWORD, TestConsole, on_both};

on_both!(
    a_form_fills_the_seat_it_showed_or_none,
    ones_own_seat_does_not_become_anothers,
    of_two_who_want_one_seat_one_gets_it,
    several_at_once_are_decided_for_the_seats_that_were_shown,
);

async fn browser<'a>(console: &'a TestConsole, first: &str) -> Browser<'a> {
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in(&format!("{first}@example.com"), PASSWORD).await.status, 303);
    browser
}

/// What a hidden field of a page says.
fn hidden(page: &str, name: &str) -> String {
    let field = page.split("<input").find(|field| field.contains(&format!("name=\"{name}\"")));
    let value = field.and_then(|field| field.split("value=\"").nth(1));
    value.and_then(|value| value.split('"').next()).unwrap_or_else(|| panic!("{name} in {page}")).to_owned()
}

/// The form of a page, filled in to approve.
async fn approval_form(browser: &mut Browser<'_>, approval: &str) -> Vec<(&'static str, String)> {
    let page = browser.send(Method::GET, &format!("/approvals/{approval}"), &[]).await.text;
    let mut form: Vec<(&'static str, String)> = ["revision", "package_digest", "for_group", "on_behalf_of"]
        .into_iter()
        .map(|name| (name, hidden(&page, name)))
        .collect();
    form.push(("verdict", "approve".to_owned()));
    form.push(("notes", "Looks <b>right</b>.".to_owned()));
    form
}

async fn post(browser: &mut Browser<'_>, approval: &str, form: &[(&'static str, String)]) -> crate::support::Reply {
    let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.send(Method::POST, &format!("/approvals/{approval}/decide"), &fields).await
}

async fn votes(agent: &Agent<'_>, approval: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let votes = agent.approval(approval).await["votes"].clone();
    votes.as_array().expect("votes").iter().map(|vote| (text(&vote["name"]), text(&vote["group"]))).collect()
}

async fn a_form_fills_the_seat_it_showed_or_none(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let mut mira = browser(&console, "mira").await;
    let form = approval_form(&mut mira, &approval).await;
    assert!(form.contains(&("for_group", "compliance".to_owned())), "{form:?}");
    agent.approve(&console.token("ana").await, &approval).await.expect(201);

    let refused = post(&mut mira, &approval, &form).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    let page = refused.text.replace("<!>", "");
    for said in ["you were to decide for compliance; that seat is taken", "right&lt;/b&gt;", "Decide for risk"] {
        assert!(page.to_lowercase().contains(&said.to_lowercase()), "{said} in {page}");
    }
    assert_eq!(votes(&agent, &approval).await, [("Ana Ruiz".to_owned(), "compliance".to_owned())]);
    // The page that came back names the seat that is left.
    let again = approval_form(&mut mira, &approval).await;
    assert!(again.contains(&("for_group", "risk".to_owned())), "{again:?}");
    assert_eq!(post(&mut mira, &approval, &again).await.status, 303);
    assert_eq!(votes(&agent, &approval).await.last(), Some(&("Mira Okafor".to_owned(), "risk".to_owned())));
}

async fn ones_own_seat_does_not_become_anothers(console: TestConsole) {
    let agent = console.cast().await;
    console.person("Ben Cole", &[Role::Reviewer], &["risk"]).await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let new = NewDelegation {
        principal: Some("ana@example.com".to_owned()),
        delegate: "ben@example.com".to_owned(),
        start: "2026-11-21".to_owned(),
        until: "2026-11-22".to_owned(),
        groups: Vec::new(),
    };
    let delegation = console.desk.add_delegation(&Caller::CommandLine, new).await.expect("a delegation");
    let mut ben = browser(&console, "ben").await;
    let form = approval_form(&mut ben, &approval).await;
    assert!(form.contains(&("for_group", "risk".to_owned())), "{form:?}");
    agent.approve(&console.token("tomas").await, &approval).await.expect(201);
    // Without the group, too: his own place is no other.
    let without: Vec<_> = form.iter().filter(|(name, _)| *name != "for_group").cloned().collect();
    for form in [&form, &without] {
        let refused = post(&mut ben, &approval, form).await;
        assert!(refused.status == 409 && refused.text.contains("that seat is taken"), "{}", refused.text);
    }
    // In Ana's place by the page of now, which says so; once that is over, no other seat is filled.
    let for_ana = approval_form(&mut ben, &approval).await;
    let whose =
        |form: &[(&str, String)]| form.iter().find(|(name, _)| *name == "on_behalf_of").map(|(_, id)| id.clone());
    assert!(
        whose(&for_ana) != whose(&form) && for_ana.contains(&("for_group", "compliance".to_owned())),
        "{for_ana:?}"
    );
    console.desk.end_delegation(&Caller::CommandLine, delegation).await.expect("ended");
    let refused = post(&mut ben, &approval, &for_ana).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!(votes(&agent, &approval).await, [("Tomas Lindqvist".to_owned(), "risk".to_owned())]);
}

async fn of_two_who_want_one_seat_one_gets_it(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let (ana, mira) = (console.token("ana").await, console.token("mira").await);
    let body = || json!({"verdict": "approve", "for_group": "compliance"});
    let (one, other) = tokio::join!(agent.decide(&ana, &approval, body()), agent.decide(&mira, &approval, body()));
    let told = |reply: &crate::support::Reply| {
        if reply.status == 201 { "201".to_owned() } else { reply.problem() }
    };
    let mut both = [told(&one), told(&other)];
    both.sort();
    assert_eq!(both, ["201", "409 seat_taken"]);
    assert_eq!(votes(&agent, &approval).await.len(), 1);
    // Whoever got it may ask again; for another seat that is no repeat.
    let (winner, group) = if one.status == 201 { (&ana, "compliance") } else { (&mira, "compliance") };
    agent.decide(winner, &approval, json!({"verdict": "approve", "for_group": group})).await.expect(200);
    let other = agent.decide(winner, &approval, json!({"verdict": "approve", "for_group": "risk"})).await;
    assert_eq!(other.problem(), "409 already_voted");
}

async fn several_at_once_are_decided_for_the_seats_that_were_shown(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    let check = agent.check("note-1", "note", json!({"text": "Call back."})).await;
    let id = check["approval_id"].as_str().expect("suspended").to_owned();
    let mut mira = browser(&console, "mira").await;
    let preview = mira.send(Method::GET, &format!("/approvals/bulk?item={id}"), &[]).await.text.replace("<!>", "");
    assert!(preview.contains("Decided for <bdi>compliance") || preview.contains("Decided for compliance"), "{preview}");
    let (group, whose) = (format!("for_group:{id}"), format!("on_behalf_of:{id}"));
    let (items, shown, own) = (hidden(&preview, "items"), hidden(&preview, &group), hidden(&preview, &whose));
    let fields =
        |shown| [("form", "bulk"), ("items", &*items), ("verdict", "approve"), (&*group, shown), (&*whose, &*own)];
    // A seat that she does not hold is not filled by another.
    let done = mira.send(Method::POST, "/approvals/bulk", &fields("risk")).await.text.replace("<!>", "");
    assert!(done.contains("0 approved, 1 not") && done.contains("you were to decide for risk"), "{done}");
    let done = mira.send(Method::POST, "/approvals/bulk", &fields(&shown)).await.text.replace("<!>", "");
    assert!(done.contains("1 approved"), "{done}");
    assert_eq!(votes(&agent, &id).await, [("Mira Okafor".to_owned(), "compliance".to_owned())]);
}
