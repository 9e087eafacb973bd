//! What the palette lists: what the page can do now, places, the account, and what was found.

use crate::{
    frame::{Entry, shown_to},
    keys::{Act, Binding, Mark, TABLE, marked},
    queue::address,
};
use domain::{
    found::{Found, FoundApproval, FoundRun},
    queue::SavedView,
    review::Viewer,
};

/// What a line does.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Goes to an address.
    Go(String),
    /// Does what a key does.
    Key(Act),
    /// Presses the button of a form that every page has.
    Press(&'static str),
}

/// A line of the palette.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What it is called.
    pub label: String,
    /// More about it.
    pub note: String,
    /// Its icon.
    pub icon: &'static str,
    /// The key that does the same.
    pub binding: Option<&'static Binding>,
    /// What it does.
    pub deed: Deed,
}

const ACCOUNT: [(&str, &str, &str); 4] = [
    ("Switch to light", "sun", "form[action='/theme'] button[value=light]"),
    ("Switch to dark", "moon", "form[action='/theme'] button[value=dark]"),
    ("Theme as the system", "settings", "form[action='/theme'] button[value=system]"),
    ("Sign out", "lock", "form[action='/sign-out'] button"),
];

/// Everything there is to do here, for this viewer.
pub fn lines(viewer: &Viewer, is_approval: bool) -> Vec<Line> {
    let doable = TABLE.iter().filter(|binding| binding.is_at(is_approval) && is_offered(binding.act));
    let mut lines: Vec<Line> = doable.filter_map(command).collect();
    lines.extend(shown_to(viewer).into_iter().flat_map(|(_, entries)| entries).map(place));
    lines.extend(viewer.views.iter().map(kept));
    lines.push(Line { deed: Deed::Go("/profile".to_owned()), ..bare("Profile", "user-round") });
    lines.extend(ACCOUNT.map(|(label, icon, button)| Line { deed: Deed::Press(button), ..bare(label, icon) }));
    lines
}

/// The lines that hold every typed word, those that begin with it first.
pub fn matching(lines: Vec<Line>, typed: &str) -> Vec<Line> {
    let typed = typed.trim().to_lowercase();
    let holds = |line: &Line| {
        let label = line.label.to_lowercase();
        typed.split_whitespace().all(|word| label.contains(word))
    };
    let (mut first, rest): (Vec<Line>, Vec<Line>) =
        lines.into_iter().filter(holds).partition(|line| line.label.to_lowercase().starts_with(&typed));
    first.extend(rest);
    first
}

/// What was found, as lines.
pub fn found(found: Found) -> Vec<Line> {
    let approval = |FoundApproval { id, title, subject, status }: FoundApproval| Line {
        note: format!("apr_…{}, {subject}, {status}", id.tail()),
        deed: Deed::Go(format!("/approvals/{id}")),
        ..bare(&title, "inbox")
    };
    let run = |FoundRun { id, workflow_title, subject }: FoundRun| Line {
        note: format!("run_…{}", id.tail()),
        deed: Deed::Go(format!("/runs/{id}")),
        ..bare(&format!("{workflow_title}, {subject}"), "waypoints")
    };
    found.approvals.into_iter().map(approval).chain(found.runs.into_iter().map(run)).collect()
}

fn bare(label: &str, icon: &'static str) -> Line {
    Line { label: label.to_owned(), note: String::new(), icon, binding: None, deed: Deed::Go(String::new()) }
}

fn command(binding: &'static Binding) -> Option<Line> {
    let line = bare(binding.what, binding.icon?);
    Some(Line { binding: Some(binding), deed: Deed::Key(binding.act), ..line })
}

fn place(entry: Entry) -> Line {
    let binding = TABLE.iter().find(|binding| binding.act == Act::Go(entry.href));
    Line { binding, deed: Deed::Go(entry.href.to_owned()), ..bare(entry.label, entry.icon) }
}

