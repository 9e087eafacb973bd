//! The audit log: the list with its filters, and one event beside it.

use super::failed::Failed;
use crate::{
    audit::{EventView, Events, Filters},
    calls::{
        audit::{load_audit, load_audit_event},
        carried::Loaded,
    },
    failure::Failure,
    frame::{Bar, Frame, Place},
    kit::script::scripted,
};
use domain::{
    Refusal,
    audit::{AuditEvent, AuditQuery},
};
use leptos::{prelude::*, wasm_bindgen::JsCast};
use leptos_meta::Title;
use leptos_router::{
    hooks::{use_params_map, use_query_map},
    params::ParamsMap,
};

/// The log; filters, page and event are in the URL.
#[component]
pub fn AuditPage() -> impl IntoView {
    let (params, asked) = (use_params_map(), use_query_map());
    let query = Memo::new(move |_| asked.with(query_of));
    let leaf = Memo::new(move |_| params.with(|params| params.get("leaf")));
    let open = Signal::derive(move || leaf.get().and_then(|leaf| leaf.parse::<i64>().ok()));
    let page = Loaded::new_with_options(move || query.get(), load_audit, true);
    let event = Loaded::new_with_options(move || (leaf.get(), query.get()), |(leaf, query)| find(leaf, query), true);
    return_focus(open);
    let list = move || {
        let query = query.get();
        Suspend::new(async move {
            match page.await {
                Ok(page) => view! {
                    <Filters query=query.clone() page=Some(page.clone()) />
                    <Events page=page query=query open=open />
                }
                .into_any(),
                Err(failure) => {
                    view! { <Filters query=query page=None /><Failed what="The log" failure=failure /> }.into_any()
                }
            }
        })
    };
    let (loading, set_loading) = signal(false);
    view! {
        <Title text="Audit · Countersign" />
        <Frame place=Place::Audit loading=loading>
            <Bar title="Audit" state="Everything that happened, in order. Nothing here can be edited." />
            <div class=move || if leaf.get().is_some() { "xl:grid xl:grid-cols-[minmax(0,1fr)_384px]" } else { "" }>
                // On narrow windows the event stands alone.
                <div class=move || if leaf.get().is_some() { "min-w-0 max-xl:hidden" } else { "min-w-0" }>
                    <Transition set_pending=set_loading>{list}</Transition>
                </div>
                <Transition>
                    {move || {
                        let query = query.get();
                        Suspend::new(async move {
                            match event.await {
                                Ok(None) => ().into_any(),
                                Ok(Some(event)) => view! { <EventView event=&event query=&query /> }.into_any(),
                                Err(failure) => view! { <Failed what="The event" failure=failure /> }.into_any(),
                            }
                        })
                    }}
                </Transition>
            </div>
        </Frame>
    }
}

async fn find(leaf: Option<String>, query: AuditQuery) -> Result<Option<AuditEvent>, Failure> {
    match leaf.as_deref().map(str::parse::<i64>) {
        None => Ok(None),
        Some(Ok(leaf)) => load_audit_event(leaf, query).await.map(Some),
        Some(Err(_)) => Err(no_such_event()),
    }
}

fn no_such_event() -> Failure {
    #[cfg(feature = "ssr")]
    if let Some(crate::desk::AnswerStatus(set)) = use_context() {
        set(404);
    }
    Failure::Refused { refusal: Refusal::not_found("event") }
}

/// When the drawer closes, the row it showed takes the focus back.
fn return_focus(open: Signal<Option<i64>>) {
    let scripted = scripted();
    Effect::new(move |before: Option<Option<i64>>| {
        let now = open.get();
        if let (Some(Some(leaf)), None, true) = (before, now, scripted.get_untracked()) {
            // The row is shown again in the next frame on narrow windows.
            request_animation_frame(move || {
                let link = document().get_element_by_id(&format!("event-{leaf}"));
                if let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok()) {
                    // A row that takes no focus stays as it was.
                    let _ = link.focus();
                }
            });
        }
        now
    });
}

/// What the URL asks for.
fn query_of(asked: &ParamsMap) -> AuditQuery {
    let text = |name: &str| asked.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    AuditQuery {
        day: text("day"),
        actor: text("actor"),
        kind: text("kind"),
        workflow: text("workflow"),
        run: text("run"),
        outcome: text("outcome"),
        search: text("q"),
        cursor: text("cursor"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_values_narrow_nothing() {
        let mut asked = ParamsMap::new();
        for (name, value) in [("actor", "people"), ("q", "  "), ("day", ""), ("cursor", "12"), ("other", "x")] {
            asked.insert(name, value.to_owned());
        }
        let wanted =
            AuditQuery { actor: Some("people".to_owned()), cursor: Some("12".to_owned()), ..AuditQuery::default() };
        assert_eq!(query_of(&asked), wanted);
    }
}
