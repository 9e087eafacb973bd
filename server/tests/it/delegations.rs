//! Out of office: who may set it, when it lets somebody decide, and for whom it never does.

use axum::http::Method;
use chrono::TimeDelta;
use domain::{Role, refusal::Code};
use serde_json::{Value, json};
use server::{
    desk::{Caller, delegation::NewDelegation},
    error::Error,
};

use crate::support::{Agent, Browser, PASSWORD, Reply, TestConsole, on_both};

on_both![
    a_delegate_decides_while_the_principal_is_away,
    nobody_decides_for_the_excluded_or_passes_on,
    one_vote_a_human,
    leads_set_it_for_others_and_either_ends_it,
    forms_say_what_is_wrong_and_what_could_not_be_met,
];

/// From one of these days to another, of November 2026; the console's clock stands at nine on the 21st.
fn days(from: &str, to: &str, first: u32, last: u32) -> NewDelegation {
    NewDelegation {
        principal: Some(format!("{from}@example.com")),
        delegate: format!("{to}@example.com"),
        start: format!("2026-11-{first}"),
        until: format!("2026-11-{last}"),
        groups: Vec::new(),
    }
}

async fn set(console: &TestConsole, new: NewDelegation) -> domain::id::DelegationId {
    console.desk.add_delegation(&Caller::CommandLine, new).await.expect("a delegation")
}

/// The usual cast, and Ben and Cas, who belong to no group that is asked.
async fn cast(console: &TestConsole) -> Agent<'_> {
    let agent = console.cast().await;
    for name in ["Ben Cole", "Cas Moor"] {
        console.person(name, &[Role::Reviewer], &["others"]).await;
    }
    agent.prepare().await;
    agent
}

async fn browser<'a>(console: &'a TestConsole, first: &str) -> Browser<'a> {
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in(&format!("{first}@example.com"), PASSWORD).await.status, 303);
    browser
}

/// Whether the approval is in the list of what needs this person's decision, which says so too of the row.
async fn needed(console: &TestConsole, first: &str, approval: &str) -> bool {
    let mut browser = browser(console, first).await;
    let is_listed = browser.send(Method::GET, "/approvals?view=mine", &[]).await.text.contains(approval);
    let all = browser.send(Method::GET, "/api/v1/approvals", &[]).await.expect(200);
    let rows = all["items"].as_array().expect("items").clone();
    let row = rows.iter().find(|row| row["id"] == approval).expect("the approval is listed");
    assert_eq!(row["viewer_can_decide"], is_listed, "{row}");
    is_listed
}

async fn a_delegate_decides_while_the_principal_is_away(console: TestConsole) {
    let agent = cast(&console).await;
    let approval = agent.suspended_payment("pay-1").await;
    set(&console, days("ana", "ben", 22, 22)).await;
    let ben = console.token("ben").await;
    assert_eq!(agent.approve(&ben, &approval).await.problem(), "403 not_entitled", "the day before");
    assert!(!needed(&console, "ben", &approval).await);

    console.pass(TimeDelta::hours(15));
    assert!(needed(&console, "ben", &approval).await, "it waited already, and its first minute is there");
    let mut desk = browser(&console, "ben").await;
    let page = desk.send(Method::GET, &format!("/approvals/{approval}"), &[]).await.text;
    assert!(page.contains("Decide for compliance in the place of Ana Ruiz"), "{page}");
    let other = agent.decide(&ben, &approval, json!({"verdict": "approve", "for_group": "risk"})).await;
    assert_eq!(other.problem(), "403 not_entitled", "not a group of Ana's");
    let given = agent.approve(&ben, &approval).await.expect(201);
    assert_eq!((&given["group"], &given["on_behalf_of"]["name"]), (&json!("compliance"), &json!("Ana Ruiz")));
    assert!(!needed(&console, "ben", &approval).await, "he has decided");
    agent.approve(&console.token("tomas").await, &approval).await.expect(201);

    let told = agent.outcome(&approval).await;
    let reviewers = told["reviewers"].as_array().expect("reviewers");
    let both = |reviewer: &Value| (reviewer["name"].clone(), reviewer["on_behalf_of"].clone());
    let expected = [(json!("Ben Cole"), json!("Ana Ruiz")), (json!("Tomas Lindqvist"), Value::Null)];
    assert_eq!(reviewers.iter().map(both).collect::<Vec<_>>(), expected, "{told}");
    assert_eq!(agent.approval(&approval).await["votes"][0]["on_behalf_of"]["name"], "Ana Ruiz");
    let page = desk.send(Method::GET, &format!("/approvals/{approval}"), &[]).await.text.replace("<!>", "");
    assert!(page.contains("You (for Ana Ruiz) approved") && page.contains(" approved for "), "{page}");
    assert_eq!(agent.pay("pay-1").await["outcome"], "allow");

    // The call ran with the voices of Ana and Ben: neither approves another step of this run.
    let second = agent.check("pay-2", "pay", json!({"to": "ACME", "amount": 300})).await;
    let second = second["approval_id"].as_str().expect("an approval").to_owned();
    for person in ["ana", "ben"] {
        let token = if person == "ben" { ben.clone() } else { console.token(person).await };
        assert_eq!(agent.approve(&token, &second).await.problem(), "403 not_entitled", "{person}");
        assert!(!needed(&console, person, &second).await, "{person}");
    }
    console.pass(TimeDelta::hours(24));
    let fresh = agent.again().await;
    fresh.prepare().await;
    let third = fresh.suspended_payment("pay-3").await;
    assert_eq!(fresh.approve(&ben, &third).await.problem(), "403 not_entitled", "the day after");
}

