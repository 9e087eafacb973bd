//! The palette: what can be done here and where one can go, found by typing; approvals and runs too. The field keeps
//! the focus, arrows move through the list, Enter does what the line says.

mod list;
mod search;

use self::{
    list::{Deed, Line, found, lines, matching},
    search::Search,
};
use crate::{
    keys::{Hands, Keys, press},
    kit::{dialog::Dialog, icon::Icon, kbd::Kbd},
    recorded::text::Text,
};
use leptos::{html, prelude::*};

const FIELD: &str = "palette-field";
const LIST: &str = "palette-list";
const OPTION: &str = "flex items-center gap-2.5 min-h-9 px-3 rounded-md cursor-pointer";
const ACTIVE: &str = "flex items-center gap-2.5 min-h-9 px-3 rounded-md cursor-pointer bg-selected";

/// The palette, closed until it is asked for.
#[component]
pub fn Palette() -> impl IntoView {
    let (Some(keys), Some(hands)) = (use_context::<Keys>(), use_context::<Hands>()) else { return ().into_any() };
    view! {
        <Dialog open=keys.palette label="Search or jump" class="mx-auto mt-[10dvh] mb-auto w-full max-w-[560px]">
            <Content keys=keys hands=hands />
        </Dialog>
    }
    .into_any()
}

#[component]
fn Content(keys: Keys, hands: Hands) -> impl IntoView {
    let search = Search::new();
    // Looked up with every letter: the page may have been on its way when the palette was opened.
    let here = move || {
        let here =
            keys.viewer.with_untracked(|viewer| viewer.as_ref().map(|viewer| lines(viewer, hands.is_approval())));
        here.unwrap_or_default()
    };
    let shown = Memo::new(move |_| {
        let mut shown = search.typed.with(|typed| matching(here(), typed));
        shown.extend(found(search.found.get()));
        shown
    });
    let active = RwSignal::new(0_usize);
    let act = move |place: usize| {
        let deed = shown.with_untracked(|shown| shown.get(place).map(|line| line.deed.clone()));
        if let Some(deed) = deed {
            keys.palette.set(false);
            // The dialog gives the focus back before anything takes it.
            set_timeout(move || apply(&deed, hands), std::time::Duration::ZERO);
        }
    };
    view! {
        <div class="p-1.5">
            <Field keys=keys search=search shown=shown active=active act=act />
            <List shown=shown active=active act=act />
            <Nothing search=search shown=shown />
        </div>
    }
    .into_any()
}

fn apply(deed: &Deed, hands: Hands) {
    match deed {
        Deed::Go(path) => hands.go(path),
        Deed::Key(act) => hands.act(*act, None, false),
        Deed::Press(button) => press(button),
    }
}

#[component]
fn Field(
    keys: Keys,
    search: Search,
    shown: Memo<Vec<Line>>,
    active: RwSignal<usize>,
    act: impl Fn(usize) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            // A field that takes no focus is reached by Tab.
            let _ = field.focus();
        }
    });
    let count = move || shown.with(Vec::len);
    let down = move |event: web_sys::KeyboardEvent| {
        let last = count().saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => active.update(|at| *at = if *at >= last { 0 } else { *at + 1 }),
            "ArrowUp" => active.update(|at| *at = at.checked_sub(1).unwrap_or(last)),
            "Enter" if !event.is_composing() => act(active.get_untracked()),
            "k" if event.ctrl_key() || event.meta_key() => keys.palette.set(false),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <div class="field flex items-center gap-2 h-10 px-3 rounded-md border border-rule mb-1.5">
            <Icon name="search" class="w-4 h-4 text-faint shrink-0" />
            <input
                node_ref=field
                id=FIELD
                type="text"
                role="combobox"
                aria-label="Search or jump"
                aria-expanded="true"
                aria-autocomplete="list"
                aria-controls=LIST
                aria-activedescendant=move || (count() > 0).then(|| option_id(active.get()))
                autocomplete="off"
                spellcheck="false"
                placeholder="Page, action, id, subject"
                class="flex-1 min-w-0 h-9 bg-transparent"
                on:keydown=down
                on:input=move |event| {
                    active.set(0);
                    search.look_for(event_target_value(&event));
                }
            />
        </div>
    }
    .into_any()
}

fn option_id(place: usize) -> String {
    format!("palette-{place}")
}

#[component]
fn List(
    shown: Memo<Vec<Line>>,
    active: RwSignal<usize>,
    act: impl Fn(usize) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    Effect::new(move |_| {
        if let Some(option) = document().get_element_by_id(&option_id(active.get())) {
            option.scroll_into_view_with_scroll_into_view_options(&nearest());
        }
    });
    let options = move || {
        let lines = shown.get().into_iter().enumerate();
        lines.map(|(place, line)| view! { <Row place=place line=line active=active act=act /> }).collect_view()
    };
    view! {
        <div id=LIST role="listbox" aria-label="Results" class="max-h-[56dvh] overflow-y-auto">{options}</div>
    }
    .into_any()
}

/// Scrolls no further than is needed.
fn nearest() -> web_sys::ScrollIntoViewOptions {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    options
}

#[component]
fn Row(
    place: usize,
    line: Line,
    active: RwSignal<usize>,
    act: impl Fn(usize) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let is_active = move || active.get() == place;
    let caps = line.binding.map(|binding| binding.caps(crate::keys::hint::is_mac()));
    view! {
        <div
            id=option_id(place)
            role="option"
            aria-selected=move || if is_active() { "true" } else { "false" }
            class=move || if is_active() { ACTIVE } else { OPTION }
            on:mousemove=move |_| active.set(place)
            on:click=move |_| act(place)
        >
            <Icon name=line.icon class="w-4 h-4 text-faint shrink-0" />
            <span class="truncate"><Text text=&line.label /></span>
            <span class="text-xs text-faint truncate flex-1 min-w-0"><Text text=&line.note /></span>
            {caps.map(|caps| view! { <span class="max-lg:hidden" aria-hidden="true"><Kbd caps=caps /></span> })}
        </div>
    }
    .into_any()
}

/// What is said when nothing is listed, or the server could not be asked.
#[component]
fn Nothing(search: Search, shown: Memo<Vec<Line>>) -> impl IntoView {
    let text = move || {
        if search.is_lost.get() {
            "Approvals and runs could not be looked for. Pages and actions still work."
        } else if shown.with(Vec::is_empty) && !search.is_looking.get() {
            "Nothing is found. Whole ids find anything; words find the latest approvals and runs."
        } else {
            ""
        }
    };
    view! { <p role="status" class="px-3 text-xs text-muted py-1">{text}</p> }
}
