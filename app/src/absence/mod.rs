//! Out of office: who decides in whose place and when, and the form that says so. Plain forms, so that it works
//! without script.

mod form;
mod list;

use crate::{
    admin::{AdminTab, AdminTabs, Done, Refused},
    brought::Posted,
    frame::Bar,
    kit::section::Section,
};
use domain::{Role, delegations::DelegationsPage, review::Viewer};
use form::Form;
use leptos::prelude::*;
use list::List;

/// The form that sets a delegation, as its hidden field names it.
const SET: &str = "delegate";
/// The form that ends one.
const END: &str = "end_delegation";

/// What can be done, with its words.
pub const DONE: &[(&str, &str)] =
    &[(SET, "Set. Both names appear on every decision."), (END, "Ended. The delegate decides no more in their place.")];

/// Whose delegations are shown, and who is away in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// The viewer's own.
    Own,
    /// Another person's, on their page.
    Anothers,
    /// Everybody's: the form asks who is away.
    Everybodys,
}

/// What one person has to do with delegations, as a section of their page.
#[component]
pub fn Absences(
    /// The delegations from and to them.
    page: DelegationsPage,
    /// Whose they are.
    whose: Whose,
    /// Where the forms are posted.
    action: String,
    /// Whether this person decides at all, so that they have something to delegate.
    decides: bool,
    /// A form of this section that was posted and refused.
    posted: Option<Posted>,
) -> impl IntoView {
    let posted = posted.filter(|posted| posted.form == SET || posted.form == END);
    let form =
        decides.then(|| view! { <Form page=page.clone() whose=whose action=action.clone() posted=posted.clone() /> });
    view! {
        <Section id="out-of-office" title="Out of office">
            <div class="space-y-3">
                <Refused posted=posted.as_ref() />
                <List rows=page.rows action=&action />
                {form}
            </div>
        </Section>
    }
    .into_any()
}

/// The forms of this section that were posted to a page, for pages with others.
pub fn is_ours(posted: &Posted) -> bool {
    posted.form == SET || posted.form == END
}

/// Everybody's delegations, with the form for somebody else.
#[component]
pub fn OutOfOfficeView<'a>(page: DelegationsPage, viewer: &'a Viewer, posted: Option<Posted>) -> impl IntoView + use<> {
    let administers = viewer.roles.contains(&Role::Admin);
    let title = if administers { "Admin" } else { "Out of office" };
    let action = "/admin/out-of-office".to_owned();
    view! {
        <Bar title=title />
        {administers.then(|| view! { <AdminTabs current=AdminTab::OutOfOffice /> })}
        <div class="px-4 lg:px-6 py-6 max-w-[640px]">
            <h2 class="text-xl leading-7 font-semibold tracking-[-0.015em]">"Out of office"</h2>
            <p class="text-xs text-muted mt-1 mb-3">
                "While somebody is away, a delegate decides in their place. Both must be allowed to decide, and what was delegated is not passed on."
            </p>
            <div class="space-y-3">
                <Done words=DONE />
                <Refused posted=posted.as_ref() />
                <List rows=page.rows.clone() action=&action />
            </div>
            <Section id="set" title="Set for someone">
                <Form page=page whose=Whose::Everybodys action=action posted=posted />
            </Section>
        </div>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests;
