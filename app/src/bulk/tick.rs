//! The box that ticks a row. One that cannot be decided with others says why.

use domain::{
    bulk::{Member, Objection, alone},
    id::ApprovalId,
    inspect::spelled,
    queue::QueueRow,
};
use leptos::{ev, prelude::*};

/// What is ticked on an open page, in the order in which it was.
#[derive(Clone, Copy)]
pub struct Ticks(RwSignal<Vec<ApprovalId>>);

impl Ticks {
    /// Nothing is ticked yet; rows find this as context.
    pub fn provide() -> Self {
        let ticks = Self(RwSignal::new(Vec::new()));
        provide_context(ticks);
        ticks
    }

    /// Everything that is ticked.
    pub fn all(self) -> Vec<ApprovalId> {
        self.0.get()
    }

    /// Ticks one, or takes it back.
    pub fn set(self, id: ApprovalId, is_ticked: bool) {
        self.0.update(|ids| {
            ids.retain(|other| *other != id);
            if is_ticked {
                ids.push(id);
            }
        });
    }

    /// Takes all of them back.
    pub fn clear(self) {
        self.0.set(Vec::new());
    }

    fn has(self, id: ApprovalId) -> bool {
        self.0.with(|ids| ids.contains(&id))
    }
}

/// What counts of a row. The list knows workflows by title, and no policies: the preview looks at those.
pub fn member(row: &QueueRow) -> Member {
    Member {
        id: row.id,
        title: row.title.clone(),
        origin: row.origin,
        workflow: row.workflow_title.clone(),
        gate: row.gate_id.clone(),
        policy: String::new(),
        risk: row.risk,
        differs: row.differences > 0,
        is_asked: row.is_waiting_for_information,
        must_sign: false,
        may_decide: row.viewer_can_decide,
    }
}

/// The ground of a row: a ticked one is marked.
pub fn ground(id: ApprovalId) -> impl Fn() -> &'static str + Copy + Send + Sync + 'static {
    let ticks = use_context::<Ticks>();
    move || if ticks.is_some_and(|ticks| ticks.has(id)) { "bg-accent-soft" } else { "hover:bg-hover" }
}

/// The head of the column.
#[component]
pub fn TickHead() -> impl IntoView {
    view! { <span role="columnheader"><span class="sr-only">"Decide together"</span></span> }
}

/// The cell of a row; one that has left the list has no box.
#[component]
pub fn TickBox<'a>(row: &'a QueueRow, is_open: bool) -> impl IntoView + use<> {
    let ticked = if is_open { boxed(row) } else { ().into_any() };
    view! { <span role="cell" class="max-lg:hidden">{ticked}</span> }.into_any()
}

fn boxed(row: &QueueRow) -> AnyView {
    let id = row.id;
    if let Some(why) = alone(&member(row)).map(Objection::words) {
        let label = format!("Not to be ticked. “{}” {why}", spelled(&row.title));
        return view! {
            <span class="inline-flex w-6 h-6 items-center justify-center" title=format!("This one {why}.")>
                <input type="checkbox" disabled=true aria-label=label class="cursor-not-allowed" />
            </span>
        }
        .into_any();
    }
    let ticks = use_context::<Ticks>();
    let change = move |event: ev::Event| {
        if let Some(ticks) = ticks {
            ticks.set(id, event_target_checked(&event));
        }
    };
    view! {
        <label class="inline-flex w-6 h-6 items-center justify-center cursor-pointer">
            <input
                type="checkbox"
                form="bulk"
                name="item"
                value=id.to_string()
                data-key="tick"
                aria-label=format!("Tick “{}”", spelled(&row.title))
                prop:checked=move || ticks.is_some_and(|ticks| ticks.has(id))
                on:change=change
            />
        </label>
    }
    .into_any()
}
