//! Several approvals decided at once: what is ticked in the list, the preview of all of them, what became of each.

mod bar;
mod done;
mod preview;
mod tick;

pub use self::{
    bar::Bulk,
    done::DoneView,
    preview::PreviewView,
    tick::{TickBox, TickHead, Ticks, ground},
};
