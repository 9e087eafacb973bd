//! Having a closure finish what it left, and seeing first what that would do.

use super::{follow::FollowedReceipt, steps::HEAD, words::step_badge};
use crate::{
    brought::Posted,
    keys::Mark,
    kit::{
        badge::{Badge, Tone},
        button,
        icon::Icon,
        notice::Notice,
        section::Section,
    },
    recorded::text::Text,
};
use domain::{
    closure::{
        replay::{DryRun, DryStep, Would},
        step::StepStatus,
    },
    closures::ClosurePage,
};
use leptos::prelude::*;

/// What an administrator can do about a receipt.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Offered {
    is_replayable: bool,
    has_failed: bool,
}

impl Offered {
    fn of(page: &ClosurePage) -> Option<Self> {
        let receipt = &page.receipt;
        (page.may_replay && receipt.is_unfinished()).then(|| Self {
            is_replayable: receipt.is_replayable(),
            has_failed: receipt.steps.iter().any(|row| row.status == StepStatus::Failed),
        })
    }
}

/// The forms; nothing for whoever may not, and where nothing is left.
#[component]
pub fn Replay(
    followed: FollowedReceipt,
    /// The receipt, with the list beside it as it is narrowed: where the forms go.
    action: String,
) -> impl IntoView {
    let offered = Memo::new(move |_| followed.with(Offered::of));
    let forms = move || {
        offered.get().map(|offered| {
            let word = if offered.has_failed { "Retry failed steps" } else { "Finish what is left" };
            let retry = offered.is_replayable.then(|| {
                view! {
                    <form method="post" action=action.clone()>
                        <input type="hidden" name="form" value="replay" />
                        <button type="submit" data-key=Mark::Retry.word() class=button::SMALL><Icon name="rotate-ccw" class="w-3.5 h-3.5 shrink-0" />{word}</button>
                    </form>
                }
            });
            view! {
                <form method="post" action=action.clone()>
                    <input type="hidden" name="form" value="try" />
                    <button type="submit" class=button::SMALL><Icon name="eye" class="w-3.5 h-3.5 shrink-0" />"Dry run"</button>
                </form>
                {retry}
            }
        })
    };
    forms.into_any()
}

/// Why a replay or a dry run was refused.
pub fn refused(posted: Option<&Posted>) -> AnyView {
    let refused = posted.filter(|posted| ["replay", "try"].contains(&&*posted.form));
    view! { <div class="mt-3 empty:hidden"><crate::admin::Refused posted=refused /></div> }.into_any()
}

/// What a replay would do; nothing of it has been done.
pub fn tried(run: &DryRun) -> AnyView {
    let source = if run.source_holds {
        view! { <Notice tone=Tone::Quiet icon="eye" title="Nothing was written"><p>"The source still says what was expected. A replay would do this:"</p></Notice> }.into_any()
    } else {
        let detail = run.source_detail.clone().unwrap_or_default();
        view! {
            <Notice tone=Tone::Warn icon="hand" title="Nothing was written, and nothing would be">
                <p class="break-words">"The source does not stand: "<Text text=&detail /></p>
            </Notice>
        }
        .into_any()
    };
    let rows: Vec<AnyView> = run.steps.iter().map(line).collect();
    let table = (!rows.is_empty() && run.source_holds).then(|| {
        let heads = ["Step", "Now", "Would", "What was seen"].map(|word| view! { <th scope="col" class=HEAD>{word}</th> });
        view! {
            <div tabindex="0" role="group" aria-label="Dry run, scrolls sideways" class="relative mt-3 rounded-lg border border-rule overflow-x-auto">
                <table class="w-full">
                    <thead class="bg-canvas"><tr>{heads.into_iter().collect_view()}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
    });
    view! { <Section id="dry-run" title="Dry run"><div role="status">{source}</div>{table}</Section> }.into_any()
}

fn line(step: &DryStep) -> AnyView {
    let (tone, icon, word) = match step.would {
        Would::Nothing => (Tone::Quiet, "check", "Do nothing"),
        Would::Write => (Tone::Accent, "pen-line", "Write"),
        Would::Wait => (Tone::Warn, "clock", "Wait"),
        Would::Ask => (Tone::Warn, "hand", "Ask a person"),
    };
    let record = (!step.record.is_empty()).then(|| view! { ", "<Text text=&step.record /> });
    let seen = match &step.detail {
        Some(detail) => view! { <Text text=detail /> }.into_any(),
        None if step.would == Would::Write => "It is not as wanted yet".into_any(),
        None => "It is done".into_any(),
    };
    view! {
        <tr class="border-t border-rule align-top">
            <td class="px-3 py-2 min-w-40">
                <code class="font-medium"><Text text=&step.step /></code>
                <div class="text-xs text-muted break-words"><Text text=&step.target />{record}</div>
            </td>
            <td class="px-3 py-2 whitespace-nowrap">{step_badge(step.status)}</td>
            <td class="px-3 py-2 whitespace-nowrap"><Badge tone=tone icon=icon text=word /></td>
            <td class="px-3 py-2 min-w-40 text-xs break-words">{seen}</td>
        </tr>
    }
    .into_any()
}
