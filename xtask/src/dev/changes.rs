//! What a saved file makes stale, and when a burst of saves is over.

use std::path::Path;
use std::time::Duration;

/// No file may have been saved for this long: editors and `git` write many at once.
const QUIET: Duration = Duration::from_millis(120);
/// A burst that does not end is taken as it is after this.
const LONGEST: Duration = Duration::from_secs(2);

/// What has to be built again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stale {
    /// What the browser loads.
    pub assets: bool,
    /// The server.
    pub server: bool,
}

impl Stale {
    /// Everything.
    pub const ALL: Self = Self { assets: true, server: true };
    /// Nothing.
    pub const NONE: Self = Self { assets: false, server: false };

    /// What a file of the workspace is built into.
    pub fn by(path: &Path) -> Self {
        let assets = Self { assets: true, ..Self::NONE };
        let server = Self { server: true, ..Self::NONE };
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        // What editors leave beside the files they write.
        if name.starts_with('.') || name.ends_with('~') || name.chars().all(|c| c.is_ascii_digit()) {
            return Self::NONE;
        }
        // The one page that the server writes itself has styles too.
        if path.starts_with("server/src/http/reference") {
            return Self::ALL;
        }
        let mut folders = path.iter().filter_map(|part| part.to_str());
        match (folders.next(), folders.next()) {
            (Some("app" | "domain"), Some("src" | "Cargo.toml")) | (Some("Cargo.toml" | "Cargo.lock"), None) => {
                Self::ALL
            }
            (Some("style" | "public"), Some(_)) => assets,
            (Some("server"), Some("src" | "Cargo.toml")) | (Some("migrations" | "workflows"), Some(_)) => server,
            _ => Self::NONE,
        }
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { assets: self.assets || other.assets, server: self.server || other.server }
    }
}

/// A burst of saves; moments are counted from any one beginning.
#[derive(Debug, Clone, Copy, Default)]
pub struct Burst {
    stale: Stale,
    began_and_last: Option<(Duration, Duration)>,
}

impl Burst {
    /// Takes a saved file.
    pub fn add(&mut self, stale: Stale, at: Duration) {
        if stale != Stale::NONE {
            self.stale = self.stale.and(stale);
            let began = self.began_and_last.map_or(at, |(began, _)| began);
            self.began_and_last = Some((began, at));
        }
    }

    /// What is stale, once the burst is over; the next one begins then.
    pub fn take(&mut self, now: Duration) -> Option<Stale> {
        let (began, last) = self.began_and_last?;
        let is_over = now.saturating_sub(last) >= QUIET || now.saturating_sub(began) >= LONGEST;
        is_over.then(|| std::mem::take(self).stale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASSETS: Stale = Stale { assets: true, server: false };
    const SERVER: Stale = Stale { assets: false, server: true };

    #[test]
    fn files_make_stale_what_is_built_of_them() {
        for (path, stale) in [
            ("app/src/queue/row.rs", Stale::ALL),
            ("domain/src/id.rs", Stale::ALL),
            ("Cargo.toml", Stale::ALL),
            ("style/tokens.css", ASSETS),
            ("public/favicon.svg", ASSETS),
            ("server/src/main.rs", SERVER),
            ("server/src/http/reference/page.rs", Stale::ALL),
            ("migrations/sqlite/0001_people.sql", SERVER),
            ("workflows/support-resolution.yaml", SERVER),
            ("server/tests/it/main.rs", Stale::NONE),
            ("xtask/src/main.rs", Stale::NONE),
            ("target/site/manifest.json", Stale::NONE),
            ("README.md", Stale::NONE),
            ("app/src/.row.rs.swp", Stale::NONE),
            ("app/src/row.rs~", Stale::NONE),
            ("app/src/4913", Stale::NONE),
        ] {
            assert_eq!(Stale::by(Path::new(path)), stale, "{path}");
        }
    }

    #[test]
    fn a_burst_is_taken_when_it_is_over() {
        let at = Duration::from_millis;
        let mut burst = Burst::default();
        assert_eq!(burst.take(at(0)), None);
        burst.add(Stale::NONE, at(0));
        assert_eq!(burst.take(at(500)), None, "nothing that counts was saved");
        burst.add(ASSETS, at(1_000));
        burst.add(SERVER, at(1_100));
        assert_eq!(burst.take(at(1_219)), None);
        assert_eq!(burst.take(at(1_220)), Some(Stale::ALL));
        assert_eq!(burst.take(at(9_000)), None);
    }

    #[test]
    fn a_burst_that_does_not_end_is_taken_all_the_same() {
        let mut burst = Burst::default();
        let saves = (0..).map(|save| Duration::from_millis(save * 100));
        let taken = saves.map(|at| {
            burst.add(SERVER, at);
            (at, burst.take(at))
        });
        let (at, stale) = taken.into_iter().find(|(_, stale)| stale.is_some()).unwrap();
        assert_eq!((at, stale), (LONGEST, Some(SERVER)));
    }
}
