//! What is tried of the forms pages show: one row for each.

use super::{
    closing,
    rows::{Row, form},
    thing::Thing::*,
    versions,
};

/// Forms of the console.
pub fn forms() -> Vec<Row> {
    let forms = own_forms().into_iter().chain(forms_of_work()).chain(forms_of_administration());
    forms
        .chain(closing::forms())
        .chain(versions::forms())
        .chain(forms_of_absence())
        .chain(forms_of_channels())
        .collect()
}

fn own_forms() -> Vec<Row> {
    vec![
        form("/sign-in", Person, &[("email", "{email}"), ("password", "a passphrase for tests"), ("to", "/runs")]),
        form("/sign-out", Nothing, &[]),
        form("/theme", Nothing, &[("theme", "dark"), ("to", "/runs")]),
        form("/profile", Nothing, &[("form", "keys"), ("keys", "")]),
        form(
            "/profile",
            Nothing,
            &[
                ("form", "password"),
                ("current_password", "a passphrase for tests"),
                ("password", "orchard lantern seven"),
                ("password_again", "orchard lantern seven"),
            ],
        ),
        form("/profile", Nothing, &[("form", "sessions")]),
        form("/profile", Nothing, &[("form", "notifications"), ("mail_approval_opened", "on")]),
        form("/inbox", Nothing, &[("form", "open"), ("id", "ntf_01j0000000e00800000000000r")]),
        form("/inbox", Nothing, &[("form", "read"), ("id", "ntf_01j0000000e00800000000000r")]),
        form(
            "/profile",
            Nothing,
            &[("form", "delegate"), ("to", "rosa@example.com"), ("start", "2026-11-21"), ("until", "2026-11-22")],
        ),
        form("/profile", Delegation, &[("form", "end_delegation"), ("delegation", "{delegation}")]),
        form(
            "/set-up",
            Nothing,
            &[
                ("form", "administrator"),
                ("token", "guessed"),
                ("name", "Eve"),
                ("email", "eve@example.com"),
                ("password", "a passphrase for tests"),
                ("password_again", "a passphrase for tests"),
            ],
        ),
        form("/set-up", Nothing, &[("form", "sample"), ("sample", "support-resolution")]),
        form("/set-up", Nothing, &[("form", "skip")]),
        form("/set-up", Nothing, &[("form", "finish")]),
    ]
}

fn forms_of_work() -> Vec<Row> {
    vec![
        form(
            "/approvals/{id}/decide",
            Waiting,
            &[("verdict", "approve"), ("revision", "{revision}"), ("package_digest", "{digest}")],
        ),
        form(
            "/approvals/bulk",
            Waiting,
            &[("form", "bulk"), ("verdict", "approve"), ("items", "{id}:{revision}:{digest}")],
        ),
        form("/approvals", Nothing, &[("form", "save_view"), ("name", "View {n}")]),
        form("/approvals", Nothing, &[("form", "remove_view"), ("id", "view_01j0000000e00800000000000r")]),
        form("/approvals/{id}", Asked, &[("form", "information"), ("revision", "{revision}"), ("answer", "It is.")]),
        form("/approvals/{id}", Waiting, &[("form", "claim")]),
        form("/approvals/{id}", Waiting, &[("form", "release")]),
        form("/approvals/{id}", Waiting, &[("form", "take_over"), ("reason", "Ana is out.")]),
        form(
            "/approvals/{id}",
            Waiting,
            &[("form", "escalate"), ("to", "compliance"), ("reason", "They know the case.")],
        ),
        form(
            "/approvals/{id}",
            Waiting,
            &[("form", "delegate"), ("to", "rosa@example.com"), ("reason", "She knows the case.")],
        ),
        form("/approvals/{id}", Waiting, &[("form", "give_back")]),
        form("/approvals/{id}", Unwoken, &[("form", "revoke"), ("reason", "The wrong account.")]),
        form("/approvals/{id}", Unwoken, &[("form", "retry")]),
        form("/approvals/{id}", Unwoken, &[("form", "abandon"), ("reason", "The agent is gone.")]),
        form(
            "/runs/{id}",
            Stuck,
            &[("form", "settle"), ("compensation", "{compensation}"), ("detail", "Shut by hand.")],
        ),
        form("/escalations/{id}", Escalation, &[("form", "acknowledge")]),
        form(
            "/escalations/{id}",
            Escalation,
            &[("form", "assign"), ("to", "dev@example.com"), ("reason", "Knows the case.")],
        ),
        form("/escalations/{id}", Escalation, &[("form", "resolve"), ("resolution", "Paid back.")]),
        form("/workflows/new", Nothing, &[("form", "definition"), ("source", "{definition}"), ("act", "publish")]),
        form(
            "/workflows/{name}/edit",
            Workflow,
            &[("form", "definition"), ("source", "{edited}"), ("seal", "{seal}"), ("act", "publish")],
        ),
    ]
}

