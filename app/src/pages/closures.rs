//! Closures: the list with its filters, what waits for a person, what drifts, and one receipt beside it.

use super::failed::Failed;
use crate::{
    admin::Done,
    brought::brought,
    calls::{
        carried::Loaded,
        closures::{load_closure, load_closures},
    },
    closures::{ClosuresList, DRIFT, FOLLOW_UPS, ME, ReceiptView, SAMPLES, address},
    failure::Failure,
    frame::{Bar, Frame, Place},
};
use domain::{
    Refusal,
    closures::{ClosurePage, ClosuresQuery, ClosuresView},
    id::ClosureId,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    hooks::{use_params_map, use_query_map},
    params::ParamsMap,
};

/// What the forms have done.
const DONE: &[(&str, &str)] = &[
    ("resolved", "The follow-up is resolved. Nothing was written by it."),
    ("assigned", "The follow-up is theirs. Nobody else is kept from resolving it."),
    ("reviewed", "What you said of the sample is stored. Nothing was written elsewhere by it."),
    ("replayed", "It finishes what was left. What is done stays done."),
    ("looked", "Its records were looked at. Nothing was written to them."),
    ("accepted", "The difference is accepted until something else is found."),
];

/// The list; view, filters, page and receipt are in the URL.
#[component]
pub fn ClosuresPage() -> impl IntoView {
    let (params, asked) = (use_params_map(), use_query_map());
    let query = Memo::new(move |_| asked.with(query_of));
    let named = Memo::new(move |_| params.with(|params| params.get("id")));
    let open = Signal::derive(move || named.get().and_then(|id| id.parse::<ClosureId>().ok()));
    let page = Loaded::new_with_options(move || query.get(), load_closures, true);
    let receipt = Loaded::new_with_options(move || named.get(), find, true);
    let list = move || {
        let query = query.get();
        Suspend::new(async move {
            match page.await {
                Ok(page) => view! { <ClosuresList page=page query=query open=open /> }.into_any(),
                Err(failure) => view! { <Failed what="The closures" failure=failure /> }.into_any(),
            }
        })
    };
    let beside = move || {
        let query = query.get();
        let list = address(&query).with("cursor", query.cursor);
        Suspend::new(async move {
            let brought = brought().await;
            match receipt.await {
                Ok(None) => view! { <Choose /> }.into_any(),
                Ok(Some(page)) => view! {
                    <div class="min-w-0">
                        <div class="px-4 lg:px-6 pt-3 empty:hidden"><Done words=DONE /></div>
                        <ReceiptView page=page list=list posted=brought.posted.as_ref() would=brought.tried.as_ref() />
                    </div>
                }
                .into_any(),
                Err(failure) => view! { <Failed what="The receipt" failure=failure /> }.into_any(),
            }
        })
    };
    let (loading, set_loading) = signal(false);
    // On narrow windows the receipt stands alone.
    let narrow = move |shown: &'static str| {
        if named.get().is_some() { format!("{shown} max-lg:hidden") } else { shown.to_owned() }
    };
    view! {
        <Title text="Closures · Countersign" />
        <Frame place=Place::Closures loading=loading>
            <Bar title="Closures" state="Low-risk steps that follow a recorded decision" />
            <div class="lg:grid lg:grid-cols-[300px_minmax(0,1fr)] lg:min-h-[calc(100dvh-48px)]">
                <div class=move || narrow("min-w-0 lg:border-e border-rule")>
                    <Transition set_pending=set_loading>{list}</Transition>
                </div>
                <Transition>{beside}</Transition>
            </div>
        </Frame>
    }
}

/// Beside the list while nothing is chosen; on narrow windows the list stands alone.
#[component]
fn Choose() -> impl IntoView {
    view! { <p class="max-lg:hidden px-6 py-20 text-center text-muted">"Choose a closure to see what was done, what was not, and what is left to a person."</p> }
}

async fn find(named: Option<String>) -> Result<Option<ClosurePage>, Failure> {
    match named.as_deref().map(str::parse::<ClosureId>) {
        None => Ok(None),
        Some(Ok(id)) => load_closure(id).await.map(Some),
        Some(Err(_)) => Err(no_such_closure()),
    }
}

fn no_such_closure() -> Failure {
    #[cfg(feature = "ssr")]
    if let Some(crate::desk::AnswerStatus(set)) = use_context() {
        set(404);
    }
    Failure::Refused { refusal: Refusal::not_found("closure") }
}

/// What the URL asks for; an unknown status is any. What waits for a person is narrowed to the viewer's at most, and what
/// drifts is not.
fn query_of(asked: &ParamsMap) -> ClosuresQuery {
    let text = |name: &str| asked.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let cursor = text("cursor");
    let view = match text("view").as_deref() {
        Some(FOLLOW_UPS) => ClosuresView::FollowUps,
        Some(DRIFT) => ClosuresView::Drift,
        Some(SAMPLES) => ClosuresView::Samples,
        _ => ClosuresView::All,
    };
    if view != ClosuresView::All {
        let mine = view == ClosuresView::FollowUps && text("owner").as_deref() == Some(ME);
        return ClosuresQuery { view, mine, cursor, ..ClosuresQuery::default() };
    }
    ClosuresQuery {
        view,
        status: text("status").and_then(|word| word.parse().ok()),
        workflow: text("workflow"),
        mine: false,
        cursor,
    }
}
