//! What a support lead can do with a case: take it up, give it to somebody, say how it was settled.

use super::follow::FollowedCase;
use crate::{
    admin::Refused,
    brought::Posted,
    kit::{
        button,
        field::{Fault, Field, INPUT},
        icon::Icon,
        section::Section,
        text_area::filled,
    },
};
use domain::{
    escalation::{EscalationStatus, MAX_TEXT},
    escalations::{EscalationPage, Lead},
    id::{EscalationId, PersonId},
};
use leptos::prelude::*;

/// What the forms depend on: they stay as they are, with what is typed, while nothing of this changes.
#[derive(Clone, PartialEq)]
struct Open {
    id: EscalationId,
    status: EscalationStatus,
    assignee: Option<PersonId>,
    leads: Vec<Lead>,
    viewer: PersonId,
}

impl Open {
    fn of(page: &EscalationPage) -> Option<Self> {
        let state = &page.case.row.state;
        page.may_work.then(|| Self {
            id: page.case.id(),
            status: state.status(),
            assignee: state.assignee(),
            leads: page.leads.clone(),
            viewer: page.viewer,
        })
    }
}

/// The forms; nothing for whoever may not work the case.
#[component]
pub fn Act<'a>(followed: FollowedCase, posted: Option<&'a Posted>) -> impl IntoView + use<> {
    let open = Memo::new(move |_| followed.with(Open::of));
    let of = |form: &str| posted.filter(|posted| posted.form == form).cloned();
    let (taken, given, settled) = (of("acknowledge"), of("assign"), of("resolve"));
    let forms = move || {
        open.get().map(|open| {
            let take = (open.status == EscalationStatus::Open).then(|| acknowledge(&open, taken.as_ref()));
            view! {
                {take}
                <Resolve open=open.clone() posted=settled.clone() />
                <Assign open=open posted=given.clone() />
            }
        })
    };
    forms.into_any()
}

fn acknowledge(open: &Open, posted: Option<&Posted>) -> AnyView {
    view! {
        <form method="post" action=format!("/escalations/{}", open.id) class="mt-3 flex flex-wrap items-center gap-3 rounded-lg border border-warn-line bg-warn-soft px-4 py-3">
            <input type="hidden" name="form" value="acknowledge" />
            <p class="min-w-0">"Nobody has taken this case up."</p>
            <button type="submit" class=format!("ms-auto {}", button::PRIMARY)><Icon name="hand" class="w-4 h-4 shrink-0" />"Acknowledge"</button>
            <div class="w-full empty:hidden"><Refused posted=posted /></div>
        </form>
    }
    .into_any()
}

#[component]
fn Resolve(open: Open, posted: Option<Posted>) -> impl IntoView {
    let said = posted.as_ref().map(|posted| posted.value("resolution")).unwrap_or_default();
    let fault = posted.as_ref().and_then(|posted| posted.fault("resolution"));
    let is_wrong = fault.is_some();
    let field = filled("resolution", &said);
    view! {
        <Section id="resolve" title="Resolve">
            <form method="post" action=format!("/escalations/{}", open.id) class="space-y-3 max-w-[640px]">
                <input type="hidden" name="form" value="resolve" />
                <Refused posted=posted.as_ref() />
                <div>
                    <label for="resolution" class="block font-medium mb-1">"How it was settled"</label>
                    <textarea
                        id="resolution"
                        node_ref=field
                        name="resolution"
                        rows="3"
                        required=true
                        maxlength=MAX_TEXT
                        aria-invalid=is_wrong.then_some("true")
                        aria-describedby=if is_wrong { "resolution-fault" } else { "resolution-hint" }
                        class="block w-full rounded-md border border-control bg-surface px-2.5 py-1.5"
                    ></textarea>
                    {fault.map(|message| view! { <Fault id="resolution-fault".to_owned() message=message /> })}
                    {(!is_wrong).then(|| view! { <p id="resolution-hint" class="text-xs text-muted mt-1">"Its agent reads this, and it is kept in the log."</p> })}
                </div>
                <button type="submit" class=button::PLAIN><Icon name="check" class="w-4 h-4 shrink-0" />"Resolve"</button>
            </form>
        </Section>
    }
    .into_any()
}

#[component]
fn Assign(open: Open, posted: Option<Posted>) -> impl IntoView {
    let others: Vec<&Lead> = open.leads.iter().filter(|lead| Some(lead.id) != open.assignee).collect();
    if others.is_empty() {
        return ().into_any();
    }
    let chosen = posted.as_ref().map(|posted| posted.value("to")).unwrap_or_default();
    let options: Vec<AnyView> = others
        .into_iter()
        .map(|lead| {
            let (id, name) = (lead.id.to_string(), lead.name.clone());
            let shown = if lead.id == open.viewer { format!("{name} (you)") } else { name };
            view! { <option value=id.clone() selected=id == chosen>{shown}</option> }.into_any()
        })
        .collect();
    let reason = posted.as_ref().map(|posted| posted.value("reason")).unwrap_or_default();
    let [to_fault, reason_fault] = ["to", "reason"].map(|field| posted.as_ref().and_then(|posted| posted.fault(field)));
    view! {
        <Section id="assign" title="Give to somebody">
            <form method="post" action=format!("/escalations/{}", open.id) class="space-y-3 max-w-[640px]">
                <input type="hidden" name="form" value="assign" />
                <Refused posted=posted.as_ref() />
                <label class="block">
                    <span class="block font-medium mb-1">"Support lead"</span>
                    <select name="to" class=INPUT>{options}</select>
                </label>
                {to_fault.map(|message| view! { <Fault id="to-fault".to_owned() message=message /> })}
                <Field label="Why them" name="reason" value=reason fault=reason_fault />
                <button type="submit" class=button::PLAIN><Icon name="user-plus" class="w-4 h-4 shrink-0" />"Assign"</button>
            </form>
        </Section>
    }
    .into_any()
}
