//! The tabs of the admin pages.

use leptos::prelude::*;

/// A page of administration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminTab {
    /// Who may sign in.
    People,
    /// Who decides together.
    Groups,
    /// What programs present.
    Keys,
    /// Where sessions are woken.
    Endpoints,
    /// What was sent, and how it went.
    Deliveries,
    /// How people are told.
    Notifications,
    /// Who is away, and who decides in their place.
    OutOfOffice,
}

const TABS: [(AdminTab, &str, &str); 7] = [
    (AdminTab::People, "People", "/admin"),
    (AdminTab::Groups, "Groups", "/admin/groups"),
    (AdminTab::Keys, "API keys", "/admin/keys"),
    (AdminTab::Endpoints, "Endpoints", "/admin/endpoints"),
    (AdminTab::Deliveries, "Deliveries", "/admin/deliveries"),
    (AdminTab::Notifications, "Notifications", "/admin/notifications"),
    (AdminTab::OutOfOffice, "Out of office", "/admin/out-of-office"),
];

const CURRENT: &str = "inline-flex items-center h-10 border-b-2 border-accent font-medium whitespace-nowrap";
const OTHER: &str =
    "inline-flex items-center h-10 border-b-2 border-transparent text-muted hover:text-fg whitespace-nowrap";

/// Links to every page of administration.
#[component]
pub fn AdminTabs(current: AdminTab) -> impl IntoView {
    let tabs = TABS.map(|(tab, label, href)| {
        let is_current = tab == current;
        view! {
            <a href=href aria-current=is_current.then_some("page") class=if is_current { CURRENT } else { OTHER }>{label}</a>
        }
    });
    view! {
        <nav class="flex gap-5 h-10 px-4 lg:px-6 border-b border-rule overflow-x-auto" aria-label="Administration">
            {tabs.collect_view()}
        </nav>
    }
    .into_any()
}
