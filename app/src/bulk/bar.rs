//! The bar that floats over the list while something is ticked, and the preview it opens. Without script the same form
//! stands below the list.

use super::{
    preview::PreviewView,
    tick::{Ticks, member},
};
use crate::{
    calls::queue::load_bulk,
    failure::Failure,
    keys::{Act, Mark, hint::InlineHint},
    kit::{button, dialog::Dialog, icon::Icon, script::scripted},
    recorded::text::Text,
};
use domain::{
    bulk::{self, Member, Objection, Preview},
    id::ApprovalId,
    queue::QueueRow,
    workflow::Risk,
};
use leptos::{prelude::*, task::spawn_local};

/// What was read for the preview; `None` until it is there.
type Read = Option<Result<Preview, Failure>>;

/// The bar, the preview, and the form without script; `rows` gives what of these ids still stands in the list.
#[component]
pub fn Bulk(
    ticks: Ticks,
    rows: impl Fn(&[ApprovalId]) -> Vec<QueueRow> + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let scripted = scripted();
    let chosen = Memo::new(move |_| rows(&ticks.all()));
    let open = RwSignal::new(false);
    let read = RwSignal::new(Read::None);
    let preview = move || {
        let ids: Vec<ApprovalId> = chosen.with_untracked(|rows| rows.iter().map(|row| row.id).collect());
        read.set(None);
        open.set(true);
        spawn_local(async move { read.set(Some(load_bulk(ids).await)) });
    };
    view! {
        <Show when=move || !scripted.get()>
            <form id="bulk" method="get" action="/approvals/bulk" class="max-lg:hidden px-6 py-3">
                <button type="submit" class=button::PLAIN>"Preview what is ticked"</button>
            </form>
        </Show>
        <Show when=move || scripted.get() && chosen.with(|rows| !rows.is_empty())>
            <Bar ticks=ticks chosen=chosen preview=preview />
        </Show>
        <Dialog open=open label="Decide together" class="w-[720px] max-w-[calc(100vw-32px)] m-auto">
            {move || read.with(|read| within(read.as_ref()))}
        </Dialog>
    }
    .into_any()
}

fn within(read: Option<&Result<Preview, Failure>>) -> AnyView {
    match read {
        None => view! { <p class="px-4 py-6 text-muted" role="status">"Reading the approvals as they are now."</p> }
            .into_any(),
        Some(Ok(preview)) => {
            view! { <div class="max-h-[80dvh] overflow-y-auto"><PreviewView preview=preview posted=None /></div> }
                .into_any()
        }
        Some(Err(failure)) => {
            let message = match failure {
                Failure::Refused { refusal } => refusal.message.clone(),
                Failure::Broken { request_id } => format!("Something broke on our side; report {request_id}."),
                Failure::Offline { .. } => "The server could not be reached.".to_owned(),
            };
            view! { <p class="px-4 py-6 text-fail" role="alert">"The approvals could not be read. Nothing was decided. "<Text text=&message /></p> }.into_any()
        }
    }
}

#[component]
fn Bar(ticks: Ticks, chosen: Memo<Vec<QueueRow>>, preview: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let members = Memo::new(move |_| chosen.with(|rows| rows.iter().map(member).collect::<Vec<Member>>()));
    let objection = move || members.with(|members| bulk::guard(members));
    let count = move || chosen.with(Vec::len);
    let act = move || match objection() {
        Some(_) => {
            view! { <button type="button" disabled=true class=button::OFF>"Preview and decide"</button> }.into_any()
        }
        None => view! {
            <button type="button" data-key="bulk-preview" class=button::PLAIN on:click=move |_| preview()>
                <Icon name="list-checks" class="w-4 h-4 shrink-0" />
                {move || format!("Preview {} and decide", count())}
                <InlineHint act=Act::Press(Mark::BulkPreview) />
            </button>
        }
        .into_any(),
    };
    let standing = move || members.with(|members| standing(members, objection(), ticks));
    view! {
        <section
            aria-label="Ticked approvals"
            class="pop fixed bottom-4 inset-x-0 mx-auto w-fit z-20 max-w-[calc(100vw-32px)] flex flex-wrap items-center gap-3 px-4 py-2.5 rounded-lg bg-surface border border-rule"
        >
            <span class="font-semibold whitespace-nowrap" role="status">{move || format!("{} selected", count())}</span>
            {standing}
            {act}
            <button type="button" aria-label="Untick all" class=button::QUIET on:click=move |_| ticks.clear()>
                <Icon name="x" class="w-4 h-4 shrink-0" />
            </button>
        </section>
    }
    .into_any()
}

/// What they have in common, or which one does not fit.
fn standing(members: &[Member], objection: Option<(usize, Objection)>, ticks: Ticks) -> AnyView {
    let misfit = objection.and_then(|(at, objection)| Some((members.get(at)?, objection)));
    if let Some((member, objection)) = misfit {
        let id = member.id;
        return view! {
            <span class="inline-flex items-center gap-1.5 text-warn min-w-0">
                <Icon name="shield-alert" class="w-4 h-4 shrink-0" />
                <span class="min-w-0 break-words">"“"<Text text=&member.title />"” "{objection.words()}</span>
            </span>
            <button type="button" class="lnk whitespace-nowrap cursor-pointer" on:click=move |_| ticks.set(id, false)>"Untick it"</button>
        }
        .into_any();
    }
    let risk = match members.first().map(|member| member.risk) {
        Some(Risk::Low) => "low risk",
        Some(Risk::Medium) => "medium risk",
        Some(Risk::High) | None => "high risk",
    };
    view! {
        <span class="inline-flex items-center gap-1.5 text-pass whitespace-nowrap">
            <Icon name="circle-check" class="w-4 h-4 shrink-0" />
            "Same gate, "{risk}
        </span>
    }
    .into_any()
}