async fn nobody_decides_for_the_excluded_or_passes_on(console: TestConsole) {
    let agent = cast(&console).await;
    let approval = agent.suspended_payment("pay-1").await;
    // Rosa asked for the run; Dev owns the agent.
    set(&console, days("rosa", "ben", 21, 22)).await;
    set(&console, days("ana", "dev", 21, 22)).await;
    let (ben, dev, cas) = (console.token("ben").await, console.token("dev").await, console.token("cas").await);
    let refused = agent.approve(&ben, &approval).await;
    assert_eq!(refused.problem(), "403 not_entitled");
    assert!(refused.json()["detail"].as_str().is_some_and(|told| told.contains("Rosa Quist may not decide here")));
    assert_eq!(agent.approve(&dev, &approval).await.problem(), "403 self_approval");
    assert!(!needed(&console, "ben", &approval).await && !needed(&console, "dev", &approval).await);

    // Ben is away too: Cas decides for Ben's own groups, of which none is asked.
    set(&console, days("tomas", "ben", 21, 22)).await;
    assert!(needed(&console, "ben", &approval).await);
    set(&console, days("ben", "cas", 21, 22)).await;
    assert_eq!(agent.approve(&cas, &approval).await.problem(), "403 not_entitled");
    assert!(!needed(&console, "cas", &approval).await);

    // Who loses the group, or their account, has nothing to delegate any more.
    let away = "tomas@example.com";
    console.desk.disable_person(&Caller::CommandLine, away).await.expect("disabled");
    assert_eq!(agent.approve(&ben, &approval).await.problem(), "403 not_entitled");
    console.desk.enable_person(&Caller::CommandLine, away).await.expect("enabled");
    let risk = vec!["risk".to_owned()];
    console.desk.change_groups(&Caller::CommandLine, away, Vec::new(), risk).await.expect("left");
    assert_eq!(agent.approve(&ben, &approval).await.problem(), "403 not_entitled");
    assert_eq!(agent.outcome(&approval).await["status"], "AWAITING_HUMAN_REVIEW");
}

