//! Escalations: the list with its filters, and one case beside it.

use super::failed::Failed;
use crate::{
    admin::Done,
    brought::brought,
    calls::{
        carried::Loaded,
        escalations::{load_escalation, load_escalations},
    },
    escalations::{CaseView, Cases, Filters, address},
    failure::Failure,
    frame::{Bar, Frame, Place},
};
use domain::{
    Refusal,
    escalations::{EscalationPage, EscalationsQuery},
    id::EscalationId,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    hooks::{use_params_map, use_query_map},
    params::ParamsMap,
};

/// What the forms have done.
const DONE: &[(&str, &str)] = &[
    ("acknowledged", "You have taken it up."),
    ("assigned", "It is given to somebody else."),
    ("resolved", "It is resolved. The agent’s side reads how."),
];

/// The list; filters, page and case are in the URL.
#[component]
pub fn EscalationsPage() -> impl IntoView {
    let (params, asked) = (use_params_map(), use_query_map());
    let query = Memo::new(move |_| asked.with(query_of));
    let named = Memo::new(move |_| params.with(|params| params.get("id")));
    let open = Signal::derive(move || named.get().and_then(|id| id.parse::<EscalationId>().ok()));
    let page = Loaded::new_with_options(move || query.get(), load_escalations, true);
    let case = Loaded::new_with_options(move || named.get(), find, true);
    let list = move || {
        let query = query.get();
        Suspend::new(async move {
            match page.await {
                Ok(page) => view! { <Cases page=page query=query open=open /> }.into_any(),
                Err(failure) => view! { <Failed what="The escalations" failure=failure /> }.into_any(),
            }
        })
    };
    let beside = move || {
        let back = address(&query.get()).to_string();
        Suspend::new(async move {
            let posted = brought().await.posted;
            match case.await {
                Ok(None) => view! { <Choose /> }.into_any(),
                Ok(Some(page)) => view! {
                    <div class="min-w-0">
                        <div class="px-4 lg:px-6 pt-3 empty:hidden"><Done words=DONE /></div>
                        <CaseView page=page back=back posted=posted.as_ref() />
                    </div>
                }
                .into_any(),
                Err(failure) => view! { <Failed what="The escalation" failure=failure /> }.into_any(),
            }
        })
    };
    let (loading, set_loading) = signal(false);
    // On narrow windows the case stands alone.
    let narrow = move |shown: &'static str| {
        if named.get().is_some() { format!("{shown} max-lg:hidden") } else { shown.to_owned() }
    };
    view! {
        <Title text="Escalations · Countersign" />
        <Frame place=Place::Escalations loading=loading>
            <Bar title="Escalations" state="Handed over to people by agents" />
            <div class="lg:grid lg:grid-cols-[316px_minmax(0,1fr)] lg:min-h-[calc(100dvh-48px)]">
                <div class=move || narrow("min-w-0 lg:border-e border-rule")>
                    {move || query.with(|query| view! { <Filters query=query /> })}
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
    view! { <p class="max-lg:hidden px-6 py-20 text-center text-muted">"Choose a case to see why it was handed over, and what is advised."</p> }
}

async fn find(named: Option<String>) -> Result<Option<EscalationPage>, Failure> {
    match named.as_deref().map(str::parse::<EscalationId>) {
        None => Ok(None),
        Some(Ok(id)) => load_escalation(id).await.map(Some),
        Some(Err(_)) => Err(no_such_case()),
    }
}

fn no_such_case() -> Failure {
    #[cfg(feature = "ssr")]
    if let Some(crate::desk::AnswerStatus(set)) = use_context() {
        set(404);
    }
    Failure::Refused { refusal: Refusal::not_found("escalation") }
}

/// What the URL asks for; an unknown status is any.
fn query_of(asked: &ParamsMap) -> EscalationsQuery {
    let text = |name: &str| asked.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    EscalationsQuery {
        status: text("status").and_then(|word| word.parse().ok()),
        mine: text("mine").is_some(),
        cursor: text("cursor"),
    }
}
