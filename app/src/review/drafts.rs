//! Drafts of decisions, kept in the tab: for each person, approval and revision, until the decision is stored.

use domain::{
    id::{ApprovalId, PersonId},
    review::{Draft, DraftItem},
};
use leptos::{html, prelude::NodeRef};

/// The form's word for approving with edits.
pub const EDIT: &str = "edit";

/// Where a draft is kept.
pub fn key(person: Option<PersonId>, approval: ApprovalId, revision: u32) -> String {
    let person = person.map(|person| person.to_string()).unwrap_or_default();
    format!("draft {person} {approval} {revision}")
}

/// Whether there is nothing in it.
pub fn is_empty(draft: &Draft) -> bool {
    let is_blank = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
    let is_said = |item: &DraftItem| !is_blank(&item.verdict) || !is_blank(&item.notes);
    let is_any = draft.items.iter().any(is_said);
    !is_any && is_blank(&draft.verdict) && is_blank(&draft.reason_code) && is_blank(&draft.notes)
}

#[cfg(feature = "hydrate")]
mod tab {
    use super::{Draft, DraftItem, EDIT, NodeRef, html, is_empty};
    use crate::calls::reader;
    use domain::{decision::Verdict, item::MAX_ITEMS};
    use leptos::{
        prelude::{Get as _, document, window},
        wasm_bindgen::JsCast as _,
    };
    use web_sys::{FormData, HtmlInputElement, HtmlTextAreaElement};

    /// What a form holds.
    pub fn read(form: NodeRef<html::Form>) -> Draft {
        let data = form.get().and_then(|form| FormData::new_with_form(&form).ok());
        let text = |name: &str| data.as_ref()?.get(name).as_string().filter(|text| !text.trim().is_empty());
        let verdict = text("verdict");
        // The field holds what was asked for until somebody chooses to edit it.
        let edited_input = text("edited_input").filter(|_| verdict.as_deref() == Some(EDIT));
        let items = data.as_ref().map(items).unwrap_or_default();
        Draft { verdict, reason_code: text("reason_code"), notes: text("notes"), edited_input, items }
    }

    /// What was said about each item, as the form sends it.
    pub fn items(data: &FormData) -> Vec<DraftItem> {
        let text = |name: String| data.get(&name).as_string().filter(|text| !text.trim().is_empty());
        let one =
            |place| DraftItem { verdict: text(format!("item-{place}")), notes: text(format!("item-{place}-notes")) };
        (0..MAX_ITEMS).take_while(|place| data.has(&format!("item-{place}-id"))).map(one).collect()
    }

    /// How many items have a verdict, and how many are approved.
    pub fn counted(items: &[DraftItem]) -> (usize, usize) {
        let approve = Some(Verdict::Approve.as_str());
        let decided = items.iter().filter(|item| item.verdict.is_some()).count();
        (decided, items.iter().filter(|item| item.verdict.as_deref() == approve).count())
    }

    /// Puts what was said about the items into their fields, which stand outside of the form.
    fn fill_items(items: &[DraftItem]) {
        let field = |selector: String| document().query_selector(&selector).ok().flatten();
        let field = |selector| field(selector)?.dyn_into::<HtmlInputElement>().ok();
        for (place, item) in items.iter().enumerate() {
            for verdict in [Verdict::Approve.as_str(), Verdict::Reject.as_str()] {
                let radio = field(format!("input[name=item-{place}][value={verdict}]"));
                if let Some(radio) = radio.filter(|_| item.verdict.as_deref() == Some(verdict)) {
                    radio.set_checked(true);
                }
            }
            if let (Some(notes), Some(text)) = (field(format!("input[name=item-{place}-notes]")), &item.notes) {
                notes.set_value(text);
            }
        }
    }

    /// Puts a draft into a form.
    pub fn fill(form: NodeRef<html::Form>, draft: &Draft) {
        let Some(form) = form.get() else { return };
        for (selector, value) in
            [("input[name=verdict]", &draft.verdict), ("input[name=reason_code]", &draft.reason_code)]
        {
            let Ok(radios) = form.query_selector_all(selector) else { continue };
            let radios = (0..radios.length()).filter_map(|at| radios.get(at)?.dyn_into::<HtmlInputElement>().ok());
            radios.filter(|radio| Some(radio.value()) == *value).for_each(|radio| radio.set_checked(true));
        }
        fill_items(&draft.items);
        for (selector, text) in [("textarea[name=notes]", &draft.notes), ("#edited_input", &draft.edited_input)] {
            let field = form.query_selector(selector).ok().flatten();
            let field = field.and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok());
            if let (Some(field), Some(text)) = (field, text) {
                field.set_value(text);
            }
        }
    }

    // A browser without storage keeps no drafts; the form itself still does.
    fn storage() -> Option<web_sys::Storage> {
        window().session_storage().ok().flatten()
    }

    /// Keeps a draft.
    pub fn save(key: &str, draft: &Draft) {
        let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(draft)) else { return };
        let _ = if is_empty(draft) { storage.remove_item(key) } else { storage.set_item(key, &text) };
    }

    /// The draft that is kept.
    pub fn load(key: &str) -> Option<Draft> {
        let text = storage()?.get_item(key).ok().flatten()?;
        reader::read(text.as_bytes()).ok().filter(|draft| !is_empty(draft))
    }

    /// Removes a draft.
    pub fn forget(key: &str) {
        if let Some(storage) = storage() {
            let _ = storage.remove_item(key);
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod tab {
    use super::{Draft, NodeRef, html};

    /// Without script there is nothing to read.
    pub fn read(_: NodeRef<html::Form>) -> Draft {
        Draft::default()
    }

    /// Without script there is nothing to fill.
    pub const fn fill(_: NodeRef<html::Form>, _: &Draft) {}

    /// The server keeps no drafts.
    pub const fn save(_: &str, _: &Draft) {}

    /// The server keeps no drafts.
    pub const fn load(_: &str) -> Option<Draft> {
        None
    }

    /// The server keeps no drafts.
    pub const fn forget(_: &str) {}
}

#[cfg(feature = "hydrate")]
pub use tab::{counted, items};
pub use tab::{fill, forget, load, read, save};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drafts_are_told_apart() {
        let approval = "apr_01j0000000e00800000000000r".parse().expect("an id");
        let person = "usr_01j0000000e00800000000000r".parse().expect("an id");
        let keys = [key(None, approval, 1), key(Some(person), approval, 1), key(Some(person), approval, 2)];
        assert_eq!(keys[1], "draft usr_01j0000000e00800000000000r apr_01j0000000e00800000000000r 1");
        assert!(keys[0] != keys[1] && keys[1] != keys[2]);
    }

    #[test]
    fn blanks_are_no_draft() {
        let blank = Draft { notes: Some(" \n".to_owned()), ..Draft::default() };
        assert!(is_empty(&blank));
        assert!(!is_empty(&Draft { verdict: Some("reject".to_owned()), ..blank }));
    }
}
