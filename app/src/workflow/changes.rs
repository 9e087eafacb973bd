//! What is different between two versions: what gets stricter, what looser, and the lines.

use super::{Tab, between, counted, text::coloured};
use crate::{
    kit::{button, empty::Empty, icon::Icon},
    recorded::{folded::Folded, text::Text, yaml::Reader},
};
use domain::workflow::{
    comparison::{Comparison, Difference},
    shown::{Changes, DiffKind, DiffLine, WorkflowPage},
};
use leptos::prelude::*;

/// Unchanged lines around a change.
const AROUND: usize = 4;
/// Fewer lines than this are not worth a fold.
const LEAST_HIDDEN: usize = 4;

/// The tab.
#[component]
pub fn ChangesTab<'a>(page: &'a WorkflowPage) -> impl IntoView + use<> {
    let choice = choice(page);
    match &page.changes {
        None => view! {
            {choice}
            <Empty title="This is the first version" text="There is nothing before it to compare with." />
        }
        .into_any(),
        Some(changes) => {
            let summary = view! { <Summary changes=changes /> };
            let diff = view! { <Diff changes=changes name=&page.shown.version.name /> };
            view! { {choice}<div class="px-4 lg:px-6 py-4 space-y-4">{summary}{diff}</div> }.into_any()
        }
    }
}

/// Which two versions; a plain form, so that the URL names them.
fn choice(page: &WorkflowPage) -> AnyView {
    let to = page.shown.version.version;
    let from = page.changes.as_ref().map_or(to, |changes| changes.from);
    let options = |chosen: u32| {
        let versions = page.versions.iter().map(move |row| {
            let version = row.version.version;
            view! { <option value=version.to_string() selected=version == chosen>{format!("v{version}")}</option> }
        });
        versions.collect_view()
    };
    if page.newest() == 1 {
        return ().into_any();
    }
    view! {
        <form method="get" action=format!("/workflows/{}", page.shown.version.name) class="flex items-center gap-2 px-4 lg:px-6 h-12 border-b border-rule text-xs">
            <input type="hidden" name="tab" value=Tab::Changes.words().0 />
            <label class="inline-flex items-center gap-1.5"><span class="text-faint">"From"</span><select name="from" class="h-7 rounded-md border border-control bg-surface px-1.5">{options(from)}</select></label>
            <label class="inline-flex items-center gap-1.5"><span class="text-faint">"to"</span><select name="version" class="h-7 rounded-md border border-control bg-surface px-1.5">{options(to)}</select></label>
            <button type="submit" class=button::SMALL>"Compare"</button>
        </form>
    }
    .into_any()
}

/// What it means, in three columns.
#[component]
pub fn Summary<'a>(changes: &'a Changes) -> impl IntoView + use<> {
    let Some(Comparison { stricter, looser, other }) = changes.comparison.clone() else {
        return view! { <p class="text-muted">"One of the two cannot be read by this version of Countersign; only their lines are compared."</p> }.into_any();
    };
    let runs = match changes.running {
        _ if changes.from == 0 => "none: nothing was in force before".to_owned(),
        0 => format!("none on version {}", changes.from),
        1 => format!("1 on version {}, it finishes on it", changes.from),
        runs => format!("{} on version {}, they finish on it", counted(runs), changes.from),
    };
    let other = (!other.is_empty()).then(|| {
        view! {
            <div class="rounded-lg border border-rule px-4 py-2.5">
                <div class="text-xs text-faint">"Different, stricter or looser only you can tell"</div>
                {differences(&other, "mt-0.5")}
            </div>
        }
    });
    view! {
        <div class="space-y-2">
            <div class="grid md:grid-cols-3 gap-px bg-rule rounded-lg border border-rule overflow-hidden">
                <div class="bg-surface px-4 py-2.5"><h2 class="text-xs text-faint">"What gets stricter"</h2>{differences(&stricter, "mt-0.5")}</div>
                <div class="bg-surface px-4 py-2.5"><h2 class="text-xs text-faint">"What gets looser"</h2>{loose(&looser)}</div>
                <div class="bg-surface px-4 py-2.5"><h2 class="text-xs text-faint">"Runs in progress"</h2><div class="mt-0.5">{runs}</div></div>
            </div>
            {other}
        </div>
    }
    .into_any()
}

fn differences(list: &[Difference], class: &'static str) -> AnyView {
    if list.is_empty() {
        return view! { <div class="mt-0.5 text-muted">"nothing"</div> }.into_any();
    }
    let lines = list
        .iter()
        .map(|one| view! { <li class="break-words"><code><Text text=&one.at /></code>" "<Text text=&one.text /></li> });
    view! { <ul class=class>{lines.collect_view()}</ul> }.into_any()
}

