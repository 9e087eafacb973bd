//! The key map: where, which keys, what they do. The help sheet, the palette and the hints on screen are read from it.

use super::stroke::{Key, Stroke, command, letter, plain, shift};

/// Where a binding acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// On every page.
    Anywhere,
    /// On pages that are no approval.
    Lists,
    /// On an approval.
    Approval,
}

/// What a page marks with `data-key`, so that a key finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The field that filters or searches the page.
    Search,
    /// What leads out of the page.
    Back,
    /// What shows new rows.
    ShowNew,
    /// The box that ticks a row.
    Tick,
    /// What previews everything that is ticked.
    BulkPreview,
    /// What tries again what failed; in a list, of the row that has the focus.
    Retry,
    /// The approval before.
    Previous,
    /// The approval after.
    Next,
    /// The choice to approve.
    Approve,
    /// The choice to approve with edits.
    Edits,
    /// The choice to reject.
    Reject,
    /// The choice to ask for information.
    Information,
    /// What asks more people, or others.
    Escalate,
    /// What asks somebody else.
    Delegate,
    /// The form that decides.
    Decision,
    /// What claims, releases or takes over; in a list, of the row that has the focus.
    Claim,
    /// The links to the page's sections.
    Sections,
}

impl Mark {
    /// The word in `data-key`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Back => "back",
            Self::ShowNew => "show-new",
            Self::Tick => "tick",
            Self::BulkPreview => "bulk-preview",
            Self::Retry => "retry",
            Self::Previous => "previous",
            Self::Next => "next",
            Self::Approve => "approve",
            Self::Edits => "edits",
            Self::Reject => "reject",
            Self::Information => "information",
            Self::Escalate => "escalate",
            Self::Delegate => "delegate",
            Self::Decision => "decision",
            Self::Claim => "claim",
            Self::Sections => "sections",
        }
    }
}

/// What a key does. Nothing here decides: choosing moves the focus, and only [`Act::Submit`] sends what is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Goes to an address.
    Go(&'static str),
    /// Goes to the next approval that waits for the viewer.
    NextForMe,
    /// Opens the palette.
    Palette,
    /// Opens the sheet of keys.
    Sheet,
    /// Leaves a field, closes a menu, goes back.
    Back,
    /// Presses what the page marks.
    Press(Mark),
    /// Moves the focus to a marked field.
    Enter(Mark),
    /// Chooses a marked choice and moves the focus to it.
    Choose(Mark),
    /// Goes to the section with the pressed number.
    Section,
    /// Moves to the row below.
    RowDown,
    /// Moves to the row above.
    RowUp,
    /// Ticks the row and the one below, and moves there.
    ExtendDown,
    /// Ticks the row and the one above, and moves there.
    ExtendUp,
    /// What browsers do with the key by themselves; listed, not handled.
    Native,
    /// Sends the marked form, if it is complete.
    Submit,
}

/// A line of the key map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// Where it acts.
    pub place: Where,
    /// The keys, one after another.
    pub strokes: &'static [Stroke],
    /// What it does, in words.
    pub what: &'static str,
    /// What it does.
    pub act: Act,
    /// The icon in the palette; what has none is not listed there.
    pub icon: Option<&'static str>,
}

const fn bind(place: Where, strokes: &'static [Stroke], what: &'static str, act: Act) -> Binding {
    Binding { place, strokes, what, act, icon: None }
}

