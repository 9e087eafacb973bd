//! The stages of a definition: boxes with the locks between them, and a table of what each waits for.

use super::gates::quorum;
use crate::{
    kit::{icon::Icon, section::Section},
    recorded::text::Text,
    run::stages::named,
};
use domain::workflow::{Condition, OnFailure, OnReject, Stage, Workflow};
use leptos::prelude::*;

const HEAD: &str = "h-8 px-3 text-[11px] leading-4 text-faint font-medium whitespace-nowrap";

/// The boxes, in the order of the definition; nothing without stages.
pub fn outline(workflow: &Workflow) -> AnyView {
    if workflow.stages.is_empty() {
        return ().into_any();
    }
    let last = workflow.stages.len() - 1;
    let boxes: Vec<AnyView> =
        workflow.stages.iter().enumerate().map(|(place, stage)| stage_box(place, stage, place < last)).collect();
    view! {
        <h2 class="text-xs text-faint mb-2">"Stages"</h2>
        <ol class="mb-5">{boxes}</ol>
    }
    .into_any()
}

fn stage_box(place: usize, stage: &Stage, has_next: bool) -> AnyView {
    let (icon, who) = match (&stage.review, stage.tools.is_empty()) {
        (Some(review), _) if review.unless.is_some() => ("user-round", "people, if needed"),
        (Some(_), _) => ("user-round", "people"),
        (None, false) => ("bot", "agent"),
        (None, true) => ("cog", "system"),
    };
    let name = named(&stage.id);
    let lock = has_next.then(|| {
        let names: Vec<AnyView> = stage.exit.iter().map(|condition| view! { <code class="break-words"><Text text=&condition.name /></code> }.into_any()).collect();
        view! {
            <div class="flex items-center gap-2 ps-5 py-1 text-xs text-muted">
                <span class="inline-flex w-5 h-5 items-center justify-center rounded-full border border-rule-strong bg-canvas text-faint shrink-0"><Icon name="lock" class="w-3 h-3 shrink-0" /></span>
                <span class="min-w-0 flex flex-wrap gap-x-2">{names}</span>
            </div>
        }
    });
    view! {
        <li>
            <div class="flex items-center gap-2 rounded-lg border border-rule-strong px-3 min-h-9 py-1.5">
                <span class="text-xs text-faint tabular-nums">{place + 1}</span>
                <span class="font-medium min-w-0 break-words"><Text text=&name /></span>
                <span class="ms-auto inline-flex items-center gap-1 text-xs text-muted whitespace-nowrap"><Icon name=icon class="w-3.5 h-3.5 shrink-0" />{who}</span>
            </div>
            {lock}
        </li>
    }
    .into_any()
}

/// What each stage waits for, who agrees, and what follows its failure; nothing without stages.
#[component]
pub fn StagesTable<'a>(workflow: &'a Workflow) -> impl IntoView + use<> {
    if workflow.stages.is_empty() {
        return ().into_any();
    }
    let rows: Vec<AnyView> =
        workflow.stages.iter().enumerate().map(|(place, stage)| row(place, stage, workflow)).collect();
    let aside =
        view! { <span class="max-sm:hidden">"Complete when its exit criteria are recorded, not when an agent says so."</span> }
            .into_any();
    view! {
        <Section id="stages" title="Stages" aside=aside>
            <div tabindex="0" role="group" aria-label="Stages, scrolls sideways" class="relative rounded-lg border border-rule overflow-x-auto">
                <table class="w-full">
                    <thead class="bg-canvas">
                        <tr>
                            <th scope="col" class=HEAD>"Stage"</th>
                            <th scope="col" class=HEAD>"Tools"</th>
                            <th scope="col" class=HEAD>"Entered when"</th>
                            <th scope="col" class=HEAD>"Complete when"</th>
                            <th scope="col" class=HEAD>"People"</th>
                            <th scope="col" class=HEAD>"When it fails"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Section>
    }
    .into_any()
}

fn row(place: usize, stage: &Stage, workflow: &Workflow) -> AnyView {
    let tools = stage.tools.iter().map(|tool| view! { <div><code><Text text=tool /></code></div> }).collect_view();
    let word = match (place, stage.entry.is_empty()) {
        (0, true) => Some("at once"),
        (0, false) => None,
        _ => Some("the stage before is complete"),
    };
    let entry = view! { <span class="text-muted">{word}</span>{conditions(&stage.entry)} };
    let people = match &stage.review {
        None => view! { <span class="text-muted">"no review"</span> }.into_any(),
        Some(review) => {
            let quorum = workflow.policies.get(&review.policy).map(quorum);
            view! { <code>{review.policy.clone()}</code><div class="text-xs text-muted">{quorum}</div> }.into_any()
        }
    };
    view! {
        <tr class="border-t border-rule align-top">
            <td class="px-3 py-1.5"><code class="font-medium">{stage.id.clone()}</code></td>
            <td class="px-3 py-1.5">{tools}</td>
            <td class="px-3 py-1.5">{entry}</td>
            <td class="px-3 py-1.5">{conditions(&stage.exit)}</td>
            <td class="px-3 py-1.5">{people}</td>
            <td class="px-3 py-1.5">{failure(stage)}</td>
        </tr>
    }
    .into_any()
}

fn conditions(all: &[Condition]) -> AnyView {
    let one = |condition: &Condition| {
        view! { <div title=condition.when.clone()><code class="whitespace-nowrap"><Text text=&condition.name /></code></div> }
    };
    all.iter().map(one).collect_view().into_any()
}

fn failure(stage: &Stage) -> AnyView {
    let rule = match &stage.on_failure {
        OnFailure::Retry => view! { "undone, tried again" }.into_any(),
        OnFailure::ReturnTo(to) => view! { "back to "<code>{to.clone()}</code> }.into_any(),
        OnFailure::Keep => view! { "kept, tried again" }.into_any(),
    };
    let undone = stage
        .compensate
        .iter()
        .map(|call| view! { <div class="text-xs text-muted">"undone by "<code><Text text=&call.tool /></code></div> });
    let undone = undone.collect_view();
    let rejected = (stage.review.is_some() && stage.on_reject == OnReject::CancelRun)
        .then(|| view! { <div class="text-xs text-muted">"rejected: the run is cancelled"</div> });
    view! { {rule}{undone}{rejected} }.into_any()
}
