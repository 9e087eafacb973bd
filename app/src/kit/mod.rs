//! The design system: shapes, marks and words of the console. It knows no domain state; ids, digests and times come
//! in as plain arguments.

pub mod address;
pub mod avatar;
pub mod badge;
pub mod button;
pub mod choice;
pub mod copy;
pub mod curve;
pub mod dialog;
pub mod drawer;
pub mod empty;
pub mod field;
pub mod filter;
pub mod guilloche;
pub mod icon;
pub mod kbd;
pub mod mark;
pub mod moment;
pub mod notice;
pub mod pager;
pub mod passing;
pub mod risk;
pub mod rosette;
pub mod script;
pub mod seal;
pub mod section;
pub mod skeleton;
pub mod span;
pub mod text_area;
