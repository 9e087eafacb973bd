//! The parts of the first-run set-up: the step at the left, how far it has come at the right.

mod administrator;
mod agent;
mod card;
mod first_workflow;

use crate::{
    brought::Posted,
    kit::{mark::Mark, notice::Alert},
    recorded::text::Text,
};
use domain::set_up::{SetUpPage, Step};
use leptos::prelude::*;

use self::{administrator::Administrator, agent::Agent, card::Card, first_workflow::FirstWorkflow};

/// The whole window.
#[component]
pub fn SetUpView<'a>(
    /// How far it has come.
    page: &'a SetUpPage,
    /// The step that is shown.
    step: Step,
    /// The token of the link, while there is nobody.
    token: Option<String>,
    /// A form that was posted and refused.
    posted: Option<Posted>,
    /// The URL the console is reached under.
    base_url: &'a str,
) -> impl IntoView + use<> {
    let number = Step::ALL.iter().position(|known| *known == step).unwrap_or_default() + 1;
    let form = match step {
        Step::Database | Step::Administrator => view! { <Administrator token=token posted=posted /> }.into_any(),
        Step::Workflow => view! { <FirstWorkflow page=page posted=posted /> }.into_any(),
        Step::Agent => view! { <Agent page=page base_url=base_url /> }.into_any(),
    };
    view! {
        <main id="main" class="min-h-dvh lg:grid lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
            <div class="flex flex-col px-6 lg:px-16 py-8 min-h-dvh min-w-0">
                <div class="flex items-center gap-2">
                    <Mark size=24 />
                    <span class="text-base font-semibold tracking-[-0.01em]">"Countersign"</span>
                </div>
                <div class="my-auto w-full max-w-[440px] mx-auto py-10">
                    <p class="text-xs text-faint">{format!("First-run set-up, step {number} of {}", Step::ALL.len())}</p>
                    {form}
                </div>
                <div class="lg:hidden pb-8"><Card page=page step=step /></div>
                <p class="text-xs text-faint">{concat!("Version ", env!("CARGO_PKG_VERSION"))}</p>
            </div>
            <Aside page=page step=step />
        </main>
    }
    .into_any()
}

#[component]
fn Aside<'a>(page: &'a SetUpPage, step: Step) -> impl IntoView + use<> {
    view! {
        <div class="max-lg:hidden relative overflow-hidden bg-canvas border-s border-rule flex items-center justify-center">
            <div class="absolute inset-0 flex items-center justify-center" aria-hidden="true"><crate::kit::guilloche::Guilloche /></div>
            <div class="relative w-[320px]"><Card page=page step=step /></div>
        </div>
    }
    .into_any()
}

/// The heading of a step.
#[component]
fn Heading(title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <h1 class="text-2xl leading-8 font-semibold tracking-[-0.02em] mt-1">{title}</h1>
        <p class="text-muted mt-1">{text}</p>
    }
}

/// Why a form was refused, where no field says so.
#[component]
fn Refused(posted: Option<Posted>, fields: &'static [&'static str]) -> impl IntoView {
    let refusal = posted
        .as_ref()
        .filter(|posted| !fields.iter().any(|field| posted.fault(field).is_some()))
        .and_then(|posted| posted.refusal.clone());
    refusal.map(|refusal| {
        view! { <Alert><Text text=&refusal.message /></Alert> }
    })
}
