//! Administering people: each command with its events, who may, and that somebody always can.

use axum::http::{Method, header};
use domain::{Role, event::Event, refusal::Code};
use server::{
    desk::{Caller, person::PersonChange},
    store::event,
};

use crate::support::{ANA, Browser, PASSWORD, TestConsole, on_both};

on_both![
    an_administrator_adds_and_changes_people,
    only_administrators_administer,
    the_last_administrator_stays,
    two_administrators_cannot_bar_each_other,
    access_that_ends_ends_at_once,
    what_was_typed_is_kept_but_no_password,
    people_are_paged_by_name,
];

/// Noor administers; her browser is signed in.
async fn noor(console: &TestConsole) -> Browser<'_> {
    console.person("Noor Haddad", &[Role::Admin], &[]).await;
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in("noor@example.com", PASSWORD).await.status, 303);
    browser
}

/// The kinds of everything in the log that administrators did, oldest first.
async fn kinds(console: &TestConsole) -> Vec<&'static str> {
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let log = event::list_after(&mut tx, 0, 1_000).await.expect("the log");
    let kinds = log.iter().map(|logged| logged.entry.event.kind());
    kinds.filter(|kind| kind.starts_with("person.") || kind.starts_with("group.")).collect()
}

async fn id_of(console: &TestConsole, email: &str) -> String {
    let people = console.desk.list_people(&Caller::CommandLine).await.expect("people");
    people.iter().find(|person| person.email == email).expect("a person").id.to_string()
}

async fn an_administrator_adds_and_changes_people(console: TestConsole) {
    let mut admin = noor(&console).await;
    console.desk.create_group(&Caller::CommandLine, "risk").await.expect("a group");
    console.desk.create_group(&Caller::CommandLine, "compliance").await.expect("a group");
    let passwords = [("password", PASSWORD), ("password_again", PASSWORD)];
    let fields = [
        ("form", "add"),
        ("name", "Ana Ruiz"),
        ("email", "Ana@Example.com"),
        ("role_reviewer", "on"),
        ("group_risk", "on"),
    ];
    let reply = admin.send(Method::POST, "/admin/people/new", &[fields.as_slice(), &passwords].concat()).await;
    let id = id_of(&console, ANA).await;
    let page = format!("/admin/people/{id}");
    assert_eq!(reply.headers[header::LOCATION].to_str().expect("text"), format!("{page}?done=added"));

    for (form, more) in [
        ("edit", vec![("name", "Ana Ruiz Soto"), ("role_reviewer", "on"), ("role_auditor", "on")]),
        ("edit", vec![("name", "Ana Ruiz Soto"), ("role_reviewer", "on"), ("role_auditor", "on")]),
        ("join", vec![("group", "compliance")]),
        ("join", vec![("group", "compliance")]),
        ("leave", vec![("group", "risk")]),
        ("disable", vec![]),
        ("enable", vec![]),
        ("password", passwords.to_vec()),
    ] {
        let reply = admin.send(Method::POST, &page, &[&[("form", form)], more.as_slice()].concat()).await;
        assert_eq!(reply.status, 303, "{form}: {}", reply.text);
    }
    let added = ["person.added", "group.joined", "person.changed", "group.joined", "group.left"];
    let told = kinds(&console).await;
    let tail = ["person.disabled", "person.enabled", "person.password_changed"];
    assert_eq!(told[3..], [added.as_slice(), &tail].concat(), "what changes nothing is not told");
    let shown = admin.send(Method::GET, &page, &[]).await;
    assert!(shown.text.contains("Ana Ruiz Soto") && shown.text.contains("compliance"), "{}", shown.text);

    told_what_changed(&console).await;
}

async fn told_what_changed(console: &TestConsole) {
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let log = event::list_after(&mut tx, 0, 1_000).await.expect("the log");
    let changed = log.iter().find_map(|logged| match &logged.entry.event {
        Event::PersonChanged { name, previous_name, roles, previous_roles, .. } => {
            Some((name.clone(), previous_name.clone(), roles.clone(), previous_roles.clone()))
        }
        _ => None,
    });
    let expected = (
        "Ana Ruiz Soto".to_owned(),
        Some("Ana Ruiz".to_owned()),
        vec![Role::Reviewer, Role::Auditor],
        Some(vec![Role::Reviewer]),
    );
    assert_eq!(changed, Some(expected));
}