fn forms_of_administration() -> Vec<Row> {
    vec![
        form(
            "/admin/endpoints",
            Nothing,
            &[("form", "add"), ("name", "hook-{n}"), ("url", "https://hooks.example.com/{n}")],
        ),
        form("/admin/endpoints", Endpoint, &[("form", "rotate"), ("endpoint", "{id}")]),
        form("/admin/endpoints", Endpoint, &[("form", "disable"), ("endpoint", "{id}")]),
        form("/admin/endpoints", DisabledEndpoint, &[("form", "enable"), ("endpoint", "{id}")]),
        form("/admin/endpoints", Endpoint, &[("form", "test"), ("endpoint", "{id}")]),
        form(
            "/admin/people/new",
            Nothing,
            &[
                ("form", "add"),
                ("name", "Eve"),
                ("email", "eve-{n}@example.com"),
                ("password", "a passphrase for tests"),
                ("password_again", "a passphrase for tests"),
                ("role_admin", "on"),
            ],
        ),
        form("/admin/people/{id}", Person, &[("form", "edit"), ("name", "Eve"), ("role_admin", "on")]),
        form("/admin/people/{id}", Person, &[("form", "join"), ("group", "risk")]),
        form("/admin/people/{id}", Person, &[("form", "leave"), ("group", "compliance")]),
        form(
            "/admin/people/{id}",
            Person,
            &[("form", "password"), ("password", "orchard lantern seven"), ("password_again", "orchard lantern seven")],
        ),
        form("/admin/people/{id}", Person, &[("form", "disable")]),
        form("/admin/people/{id}", DisabledPerson, &[("form", "enable")]),
        form("/admin/groups", Nothing, &[("form", "create"), ("name", "group-{n}")]),
        form("/admin/groups/{name}", Group, &[("form", "add"), ("person", "dev@example.com")]),
        form("/admin/groups/{name}", Group, &[("form", "remove"), ("person", "rosa@example.com")]),
        form("/admin/keys", Key, &[("form", "revoke"), ("key", "{id}")]),
        form("/admin/connect", Nothing, &[("form", "connect"), ("name", "builder"), ("client", "http")]),
        form(
            "/admin/keys/new",
            Nothing,
            &[("form", "create"), ("name", "key-{n}"), ("scope_hook", "on"), ("expires", "30")],
        ),
    ]
}

fn forms_of_absence() -> Vec<Row> {
    vec![
        form(
            "/admin/people/{id}",
            Person,
            &[("form", "delegate"), ("to", "rosa@example.com"), ("start", "2026-11-21"), ("until", "2026-11-22")],
        ),
        form("/admin/people/{id}", Delegation, &[("form", "end_delegation"), ("delegation", "{delegation}")]),
        form(
            "/admin/out-of-office",
            Person,
            &[
                ("form", "delegate"),
                ("from", "{email}"),
                ("to", "rosa@example.com"),
                ("start", "2026-11-21"),
                ("until", "2026-11-22"),
            ],
        ),
        form("/admin/out-of-office", Delegation, &[("form", "end_delegation"), ("delegation", "{delegation}")]),
    ]
}

fn forms_of_channels() -> Vec<Row> {
    vec![
        form(
            "/admin/notifications",
            Nothing,
            &[("form", "mail"), ("host", "localhost"), ("port", "9"), ("security", "none"), ("from", "c@example.com")],
        ),
        form("/admin/notifications", Nothing, &[("form", "slack"), ("slack_secret", "https://hooks.example.com/{n}")]),
        form("/admin/notifications", Nothing, &[("form", "webhook"), ("endpoint", "nobody-there")]),
        form("/admin/notifications", Nothing, &[("form", "test"), ("channel", "mail")]),
        form("/admin/notifications", Nothing, &[("form", "remove"), ("channel", "slack")]),
        form("/admin/notifications", Nothing, &[("form", "again"), ("id", "dsp_01j0000000e00800000000000r")]),
    ]
}
