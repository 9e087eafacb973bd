//! The steps of an enforced execution: how far it is, and what was verified of each.

use super::named;
use crate::{
    kit::{
        badge::{Badge, Tone},
        moment::Moment,
    },
    recorded::text::Text,
};
use domain::{
    Time,
    step::{State, StepStatus},
    timeline::{RunPage, StepRow},
};
use leptos::prelude::*;

/// The steps as a list; nothing for a workflow without any.
#[component]
pub fn Steps<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    if run.steps.is_empty() {
        return ().into_any();
    }
    let rows: Vec<AnyView> = run.steps.iter().enumerate().map(|(place, step)| row(place, step, run.now)).collect();
    view! {
        <section aria-labelledby="steps-h" class="mt-4">
            <h2 id="steps-h" class="sr-only">"Steps"</h2>
            <ol class="rounded-lg border border-rule overflow-hidden">{rows}</ol>
        </section>
    }
    .into_any()
}

fn row(place: usize, step: &StepRow, now: Time) -> AnyView {
    let (tone, icon, word) = match step.state.status() {
        StepStatus::Pending => (Tone::Quiet, "circle-dashed", "Not started"),
        StepStatus::Running => (Tone::Accent, "play", "Running"),
        StepStatus::Awaiting => (Tone::Accent, "hourglass", "Waits for people"),
        StepStatus::Verified => (Tone::Pass, "check", "Verified"),
        StepStatus::Failed => (Tone::Fail, "x", "Failed"),
    };
    let name = named(&step.id);
    let at = step.state.moved_at().map(|at| view! { <span class="text-xs text-muted"><Moment at=at now=now /></span> });
    let tried =
        (step.attempt > 1).then(|| view! { <span class="text-xs text-muted">{format!("try {}", step.attempt)}</span> });
    let approval = step.state.approval().map(|id| {
        view! { <a href=format!("/approvals/{id}") class="text-xs text-accent font-medium">"Open approval"</a> }
    });
    let more = more(step);
    view! {
        <li class="border-b border-rule px-3 py-1">
            <div class="flex flex-wrap items-center gap-x-2">
                <span class="tabular-nums text-xs text-muted">{place + 1}</span>
                <span class="font-medium break-words"><Text text=&name /></span>
                <Badge tone=tone icon=icon text=word />
                {tried}
                {approval}
                <span class="ms-auto">{at}</span>
            </div>
            {more}
        </li>
    }
    .into_any()
}

/// What does not hold, else what was verified.
fn more(step: &StepRow) -> AnyView {
    if let State::Failed { error, .. } = &step.state {
        return view! { <p class="text-xs text-fail break-words"><Text text=error /></p> }.into_any();
    }
    let held: Vec<&str> = step.checks.iter().filter(|(_, holds)| *holds).map(|(check, _)| check.as_str()).collect();
    if held.is_empty() {
        return ().into_any();
    }
    let held = held.join(" · ");
    view! { <p class="text-xs text-muted break-words"><Text text=&held /></p> }.into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::sample;
    use domain::id::ApprovalId;

    fn at(minute: u32) -> Time {
        format!("2026-11-21T14:{minute:02}:00Z").parse().expect("a time")
    }

    fn shown(run: &RunPage) -> String {
        Owner::new().with(|| view! { <Steps run=run /> }.to_html()).replace("<!>", "")
    }

    #[test]
    fn each_step_says_how_it_stands() {
        let approval: ApprovalId = "apr_01j1x6q34xfvqr28t5cy4tp001".parse().expect("an id");
        let step = |id: &str, state, checks: &[(&str, bool)]| StepRow {
            id: id.to_owned(),
            kind: "run".to_owned(),
            attempt: 2,
            state,
            checks: checks.iter().map(|(check, holds)| ((*check).to_owned(), *holds)).collect(),
        };
        let verified = State::Verified { begun_at: at(0), verified_at: at(1), approval: None };
        let failed = State::Failed { begun_at: at(0), failed_at: at(1), error: "expected <b>0</b>".to_owned() };
        let steps = vec![
            step("unit_tests", verified, &[("exit code 0", true)]),
            step("approval", State::Awaiting { begun_at: at(1), approval }, &[]),
            step("closure", failed, &[("exit code 0", false)]),
        ];
        let run = RunPage { steps, ..sample::run_page() };
        let html = shown(&run);
        for part in ["Unit tests", "try 2", "Verified", "exit code 0", "Waits for people", "Open approval", "Failed"] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(!html.contains("<b>"), "{html}");
        let none = shown(&sample::run_page());
        assert!(!none.contains("<ol"), "{none}");
    }
}
