//! The section of one person, and the form that was refused.

use super::*;
use crate::sample;
use domain::{
    Refusal,
    delegation::{Party, Terms},
    delegations::DelegationRow,
    group::{Member, Unmet},
    quorum::Shortage,
};

fn page() -> DelegationsPage {
    let party = |name: &str| Party { id: sample::viewer(), name: name.to_owned() };
    let shortage = Shortage { groups: vec!["risk".to_owned()], needed: 1, has: 0 };
    let terms = Terms {
        principal: party("Ana <b>Ruiz</b>"),
        delegate: party("Ben Cole"),
        groups: vec!["risk".to_owned()],
        from: "2026-11-23T00:00:00Z".parse().expect("a time"),
        until: "2026-11-28T00:00:00Z".parse().expect("a time"),
    };
    let (workflow, policy) = ("onboarding".to_owned(), "high-risk".to_owned());
    let warnings = vec![Unmet { workflow, version: 3, policy, shortage }];
    let id = "dlg_01j1x6q34xfvqr28t5cy4tp001".parse().expect("an id");
    let set_by = Some("Lena Haas".to_owned());
    let ben = Member {
        id: sample::viewer(),
        name: "Ben Cole".to_owned(),
        email: "ben@example.com".to_owned(),
        is_reviewer: true,
        is_disabled: false,
    };
    DelegationsPage {
        now: sample::time("14:00:00"),
        rows: vec![DelegationRow { id, terms, is_in_force: false, set_by, can_end: true, warnings }],
        people: vec![ben],
        groups: vec!["compliance".to_owned(), "risk".to_owned()],
    }
}

fn shown(decides: bool, posted: Option<Posted>) -> String {
    let view = move || {
        let action = "/profile".to_owned();
        view! { <Absences page=page() whose=Whose::Own action=action decides=decides posted=posted.clone() /> }
            .to_html()
    };
    Owner::new().with(view).replace("<!>", "")
}

#[test]
fn a_delegation_tells_who_when_and_what_is_missing() {
    let html = shown(true, None);
    for said in [
        "Ana &lt;b&gt;Ruiz&lt;/b&gt;",
        "Ben Cole",
        "23 to 27 Nov",
        "To come",
        "Set by <bdi>Lena Haas</bdi>",
        "risk would have 0 people left and must give 1",
        "onboarding@3",
        "value=\"dlg_01j1x6q34xfvqr28t5cy4tp001\"",
        "name=\"group_risk\"",
        "value=\"ben@example.com\"",
    ] {
        assert!(html.contains(said), "{said} in {html}");
    }
    let html = shown(false, None);
    assert!(html.contains("23 to 27 Nov") && !html.contains("Set the delegate"), "{html}");
}

#[test]
fn a_refused_form_keeps_what_was_typed() {
    let values = [("to", "cas@example.com"), ("start", "2026-11-23"), ("until", "2026-11-20"), ("group_risk", "on")];
    let posted = Posted {
        form: SET.to_owned(),
        refusal: Some(Refusal::invalid("until", "The last day lies before the first.")),
        values: values.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        secret: None,
    };
    let html = shown(true, Some(posted));
    for said in [
        "cas@example.com",
        "value=\"2026-11-20\"",
        "The last day lies before the first.",
        "id=\"until-fault\"",
        "<details open",
    ] {
        assert!(html.contains(said), "{said} in {html}");
    }
}
