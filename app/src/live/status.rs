//! Whether news comes, in words.

use domain::Time;

/// After so many milliseconds without a sign of life the stream counts as broken.
pub const SILENCE: i64 = 10_000;

/// Whether news comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Nothing was heard yet.
    Starting,
    /// So many seconds ago the server was there.
    Live(i64),
    /// Nothing has come since.
    Stopped {
        /// When the last sign of life came.
        at: Time,
        /// Whether the device has no network.
        is_offline: bool,
    },
    /// The session has ended.
    SignedOut,
}

/// What is known about the stream, in milliseconds of the browser's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Signs {
    /// When listening began.
    pub begun: i64,
    /// When the last sign of life came.
    pub heard: Option<i64>,
    /// Whether the device has no network.
    pub is_offline: bool,
    /// Whether the session has ended.
    pub is_signed_out: bool,
}

impl Signs {
    /// What they mean now.
    pub fn status(self, now: i64) -> Status {
        let last = self.heard.unwrap_or(self.begun);
        let silent = (now - last).max(0);
        if self.is_signed_out {
            Status::SignedOut
        } else if self.is_offline || silent > SILENCE {
            Status::Stopped { at: Time::from_timestamp_millis(last).unwrap_or_default(), is_offline: self.is_offline }
        } else if self.heard.is_none() {
            Status::Starting
        } else {
            Status::Live(silent / 1_000)
        }
    }
}

impl Status {
    /// The line at the foot of the navigation.
    pub fn line(self) -> String {
        match self {
            Self::Starting => "Connecting".to_owned(),
            Self::Live(0) => "Live, just now".to_owned(),
            Self::Live(seconds) => format!("Live, {seconds} s ago"),
            Self::Stopped { is_offline: true, .. } => "Offline".to_owned(),
            Self::Stopped { .. } => "Not live".to_owned(),
            Self::SignedOut => "Signed out".to_owned(),
        }
    }

    /// The icon beside it.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Starting | Self::Live(_) | Self::Stopped { is_offline: false, .. } => "radio",
            Self::Stopped { is_offline: true, .. } => "wifi-off",
            Self::SignedOut => "key-round",
        }
    }

    /// What the strip says, with the clock time as the reader has it; nothing while news comes.
    pub fn strip(self, clock: impl Fn(Time) -> String) -> Option<String> {
        match self {
            Self::Starting | Self::Live(_) => None,
            Self::Stopped { at, is_offline: false } => {
                Some(format!("Live updates stopped at {}, trying again. Decisions still work.", clock(at)))
            }
            Self::Stopped { at, is_offline: true } => {
                Some(format!("Live updates stopped at {}: this device is offline. What you type is kept.", clock(at)))
            }
            Self::SignedOut => Some("Your session has ended. What you typed is kept in this tab.".to_owned()),
        }
    }
}

/// How long to wait before trying again, in milliseconds: a second, doubled each time, a quarter of a minute at most.
pub fn pause(tries: u32) -> u32 {
    1_000_u32.saturating_mul(1 << tries.min(4)).min(15_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGUN: i64 = 1_763_736_290_000;

    fn at(signs: Signs, after: i64) -> (String, Option<String>) {
        let status = signs.status(BEGUN + after);
        (status.line(), status.strip(|at| at.format("%H:%M:%S").to_string()))
    }

    #[test]
    fn silence_is_told_after_ten_seconds() {
        let begun = Signs { begun: BEGUN, ..Signs::default() };
        let heard = Signs { heard: Some(BEGUN + 3_000), ..begun };
        let stopped = |clock| Some(format!("Live updates stopped at {clock}, trying again. Decisions still work."));
        for (signs, after, line, strip) in [
            (begun, 0, "Connecting", None),
            (begun, 10_000, "Connecting", None),
            (begun, 10_001, "Not live", stopped("14:44:50")),
            (heard, 3_000, "Live, just now", None),
            (heard, 5_400, "Live, 2 s ago", None),
            (heard, 13_000, "Live, 10 s ago", None),
            (heard, 13_001, "Not live", stopped("14:44:53")),
            (heard, 0, "Live, just now", None),
        ] {
            assert_eq!(at(signs, after), (line.to_owned(), strip), "{signs:?} after {after}");
        }
        let offline = Signs { is_offline: true, ..heard };
        assert_eq!(offline.status(BEGUN + 4_000).icon(), "wifi-off");
        assert!(at(offline, 4_000).1.is_some_and(|strip| strip.contains("14:44:53: this device is offline")));
        let out = Signs { is_signed_out: true, ..offline };
        assert_eq!((out.status(BEGUN), &*at(out, 0).0), (Status::SignedOut, "Signed out"));
    }

    #[test]
    fn tries_come_less_and_less_often() {
        assert_eq!([0, 1, 2, 3, 4, 40].map(pause), [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    }
}
