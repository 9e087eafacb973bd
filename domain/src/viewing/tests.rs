//! Nobody is recorded for longer than they can have looked.

use proptest::prelude::*;

use super::*;
use crate::testing::{approval, at};

fn beat(visible: u64) -> Beat {
    Beat { approval: approval(1), view: 7, revision: 2, visible, is_visible: true, is_over: false, renew: false }
}

fn after(seconds: i64) -> Time {
    at(0) + TimeDelta::seconds(seconds)
}

#[test]
fn what_a_page_says_counts_as_far_as_the_clock_allows() {
    let opened = View::open(&beat(400), after(0));
    let seconds = |view: View| view.close().map(|viewed| viewed.seconds);
    assert_eq!(seconds(opened), None, "nothing is known of what was before");
    let heard = opened.hear(&beat(10_400), after(10));
    assert_eq!(seconds(heard), Some(10));
    assert_eq!(seconds(heard.hear(&beat(3_600_000), after(20))), Some(20), "an hour cannot have passed");
    assert_eq!(seconds(heard.hear(&beat(10_400), after(30))), Some(10), "hidden meanwhile");
    assert_eq!(seconds(heard.hear(&beat(0), after(30)).hear(&beat(10_500), after(31))), Some(10), "late word");
    assert_eq!(seconds(heard.hear(&beat(15_400), after(5))), Some(10), "a clock that was set back");
    assert_eq!(heard.close(), Some(Viewed { revision: 2, opened_at: after(0), seconds: 10 }));
}

#[test]
fn a_viewer_is_there_until_their_page_is_silent_or_hidden() {
    let view = View::open(&beat(0), after(0));
    assert!(view.is_shown(after(24)) && !view.is_shown(after(25)));
    let hidden = view.hear(&Beat { is_visible: false, ..beat(9_000) }, after(9));
    assert!(!hidden.is_shown(after(9)));
    assert_eq!(hidden.over_at(), after(309));
}

proptest! {
    #[test]
    fn nobody_views_longer_than_the_page_was_open(beats in prop::collection::vec((0_u64..100_000, -5_i64..60), 1..20)) {
        let (mut view, mut now) = (View::open(&beat(0), at(0)), at(0));
        let mut latest = now;
        for (visible, passed) in beats {
            now += TimeDelta::seconds(passed);
            latest = latest.max(now);
            view = view.hear(&beat(visible), now);
        }
        let seconds = view.close().map_or(0, |viewed| viewed.seconds);
        prop_assert!(i64::try_from(seconds).expect("few") <= (latest - at(0)).num_seconds());
    }
}