fn kept(view: &SavedView) -> Line {
    let (note, deed) = ("view of approvals".to_owned(), Deed::Go(address(&view.query).to_string()));
    Line { note, deed, ..bare(&view.name, "bookmark") }
}

/// Whether the page has what this needs.
fn is_offered(act: Act) -> bool {
    match act {
        Act::Press(mark) | Act::Enter(mark) | Act::Choose(mark) => is_marked(mark),
        Act::NextForMe | Act::Sheet => true,
        Act::Go(_)
        | Act::Palette
        | Act::Back
        | Act::Section
        | Act::RowDown
        | Act::RowUp
        | Act::ExtendDown
        | Act::ExtendUp
        | Act::Native
        | Act::Submit => false,
    }
}

/// Only the browser can tell.
fn is_marked(mark: Mark) -> bool {
    cfg!(feature = "hydrate") && marked(mark).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Role, profile::Preferences, queue::QueueCounts};

    fn viewer(roles: &[Role]) -> Viewer {
        Viewer {
            id: "usr_01j1x6q34xfvqr28t5cy4tp001".parse().expect("an id"),
            name: "Mira Okafor".to_owned(),
            email: "mira@example.com".to_owned(),
            roles: roles.to_vec(),
            groups: Vec::new(),
            counts: QueueCounts::default(),
            preferences: Preferences::default(),
            views: Vec::new(),
            log_end: 0,
        }
    }

    fn labels(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.label.as_str()).collect()
    }

    #[test]
    fn everybody_is_offered_what_they_may_do() {
        let mine = lines(&viewer(&[Role::Reviewer]), false);
        assert!(!labels(&mine).contains(&"Admin") && labels(&mine).contains(&"Next approval that needs me"));
        assert!(labels(&lines(&viewer(&[Role::Admin]), false)).contains(&"Admin"));
        let runs = mine.iter().find(|line| line.label == "Runs").expect("runs");
        assert_eq!(runs.binding.map(|binding| binding.caps(false).join(" ")), Some("G R".to_owned()));
        // Nothing is marked on a page that is not there.
        assert!(!labels(&lines(&viewer(&[Role::Reviewer]), true)).contains(&"Choose to approve"));
    }

    #[test]
    fn what_somebody_keeps_leads_to_its_list() {
        use domain::queue::{Filters, QueueQuery, View};
        let filters = Filters { search: Some("a&b".to_owned()), ..Filters::default() };
        let query = QueueQuery { filters, ..QueueQuery::of(View::HighRisk) };
        let id = "view_01j1x6q34xfvqr28t5cy4tp001".parse().expect("an id");
        let views = vec![SavedView { id, name: "Big ones".to_owned(), query }];
        let lines = matching(lines(&Viewer { views, ..viewer(&[Role::Reviewer]) }, false), "big");
        assert_eq!(lines[0].deed, Deed::Go("/approvals?view=high&q=a%26b".to_owned()));
    }

    #[test]
    fn words_narrow_the_list_and_beginnings_come_first() {
        let all = || lines(&viewer(&[Role::Reviewer]), false);
        assert_eq!(matching(all(), "").len(), all().len());
        assert_eq!(labels(&matching(all(), " DARK switch ")), ["Switch to dark"]);
        assert_eq!(labels(&matching(all(), "appro"))[..2], ["Approvals", "Next approval that needs me"]);
        assert!(matching(all(), "nothing like it").is_empty());
    }

    #[test]
    fn what_was_found_leads_there() {
        let approval = FoundApproval {
            id: "apr_01j1x6q34xfvqr28t5cy4tp001".parse().expect("an id"),
            title: "Set up account".to_owned(),
            subject: "cust_456".to_owned(),
            status: domain::approval::Status::Pending,
        };
        let lines = found(Found { approvals: vec![approval], runs: Vec::new() });
        assert_eq!(lines[0].note, "apr_…4tp001, cust_456, pending");
        assert_eq!(lines[0].deed, Deed::Go("/approvals/apr_01j1x6q34xfvqr28t5cy4tp001".to_owned()));
    }
}
