//! The tabs: the views everybody has, those the viewer keeps, and the forms that keep one.

use super::{filters::address, list::List};
use crate::{
    brought::Posted,
    kit::{button, field::Field, icon::Icon},
    recorded::text::Text,
};
use domain::queue::{COUNTED, QueueCounts, QueueQuery, SavedView, Standing, View};
use leptos::prelude::*;

/// The form that keeps a view.
const SAVE: &str = "save_view";
/// The form that gives one another name.
const RENAME: &str = "rename_view";
/// The form that keeps one no more.
const REMOVE: &str = "remove_view";

/// The views everybody has, in their order.
const VIEWS: [(View, &str); 8] = [
    (View::AllPending, "All pending"),
    (View::NeedsMyDecision, "Needs my decision"),
    (View::HighRisk, "High risk"),
    (View::Unclaimed, "Unclaimed"),
    (View::DueSoon, "Due within 1 h"),
    (View::ResumptionFailed, "Resumption failed"),
    (View::InfoRequested, "Info requested"),
    (View::DecidedToday, "Decided today"),
];

/// How many rows a view holds.
const fn held(counts: &QueueCounts, view: View) -> u32 {
    match view {
        View::AllPending => counts.pending,
        View::NeedsMyDecision => counts.mine,
        View::HighRisk => counts.high_risk,
        View::Unclaimed => counts.unclaimed,
        View::DueSoon => counts.due_soon,
        View::ResumptionFailed => counts.failing,
        View::InfoRequested => counts.asked,
        View::DecidedToday => counts.decided_today,
    }
}

/// The tabs of a page, and at their end what keeps or changes what is shown.
#[component]
pub fn Tabs<'a>(
    /// The list, whose counts are as they are now.
    list: List,
    /// What the page shows.
    query: &'a QueueQuery,
    /// What the viewer keeps.
    saved: &'a [SavedView],
    /// A form of the tabs that was posted and refused.
    refused: Option<&'a Posted>,
) -> impl IntoView + use<> {
    let plain = query.clone().from_the_beginning();
    let kept = saved.iter().find(|view| view.query == plain).cloned();
    // A list of other statuses is none of these views.
    let is_view = kept.is_none() && (query.view != View::AllPending || query.standing() == Standing::Pending);
    let views = VIEWS.iter().map(|(view, word)| {
        let view = *view;
        let count = Signal::derive(move || held(&list.counts(), view).to_string());
        let href = address(&QueueQuery::of(view)).to_string();
        view! { <Tab href=href count=count is_current=is_view && query.view == view>{*word}</Tab> }.into_any()
    });
    let own = saved.iter().map(|saved| {
        let (id, name, href) = (saved.id, saved.name.clone(), address(&saved.query).to_string());
        let is_current = kept.as_ref().is_some_and(|kept| kept.id == id);
        let count = Signal::derive(move || list.saved_count(id).map_or_else(String::new, counted));
        view! { <Tab href=href count=count is_current=is_current><Icon name="bookmark" class="w-3 h-3 shrink-0 text-faint" /><Text text=&name /></Tab> }.into_any()
    });
    let tabs: Vec<AnyView> = views.chain(own).collect();
    let can_keep = plain != QueueQuery::of(plain.view) && plain.view != View::ResumptionFailed;
    let keep = match kept {
        Some(kept) => Some(change(&kept, &plain, refused)),
        None => can_keep.then(|| save(&plain, refused)),
    };
    view! {
        <div class="flex items-center border-b border-rule pe-4 lg:pe-6">
            <nav class="flex-1 min-w-0 flex items-center gap-5 px-4 lg:px-6 overflow-x-auto" aria-label="Saved views">{tabs}</nav>
            {keep}
        </div>
    }
    .into_any()
}

/// A count that ends somewhere.
fn counted(count: u32) -> String {
    if count < COUNTED { count.to_string() } else { format!("{}+", COUNTED - 1) }
}

#[component]
fn Tab(href: String, count: Signal<String>, is_current: bool, children: Children) -> impl IntoView {
    let class = if is_current {
        "inline-flex items-center gap-1.5 h-10 px-1 border-b-2 whitespace-nowrap border-accent text-fg font-medium"
    } else {
        "inline-flex items-center gap-1.5 h-10 px-1 border-b-2 whitespace-nowrap border-transparent text-muted hover:text-fg"
    };
    view! {
        <a href=href aria-current=is_current.then_some("page") class=class>
            {children()}
            <span class="text-xs tabular-nums text-faint font-normal">{move || count.get()}</span>
        </a>
    }
    .into_any()
}

/// Keeps what is shown under a name.
fn save(plain: &QueueQuery, refused: Option<&Posted>) -> AnyView {
    let refused = refused.filter(|posted| posted.form == SAVE);
    let action = address(plain).to_string();
    let name = view! { <NameField refused=refused.cloned() name=String::new() /> };
    let form = view! {
        <form method="post" action=action class="space-y-3">
            <input type="hidden" name="form" value=SAVE />
            {name}
            <p class="text-xs text-muted">"Filters and order of this list, for you alone."</p>
            <button type="submit" class=button::PLAIN>"Save view"</button>
        </form>
    };
    panel("Save view", refused.is_some(), form.into_any())
}

/// Gives the view that is shown another name, or keeps it no more.
fn change(kept: &SavedView, plain: &QueueQuery, refused: Option<&Posted>) -> AnyView {
    // It may have been saved elsewhere meanwhile: then what was refused is to save it again.
    let refused = refused.filter(|posted| matches!(&*posted.form, SAVE | RENAME | REMOVE));
    let (id, action, back) = (kept.id.to_string(), address(plain).to_string(), address(plain).to_string());
    let name = view! { <NameField refused=refused.cloned() name=kept.name.clone() /> };
    let forms = view! {
        <form method="post" action=action class="space-y-3">
            <input type="hidden" name="form" value=RENAME />
            <input type="hidden" name="id" value=id.clone() />
            {name}
            <button type="submit" class=button::PLAIN>"Rename view"</button>
        </form>
        <form method="post" action=back class="mt-3 pt-3 border-t border-rule">
            <input type="hidden" name="form" value=REMOVE />
            <input type="hidden" name="id" value=id />
            <button type="submit" class=button::SMALL>"Remove view"</button>
        </form>
    };
    panel("Change view", refused.is_some(), forms.into_any())
}

/// The name, with what is wrong with it; what is wrong with something else stands above it.
#[component]
fn NameField(refused: Option<Posted>, name: String) -> impl IntoView {
    let fault = refused.as_ref().and_then(|posted| posted.fault("name"));
    let value = refused.as_ref().map_or(name, |posted| posted.value("name"));
    let other = refused.and_then(|posted| posted.refusal).filter(|_| fault.is_none());
    view! {
        {other.map(|refusal| view! { <p role="alert" class="text-xs text-fail break-words"><Text text=&refusal.message /></p> })}
        <Field label="Name" name="name" value=value fault=fault />
    }
    .into_any()
}

fn panel(word: &'static str, open: bool, content: AnyView) -> AnyView {
    view! {
        <details data-menu open=open class="relative shrink-0">
            <summary class=format!("list-none {}", button::QUIET)><Icon name="bookmark" class="w-3.5 h-3.5 shrink-0" />{word}</summary>
            <div class="pop absolute right-0 z-30 mt-1 w-72 rounded-lg bg-surface p-4">{content}</div>
        </details>
    }
    .into_any()
}
