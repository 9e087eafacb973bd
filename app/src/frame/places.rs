//! The places of the navigation: what they are called, where they are, who is shown them.

use domain::{Role, permission::Action, queue::QueueCounts, review::Viewer};

/// The page in which a place of the navigation is current.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// All approvals.
    Approvals,
    /// Those that wait for the viewer.
    NeedsMe,
    /// What the viewer was told.
    Inbox,
    /// What was handed over to people.
    Escalations,
    /// Runs.
    Runs,
    /// What follows decisions by itself.
    Closures,
    /// The audit log.
    Audit,
    /// Workflow definitions.
    Workflows,
    /// People, groups, keys, endpoints.
    Admin,
    /// None of them.
    Elsewhere,
}

/// One line of the navigation.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Where it leads.
    pub place: Place,
    /// What it is called.
    pub label: &'static str,
    /// Its address.
    pub href: &'static str,
    /// Its icon.
    pub icon: &'static str,
}

/// A group of lines.
pub struct Section {
    /// What it is called.
    pub label: &'static str,
    /// Its lines.
    pub entries: &'static [Entry],
}

const fn entry(place: Place, label: &'static str, href: &'static str, icon: &'static str) -> Entry {
    Entry { place, label, href, icon }
}

/// Every place, as the sidebar groups them.
pub const SECTIONS: [Section; 3] = [
    Section {
        label: "Work",
        entries: &[
            entry(Place::Approvals, "Approvals", "/approvals", "inbox"),
            entry(Place::NeedsMe, "Needs my decision", "/approvals?view=mine", "user-round"),
            entry(Place::Inbox, "Inbox", "/inbox", "bell"),
            entry(Place::Escalations, "Escalations", "/escalations", "headset"),
            entry(Place::Runs, "Runs", "/runs", "waypoints"),
            entry(Place::Closures, "Closures", "/closures", "list-checks"),
        ],
    },
    Section { label: "Record", entries: &[entry(Place::Audit, "Audit", "/audit", "scroll-text")] },
    Section {
        label: "Configure",
        entries: &[
            entry(Place::Workflows, "Workflows", "/workflows", "git-branch"),
            entry(Place::Admin, "Admin", "/admin", "settings"),
        ],
    },
];

impl Place {
    /// Whether the navigation shows this place to the viewer.
    pub fn is_shown_to(self, viewer: &Viewer) -> bool {
        self != Self::Admin || viewer.roles.contains(&Role::Admin)
    }

    /// Whether what is counted there concerns the viewer: follow-ups do whoever may settle them.
    pub fn is_counted_for(self, viewer: &Viewer) -> bool {
        self != Self::Closures || viewer.roles.iter().any(|role| Action::ResolveFollowUp.roles().contains(role))
    }

    /// Whether what is counted there needs attention: it did not go well.
    pub const fn is_alarming(self) -> bool {
        matches!(self, Self::Closures)
    }

    /// How many wait there; `None` where nothing is counted.
    pub const fn count(self, counts: QueueCounts) -> Option<u32> {
        match self {
            Self::Approvals => Some(counts.pending),
            Self::NeedsMe => Some(counts.mine),
            Self::Escalations => Some(counts.escalations),
            // What is read or settled is not counted: where nothing waits, nothing stands there.
            Self::Inbox if counts.unread == 0 => None,
            Self::Inbox => Some(counts.unread),
            Self::Closures if counts.follow_ups == 0 => None,
            Self::Closures => Some(counts.follow_ups),
            Self::Runs | Self::Audit | Self::Workflows | Self::Admin | Self::Elsewhere => None,
        }
    }
}

/// The sections with the lines this viewer is shown; a section without lines is left out.
pub fn shown_to(viewer: &Viewer) -> Vec<(&'static str, Vec<Entry>)> {
    let lines = |section: &Section| {
        let shown: Vec<Entry> = section.entries.iter().copied().filter(|line| line.place.is_shown_to(viewer)).collect();
        (section.label, shown)
    };
    SECTIONS.iter().map(lines).filter(|(_, shown)| !shown.is_empty()).collect()
}
