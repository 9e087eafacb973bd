//! The parts of the workflow pages.

mod changes;
mod definition;
pub mod draft;
mod gates;
pub mod list;
mod policies;
mod proposal;
mod stages;
mod text;
mod tools;
mod versions;

use crate::{
    brought::Posted,
    kit::{
        badge::{Badge, Tone},
        button,
        icon::Icon,
        mark::Mark,
        notice::Notice,
    },
    recorded::text::Text,
};
use domain::workflow::{
    shown::{COUNTED, Unstaffed, WorkflowPage},
    standing::VersionStatus,
};
use leptos::prelude::*;

use self::{
    changes::ChangesTab, definition::DefinitionTab, policies::PoliciesTab, tools::ToolsTab, versions::VersionsTab,
};

/// What of a workflow is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// The text and its gates.
    Definition,
    /// What is different from an earlier version.
    Changes,
    /// Who decides.
    Policies,
    /// The manifest.
    Tools,
    /// Everything published under this name.
    Versions,
}

impl Tab {
    const ALL: [Self; 5] = [Self::Definition, Self::Changes, Self::Policies, Self::Tools, Self::Versions];

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Definition => ("definition", "Definition"),
            Self::Changes => ("changes", "Changes"),
            Self::Policies => ("policies", "Policies"),
            Self::Tools => ("tools", "Tools"),
            Self::Versions => ("versions", "Versions"),
        }
    }

    /// The tab a word in the URL means.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.words().0 == word)
    }
}

/// The page.
#[component]
pub fn WorkflowView<'a>(
    /// The version.
    page: &'a WorkflowPage,
    /// What of it.
    tab: Tab,
    /// Whether the address names the version.
    pinned: bool,
    /// The ruling that was posted and not applied.
    posted: Option<&'a Posted>,
) -> impl IntoView + use<> {
    let shown = match tab {
        Tab::Definition => view! { <DefinitionTab page=page /> }.into_any(),
        Tab::Changes => view! { <ChangesTab page=page /> }.into_any(),
        Tab::Policies => view! { <PoliciesTab page=page /> }.into_any(),
        Tab::Tools => view! { <ToolsTab page=page /> }.into_any(),
        Tab::Versions => view! { <VersionsTab page=page /> }.into_any(),
    };
    let standing = view! { <proposal::Standing page=page posted=posted /> };
    let missing = view! { <Missing groups=&page.unstaffed may_add=page.may_publish /> };
    view! {
        <Head page=page />
        <Tabs page=page current=tab pinned=pinned />
        {standing}
        {missing}
        {shown}
    }
    .into_any()
}

#[component]
fn Head<'a>(page: &'a WorkflowPage) -> impl IntoView + use<> {
    let title = page.title.clone();
    let (tone, icon, text) = told(page);
    let live = view! { <Badge tone=tone icon=icon text=text /> };
    let edit = page.may_publish.then(|| {
        view! {
            <a href=format!("/workflows/{}/edit", page.shown.version.name) rel="external" class=format!("ms-auto {}", button::SMALL)>
                <Icon name="pencil" class="w-3.5 h-3.5 shrink-0" />
                "Edit"
            </a>
        }
    });
    view! {
        <header class="flex items-center gap-3 h-12 px-4 lg:px-6 border-b border-rule bg-surface">
            <span class="lg:hidden"><Mark /></span>
            <a href="/workflows" class="text-muted hover:text-fg max-sm:hidden">"Workflows"</a>
            <span class="text-rule-strong max-sm:hidden" aria-hidden="true">"/"</span>
            <h1 class="text-sm font-semibold tracking-[-0.01em] truncate min-w-0"><Text text=&title /></h1>
            {live}
            {edit}
        </header>
    }
    .into_any()
}

/// Whether the version shown is live, and which one is.
fn told(page: &WorkflowPage) -> (Tone, &'static str, String) {
    let version = page.shown.version.version;
    let live = page.live.map_or_else(|| "none is live".to_owned(), |live| format!("live is v{live}"));
    match (page.live == Some(version), page.shown.status) {
        (true, _) => (Tone::Pass, "check", format!("v{version} live")),
        (false, VersionStatus::Proposed) => (Tone::Accent, "users", format!("v{version} proposed, {live}")),
        (false, VersionStatus::Declined) => (Tone::Fail, "circle-x", format!("v{version} declined, {live}")),
        (false, VersionStatus::InForce) => (Tone::Warn, "clock", format!("v{version}, {live}")),
    }
}

