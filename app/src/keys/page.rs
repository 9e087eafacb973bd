//! What the page in the window offers to keys: elements marked with `data-key`, rows marked with `data-row`.

use super::table::Mark;
use leptos::{prelude::*, wasm_bindgen::JsCast};
use web_sys::{Element, HtmlElement, HtmlFormElement, NodeList};

/// What takes typed text.
const FIELDS: &str = "textarea, select, [contenteditable]:not([contenteditable=false]), [role=textbox], [role=combobox], \
    input:not([type=radio], [type=checkbox], [type=button], [type=submit], [type=reset], [type=file], [type=range])";
/// A row's own link; a row may have others, marked as aside.
const ROW_LINK: &str = "a:not([data-aside])";
/// The box that ticks a row.
const TICK: &str = "input[data-key=tick]";
/// The row the cursor was in last.
const CURSOR: &str = "data-cursor";

/// Whether somebody types into this.
pub fn is_field(target: &Element) -> bool {
    target.closest(FIELDS).ok().flatten().is_some()
}

/// Whether a dialog is open: it has its own keys.
pub fn has_dialog() -> bool {
    one("dialog[open]").is_some()
}

/// The marked element that can be seen. Of elements in rows, the one in the row that has the focus.
pub fn marked(mark: Mark) -> Option<HtmlElement> {
    let selector = format!("[data-key={}]", mark.word());
    let row = document().active_element().and_then(|focused| focused.closest("[data-row]").ok().flatten());
    let in_row = row.and_then(|row| row.query_selector(&selector).ok().flatten());
    let elsewhere = || {
        let all = document().query_selector_all(&selector).ok()?;
        elements(&all).find(|found| is_seen(found) && found.closest("[data-row]").is_ok_and(|row| row.is_none()))
    };
    in_row.or_else(elsewhere)?.dyn_into().ok()
}

/// The marked form.
pub fn marked_form(mark: Mark) -> Option<HtmlFormElement> {
    marked(mark)?.dyn_into().ok()
}

/// Moves the focus and says nothing if it cannot.
pub fn focus(element: &HtmlElement) {
    // An element that takes no focus stays as it was.
    let _ = element.focus();
}

/// Takes the focus out of a field, so that keys act again.
pub fn leave_field() {
    if let Some(focused) = document().active_element().and_then(|focused| focused.dyn_into::<HtmlElement>().ok()) {
        let _ = focused.blur();
    }
}

/// Closes the menu that is open, and gives its opener the focus.
pub fn close_menu() -> bool {
    let Some(menu) = one("details[data-menu][open]") else { return false };
    // Without the attribute it is closed.
    let _ = menu.remove_attribute("open");
    if let Some(opener) = menu.query_selector("summary").ok().flatten().and_then(|opener| opener.dyn_into().ok()) {
        focus(&opener);
    }
    true
}

/// Whether a form holds something that would be lost with the page.
pub fn is_filled(form: &HtmlFormElement) -> bool {
    let has_choice = form.query_selector("input:checked").ok().flatten().is_some();
    // The arguments stand in theirs from the beginning; whoever edits them has made a choice.
    let texts = form.query_selector_all("textarea:not([name=edited_input])").ok();
    let has_text = texts.is_some_and(|texts| {
        elements(&texts)
            .any(|text| text.dyn_ref::<web_sys::HtmlTextAreaElement>().is_some_and(|text| !text.value().is_empty()))
    });
    has_choice || has_text
}

/// Follows the link to the section at this place.
pub fn open_section(place: u32) {
    let links = marked(Mark::Sections).and_then(|sections| sections.query_selector_all("a").ok());
    if let Some(link) = links.and_then(|links| links.get(place)).and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
        link.click();
    }
}

/// Moves from row to row. The first move goes to where the cursor was, or to the first row; from then on Tab passes
/// the rows in one step.
pub fn move_row(step: impl FnOnce(usize) -> usize) {
    let rows = rows();
    let focused = document().active_element();
    let current = rows.iter().position(|(row, _)| focused.as_ref().is_some_and(|focused| row.contains(Some(focused))));
    let last = || rows.iter().position(|(row, _)| row.has_attribute(CURSOR));
    let wanted = current.map_or_else(|| last().unwrap_or(0), step);
    if wanted >= rows.len() {
        return;
    }
    for (place, (row, link)) in rows.iter().enumerate() {
        // What a row refuses leaves it as it was.
        if place == wanted {
            let _ = row.set_attribute(CURSOR, "");
            reach(row, link, "0");
            focus(link);
        } else {
            let _ = row.remove_attribute(CURSOR);
            reach(row, link, "-1");
        }
    }
}

/// Has Tab stop at a row's link and buttons, or pass them.
fn reach(row: &Element, link: &HtmlElement, index: &str) {
    let _ = link.set_attribute("tabindex", index);
    if let Ok(buttons) = row.query_selector_all("button[data-key]") {
        elements(&buttons).for_each(|button| drop(button.set_attribute("tabindex", index)));
    }
}

/// Ticks the row that has the focus, unless it is ticked or cannot be.
pub fn tick_row() {
    let row = document().active_element().and_then(|focused| focused.closest("[data-row]").ok().flatten());
    let tick = row.and_then(|row| row.query_selector(TICK).ok().flatten());
    if let Some(tick) = tick.and_then(|tick| tick.dyn_into::<web_sys::HtmlInputElement>().ok())
        && !tick.checked()
    {
        tick.click();
    }
}

/// Rows come and go: when the one that Tab reached has gone, Tab reaches all of them again.
pub fn keep_rows_reachable() {
    let rows = rows();
    if rows.iter().all(|(_, link)| link.tab_index() < 0) {
        for (row, link) in rows {
            reach(&row, &link, "0");
        }
    }
}

/// Gives the first row the focus: what had it is gone.
pub fn focus_first_row() {
    if let Some((_, link)) = rows().first() {
        focus(link);
    }
}

/// The rows that have a link, with it.
fn rows() -> Vec<(Element, HtmlElement)> {
    let Ok(all) = document().query_selector_all("[data-row]") else { return Vec::new() };
    let linked = elements(&all).filter_map(|row| {
        let link = row.query_selector(ROW_LINK).ok().flatten()?.dyn_into().ok()?;
        Some((row, link))
    });
    linked.collect()
}

/// Presses a button of a form of every page, shown or not.
pub fn press(selector: &str) {
    if let Some(button) = one(selector).and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        button.click();
    }
}

fn one(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

fn is_seen(element: &Element) -> bool {
    element.get_client_rects().length() > 0
}

fn elements(list: &NodeList) -> impl Iterator<Item = Element> + '_ {
    (0..list.length()).filter_map(|place| list.get(place)?.dyn_into().ok())
}
