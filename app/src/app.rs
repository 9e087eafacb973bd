//! Every URL of the console on one screen.

use crate::{
    brought::provide_brought,
    frame::{provide_routing, provide_viewer, viewer_now},
    keys::{Sheet, provide_keys},
    kit::{passing::provide_passing, script::provide_scripted},
    pages::{
        approval::ApprovalPage,
        approvals::ApprovalsPage,
        audit::AuditPage,
        bulk::BulkPage,
        channels::ChannelsPage,
        closures::ClosuresPage,
        connect::ConnectPage,
        deliveries::DeliveriesPage,
        endpoints::EndpointsPage,
        escalations::EscalationsPage,
        groups::{GroupPage, GroupsPage},
        inbox::InboxPage,
        keys::{KeysPage, NewKeyPage},
        not_found::NotFoundPage,
        out_of_office::OutOfOfficePage,
        people::{NewPersonPage, PeoplePage},
        person::PersonPage,
        profile::ProfilePage,
        run::RunPage,
        runs::RunsPage,
        set_up::SetUpScreen,
        sign_in::SignInPage,
        workflow::WorkflowScreen,
        workflow_draft::WorkflowDraftPage,
        workflows::WorkflowsPage,
    },
    palette::Palette,
};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Redirect, Route, Router},
    path,
};

/// The console.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_scripted();
    provide_passing();
    let (routing, set_routing) = signal(false);
    provide_routing(routing.into());
    view! {
        <Title formatter=in_page />
        <Router set_is_routing=set_routing>
            <Console />
        </Router>
    }
}

/// The window's title as it is put into a page. The library writes it there as it is, and subjects and summaries are
/// parts of titles: one with `</title>` would go on as markup. In the browser a title is text from the beginning.
fn in_page(title: String) -> String {
    if cfg!(feature = "ssr") {
        return title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    }
    title
}

/// What every page shares, and the pages. They wait for their content, so that they work without script; a new page
/// replaces the old one when it is complete.
#[component]
fn Console() -> impl IntoView {
    let viewer = viewer_now(provide_viewer());
    provide_keys(viewer);
    provide_brought();
    view! {
        <a class="skip bg-ink text-ink-fg px-3 py-1.5 rounded-md" href="#main">"Skip to content"</a>
        <FlatRoutes fallback=|| ()>
            <Route path=path!("/") view=|| view! { <Redirect path="/approvals" /> } ssr=SsrMode::Async />
            <Route path=path!("/set-up") view=SetUpScreen ssr=SsrMode::Async />
            <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async />
            <Route path=path!("/approvals") view=ApprovalsPage ssr=SsrMode::Async />
            <Route path=path!("/approvals/bulk") view=BulkPage ssr=SsrMode::Async />
            <Route path=path!("/approvals/:id") view=ApprovalPage ssr=SsrMode::Async />
            // The answer to a decision that was not applied keeps the address it was posted to.
            <Route path=path!("/approvals/:id/decide") view=ApprovalPage ssr=SsrMode::Async />
            <Route path=path!("/runs") view=RunsPage ssr=SsrMode::Async />
            <Route path=path!("/runs/:id") view=RunPage ssr=SsrMode::Async />
            <Route path=path!("/inbox") view=InboxPage ssr=SsrMode::Async />
            <Route path=path!("/profile") view=ProfilePage ssr=SsrMode::Async />
            // One route, so that the list stays while the case changes.
            <Route path=path!("/escalations/:id?") view=EscalationsPage ssr=SsrMode::Async />
            // One route, so that the list stays while the receipt changes.
            <Route path=path!("/closures/:id?") view=ClosuresPage ssr=SsrMode::Async />
            // One route, so that the list stays while the drawer changes.
            <Route path=path!("/audit/:leaf?") view=AuditPage ssr=SsrMode::Async />
            <Route path=path!("/workflows") view=WorkflowsPage ssr=SsrMode::Async />
            <Route path=path!("/workflows/new") view=WorkflowDraftPage ssr=SsrMode::Async />
            <Route path=path!("/workflows/:name") view=WorkflowScreen ssr=SsrMode::Async />
            <Route path=path!("/workflows/:name/edit") view=WorkflowDraftPage ssr=SsrMode::Async />
            <Route path=path!("/admin") view=PeoplePage ssr=SsrMode::Async />
            <Route path=path!("/admin/groups") view=GroupsPage ssr=SsrMode::Async />
            <Route path=path!("/admin/groups/:name") view=GroupPage ssr=SsrMode::Async />
            <Route path=path!("/admin/keys") view=KeysPage ssr=SsrMode::Async />
            <Route path=path!("/admin/keys/new") view=NewKeyPage ssr=SsrMode::Async />
            <Route path=path!("/admin/connect") view=ConnectPage ssr=SsrMode::Async />
            <Route path=path!("/admin/people/new") view=NewPersonPage ssr=SsrMode::Async />
            <Route path=path!("/admin/people/:id") view=PersonPage ssr=SsrMode::Async />
            <Route path=path!("/admin/out-of-office") view=OutOfOfficePage ssr=SsrMode::Async />
            <Route path=path!("/admin/endpoints") view=EndpointsPage ssr=SsrMode::Async />
            <Route path=path!("/admin/deliveries") view=DeliveriesPage ssr=SsrMode::Async />
            <Route path=path!("/admin/notifications") view=ChannelsPage ssr=SsrMode::Async />
            // A route like the others, so that leaving it is a change of page and not the end of the router.
            <Route path=path!("/*any") view=NotFoundPage ssr=SsrMode::Async />
        </FlatRoutes>
        <Palette />
        <Sheet />
    }
}