async fn one_vote_a_human(console: TestConsole) {
    let agent = cast(&console).await;
    let (first, second) = (agent.suspended_payment("pay-1").await, agent.again().await);
    set(&console, days("mira", "ben", 21, 22)).await;
    let (ben, mira) = (console.token("ben").await, console.token("mira").await);
    agent.decide(&ben, &first, json!({"verdict": "approve", "for_group": "risk"})).await.expect(201);
    // The same verdict on the same package is the answer that is stored, but not for another seat.
    assert_eq!(agent.approve(&ben, &first).await.expect(200)["group"], "risk");
    let other = agent.decide(&ben, &first, json!({"verdict": "approve", "for_group": "compliance"})).await;
    assert_eq!(other.problem(), "409 already_voted");
    let refused = agent.decide(&mira, &first, json!({"verdict": "approve", "for_group": "compliance"})).await;
    assert_eq!(refused.problem(), "409 already_voted");
    assert!(refused.json()["detail"].as_str().is_some_and(|told| told.starts_with("Ben Cole has decided")));
    assert!(!needed(&console, "mira", &first).await);
    let page = browser(&console, "mira").await.send(Method::GET, &format!("/approvals/{first}"), &[]).await.text;
    assert!(page.contains("In your place, Ben Cole approved for risk"), "{page}");

    // The other way round: Mira is back early and decides herself. The two at once: one of them counts.
    second.prepare().await;
    let approval = second.suspended_payment("pay-1").await;
    let (own, delegated) = tokio::join!(second.approve(&mira, &approval), second.approve(&ben, &approval));
    let told = |reply: &Reply| if reply.status == 201 { "201".to_owned() } else { reply.problem() };
    let mut told = [told(&own), told(&delegated)];
    told.sort();
    assert_eq!(told, ["201", "409 already_voted"]);
}

async fn leads_set_it_for_others_and_either_ends_it(console: TestConsole) {
    let agent = cast(&console).await;
    console.person("Lena Haas", &[Role::SupportLead, Role::Reviewer], &["others"]).await;
    console.person("Noor Haddad", &[Role::Admin], &[]).await;
    let approval = agent.suspended_payment("pay-1").await;
    let form = |from: &'static str, to: &'static str| {
        [("form", "delegate"), ("from", from), ("to", to), ("start", "2026-11-21"), ("until", "2026-11-21")]
    };
    let page = "/admin/out-of-office";
    let mut lena = browser(&console, "lena").await;
    let mut ben = browser(&console, "ben").await;
    // Nobody names somebody else's delegate but those who may, and they never themselves.
    assert_eq!(ben.send(Method::POST, page, &form("ana@example.com", "ben@example.com")).await.status, 403);
    let own = lena.send(Method::POST, page, &form("ana@example.com", "lena@example.com")).await;
    assert!(own.text.contains("nobody names themselves"), "{}", own.text);
    assert_eq!(lena.send(Method::POST, page, &form("ana@example.com", "ben@example.com")).await.status, 303);
    let shown = ben.send(Method::GET, "/profile", &[]).await.text.replace("<!>", "");
    assert!(shown.contains("Set by <bdi>Lena Haas</bdi>") && shown.contains("Away now"), "{shown}");
    assert_eq!(ben.send(Method::GET, page, &[]).await.status, 403);

    // Noor sets one on the person's page; the delegate ends it, the principal the other.
    let id = |page: &str| page.split("value=\"dlg_").nth(1).map(|rest| format!("dlg_{}", &rest[..26])).expect("an id");
    let first = id(&shown);
    let stranger = browser(&console, "cas")
        .await
        .send(Method::POST, "/profile", &[("form", "end_delegation"), ("delegation", &first)])
        .await;
    assert_eq!(stranger.status, 404);
    let token = console.token("ben").await;
    assert!(needed(&console, "ben", &approval).await);
    let ended = browser(&console, "ana")
        .await
        .send(Method::POST, "/profile", &[("form", "end_delegation"), ("delegation", &first)])
        .await;
    assert_eq!(ended.status, 303);
    assert_eq!(agent.approve(&token, &approval).await.problem(), "403 not_entitled", "ended at once");
    let late = ben.send(Method::POST, "/profile", &[("form", "end_delegation"), ("delegation", &first)]).await;
    assert_eq!(late.status, 409);

    let people = console.desk.list_people(&Caller::CommandLine).await.expect("people");
    let tomas = people.iter().find(|person| person.email == "tomas@example.com").expect("Tomas").id;
    let mut noor = browser(&console, "noor").await;
    let path = format!("/admin/people/{tomas}");
    let fields = [("form", "delegate"), ("to", "ben@example.com"), ("start", "2026-11-21"), ("until", "2026-11-23")];
    assert_eq!(noor.send(Method::POST, &path, &fields).await.status, 303);
    let second = id(&ben.send(Method::GET, "/profile", &[]).await.text);
    let done = ben.send(Method::POST, "/profile", &[("form", "end_delegation"), ("delegation", &second)]).await;
    assert_eq!(done.status, 303);
    let expected = ["delegation.created", "delegation.ended", "delegation.created", "delegation.ended"];
    assert_eq!(logged(&console).await, expected);
}

