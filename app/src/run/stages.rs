//! The stages of the run as boxes with locks between them: where it is, and what holds it.

mod steps;

use self::steps::Steps;
use crate::{
    kit::{icon::Icon, span},
    recorded::text::Text,
};
use domain::{
    Time,
    stage::{Attempt, AttemptStatus},
    timeline::{RunPage, StageRow},
};
use leptos::prelude::*;

/// More stages than this scroll sideways.
const ABREAST: usize = 6;

/// How a stage is drawn.
struct Look {
    icon: &'static str,
    word: &'static str,
    class: &'static str,
    of_box: &'static str,
}

const HELD: Look = Look {
    icon: "hourglass",
    word: "In review",
    class: "ms-auto inline-flex items-center gap-1 text-accent font-medium",
    of_box: "relative rounded-lg border border-accent bg-accent-soft p-3 min-h-26 min-w-36 flex-1 flex flex-col",
};

const fn look(status: AttemptStatus) -> Look {
    match status {
        AttemptStatus::Pending => Look {
            icon: "circle-dashed",
            word: "Not started",
            class: "ms-auto inline-flex items-center gap-1 font-medium",
            of_box: "relative rounded-lg border border-dashed border-rule-strong bg-surface p-3 min-h-26 min-w-36 flex-1 flex flex-col",
        },
        AttemptStatus::Active => Look {
            icon: "play",
            word: "Active",
            class: "ms-auto inline-flex items-center gap-1 text-accent font-medium",
            of_box: "relative rounded-lg border border-accent bg-accent-soft p-3 min-h-26 min-w-36 flex-1 flex flex-col",
        },
        AttemptStatus::Complete => Look {
            icon: "check",
            word: "Done",
            class: "ms-auto inline-flex items-center gap-1 text-pass font-medium",
            of_box: "relative rounded-lg border border-rule-strong bg-surface p-3 min-h-26 min-w-36 flex-1 flex flex-col",
        },
        AttemptStatus::Failed => Look {
            icon: "circle-x",
            word: "Failed",
            class: "ms-auto inline-flex items-center gap-1 text-fail font-medium",
            of_box: "relative rounded-lg border border-fail-line bg-fail-soft p-3 min-h-26 min-w-36 flex-1 flex flex-col",
        },
        AttemptStatus::RolledBack => Look {
            icon: "undo-2",
            word: "Rolled back",
            class: "ms-auto inline-flex items-center gap-1 text-warn font-medium",
            of_box: "relative rounded-lg border border-warn-line bg-warn-soft p-3 min-h-26 min-w-36 flex-1 flex flex-col",
        },
    }
}

/// The band of stages; nothing for a workflow without any.
#[component]
pub fn Stages<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    if run.stages.is_empty() {
        return view! { <Steps run=run /> }.into_any();
    }
    let last = run.stages.len() - 1;
    let boxes: Vec<AnyView> = run
        .stages
        .iter()
        .enumerate()
        .map(|(place, stage)| {
            let lock = (place < last).then(|| lock(stage));
            view! { <li class="contents">{stage_box(place, stage, run.now)}{lock}</li> }.into_any()
        })
        .collect();
    let scrolls = (run.stages.len() > ABREAST).then_some("0");
    view! {
        <section aria-labelledby="stages-h" class="mt-4">
            <h2 id="stages-h" class="sr-only">"Stages"</h2>
            <ol tabindex=scrolls class="flex max-lg:flex-col gap-x-1.5 rounded-xl border border-rule bg-canvas p-4 overflow-x-auto">{boxes}</ol>
            <Legend />
        </section>
    }
    .into_any()
}

#[component]
fn Legend() -> impl IntoView {
    view! {
        <div class="flex flex-wrap gap-x-4 gap-y-1 mt-2 text-xs text-muted">
            <span class="inline-flex items-center gap-1"><Icon name="lock-open" class="w-3.5 h-3.5 text-pass shrink-0" />"Criteria met"</span>
            <span class="inline-flex items-center gap-1"><Icon name="lock" class="w-3.5 h-3.5 text-accent shrink-0" />"Holding the run"</span>
            <span class="inline-flex items-center gap-1"><Icon name="lock" class="w-3.5 h-3.5 text-faint shrink-0" />"Not reached"</span>
            <span class="lg:ms-auto">"Stages read the state store. Nothing an agent says can complete one."</span>
        </div>
    }
    .into_any()
}

/// The status of the attempt that counts.
fn status(stage: &StageRow) -> AttemptStatus {
    stage.newest().map_or(AttemptStatus::Pending, |newest| newest.state.status())
}

fn is_reviewed_now(stage: &StageRow) -> bool {
    stage.newest().is_some_and(|newest| newest.state.awaiting().is_some())
}

fn stage_box(place: usize, stage: &StageRow, now: Time) -> AnyView {
    let Look { icon, word, class, of_box } = if is_reviewed_now(stage) { HELD } else { look(status(stage)) };
    let name = named(&stage.id);
    view! {
        <div class=of_box>
            <div class="flex items-center gap-1.5 text-xs text-muted">
                <span class="tabular-nums">{place + 1}</span>
                <span class=class><Icon name=icon class="w-3.5 h-3.5 shrink-0" />{word}</span>
            </div>
            <div class="font-medium mt-1 leading-4.5 break-words"><Text text=&name /></div>
            <div class="text-xs text-muted mt-0.5 leading-4 break-words">{what(stage)}</div>
            <div class="mt-auto pt-1 flex flex-wrap items-center gap-x-2 text-[11px] leading-4 text-muted">{marks(stage, now)}</div>
        </div>
    }
    .into_any()
}

