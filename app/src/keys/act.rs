//! What keys do in the window.

use super::{
    Keys, now,
    page::{close_menu, focus, is_filled, leave_field, marked, marked_form, move_row, open_section, tick_row},
    table::{Act, Mark},
};
use crate::calls::queue::load_queue;
use domain::{
    id::ApprovalId,
    queue::{QueueQuery, QueueRow, View},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::NavigateOptions;

/// How long a form that decides has to be there before a key sends it, in milliseconds.
const FIRST_MOMENT: f64 = 400.0;
/// What waits for the viewer.
const MINE: &str = "/approvals?view=mine";

type Navigate = Box<dyn Fn(&str) + Send + Sync>;

/// What keys move: the pages and the focus.
#[derive(Clone, Copy)]
pub struct Hands {
    keys: Keys,
    navigate: StoredValue<Navigate>,
    path: Memo<String>,
}

impl Hands {
    /// Hands for this console.
    pub fn new<N>(keys: Keys, navigate: N, path: Memo<String>) -> Self
    where
        N: Fn(&str, NavigateOptions) + Send + Sync + 'static,
    {
        let navigate: Navigate = Box::new(move |path| navigate(path, NavigateOptions::default()));
        Self { keys, navigate: StoredValue::new(navigate), path }
    }

    /// Whether the page is an approval.
    pub fn is_approval(self) -> bool {
        approval(&self.path.get_untracked()).is_some()
    }

    /// Goes to an address of the console.
    pub fn go(self, path: &str) {
        self.navigate.with_value(|navigate| navigate(path));
    }

    /// Does what a key means.
    pub fn act(self, act: Act, place: Option<u32>, is_typing: bool) {
        match act {
            Act::Go(path) => self.go(path),
            Act::NextForMe => self.next_for_me(),
            Act::Palette => self.keys.palette.set(true),
            Act::Sheet => self.keys.sheet.set(true),
            Act::Back if is_typing => leave_field(),
            Act::Back => back(),
            Act::Press(mark) => with(mark, web_sys::HtmlElement::click),
            Act::Enter(mark) => with(mark, focus),
            Act::Choose(mark) => with(mark, |choice| {
                choice.click();
                focus(choice);
            }),
            Act::Section => place.into_iter().for_each(open_section),
            Act::RowDown => move_row(|place| place + 1),
            Act::RowUp => move_row(|place| place.saturating_sub(1)),
            Act::ExtendDown => extend(|place| place + 1),
            Act::ExtendUp => extend(|place| place.saturating_sub(1)),
            Act::Submit => self.submit(),
            Act::Native => {}
        }
    }

    /// Sends the decision as its button would: what is missing is led to instead.
    fn submit(self) {
        if now() - self.keys.appeared.get_value() < FIRST_MOMENT {
            return;
        }
        if let Some(form) = marked_form(Mark::Decision) {
            // A form that lacks something says so itself.
            let _ = form.request_submit();
        }
    }

    fn next_for_me(self) {
        let here = approval(&self.path.get_untracked());
        let me = self.keys.viewer.with_untracked(|viewer| viewer.as_ref().map(|viewer| viewer.id));
        spawn_local(async move {
            let mine = load_queue(QueueQuery::of(View::NeedsMyDecision)).await;
            // What somebody else looks into is left to them.
            let is_free = |row: &QueueRow| row.claim.as_ref().is_none_or(|claim| Some(claim.person_id) == me);
            let rows = mine.map(|page| page.rows).unwrap_or_default();
            let waiting: Vec<ApprovalId> = rows.iter().filter(|row| is_free(row)).map(|row| row.id).collect();
            match after(&waiting, here) {
                Some(id) => self.go(&format!("/approvals/{id}")),
                // The list says that nothing waits, or what went wrong.
                None => self.go(MINE),
            }
        });
    }
}

/// Ticks the row that has the focus, moves, and ticks the one it comes to.
fn extend(step: impl FnOnce(usize) -> usize) {
    tick_row();
    move_row(step);
    tick_row();
}

fn with(mark: Mark, act: impl FnOnce(&web_sys::HtmlElement)) {
    if let Some(element) = marked(mark) {
        act(&element);
    }
}

/// Closes a menu, else leaves the page, unless that would lose what was filled in.
fn back() {
    let would_lose = || marked_form(Mark::Decision).is_some_and(|form| is_filled(&form));
    if !close_menu() && !would_lose() {
        with(Mark::Back, web_sys::HtmlElement::click);
    }
}

/// The approval whose page this is.
fn approval(path: &str) -> Option<ApprovalId> {
    let rest = path.strip_prefix("/approvals/")?;
    rest.split('/').next()?.parse().ok()
}

/// The one after this in the list, or the first; `None` when there is no other.
fn after(waiting: &[ApprovalId], here: Option<ApprovalId>) -> Option<ApprovalId> {
    let at = here.and_then(|here| waiting.iter().position(|id| *id == here));
    let next = at.map_or(0, |at| at + 1);
    waiting.get(next).or_else(|| waiting.first()).copied().filter(|id| Some(*id) != here)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(last: char) -> ApprovalId {
        format!("apr_0000000000000000000000000{last}").parse().expect("an id")
    }

    #[test]
    fn the_page_is_known_by_its_address() {
        let one = id('1');
        assert_eq!(approval(&format!("/approvals/{one}")), Some(one));
        assert_eq!(approval(&format!("/approvals/{one}/decide")), Some(one));
        for other in ["/approvals", "/approvals/", "/approvals/new", "/runs/run_1", "/"] {
            assert_eq!(approval(other), None, "{other}");
        }
    }

    #[test]
    fn the_next_one_is_another_one() {
        let (one, two, three) = (id('1'), id('2'), id('3'));
        assert_eq!(after(&[one, two], None), Some(one));
        assert_eq!(after(&[one, two], Some(one)), Some(two));
        assert_eq!(after(&[one, two], Some(two)), Some(one));
        assert_eq!(after(&[one, two], Some(three)), Some(one));
        assert_eq!(after(&[one], Some(one)), None);
        assert_eq!(after(&[], None), None);
    }
}