async fn only_administrators_administer(console: TestConsole) {
    let mut admin = noor(&console).await;
    let mut ana = Browser::ana(&console).await;
    let page = format!("/admin/people/{}", id_of(&console, ANA).await);
    for path in ["/admin", "/admin/people/new", &page] {
        assert_eq!(admin.send(Method::GET, path, &[]).await.status, 200, "{path}");
        let reply = ana.send(Method::GET, path, &[]).await;
        assert_eq!(reply.status, 403, "{path}");
        assert!(reply.text.contains("Noor Haddad can help"), "{path}: {}", reply.text);
        assert!(!reply.text.contains("ana@example.com\"") || path == "/admin/people/new");
        assert_eq!(Browser::new(&console).send(Method::GET, path, &[]).await.status, 303, "{path}");
    }
    let before = kinds(&console).await;
    for form in ["edit", "join", "leave", "password", "disable", "enable"] {
        let fields = [("form", form), ("name", "A"), ("role_admin", "on"), ("group", "risk")];
        let typed = [("password", PASSWORD), ("password_again", PASSWORD)];
        let reply = ana.send(Method::POST, &page, &[fields.as_slice(), &typed].concat()).await;
        assert_eq!(reply.status, 403, "{form}: {}", reply.text);
    }
    let fields = [("form", "add"), ("name", "A"), ("email", "a@example.com"), ("role_admin", "on")];
    let typed = [("password", PASSWORD), ("password_again", PASSWORD)];
    let reply = ana.send(Method::POST, "/admin/people/new", &[fields.as_slice(), &typed].concat()).await;
    assert_eq!(reply.status, 403);
    assert_eq!(kinds(&console).await, before);
    assert_eq!(admin.send(Method::POST, &page, &[("form", "other")]).await.status, 400);
}

async fn the_last_administrator_stays(console: TestConsole) {
    let mut admin = noor(&console).await;
    let page = format!("/admin/people/{}", id_of(&console, "noor@example.com").await);
    let own = admin.send(Method::POST, &page, &[("form", "disable")]).await;
    assert_eq!(own.status, 409);
    assert!(own.text.contains("nobody disables their own account"), "{}", own.text);
    let lowered = [("form", "edit"), ("name", "Noor Haddad"), ("role_auditor", "on")];
    let reply = admin.send(Method::POST, &page, &lowered).await;
    assert_eq!(reply.status, 409);
    assert!(reply.text.contains("is the last administrator"), "{}", reply.text);
    let refused = console.desk.disable_person(&Caller::CommandLine, "noor@example.com").await;
    assert_eq!(refused.expect_err("the last").code().map(Code::as_str), Some("last_administrator"));

    // A disabled administrator is none.
    console.person("Olu Bello", &[Role::Admin], &[]).await;
    console.desk.disable_person(&Caller::CommandLine, "olu@example.com").await.expect("disabled");
    assert_eq!(admin.send(Method::POST, &page, &lowered).await.status, 409);
    console.desk.enable_person(&Caller::CommandLine, "olu@example.com").await.expect("enabled");
    assert_eq!(admin.send(Method::POST, &page, &lowered).await.status, 303);
    assert!(!admin.is_signed_in().await, "whoever loses a role signs in again");
}

async fn two_administrators_cannot_bar_each_other(console: TestConsole) {
    let desk = &console.desk;
    for round in 0..10 {
        console.person(&format!("One{round} A"), &[Role::Admin], &[]).await;
        console.person(&format!("Two{round} B"), &[Role::Admin, Role::Auditor], &[]).await;
        if round > 0 {
            // The one who was left over goes, so that again there are two.
            for person in desk.list_people(&Caller::CommandLine).await.expect("people") {
                let is_old = !person.email.contains(&format!("{round}@"));
                if is_old && person.roles.contains(&Role::Admin) && person.disabled_at.is_none() {
                    desk.disable_person(&Caller::CommandLine, &person.email).await.expect("disabled");
                }
            }
        }
        let (one, two) = (format!("one{round}@example.com"), format!("two{round}@example.com"));
        let change = PersonChange { roles: Some(vec![Role::Auditor]), ..PersonChange::default() };
        let both = tokio::join!(
            desk.disable_person(&Caller::CommandLine, &one),
            desk.change_person(&Caller::CommandLine, &two, change)
        );
        let refused = [both.0.err(), both.1.err()].into_iter().flatten().map(|error| error.code().map(Code::as_str));
        assert_eq!(refused.collect::<Vec<_>>(), [Some("last_administrator")], "round {round}");
    }
}

