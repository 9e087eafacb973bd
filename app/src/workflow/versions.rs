//! Versions: who published what when, and what runs on each.

use super::{Tab, address, counted};
use crate::{
    kit::{
        avatar,
        badge::{Badge, Tone},
        moment::{Grain, Moment},
        section::Section,
    },
    recorded::text::Text,
};
use domain::workflow::{
    shown::{VersionRow, WorkflowPage},
    standing::VersionStatus,
};
use leptos::prelude::*;

const HEAD: &str = "h-8 px-3 text-[11px] leading-4 text-faint font-medium whitespace-nowrap";

/// A version in the list beside the text.
#[component]
pub fn VersionLine<'a>(row: &'a VersionRow, page: &'a WorkflowPage) -> impl IntoView + use<> {
    let version = row.version.version;
    let (is_live, is_shown) = (page.live == Some(version), version == page.shown.version.version);
    let class = if is_shown {
        "relative flex items-center gap-2 h-9 px-3 border-t border-rule first:border-t-0 bg-selected"
    } else {
        "relative flex items-center gap-2 h-9 px-3 border-t border-rule first:border-t-0 hover:bg-hover"
    };
    let by = row.published_by.clone();
    view! {
        <li class=class>
            <a href=address(&row.version.name, Tab::Definition, Some(version)) aria-current=is_shown.then_some("true") class="after:absolute after:inset-0"><code class="font-medium">{format!("v{version}")}</code></a>
            <span class="text-muted text-xs truncate min-w-0"><Text text=&by /></span>
            <span class="ms-auto inline-flex items-center gap-1.5 text-xs text-faint whitespace-nowrap">
                {standing(row, is_live)}
                <Moment at=row.published_at now=page.now grain=Grain::Minute />
            </span>
        </li>
    }
    .into_any()
}

/// Whether it is live, or waits, or was declined; nothing for what was live once.
fn standing(row: &VersionRow, is_live: bool) -> Option<AnyView> {
    let (tone, icon, text) = match (is_live, row.status) {
        (true, _) => (Tone::Pass, "check", "Live"),
        (false, VersionStatus::Proposed) => (Tone::Accent, "users", "Proposed"),
        (false, VersionStatus::Declined) => (Tone::Fail, "circle-x", "Declined"),
        (false, VersionStatus::InForce) => return None,
    };
    Some(view! { <Badge tone=tone icon=icon text=text /> }.into_any())
}

/// The tab.
#[component]
pub fn VersionsTab<'a>(page: &'a WorkflowPage) -> impl IntoView + use<> {
    let rows: Vec<AnyView> = page.versions.iter().map(|row| line(row, page)).collect();
    let first = address(&page.shown.version.name, Tab::Definition, Some(1));
    let older = page.has_older.then(|| {
        view! { <p class="text-xs text-muted mt-2">"Older versions are not listed; their number goes into the address, as in "<a class="lnk" href=first.clone()>{first.clone()}</a>"."</p> }
    });
    view! {
        <div class="px-4 lg:px-6 pb-16">
            <Section id="versions" title="Versions">
                <div tabindex="0" role="group" aria-label="Versions, scrolls sideways" class="relative rounded-lg border border-rule overflow-x-auto">
                    <table class="w-full">
                        <thead class="bg-canvas">
                            <tr>
                                <th scope="col" class=HEAD>"Version"</th>
                                <th scope="col" class=HEAD>"Published"</th>
                                <th scope="col" class=HEAD>"By"</th>
                                <th scope="col" class=HEAD>"Digest"</th>
                                <th scope="col" class=HEAD>"Runs in progress"</th>
                                <th scope="col" class=HEAD>"Changes"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                {older}
            </Section>
        </div>
    }
    .into_any()
}

fn line(row: &VersionRow, page: &WorkflowPage) -> AnyView {
    let version = row.version.version;
    let name = &row.version.name;
    let changes = (version > 1).then(|| {
        let href = address(name, Tab::Changes, Some(version));
        view! { <a class="lnk" href=href>{format!("from v{}", version - 1)}</a> }
    });
    let by = row.published_by.clone();
    let digest = row.version.digest.to_string();
    view! {
        <tr class="border-t border-rule">
            <td class="px-3 py-1.5 whitespace-nowrap">
                <a class="lnk" href=address(name, Tab::Definition, Some(version))><code class="font-medium">{format!("v{version}")}</code></a>
                " "{standing(row, page.live == Some(version))}
            </td>
            <td class="px-3 py-1.5"><Moment at=row.published_at now=page.now grain=Grain::Minute /></td>
            <td class="px-3 py-1.5 whitespace-nowrap"><span class="inline-flex items-center gap-1.5"><avatar::Person name=&by /><Text text=&by /></span></td>
            <td class="px-3 py-1.5"><code title=digest.clone()>{format!("{}…", &digest[..12])}</code></td>
            <td class="px-3 py-1.5 tabular-nums">{counted(row.running)}</td>
            <td class="px-3 py-1.5 whitespace-nowrap">{changes.map_or_else(|| view! { <span class="text-muted">"the first"</span> }.into_any(), IntoAny::into_any)}</td>
        </tr>
    }
    .into_any()
}