/// What the log says of delegations.
async fn logged(console: &TestConsole) -> Vec<&'static str> {
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let log = server::store::event::list_after(&mut tx, 0, 1_000).await.expect("the log");
    let kinds = log.iter().map(|logged| logged.entry.event.kind());
    kinds.filter(|kind| kind.starts_with("delegation.")).collect()
}

async fn forms_say_what_is_wrong_and_what_could_not_be_met(console: TestConsole) {
    cast(&console).await;
    let add = async |new| match console.desk.add_delegation(&Caller::CommandLine, new).await {
        Ok(_) => ("taken".to_owned(), String::new()),
        Err(Error::Refused(refusal)) => {
            let place = refusal.errors.first().map_or_else(String::new, |error| error.path.clone());
            (refusal.code.as_str().to_owned(), place)
        }
        Err(error) => panic!("{error}"),
    };
    let group = |group: &str| NewDelegation { groups: vec![group.to_owned()], ..days("ana", "ben", 21, 22) };
    let named = |field: &str| (Code::InvalidField.as_str().to_owned(), field.to_owned());
    for (new, told) in [
        (days("nobody", "ben", 21, 22), named("from")),
        (days("ana", "nobody", 21, 22), named("to")),
        (days("ana", "ana", 21, 22), named("to")),
        (days("ana", "ben", 20, 22), named("start")),
        (days("ana", "ben", 22, 21), named("until")),
        (days("ana", "ben", 22, 31), named("until")),
        (NewDelegation { until: "2027-02-19".to_owned(), ..days("ana", "ben", 21, 22) }, named("until")),
        (group("risk"), named("groups")),
        (group("compliance"), ("taken".to_owned(), String::new())),
        (days("ana", "cas", 22, 23), ("conflict".to_owned(), String::new())),
        (days("cas", "ana", 22, 23), named("to")),
    ] {
        assert_eq!(add(new.clone()).await, told, "{new:?}");
    }
    // Risk has Tomas and Mira: with Tomas away and Mira in his place she has one vote, which compliance needs as well.
    let mut browser = browser(&console, "tomas").await;
    let typed = [("form", "delegate"), ("to", "mira@example.com"), ("start", "2026-11-23"), ("until", "2026-11-22")];
    let refused = browser.send(Method::POST, "/profile", &typed).await;
    assert_eq!(refused.status, 422);
    for kept in ["until-fault", "value=\"mira@example.com\"", "value=\"2026-11-23\"", "lies before the first"] {
        assert!(refused.text.contains(kept), "{kept}: {}", refused.text);
    }
    for person in ["dev", "rosa"] {
        let person = format!("{person}@example.com");
        console.desk.disable_person(&Caller::CommandLine, &person).await.expect("disabled");
    }
    let typed = [("form", "delegate"), ("to", "mira@example.com"), ("start", "2026-11-22"), ("until", "2026-11-22")];
    assert_eq!(browser.send(Method::POST, "/profile", &typed).await.status, 303);
    let shown = browser.send(Method::GET, "/profile", &[]).await.text.replace("<!>", "");
    assert!(!shown.contains("could not be met"), "Ben decides for Ana: {shown}");
    let page = console.desk.delegations_page(&Caller::CommandLine).await.expect("a page");
    let ana = page.rows.iter().find(|row| row.terms.principal.name == "Ana Ruiz").expect("a row").id;
    console.desk.end_delegation(&Caller::CommandLine, ana).await.expect("ended");
    set(&console, days("ana", "mira", 22, 22)).await;
    let shown = browser.send(Method::GET, "/profile", &[]).await.text.replace("<!>", "");
    assert!(shown.contains("compliance and risk would have 1 person left and must give 2"), "{shown}");
}
