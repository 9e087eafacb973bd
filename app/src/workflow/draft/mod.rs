//! Writing a definition: what is wrong with it, what it would change, and the text itself.

mod editor;
mod faults;
mod mending;

use super::{
    Missing,
    changes::{Diff, Summary},
};
use crate::{
    kit::{badge::Tone, icon::Icon, mark::Mark, notice::Notice, text_area::filled},
    recorded::text::Text,
};
use domain::workflow::shown::DraftPage;
use leptos::prelude::*;

use self::{
    editor::Editor,
    faults::{Copied, FaultList},
};

/// The id of the text area.
const SOURCE: &str = "source";

/// The page.
#[component]
pub fn DraftView<'a>(
    /// The text and what was found about it.
    page: &'a DraftPage,
    /// The workflow that is edited; `None` for a new one.
    edited: Option<String>,
    /// Whether publishing was asked for.
    wants: bool,
) -> impl IntoView + use<> {
    let field = filled(SOURCE, &page.source);
    let has_faults = !page.faults.is_empty();
    let found = if has_faults {
        view! { <FaultList faults=&page.faults field=field /><Copied page=page field=field /> }.into_any()
    } else if page.is_checked {
        view! { <Sound page=page wants=wants /> }.into_any()
    } else {
        view! { <Beginning page=page is_new=edited.is_none() /> }.into_any()
    };
    let missing = (page.is_checked && !has_faults).then(|| view! { <Missing groups=&page.unstaffed may_add=true /> });
    view! {
        <Head edited=edited />
        {missing}
        <div class="px-4 lg:px-6 py-4 space-y-4">
            {found}
            <Editor page=page field=field />
        </div>
    }
    .into_any()
}

#[component]
fn Head(edited: Option<String>) -> impl IntoView {
    let title = if edited.is_some() { "Edit" } else { "New workflow" };
    let name = edited.map(|name| {
        view! {
            <a href=format!("/workflows/{name}") class="text-muted hover:text-fg truncate min-w-0"><code>{name.clone()}</code></a>
            <span class="text-rule-strong" aria-hidden="true">"/"</span>
        }
    });
    view! {
        <header class="flex items-center gap-3 h-12 px-4 lg:px-6 border-b border-rule bg-surface">
            <span class="lg:hidden"><Mark /></span>
            <a href="/workflows" class="text-muted hover:text-fg max-sm:hidden">"Workflows"</a>
            <span class="text-rule-strong max-sm:hidden" aria-hidden="true">"/"</span>
            {name}
            <h1 class="text-sm font-semibold tracking-[-0.01em] whitespace-nowrap">{title}</h1>
        </header>
    }
    .into_any()
}

/// What to begin with, and what publishing means.
#[component]
fn Beginning<'a>(page: &'a DraftPage, is_new: bool) -> impl IntoView + use<> {
    let samples = is_new.then(|| {
        let samples = page.samples.iter().map(|(name, title)| {
            view! { <li><a class="lnk" rel="external" href=format!("/workflows/new?sample={name}")><Text text=title /></a></li> }
        });
        view! {
            <div class="flex items-baseline gap-x-4 gap-y-1 flex-wrap">
                <span class="text-faint text-xs">"Begin with"</span>
                <ul class="flex gap-x-4 gap-y-1 flex-wrap">
                    <li><a class="lnk" rel="external" href="/workflows/new">"a small template"</a></li>
                    {samples.collect_view()}
                </ul>
            </div>
        }
    });
    view! {
        <p class="text-muted max-w-[720px]">"A published version never changes, and runs finish on the version they began on. Nothing is published before you have seen what it changes."</p>
        {samples}
    }
    .into_any()
}

/// A text without faults: what publishing it would do.
#[component]
fn Sound<'a>(page: &'a DraftPage, wants: bool) -> impl IntoView + use<> {
    let name = page.name.clone().unwrap_or_default();
    if let Some(known) = page.known {
        return view! {
            <Notice tone=Tone::Quiet icon="check" title=format!("This text is version {known} already") alert=true>
                <p>"Nothing was published. "<a class="lnk" href=format!("/workflows/{name}?version={known}")>{format!("Open version {known}")}</a></p>
            </Notice>
        }
        .into_any();
    }
    let changes = page.changes.as_ref().map(|changes| {
        view! { <Summary changes=changes /><Diff changes=changes name=&name /> }
    });
    let title = format!("No faults: this would be version {} of {name}", page.next);
    let words = if wants {
        "Nothing is published yet. See what it changes, then publish."
    } else {
        "Nothing is published yet."
    };
    let second = page.needs_second.then(|| {
        view! {
            <Notice tone=Tone::Accent icon="users" title="Another administrator must confirm it">
                <p>"It could let more through than the version in force, or writes elsewhere for the first time. It is proposed when you publish it, and nothing begins on it until it is confirmed."</p>
            </Notice>
        }
    });
    view! {
        {second}
        <Notice tone=Tone::Pass icon="circle-check" title=title alert=true>
            <p>{words}" "<a class="lnk inline-flex items-center gap-1" href="#publish">"Go to the button"<Icon name="arrow-down" class="w-3 h-3 shrink-0" /></a></p>
        </Notice>
        {changes}
    }
    .into_any()
}
