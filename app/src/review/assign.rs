//! Two more choices beside the verdicts: escalate to a group, delegate to a person. Each is a form of its own, folded
//! until it is wanted; neither decides anything.

use super::follow::Followed;
use crate::{
    brought::{Posted, posted},
    keys::{Act, Mark, hint::Hint},
    kit::{button, icon::Icon, notice::Alert},
    recorded::text::Text,
};
use domain::{
    assignment::{Choices, MAX_REASON},
    inspect::spelled,
};
use leptos::prelude::*;

/// What one of the two choices asks.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    /// The form, as the server knows it.
    form: &'static str,
    mark: Mark,
    word: &'static str,
    /// What follows from it.
    consequence: String,
    label: &'static str,
    /// What may be chosen: the value, and what is read.
    options: Vec<(String, String)>,
    /// What is said beside the field.
    aside: &'static str,
    icon: &'static str,
}

/// The choices, for whoever may assign the approval.
#[component]
pub fn AssignChoices(followed: Followed) -> impl IntoView {
    let choices = Memo::new(move |_| followed.with(|review| review.assignable.clone()));
    move || {
        let asked: Vec<Asked> = choices.get().map(|choices| asked(&choices)).unwrap_or_default();
        (!asked.is_empty()).then(|| {
            let forms: Vec<AnyView> =
                asked.into_iter().map(|asked| view! { <AssignForm asked=asked /> }.into_any()).collect();
            view! { <div class="rounded-lg border border-rule-strong overflow-hidden">{forms}</div> }
        })
    }
}

fn asked(choices: &Choices) -> Vec<Asked> {
    let raise = choices.raise_to.iter().map(|group| (group.clone(), format!("{group}, who may decide from then on")));
    let own = choices.groups.iter().map(|group| (group.clone(), format!("{group}, who may decide it")));
    let groups: Vec<(String, String)> = raise.chain(own).collect();
    let person = |choice: &domain::assignment::Choice| {
        (choice.person_id.to_string(), spelled(&format!("{}, {}", choice.name, choice.group)))
    };
    let people: Vec<(String, String)> = choices.people.iter().map(person).collect();
    let escalate = Asked {
        form: "escalate",
        mark: Mark::Escalate,
        word: "Escalate",
        consequence: match &choices.raise_to {
            Some(group) => format!("To {group}, who may decide from then on"),
            None => "To one of its groups, whose people are told".to_owned(),
        },
        label: "Escalate to",
        options: groups,
        aside: "The group is told. Nothing is decided by it.",
        icon: "trending-up",
    };
    let delegate = Asked {
        form: "delegate",
        mark: Mark::Delegate,
        word: "Delegate",
        consequence: "To somebody else who may decide".to_owned(),
        label: "Delegate to",
        options: people,
        aside: "Only people who may decide are listed. Both names stay on record.",
        icon: "user-plus",
    };
    [escalate, delegate].into_iter().filter(|asked| !asked.options.is_empty()).collect()
}

/// One choice; it stands open with what was typed where it was refused.
#[component]
fn AssignForm(asked: Asked) -> impl IntoView {
    view! {
        <Suspense>
            {move || {
                let asked = asked.clone();
                Suspend::new(async move {
                    let posted = posted(asked.form).await.filter(|posted| posted.refusal.is_some());
                    view! { <Folded asked=asked posted=posted /> }
                })
            }}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Folded(asked: Asked, posted: Option<Posted>) -> impl IntoView {
    let Asked { form, mark, word, consequence, label, options, aside, icon } = asked;
    let chosen = posted.as_ref().map(|posted| posted.value("to"));
    let typed = posted.as_ref().map(|posted| posted.value("reason"));
    let said = posted.as_ref().and_then(|posted| posted.refusal.clone()).map(|refusal| {
        view! { <Alert><span class="block first-letter:uppercase"><Text text=&refusal.message /></span></Alert> }
    });
    let options: Vec<AnyView> = options
        .into_iter()
        .map(|(value, read)| {
            let selected = chosen.as_ref() == Some(&value);
            view! { <option value=value selected=selected>{read}</option> }.into_any()
        })
        .collect();
    view! {
        <details open=posted.is_some() class="border-t border-rule first:border-t-0">
            <summary data-key=mark.word() class="flex items-start gap-2.5 px-3 py-1.5 max-lg:py-3 cursor-pointer hover:bg-hover">
                <Icon name="chevron-right" class="chev w-3.5 h-3.5 mt-1 shrink-0" />
                <span class="flex-1 min-w-0">
                    <span class="font-medium">{word}</span>
                    <span class="block text-xs text-muted break-words">{consequence}</span>
                </span>
                <Hint act=Act::Choose(mark) />
            </summary>
            <form method="post" class="px-3 pb-3 pt-1 space-y-2">
                <input type="hidden" name="form" value=form />
                <label class="block">
                    <span class="block font-medium mb-1">{label}</span>
                    <select name="to" required=true class="field w-full h-8 px-2 rounded-md border border-control bg-surface">{options}</select>
                </label>
                <label class="block">
                    <span class="flex items-baseline gap-2 mb-1"><span class="font-medium">"Why"</span><span class="text-xs text-faint ms-auto">"required"</span></span>
                    <input type="text" name="reason" required=true maxlength=MAX_REASON.to_string() value=typed autocomplete="off" class="field w-full h-8 px-2 rounded-md border border-control bg-surface" />
                </label>
                <p class="text-xs text-muted">{aside}</p>
                {said}
                <button type="submit" class=button::SMALL><Icon name=icon class="w-3.5 h-3.5 shrink-0" />{word}</button>
            </form>
        </details>
    }
    .into_any()
}