#[component]
fn Tabs<'a>(page: &'a WorkflowPage, current: Tab, pinned: bool) -> impl IntoView + use<> {
    let count = |tab| match tab {
        Tab::Definition => None,
        Tab::Changes => page.changes.as_ref().map(|changes| between(changes.from, changes.to)),
        Tab::Policies => page.definition.as_ref().map(|workflow| workflow.policies.len().to_string()),
        Tab::Tools => page.definition.as_ref().map(|workflow| workflow.tools.len().to_string()),
        Tab::Versions => Some(page.newest().to_string()),
    };
    let version = pinned.then_some(page.shown.version.version);
    let tabs = Tab::ALL.map(|tab| {
        let class = if tab == current {
            "inline-flex items-center gap-1.5 h-10 border-b-2 whitespace-nowrap border-accent font-medium"
        } else {
            "inline-flex items-center gap-1.5 h-10 border-b-2 whitespace-nowrap border-transparent text-muted hover:text-fg"
        };
        let count = count(tab).map(|count| view! { <span class="text-xs text-faint tabular-nums font-normal">{count}</span> });
        view! {
            <a href=address(&page.shown.version.name, tab, version) aria-current=(tab == current).then_some("page") class=class>
                {tab.words().1}
                {count}
            </a>
        }
    });
    view! {
        <nav class="flex items-center gap-5 h-10 px-4 lg:px-6 border-b border-rule overflow-x-auto" aria-label="Workflow">
            {tabs.collect_view()}
        </nav>
    }
    .into_any()
}

/// Which groups lack people, and what that means.
#[component]
pub fn Missing<'a>(
    /// The groups.
    groups: &'a [Unstaffed],
    /// Whether the viewer adds people to groups.
    may_add: bool,
) -> impl IntoView + use<> {
    if groups.is_empty() {
        return ().into_any();
    }
    let title = if groups.iter().any(|group| group.needs > 0) {
        "Approvals could not be given: reviewers are missing"
    } else if groups.iter().any(|group| !group.only_looks) {
        "Approvals would be raised to nobody: reviewers are missing"
    } else {
        "Nobody would look at samples of closures: reviewers are missing"
    };
    let lines = groups.iter().map(|group| view! { <li>{lacking(group)}</li> }).collect_view();
    let help = if may_add {
        view! { <p><a class="lnk" href="/admin/groups">"Add people to groups"</a></p> }.into_any()
    } else {
        view! { <p>"An administrator adds people to groups."</p> }.into_any()
    };
    view! {
        <div class="px-4 lg:px-6 pt-4">
            <Notice tone=Tone::Warn icon="users" title=title>
                <ul>{lines}</ul>
                {help}
            </Notice>
        </div>
    }
    .into_any()
}

fn lacking(group: &Unstaffed) -> String {
    let Unstaffed { group, members, has, needs, only_looks } = group;
    let reviewers = plural(*needs as usize, "reviewer");
    if *only_looks {
        return format!("Samples of closures wait for {group}, where no reviewer is.");
    }
    if *needs == 0 {
        return format!("Approvals are raised to {group}, where nobody could decide.");
    }
    match (members, has) {
        (0, _) => format!("Nobody is in the group {group} yet; it needs {reviewers}."),
        (1, 0) => format!("The one person in {group} does not have the role reviewer; it needs {reviewers}."),
        (members, 0) => format!("None of the {members} people in {group} has the role reviewer; it needs {reviewers}."),
        (_, has) => format!("{group} has {} and needs {needs}.", plural(*has as usize, "reviewer")),
    }
}

/// The address of a tab; a version that is not named is the live one.
pub fn address(name: &str, tab: Tab, version: Option<u32>) -> String {
    let tab = (tab != Tab::Definition).then(|| format!("tab={}", tab.words().0));
    let version = version.map(|version| format!("version={version}"));
    let query: Vec<String> = tab.into_iter().chain(version).collect();
    if query.is_empty() { format!("/workflows/{name}") } else { format!("/workflows/{name}?{}", query.join("&")) }
}

/// `v12 to v13`; a text that is not published yet is the draft.
pub fn between(from: u32, to: Option<u32>) -> String {
    let from = if from == 0 { "nothing".to_owned() } else { format!("v{from}") };
    to.map_or_else(|| format!("{from} to this text"), |to| format!("{from} to v{to}"))
}

/// `1 gate`, `2 gates`.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A count that stops at [`COUNTED`].
pub fn counted(count: u32) -> String {
    if count >= COUNTED { format!("{COUNTED} or more") } else { count.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_what_is_not_usual() {
        assert_eq!(address("a", Tab::Definition, None), "/workflows/a");
        assert_eq!(address("a", Tab::Changes, Some(3)), "/workflows/a?tab=changes&version=3");
        assert_eq!(address("a", Tab::Definition, Some(3)), "/workflows/a?version=3");
    }

    #[test]
    fn what_is_lacking_is_said() {
        let told = |members, has, needs| {
            lacking(&Unstaffed { group: "risk".to_owned(), members, has, needs, only_looks: false })
        };
        assert_eq!(told(0, 0, 1), "Nobody is in the group risk yet; it needs 1 reviewer.");
        assert_eq!(told(1, 0, 2), "The one person in risk does not have the role reviewer; it needs 2 reviewers.");
        assert_eq!(told(3, 0, 1), "None of the 3 people in risk has the role reviewer; it needs 1 reviewer.");
        assert_eq!(told(3, 1, 2), "risk has 1 reviewer and needs 2.");
        assert_eq!(told(1, 0, 0), "Approvals are raised to risk, where nobody could decide.");
    }
}
