//! What addresses and names say.

use super::*;

fn read(pairs: &[(&str, &str)]) -> QueueQuery {
    QueueQuery::read(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
}

#[test]
fn what_is_not_understood_is_as_if_it_were_not_there() {
    let plain = QueueQuery::of(View::AllPending);
    assert_eq!(read(&[("view", "secret"), ("cursor", ""), ("status", "lost"), ("q", "  "), ("sort", "rank")]), plain);
    let asked = read(&[("view", "mine"), ("risk", "high"), ("q", " cust 4 "), ("sort", "oldest"), ("cursor", "c1")]);
    assert_eq!(asked.view, View::NeedsMyDecision);
    assert_eq!((asked.filters.risk, asked.filters.search.as_deref()), (Some(Risk::High), Some("cust 4")));
    assert_eq!((asked.order(), asked.cursor.as_deref()), (Sort::Oldest, Some("c1")));
    assert_eq!(asked.from_the_beginning().cursor, None);
}

#[test]
fn views_say_which_statuses_they_hold_and_in_which_order() {
    for (pairs, standing, sort) in [
        (&[][..], Standing::Pending, Sort::Due),
        (&[("status", "expired")], Standing::Expired, Sort::Newest),
        (&[("status", "any"), ("sort", "due")], Standing::Any, Sort::Due),
        (&[("view", "mine"), ("status", "approved")], Standing::Pending, Sort::Due),
        (&[("view", "today")], Standing::Decided, Sort::Newest),
    ] {
        let query = read(pairs);
        assert_eq!((query.standing(), query.order()), (standing, sort), "{pairs:?}");
    }
    let every = Standing::ALL.iter().filter_map(|standing| standing.statuses());
    let every: Vec<Status> = every.flatten().copied().collect();
    assert!(Status::ALL.iter().all(|status| every.contains(status)));
}

#[test]
fn values_no_database_keeps_are_refused() {
    let check = |pairs: &[(&str, &str)]| read(pairs).filters.check().map_err(|refusal| refusal.message);
    assert_eq!(check(&[("q", &"é".repeat(200))]), Ok(()));
    assert_eq!(check(&[("q", &"é".repeat(201))]), Err("q: at most 200 characters".to_owned()));
    assert_eq!(check(&[("gate", "a\0b")]), Err("gate: U+0000 is not allowed".to_owned()));
}

#[test]
fn an_assignee_is_read_as_whom_one_assigns_to_is() {
    let id = "usr_01j1x6q34xfvqr28t5cy4tp001";
    for (text, assignee) in [
        ("me", Assignee::Viewer),
        ("none", Assignee::Nobody),
        (id, Assignee::Person(id.parse().expect("an id"))),
        ("Ana@Example.com", Assignee::Email("ana@example.com".to_owned())),
        (" risk ", Assignee::Group("risk".to_owned())),
    ] {
        let query = read(&[("assignee", text)]);
        assert_eq!(query.filters.assignee, Some(assignee), "{text}");
        let kept = serde_json::to_string(&query).expect("JSON");
        assert_eq!(serde_json::from_str::<QueueQuery>(&kept).ok(), Some(query), "{kept}");
    }
    for text in ["", "  ", "usr_", "usr_ana"] {
        assert_eq!(read(&[("assignee", text)]).filters.assignee, None, "{text}");
    }
    let long = read(&[("assignee", &"g".repeat(201))]).filters.check().map_err(|refusal| refusal.message);
    assert_eq!(long, Err("assignee: at most 200 characters".to_owned()));
    // What was kept before there were assignees says nothing of them.
    let before = r#"{"view":"all","filters":{"status":null,"risk":"high"},"sort":null,"cursor":null}"#;
    let before: QueueQuery = serde_json::from_str(before).expect("a query");
    assert_eq!(before, read(&[("risk", "high")]));
}

#[test]
fn names_of_views_can_be_seen() {
    assert_eq!(saved_name("  High \t risk  ").ok().as_deref(), Some("High risk"));
    for wrong in ["", "  ", "a\u{7}b", &"x".repeat(41)] {
        assert!(saved_name(wrong).is_err(), "{wrong:?}");
    }
}