impl Binding {
    const fn listed(mut self, icon: &'static str) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Whether it acts on an approval's page, or on any other.
    pub fn is_at(&self, is_approval: bool) -> bool {
        match self.place {
            Anywhere => true,
            Lists => !is_approval,
            Approval => is_approval,
        }
    }

    /// What stands on the keys, in order.
    pub fn caps(&self, is_mac: bool) -> Vec<String> {
        self.strokes.iter().flat_map(|stroke| stroke.caps(is_mac)).collect()
    }
}

use Where::{Anywhere, Approval, Lists};

/// Every binding.
pub const TABLE: &[Binding] = &[
    bind(Anywhere, &[letter('g'), letter('a')], "Approvals", Act::Go("/approvals")),
    bind(Anywhere, &[letter('g'), letter('e')], "Escalations", Act::Go("/escalations")),
    bind(Anywhere, &[letter('g'), letter('r')], "Runs", Act::Go("/runs")),
    bind(Anywhere, &[letter('g'), letter('c')], "Closures", Act::Go("/closures")),
    bind(Anywhere, &[letter('g'), letter('l')], "Audit log", Act::Go("/audit")),
    bind(Anywhere, &[letter('g'), letter('n')], "Next approval that needs me", Act::NextForMe).listed("arrow-right"),
    bind(Anywhere, &[plain(Key::Sign('/'))], "Search this page", Act::Enter(Mark::Search)).listed("search"),
    bind(Anywhere, &[command(Key::Letter('k'))], "Search or jump", Act::Palette),
    bind(Anywhere, &[plain(Key::Sign('?'))], "Show the keys", Act::Sheet).listed("keyboard"),
    bind(Anywhere, &[plain(Key::Escape)], "Back or close", Act::Back),
    bind(Lists, &[letter('j')], "Next row", Act::RowDown),
    bind(Lists, &[letter('k')], "Previous row", Act::RowUp),
    bind(Lists, &[plain(Key::Enter)], "Open the row", Act::Native),
    bind(Lists, &[letter('c')], "Claim or release the row", Act::Press(Mark::Claim)),
    bind(Lists, &[letter('x')], "Tick the row", Act::Press(Mark::Tick)),
    bind(Lists, &[shift('j')], "Tick it and the next row", Act::ExtendDown),
    bind(Lists, &[shift('k')], "Tick it and the row before", Act::ExtendUp),
    bind(Lists, &[shift('a')], "Preview what is ticked", Act::Press(Mark::BulkPreview)).listed("list-checks"),
    bind(Lists, &[letter('u')], "Show new rows", Act::Press(Mark::ShowNew)).listed("arrow-up"),
    bind(Lists, &[letter('t')], "Retry", Act::Press(Mark::Retry)).listed("rotate-ccw"),
    bind(Approval, &[letter('a')], "Choose to approve", Act::Choose(Mark::Approve)).listed("check"),
    bind(Approval, &[letter('e')], "Approve with edits", Act::Choose(Mark::Edits)).listed("file-diff"),
    bind(Approval, &[letter('i')], "Ask for information", Act::Choose(Mark::Information)).listed("message-square"),
    bind(Approval, &[letter('r')], "Choose to reject", Act::Choose(Mark::Reject)).listed("x"),
    bind(Approval, &[letter('l')], "Escalate", Act::Choose(Mark::Escalate)).listed("trending-up"),
    bind(Approval, &[letter('d')], "Delegate", Act::Choose(Mark::Delegate)).listed("user-plus"),
    bind(Approval, &[letter('c')], "Claim or release", Act::Press(Mark::Claim)).listed("hand"),
    bind(Approval, &[command(Key::Enter)], "Send the decision, once complete", Act::Submit),
    bind(Approval, &[plain(Key::OneToEight)], "Go to a section", Act::Section),
    bind(Approval, &[letter('j')], "Next approval", Act::Press(Mark::Next)).listed("chevron-down"),
    bind(Approval, &[letter('k')], "Previous approval", Act::Press(Mark::Previous)).listed("chevron-up"),
    bind(Approval, &[letter('t')], "Retry", Act::Press(Mark::Retry)).listed("rotate-ccw"),
];

/// The binding that does this.
pub fn binding(act: Act) -> Option<&'static Binding> {
    TABLE.iter().find(|binding| binding.act == act)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    #[test]
    fn the_key_map() {
        let mut map = String::new();
        for binding in TABLE {
            writeln!(map, "{:?}: {} = {}", binding.place, binding.caps(false).join(" "), binding.what).expect("write");
        }
        insta::assert_snapshot!(map);
    }

    #[test]
    fn no_two_bindings_share_keys_in_one_place() {
        for (at, one) in TABLE.iter().enumerate() {
            for other in &TABLE[at + 1..] {
                let meet = one.place == other.place || one.place == Anywhere || other.place == Anywhere;
                let shorter = one.strokes.len().min(other.strokes.len());
                let clash = one.strokes[..shorter] == other.strokes[..shorter];
                assert!(!(meet && clash), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn single_keys_only_choose_and_move() {
        for binding in TABLE.iter().filter(|binding| binding.act == Act::Submit) {
            assert!(binding.strokes.iter().all(|stroke| stroke.command), "{binding:?}");
        }
        let pressed = |act| {
            matches!(act, Act::Press(Mark::Decision | Mark::Approve | Mark::Edits | Mark::Reject | Mark::Information))
        };
        assert!(TABLE.iter().all(|binding| !pressed(binding.act)));
    }
}