fn loose(list: &[Difference]) -> AnyView {
    if list.is_empty() {
        return differences(list, "");
    }
    view! {
        <div class="mt-0.5 text-warn font-medium flex items-start gap-1.5">
            <span class="pt-0.5"><Icon name="triangle-alert" class="w-3.5 h-3.5 shrink-0" /></span>
            <div class="min-w-0">{differences(list, "")}</div>
        </div>
    }
    .into_any()
}

/// The lines of both, unchanged stretches folded.
#[component]
pub fn Diff<'a>(changes: &'a Changes, name: &'a str) -> impl IntoView + use<> {
    let (added, removed) = changes.counts();
    let mut readers = (Reader::default(), Reader::default());
    let lines: Vec<(DiffKind, AnyView)> =
        changes.lines.iter().map(|line| (line.kind, shown(line, &mut readers))).collect();
    let lines = folded(lines);
    view! {
        <div class="rounded-lg border border-rule-strong overflow-hidden">
            <div class="flex items-center gap-2 h-9 px-3 border-b border-rule bg-canvas">
                <span class="text-muted"><Icon name="file-diff" /></span>
                <code class="font-semibold truncate min-w-0">{format!("{name}.yaml")}</code>
                <span class="text-xs text-pass tabular-nums">{format!("+{added}")}</span>
                <span class="text-xs text-fail tabular-nums">{format!("−{removed}")}</span>
                <span class="ms-auto text-xs text-faint whitespace-nowrap">{between(changes.from, changes.to)}</span>
            </div>
            <div tabindex="0" role="group" aria-label="The changed lines, scrolls sideways" class="relative overflow-x-auto">
                <div class="mono py-2 leading-5 w-max min-w-full">{lines}</div>
            </div>
        </div>
    }
    .into_any()
}

fn shown(line: &DiffLine, (before, after): &mut (Reader, Reader)) -> AnyView {
    let (class, sign, word, pieces) = match line.kind {
        DiffKind::Same => {
            let _ = before.read(&line.text);
            ("flex pe-4", "", "", after.read(&line.text))
        }
        DiffKind::Removed => ("flex pe-4 bg-fail-soft", "−", "removed: ", before.read(&line.text)),
        DiffKind::Added => ("flex pe-4 bg-pass-soft", "+", "added: ", after.read(&line.text)),
    };
    view! {
        <div class=class>
            <span class="w-10 shrink-0 pe-3 text-end text-muted select-none tabular-nums" aria-hidden="true">{line.number}</span>
            <span class="w-5 shrink-0 select-none text-muted" aria-hidden="true">{sign}</span>
            <span class="sr-only">{word}</span>
            <span class="whitespace-pre">{coloured(&pieces)}</span>
        </div>
    }
    .into_any()
}

/// Puts long unchanged stretches behind a fold.
fn folded(lines: Vec<(DiffKind, AnyView)>) -> Vec<AnyView> {
    let hidden = hidden(&lines.iter().map(|(kind, _)| *kind).collect::<Vec<_>>());
    let (mut shown, mut fold) = (Vec::new(), Vec::new());
    for (place, (_, line)) in lines.into_iter().enumerate() {
        if hidden[place] {
            fold.push(line);
        } else {
            close(&mut shown, &mut fold);
            shown.push(line);
        }
    }
    close(&mut shown, &mut fold);
    shown
}

fn close(shown: &mut Vec<AnyView>, fold: &mut Vec<AnyView>) {
    if fold.is_empty() {
        return;
    }
    let lines = std::mem::take(fold);
    let (anchor, words) = (format!("unchanged-{}", shown.len()), format!("+{} unchanged lines hidden", lines.len()));
    shown.push(view! { <div class="ps-10"><Folded anchor=anchor hidden=words><div class="-ms-10">{lines}</div></Folded></div> }.into_any());
}

/// Which lines are hidden: unchanged, and far from every change.
fn hidden(kinds: &[DiffKind]) -> Vec<bool> {
    let mut far = vec![true; kinds.len()];
    for (place, kind) in kinds.iter().enumerate() {
        if *kind != DiffKind::Same {
            let end = (place + AROUND + 1).min(kinds.len());
            far[place.saturating_sub(AROUND)..end].fill(false);
        }
    }
    let mut place = 0;
    for run in far.clone().chunk_by(|one, next| one == next) {
        if run.len() < LEAST_HIDDEN {
            far[place..place + run.len()].fill(false);
        }
        place += run.len();
    }
    far
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_near_a_change_stay_in_sight() {
        let mut kinds = vec![DiffKind::Same; 30];
        kinds[12] = DiffKind::Added;
        let shown: Vec<usize> =
            hidden(&kinds).iter().enumerate().filter(|(_, hidden)| !**hidden).map(|(at, _)| at).collect();
        assert_eq!(shown, (8..=16).collect::<Vec<_>>());
        // Three lines are not worth a fold.
        let mut kinds = vec![DiffKind::Same; 8];
        kinds[7] = DiffKind::Removed;
        assert!(hidden(&kinds).iter().all(|hidden| !hidden));
        assert!(hidden(&[]).is_empty());
    }
}