async fn access_that_ends_ends_at_once(console: TestConsole) {
    let mut admin = noor(&console).await;
    let mut ana = Browser::ana(&console).await;
    let page = format!("/admin/people/{}", id_of(&console, ANA).await);
    let token = console.token("ana").await;
    let post = async |admin: &mut Browser<'_>, fields: &[(&str, &str)]| {
        let reply = admin.send(Method::POST, &page, fields).await;
        assert_eq!(reply.status, 303, "{}", reply.text);
    };
    // More roles end nothing, fewer do, and so does a key that stands for the role.
    post(&mut admin, &[("form", "edit"), ("name", "Ana"), ("role_reviewer", "on"), ("role_auditor", "on")]).await;
    assert!(ana.is_signed_in().await);
    assert_eq!(console.get(&token, "/approvals").await.status, 200);
    post(&mut admin, &[("form", "edit"), ("name", "Ana"), ("role_auditor", "on")]).await;
    assert!(!ana.is_signed_in().await);
    assert_eq!(console.get(&token, "/approvals").await.problem(), "401 not_signed_in");
    post(&mut admin, &[("form", "edit"), ("name", "Ana"), ("role_reviewer", "on")]).await;
    assert_eq!(console.get(&token, "/approvals").await.status, 200);

    assert_eq!(ana.sign_in(ANA, PASSWORD).await.status, 303);
    let cookie = ana.cookie.clone().expect("a cookie");
    post(&mut admin, &[("form", "disable")]).await;
    assert_eq!(console.get(&token, "/approvals").await.problem(), "401 not_signed_in");
    post(&mut admin, &[("form", "enable")]).await;
    assert!(!Browser::with(&console, &cookie).is_signed_in().await, "an ended session stays ended");
    assert_eq!(console.get(&token, "/approvals").await.status, 200);
    assert_eq!(ana.sign_in(ANA, PASSWORD).await.status, 303);
    let other = "quite another passphrase";
    post(&mut admin, &[("form", "password"), ("password", other), ("password_again", other)]).await;
    assert!(!ana.is_signed_in().await);
}

async fn what_was_typed_is_kept_but_no_password(console: TestConsole) {
    let mut admin = noor(&console).await;
    let typed = [("form", "add"), ("name", "Ana <Ruiz>"), ("email", "no email"), ("role_auditor", "on")];
    for (one, two, wrong) in [
        ("a long enough passphrase", "a long enough passphrasf", "The two passwords differ"),
        ("a long enough passphrase", "a long enough passphrase", "is not an email address"),
    ] {
        let fields = [typed.as_slice(), &[("password", one), ("password_again", two)]].concat();
        let reply = admin.send(Method::POST, "/admin/people/new", &fields).await;
        assert_eq!(reply.status, 422, "{}", reply.text);
        assert!(reply.text.contains(wrong), "{wrong}");
        assert!(reply.text.contains("Ana &lt;Ruiz&gt;") && reply.text.contains("no email"));
        assert!(!reply.text.contains("long enough passphras"), "a password is never shown again");
    }
    let page = format!("/admin/people/{}", id_of(&console, "noor@example.com").await);
    let reply = admin.send(Method::POST, &page, &[("form", "edit"), ("name", "Noor")]).await;
    assert_eq!(reply.status, 422);
    assert!(reply.text.contains("expected at least one role"), "{}", reply.text);
}

async fn people_are_paged_by_name(console: TestConsole) {
    let mut admin = noor(&console).await;
    for number in 0..60 {
        let group: &[&str] = if number % 2 == 0 { &["even"] } else { &[] };
        console.person(&format!("P{number:02} Person"), &[Role::Reviewer], group).await;
    }
    let first = admin.send(Method::GET, "/admin", &[]).await;
    assert!(first.text.contains("Noor Haddad") && first.text.contains("p48@example.com"));
    assert!(!first.text.contains("p49@example.com"));
    let at = first.text.find("/admin?cursor=").expect("a next page");
    let next: String = first.text[at..].chars().take_while(|c| *c != '"').collect();
    let second = admin.send(Method::GET, &next, &[]).await;
    assert!(second.text.contains("p49@example.com") && second.text.contains("p59@example.com"));
    assert!(!second.text.contains("p48@example.com"));
    let even = admin.send(Method::GET, "/admin?group=even", &[]).await;
    assert!(even.text.contains("p58@example.com") && !even.text.contains("p59@example.com"));
    assert_eq!(admin.send(Method::GET, "/admin?cursor=nonsense", &[]).await.status, 400);
}
