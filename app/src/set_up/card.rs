//! The steps, and how far they have come.

use crate::{kit::icon::Icon, recorded::text::Text};
use domain::set_up::{SetUpPage, Step};
use leptos::prelude::*;

/// The card.
#[component]
pub fn Card<'a>(page: &'a SetUpPage, step: Step) -> impl IntoView + use<> {
    let lines: Vec<AnyView> = Step::ALL.iter().map(|of| line(*of, page, step)).collect();
    view! {
        <section class="rounded-xl bg-surface border border-rule-strong px-5 py-3 pop" aria-label="Steps of the set-up">
            <h2 class="text-sm font-semibold py-1">"Set-up"</h2>
            <ol>{lines}</ol>
        </section>
    }
    .into_any()
}

fn line(of: Step, page: &SetUpPage, step: Step) -> AnyView {
    let is_here = of == step;
    let (icon, colour) = match (is_here, page.is_done(of)) {
        (true, _) => ("circle-dot", "pt-0.5 text-accent"),
        (false, true) => ("circle-check", "pt-0.5 text-pass"),
        (false, false) => ("circle-dashed", "pt-0.5 text-faint"),
    };
    let title = match of {
        Step::Database => "Database",
        Step::Administrator => "First administrator",
        Step::Workflow => "First workflow",
        Step::Agent => "Connect an agent",
    };
    // Whatever can be returned to is a link; the administrator is added once.
    let is_open = page.administrator.is_some() && matches!(of, Step::Workflow | Step::Agent) && !is_here;
    let title = if is_open {
        view! { <a class="lnk font-medium" href=format!("/set-up?step={of}")>{title}</a> }.into_any()
    } else {
        let class = if page.is_done(of) || is_here { "font-medium" } else { "text-muted" };
        view! { <span class=class>{title}</span> }.into_any()
    };
    let told = told(of, page, is_here);
    view! {
        <li class="flex gap-3 py-2.5 border-t border-rule first:border-t-0" aria-current=is_here.then_some("step")>
            <span class=colour><Icon name=icon /></span>
            <div class="min-w-0">
                <div>{title}</div>
                <div class="text-xs text-muted break-words"><Text text=&told /></div>
            </div>
        </li>
    }
    .into_any()
}

fn told(of: Step, page: &SetUpPage, is_here: bool) -> String {
    let here = |otherwise: &str| if is_here { "You are here".to_owned() } else { otherwise.to_owned() };
    match of {
        Step::Database => format!("{}, {} migrations applied", page.engine, page.migrations),
        Step::Administrator => page.administrator.clone().unwrap_or_else(|| here("Whoever may sign in first")),
        Step::Workflow => match (&page.workflow, page.is_workflow_skipped) {
            (Some(name), _) => format!("{name} is published"),
            (None, true) if !is_here => "Left for later".to_owned(),
            (None, _) => here("Load a sample, or write your own"),
        },
        Step::Agent => here("A key, and the first call"),
    }
}
