//! The icon sprite: one `<symbol>` for each icon in use, under its Lucide name.

use super::manifest::Icons;
use super::site::{Site, short_hash};
use crate::source::{line_of, without_comments};
use anyhow::{Result, bail};
use icondata_core::IconData;
use icondata_lu as lu;
use std::fmt::Write;
use std::path::Path;

const NAME: &str = "icons.svg";

/// Every icon the console may name.
const ICONS: &[(&str, &IconData)] = &[
    ("archive", lu::LuArchive),
    ("arrow-down", lu::LuArrowDown),
    ("arrow-left", lu::LuArrowLeft),
    ("arrow-right", lu::LuArrowRight),
    ("arrow-up", lu::LuArrowUp),
    ("arrow-up-down", lu::LuArrowUpDown),
    ("ban", lu::LuBan),
    ("bell", lu::LuBell),
    ("bookmark", lu::LuBookmark),
    ("bot", lu::LuBot),
    ("calendar", lu::LuCalendar),
    ("camera", lu::LuCamera),
    ("chart-line", lu::LuChartLine),
    ("check", lu::LuCheck),
    ("check-check", lu::LuCheckCheck),
    ("chevron-down", lu::LuChevronDown),
    ("chevron-right", lu::LuChevronRight),
    ("chevron-up", lu::LuChevronUp),
    ("circle", lu::LuCircle),
    ("circle-alert", lu::LuCircleAlert),
    ("circle-check", lu::LuCircleCheck),
    ("circle-dashed", lu::LuCircleDashed),
    ("circle-dot", lu::LuCircleDot),
    ("circle-x", lu::LuCircleX),
    ("clock", lu::LuClock),
    ("cog", lu::LuCog),
    ("copy", lu::LuCopy),
    ("database", lu::LuDatabase),
    ("download", lu::LuDownload),
    ("ellipsis", lu::LuEllipsis),
    ("eye", lu::LuEye),
    ("file-diff", lu::LuFileDiff),
    ("file-json", lu::LuFileJson),
    ("git-branch", lu::LuGitBranch),
    ("git-compare", lu::LuGitCompare),
    ("git-merge", lu::LuGitMerge),
    ("hand", lu::LuHand),
    ("headset", lu::LuHeadset),
    ("hourglass", lu::LuHourglass),
    ("inbox", lu::LuInbox),
    ("key-round", lu::LuKeyRound),
    ("keyboard", lu::LuKeyboard),
    ("link", lu::LuLink),
    ("list-checks", lu::LuListChecks),
    ("list-filter", lu::LuListFilter),
    ("list-tree", lu::LuListTree),
    ("loader-circle", lu::LuLoaderCircle),
    ("lock", lu::LuLock),
    ("lock-open", lu::LuLockOpen),
    ("mail", lu::LuMail),
    ("menu", lu::LuMenu),
    ("message-square", lu::LuMessageSquare),
    ("moon", lu::LuMoon),
    ("package", lu::LuPackage),
    ("pause", lu::LuPause),
    ("pen-line", lu::LuPenLine),
    ("pencil", lu::LuPencil),
    ("plane", lu::LuPlane),
    ("play", lu::LuPlay),
    ("plus", lu::LuPlus),
    ("quote", lu::LuQuote),
    ("radio", lu::LuRadio),
    ("refresh-cw", lu::LuRefreshCw),
    ("repeat", lu::LuRepeat),
    ("rotate-ccw", lu::LuRotateCcw),
    ("scroll-text", lu::LuScrollText),
    ("search", lu::LuSearch),
    ("settings", lu::LuSettings),
    ("shield-alert", lu::LuShieldAlert),
    ("shield-check", lu::LuShieldCheck),
    ("shield-x", lu::LuShieldX),
    ("signature", lu::LuSignature),
    ("skip-forward", lu::LuSkipForward),
    ("sliders-horizontal", lu::LuSlidersHorizontal),
    ("sun", lu::LuSun),
    ("table-2", lu::LuTable2),
    ("terminal", lu::LuTerminal),
    ("timer", lu::LuTimer),
    ("trending-up", lu::LuTrendingUp),
    ("triangle-alert", lu::LuTriangleAlert),
    ("undo-2", lu::LuUndo2),
    ("user-plus", lu::LuUserPlus),
    ("user-round", lu::LuUserRound),
    ("user-x", lu::LuUserX),
    ("users", lu::LuUsers),
    ("waypoints", lu::LuWaypoints),
    ("webhook", lu::LuWebhook),
    ("wifi-off", lu::LuWifiOff),
    ("workflow", lu::LuWorkflow),
    ("x", lu::LuX),
];

/// Builds the sprite, or fails with every icon that a page names and the sprite lacks.
pub fn build(root: &Path, site: &mut Site) -> Result<Icons> {
    let mut unknown = Vec::new();
    for path in super::markup(root)? {
        let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let faults = unknown_icons(&std::fs::read_to_string(&path)?);
        unknown.extend(faults.into_iter().map(|(line, name)| format!("{shown}:{line}: `{name}`")));
    }
    if !unknown.is_empty() {
        bail!("icons that the sprite lacks (add them to xtask/src/assets/icons.rs):\n  {}", unknown.join("\n  "));
    }
    let sprite = sprite();
    site.add_named(NAME, sprite.as_bytes())?;
    Ok(Icons { name: NAME.to_owned(), version: short_hash(sprite.as_bytes()) })
}

/// The names in `<Icon name="…"` and `icon="…"` that no symbol has.
fn unknown_icons(source: &str) -> Vec<(usize, String)> {
    let code = without_comments(source, true);
    let marks = ["<Icon name=\"", " icon=\""];
    let places = marks.into_iter().flat_map(|mark| code.match_indices(mark));
    let names = places.map(|(at, mark)| (at, code[at + mark.len()..].split('"').next().unwrap_or_default()));
    let unknown = names.filter(|(_, name)| !ICONS.iter().any(|(known, _)| known == name));
    unknown.map(|(at, name)| (line_of(&code, at), name.to_owned())).collect()
}

fn sprite() -> String {
    let mut sprite = String::from(r#"<svg xmlns="http://www.w3.org/2000/svg">"#);
    for (name, icon) in ICONS {
        // Writing to a string cannot fail.
        let _ = write!(
            sprite,
            r#"<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">{}</symbol>"#,
            icon.data.replace('\n', "").replace(" />", "/>")
        );
    }
    sprite.push_str("</svg>");
    sprite
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_named_as_lucide_names_them_and_drawn_in_the_current_colour() {
        let sprite = sprite();
        assert_eq!(sprite.matches("<symbol ").count(), ICONS.len());
        let lock = r#"<symbol id="lock" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75""#;
        assert!(sprite.contains(lock));
    }

    #[test]
    fn an_icon_that_is_not_in_the_sprite_is_named_with_its_line() {
        let source = "<Icon name=\"lock\" />\n// <Icon name=\"no\" />\n<Fact icon=\"rocket\" /> <Icon name=icon />";
        assert_eq!(unknown_icons(source), [(3, "rocket".to_owned())]);
    }

    #[test]
    fn icons_are_listed_once_and_in_order() {
        assert!(ICONS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn every_icon_is_drawn_on_the_same_grid() {
        assert!(ICONS.iter().all(|(_, icon)| icon.view_box == Some("0 0 24 24") && icon.fill == Some("none")));
    }
}
