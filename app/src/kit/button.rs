//! The looks of buttons and of links that act: one primary a view, red only for rejecting.

/// The one primary action of a view.
pub const PRIMARY: &str = "inline-flex items-center justify-center gap-1.5 h-9 max-lg:h-11 px-3 rounded-md font-medium whitespace-nowrap bg-ink text-ink-fg hover:bg-ink-hover border border-ink cursor-pointer";
/// The primary action in a page's bar.
pub const PRIMARY_SMALL: &str = "inline-flex items-center justify-center gap-1.5 h-7 px-2 text-xs rounded-md font-medium whitespace-nowrap bg-ink text-ink-fg hover:bg-ink-hover border border-ink cursor-pointer";
/// Rejecting, the only red button.
pub const DANGER: &str = "inline-flex items-center justify-center gap-1.5 h-9 max-lg:h-11 px-3 rounded-md font-medium whitespace-nowrap bg-fail-solid text-white border border-fail-solid cursor-pointer";
/// Any other action.
pub const PLAIN: &str = "inline-flex items-center justify-center gap-1.5 h-9 max-lg:h-11 px-3 rounded-md font-medium whitespace-nowrap bg-surface text-fg border border-rule-strong hover:bg-hover cursor-pointer";
/// What cannot be done yet.
pub const OFF: &str = "inline-flex items-center justify-center gap-1.5 h-9 max-lg:h-11 px-3 rounded-md font-medium whitespace-nowrap bg-sunken text-faint border border-rule cursor-not-allowed";
/// A small action beside a heading or in a notice.
pub const SMALL: &str = "inline-flex items-center justify-center gap-1.5 h-7 px-2 text-xs rounded-md font-medium whitespace-nowrap bg-surface text-fg border border-rule-strong hover:bg-hover cursor-pointer";
/// A small action without a border.
pub const QUIET: &str = "inline-flex items-center justify-center gap-1.5 h-7 px-2 text-xs rounded-md font-medium whitespace-nowrap text-muted hover:bg-hover hover:text-fg border border-transparent cursor-pointer";
