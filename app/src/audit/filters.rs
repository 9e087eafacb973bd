//! The filters of the log, all of them in its address.

use crate::{
    kit::{
        address::Address,
        avatar::{Agent, System},
        filter::{Choice, FilterBar, FilterChoice, FilterField, SearchField},
        icon::Icon,
    },
    recorded::text::{pieces, set},
};
use domain::{
    audit::{AuditPage, AuditQuery, Ending},
    event::Event,
    timeline::ActorKind,
};
use leptos::prelude::*;

/// The first page of the log with these filters.
pub fn address(query: &AuditQuery) -> Address {
    Address::new("/audit")
        .with("day", query.day.clone())
        .with("actor", query.actor.clone())
        .with("kind", query.kind.clone())
        .with("workflow", query.workflow.clone())
        .with("run", query.run.clone())
        .with("outcome", query.outcome.clone())
        .with("q", query.search.clone())
}

/// How a kind of actor is called.
const fn kind_word(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::People => "People",
        ActorKind::Keys => "Agents and systems of record",
        ActorKind::System => "Countersign itself",
    }
}

/// How an ending is called: the word of its badge.
const fn ending_word(ending: Ending) -> &'static str {
    match ending {
        Ending::Allowed => "Allowed",
        Ending::Blocked => "Blocked",
        Ending::Suspended => "Suspended",
        Ending::Approved => "Approved",
        Ending::Rejected => "Rejected",
        Ending::Expired => "Expired",
        Ending::Cancelled => "Cancelled",
        Ending::Revoked => "Revoked",
        Ending::Voided => "Void",
        Ending::Done => "Done",
        Ending::Failed => "Failed",
        Ending::Refused => "Sign-in refused",
    }
}

/// Search, day, actor, kind, workflow, run, outcome. What they offer comes with the page.
#[component]
pub fn Filters(query: AuditQuery, page: Option<AuditPage>) -> impl IntoView {
    let here = address(&query);
    let to = |name: &'static str, value: &str, word: &str| Choice {
        shown: pieces(word).into_any(),
        to: here.clone().with(name, Some(value)),
    };
    let (people, workflows, actor_name, understood) = match page {
        Some(page) => (page.people, page.workflows, page.actor_name, page.understood),
        None => (Vec::new(), Vec::new(), None, None),
    };
    let actors: Vec<Choice> = (ActorKind::ALL.iter().map(|kind| to("actor", kind.as_str(), kind_word(*kind))))
        .chain(people.iter().map(|person| to("actor", &person.id.to_string(), &person.name)))
        .collect();
    let kinds = Event::KINDS.iter().map(|kind| to("kind", kind, kind)).collect();
    let workflows = workflows.iter().map(|name| to("workflow", name, name)).collect();
    let endings = Ending::ALL.iter().map(|ending| to("outcome", ending.as_str(), ending_word(*ending))).collect();
    let clear = move |name: &'static str| here.clone().without(name);
    let actor = query.actor.as_ref().map(|word| {
        let kind = word.parse::<ActorKind>().ok().map(|kind| kind_word(kind).to_owned());
        kind.or(actor_name).unwrap_or_else(|| word.clone())
    });
    let outcome = query
        .outcome
        .as_ref()
        .map(|word| word.parse::<Ending>().map_or_else(|_| word.clone(), |ending| ending_word(ending).to_owned()));
    let said = query.search.clone().map(|words| match understood {
        Some(understood) => format!("“{words}”: {understood}"),
        None => format!("“{words}”"),
    });
    let without_search = clear("q");
    let searched = said.map(|said| {
        view! { <FilterChoice name="Search" value=Some(set(&said)) clear=without_search choices=Vec::new() /> }
    });
    view! {
        <FilterBar label="Filter events">
            <SearchField label="Search events" placeholder="Event number, id, person, digest" value=query.search clear=clear("q") />
            {searched}
            <FilterField name="Day" field="day" kind="date" value=query.day.as_deref().map(set) clear=clear("day") />
            <FilterChoice name="Actor" value=actor.as_deref().map(set) clear=clear("actor") choices=actors />
            <FilterChoice name="Event" value=query.kind.as_deref().map(set) clear=clear("kind") choices=kinds />
            <FilterChoice name="Workflow" value=query.workflow.as_deref().map(set) clear=clear("workflow") choices=workflows />
            <FilterField name="Run" field="run" value=query.run.as_deref().map(set) clear=clear("run") placeholder="run_…" />
            <FilterChoice name="Outcome" value=outcome.as_deref().map(set) clear=clear("outcome") choices=endings />
            <Legend />
        </FilterBar>
    }
    .into_any()
}

/// What the shapes of actors mean.
#[component]
fn Legend() -> impl IntoView {
    view! {
        <span class="ms-auto ps-3 flex items-center gap-3 text-xs text-muted whitespace-nowrap max-xl:hidden">
            <span class="inline-flex items-center gap-1">
                <span class="inline-flex items-center justify-center w-5 h-5 rounded-full border bg-sunken text-muted border-rule-strong"><Icon name="user-round" class="w-3 h-3 shrink-0" /></span>
                "Human"
            </span>
            <span class="inline-flex items-center gap-1"><Agent />"Agent"</span>
            <span class="inline-flex items-center gap-1"><System />"System"</span>
        </span>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn what_is_set_is_said_in_words_and_can_be_cleared() {
        let query = AuditQuery {
            day: Some("2026-11-20".to_owned()),
            actor: Some("people".to_owned()),
            outcome: Some("refused".to_owned()),
            search: Some("</script>\u{202e}".to_owned()),
            ..AuditQuery::default()
        };
        let page = Some(sample::audit());
        let html = Owner::new().with(|| view! { <Filters query=query page=page /> }.to_html()).replace("<!>", "");
        for said in ["Day 2026-11-20, clear", "Actor People, clear", "Outcome Sign-in refused, clear", "gate.checked"] {
            assert!(html.contains(said), "{said} in {html}");
        }
        assert!(!html.contains("</script>"), "{html}");
    }
}
