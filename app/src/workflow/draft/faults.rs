//! The faults of a text: a list that leads to their places, and a copy of the text with each under its line.

use super::{
    editor::go_to,
    mending::{mended, suggestion},
};
use crate::{
    kit::{badge::Tone, icon::Icon, notice::Notice, script::scripted},
    recorded::text::Text,
    workflow::{plural, text::Definition},
};
use domain::{FieldError, workflow::shown::DraftPage};
use leptos::{html, prelude::*};

/// The list; the first place has the focus.
#[component]
pub fn FaultList<'a>(faults: &'a [FieldError], field: NodeRef<html::Textarea>) -> impl IntoView + use<> {
    let lines: Vec<AnyView> = faults.iter().enumerate().map(|(place, fault)| line(fault, place == 0, field)).collect();
    let title = format!("{}: nothing was published", plural(faults.len(), "fault"));
    view! {
        <Notice tone=Tone::Fail icon="circle-x" title=title alert=true>
            <ul class="space-y-1">{lines}</ul>
        </Notice>
    }
    .into_any()
}

fn line(fault: &FieldError, is_first: bool, field: NodeRef<html::Textarea>) -> AnyView {
    let message = view! { <span class="text-fg"><Text text=&fault.message /></span> };
    let Some((line, column)) = fault.line.zip(fault.column) else {
        return view! { <li>{message}</li> }.into_any();
    };
    view! {
        <li class="flex gap-x-2 flex-wrap">
            <a
                href=format!("#L{line}")
                class="lnk whitespace-nowrap"
                autofocus=is_first
                on:click=move |event| {
                    if go_to(field, line, column) {
                        event.prevent_default();
                    }
                }
            >
                {place(line, column)}
            </a>
            {message}
        </li>
    }
    .into_any()
}

/// The text with its faults under their lines.
#[component]
pub fn Copied<'a>(page: &'a DraftPage, field: NodeRef<html::Textarea>) -> impl IntoView + use<> {
    let faults = page.faults.iter().filter_map(|fault| Some((fault.line?, remark(fault, field))));
    let below: Vec<(u32, AnyView)> = faults.collect();
    if below.is_empty() {
        return ().into_any();
    }
    let text = view! { <Definition source=&page.source below=below excerpt=true /> };
    view! {
        <div class="rounded-lg border border-rule-strong overflow-hidden">
            <div class="flex items-center gap-2 h-9 px-3 border-b border-rule bg-canvas">
                <span class="text-muted"><Icon name="file-diff" /></span>
                <h2 class="font-semibold">"The lines around the faults, as they were sent"</h2>
            </div>
            <div tabindex="0" role="group" aria-label="The lines with their faults, scrolls" class="overflow-auto max-h-96">{text}</div>
        </div>
    }
    .into_any()
}

fn remark(fault: &FieldError, field: NodeRef<html::Textarea>) -> AnyView {
    let (line, column) = (fault.line.unwrap_or(1), fault.column.unwrap_or(1));
    let fix = suggestion(&fault.message).map(|slip| view! { <Fix slip=slip line=line column=column field=field /> });
    view! {
        <div class="flex">
            <span class="w-10 shrink-0"></span>
            <div class="flex items-start gap-2 my-0.5 me-4 px-2.5 py-1 rounded-sm border border-fail-line bg-fail-soft [font-family:Inter] text-xs">
                <span class="text-fail pt-px"><Icon name="circle-x" class="w-3.5 h-3.5 shrink-0" /></span>
                <span>{place(line, column)}". "<Text text=&fault.message />" "{fix}</span>
            </div>
        </div>
    }
    .into_any()
}

/// Mends a slip in the text below; there once script runs.
#[component]
fn Fix(slip: (String, String), line: u32, column: u32, field: NodeRef<html::Textarea>) -> impl IntoView {
    let scripted = scripted();
    let done = RwSignal::new(false);
    let slip = StoredValue::new(slip);
    let fix = move |_| {
        let Some(area) = field.get_untracked() else { return };
        if let Some(text) = mended(&area.value(), line, column, &slip.read_value()) {
            area.set_value(&text);
            done.set(true);
            go_to(field, line, column);
        }
    };
    view! {
        <Show when=move || scripted.get()>
            <Show when=move || !done.get() fallback=|| view! { <span class="text-pass">"Fixed below; check again"</span> }>
                <button type="button" class="lnk cursor-pointer" on:click=fix>"Fix"</button>
            </Show>
        </Show>
    }
    .into_any()
}

fn place(line: u32, column: u32) -> String {
    format!("Line {line}, column {column}")
}
