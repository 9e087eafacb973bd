//! Steps that follow each other, done, under way or to come.

use crate::{
    kit::{icon::Icon, moment::Moment},
    recorded::text::Text,
};
use domain::Time;
use leptos::prelude::*;

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Done,
    Now,
    Later,
}

/// A step.
pub struct Step {
    progress: Progress,
    what: String,
    aside: Option<String>,
    at: Option<Time>,
}

impl Step {
    /// A step that is done.
    pub fn done(what: impl Into<String>, aside: Option<String>, at: Option<Time>) -> Self {
        Self { progress: Progress::Done, what: what.into(), aside, at }
    }

    /// The step under way.
    pub fn now(what: impl Into<String>, aside: Option<String>) -> Self {
        Self { progress: Progress::Now, what: what.into(), aside, at: None }
    }

    /// With the time since when it is under way.
    #[must_use]
    pub fn since(self, at: Time) -> Self {
        Self { at: Some(at), ..self }
    }

    /// A step to come.
    pub fn later(what: impl Into<String>) -> Self {
        Self { progress: Progress::Later, what: what.into(), aside: None, at: None }
    }
}

/// The steps in their order.
#[component]
pub fn Steps(
    /// What they lead to.
    title: &'static str,
    /// The steps.
    steps: Vec<Step>,
    /// The page's time.
    now: Time,
) -> impl IntoView {
    let steps: Vec<AnyView> = steps.into_iter().map(|step| show(step, now)).collect();
    view! {
        <h3 class="font-medium">{title}</h3>
        <ol class="text-xs border-b border-rule pb-1">{steps}</ol>
    }
    .into_any()
}

fn show(step: Step, now: Time) -> AnyView {
    let (icon, class, words, state) = match step.progress {
        Progress::Done => ("check", "w-4 h-4 text-pass shrink-0", "", "done: "),
        Progress::Now => ("loader-circle", "w-4 h-4 text-accent spin shrink-0", "font-medium", "under way: "),
        Progress::Later => ("circle", "w-4 h-4 text-faint shrink-0", "text-faint", "to come: "),
    };
    view! {
        <li class="flex items-center gap-2 min-h-8 py-1 border-t border-rule first:border-t-0">
            <Icon name=icon class=class />
            <span class=words><span class="sr-only">{state}</span><Text text=&step.what /></span>
            <span class="text-faint ms-auto text-end">{step.aside.map(|aside| view! { <Text text=&aside /> })}</span>
            <span class="text-faint w-14 text-end">{step.at.map(|at| view! { <Moment at=at now=now /> })}</span>
        </li>
    }
    .into_any()
}