/// `risk_assessment` reads "Risk assessment".
pub fn named(id: &str) -> String {
    let words = id.replace('_', " ");
    let mut letters = words.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// What there is to say of the stage, in a few words.
fn what(stage: &StageRow) -> AnyView {
    let unmet = stage.exit.iter().find(|(_, holds)| !holds).map(|(name, _)| name.clone());
    let tool = stage.tools.first().cloned();
    match (status(stage), unmet, tool) {
        (AttemptStatus::Complete, ..) if stage.exit.len() == 1 => view! { "1 criterion met" }.into_any(),
        (AttemptStatus::Complete, ..) => format!("{} criteria met", stage.exit.len()).into_any(),
        (AttemptStatus::Active, ..) if is_reviewed_now(stage) => view! { "People decide" }.into_any(),
        (AttemptStatus::Active, Some(unmet), _) => view! { "waits for "<code><Text text=&unmet /></code> }.into_any(),
        (AttemptStatus::Failed, ..) => view! { "Effects are being undone" }.into_any(),
        (AttemptStatus::Pending | AttemptStatus::RolledBack, _, Some(tool)) => {
            view! { <code><Text text=&tool /></code>" held" }.into_any()
        }
        _ => ().into_any(),
    }
}

/// Time, tries, rollbacks and the snapshot.
fn marks(stage: &StageRow, now: Time) -> Vec<AnyView> {
    let mark = |icon: &'static str, word: String| {
        view! { <span class="inline-flex items-center gap-1 whitespace-nowrap"><Icon name=icon class="w-3 h-3 shrink-0" />{word}</span> }.into_any()
    };
    let newest = stage.newest();
    let mut marks = Vec::new();
    if let Some(took) = newest.and_then(|newest| took(&newest.state, now)) {
        marks.push(mark("timer", span::short(took)));
    }
    if let Some(newest) = newest.filter(|newest| newest.attempt > 1) {
        marks.push(mark("repeat", format!("try {}", newest.attempt)));
    }
    let undone = |attempt: &&domain::timeline::AttemptRow| attempt.state.status() == AttemptStatus::RolledBack;
    match stage.attempts.iter().filter(undone).count() {
        0 => {}
        1 => marks.push(mark("undo-2", "1 rollback".to_owned())),
        several => marks.push(mark("undo-2", format!("{several} rollbacks"))),
    }
    if let (Some(tool), AttemptStatus::Pending) = (stage.undone_by.first(), status(stage)) {
        marks.push(mark("undo-2", tool.clone()));
    }
    marks
}

/// Seconds an attempt took, or has taken so far.
pub fn took(state: &Attempt, now: Time) -> Option<i64> {
    let (from, to) = match state {
        Attempt::Pending => return None,
        Attempt::Active { entered_at, .. } => (*entered_at, now),
        Attempt::Complete { entered_at, completed_at, .. } => (*entered_at, *completed_at),
        Attempt::Failed { entered_at, failed_at, .. } | Attempt::RolledBack { entered_at, failed_at, .. } => {
            (*entered_at, *failed_at)
        }
    };
    Some((to - from).num_seconds())
}

/// The lock behind a stage: what must be recorded, or who must agree, before the next one.
fn lock(stage: &StageRow) -> AnyView {
    let is_held = is_reviewed_now(stage);
    let word = if is_held {
        "human approval".to_owned()
    } else {
        let unmet = stage.exit.iter().find(|(_, holds)| !holds).or_else(|| stage.exit.first());
        unmet.map(|(name, _)| name.replace('_', " ")).unwrap_or_default()
    };
    let (icon, circle, class) = match status(stage) {
        AttemptStatus::Complete => (
            "lock-open",
            "border-pass-line bg-pass-soft text-pass",
            "text-[11px] leading-3.5 text-center break-words text-pass",
        ),
        AttemptStatus::Active => (
            "lock",
            "border-accent bg-surface text-accent",
            "text-[11px] leading-3.5 text-center break-words text-accent",
        ),
        AttemptStatus::Pending | AttemptStatus::Failed | AttemptStatus::RolledBack => (
            "lock",
            "border-rule-strong bg-canvas text-faint",
            "text-[11px] leading-3.5 text-center break-words text-muted",
        ),
    };
    // On a wide screen the band is one line; the part that is not reached is dashed.
    let line = match status(stage) {
        AttemptStatus::Complete => "flex-1 border-t border-pass-line max-lg:hidden",
        AttemptStatus::Active | AttemptStatus::Pending | AttemptStatus::Failed | AttemptStatus::RolledBack => {
            "flex-1 border-t border-dashed border-rule-strong max-lg:hidden"
        }
    };
    let circle = format!("inline-flex w-7 h-7 items-center justify-center rounded-full border shrink-0 {circle}");
    view! {
        <div class="w-16 max-lg:w-auto shrink-0 flex flex-col items-center justify-center gap-1 max-lg:flex-row max-lg:py-1 max-lg:justify-start max-lg:ps-3">
            <span class="flex items-center self-stretch -mx-1.5 max-lg:mx-0">
                <span class=line></span><span class=circle><Icon name=icon class="w-3.5 h-3.5 shrink-0" /></span><span class=line></span>
            </span>
            <span class=class><Text text=&word /></span>
        </div>
    }
    .into_any()
}
