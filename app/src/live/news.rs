//! What the stream tells, what it means for a page, and how tabs pass it on to each other.

use crate::calls::reader::read;
use domain::id::{ApprovalId, RunId};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Events that are kept for tabs that come later.
const KEPT: usize = 500;
/// The kind of what is recorded when somebody has looked.
const VIEWED: &str = "approval.viewed";

/// An event: its place in the log, its kind, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// Its place.
    #[serde(rename = "leaf_index")]
    pub place: i64,
    /// Its kind.
    pub kind: String,
    /// The run it belongs to.
    pub run: Option<RunId>,
    /// The approval it concerns.
    pub approval: Option<ApprovalId>,
}

/// News from the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// These events happened, in order.
    Leaves(Vec<Leaf>),
    /// More happened than is told one by one; the log goes up to here.
    Reset(i64),
    /// Somebody came to these approvals, or left them, or a claim was renewed: nothing of it is in the log.
    Presence(Vec<ApprovalId>),
}

impl News {
    /// A message of the stream. What cannot be read is news all the same: everything is to be asked for again.
    pub fn read(data: &str, id: i64) -> Self {
        read(data.as_bytes()).map_or(Self::Reset(id), Self::Leaves)
    }

    /// A message about who is there. What cannot be read tells nothing.
    pub fn read_presence(data: &str) -> Self {
        Self::Presence(read(data.as_bytes()).unwrap_or_default())
    }

    /// How far the log goes.
    pub fn up_to(&self) -> i64 {
        match self {
            Self::Leaves(leaves) => leaves.last().map_or(0, |leaf| leaf.place),
            Self::Reset(up_to) => *up_to,
            Self::Presence(_) => 0,
        }
    }

    /// What of it lies after a place in the log, if anything does.
    pub fn after(self, place: i64) -> Option<Self> {
        match self {
            Self::Leaves(mut leaves) => {
                leaves.retain(|leaf| leaf.place > place);
                (!leaves.is_empty()).then_some(Self::Leaves(leaves))
            }
            Self::Reset(up_to) => (up_to > place).then_some(Self::Reset(up_to)),
            Self::Presence(approvals) => (!approvals.is_empty()).then_some(Self::Presence(approvals)),
        }
    }

    /// Whether lists of approvals, or the counts of the navigation, may have changed.
    pub fn concerns_lists(&self) -> bool {
        // That somebody has looked changes no list.
        self.any(|leaf| {
            (leaf.approval.is_some() && leaf.kind != VIEWED)
                || is_of_escalations(leaf)
                || is_of_follow_ups(leaf)
                || is_of_inbox(leaf)
        })
    }

    /// Whether somebody came to one of these, or left it.
    pub fn is_presence_at(&self, shown: &[ApprovalId]) -> bool {
        matches!(self, Self::Presence(approvals) if approvals.iter().any(|approval| shown.contains(approval)))
    }

    /// Whether escalations may have changed.
    pub fn concerns_escalations(&self) -> bool {
        self.any(is_of_escalations)
    }

    /// Whether closures, or what they handed over, may have changed.
    pub fn concerns_closures(&self) -> bool {
        self.any(|leaf| leaf.kind.starts_with("closure.") || is_of_follow_ups(leaf))
    }

    /// Whether somebody was told something.
    pub fn concerns_inbox(&self) -> bool {
        self.any(is_of_inbox)
    }

    /// Whether this approval may have changed.
    pub fn concerns_approval(&self, id: ApprovalId) -> bool {
        self.any(|leaf| leaf.approval == Some(id))
            || matches!(self, Self::Presence(approvals) if approvals.contains(&id))
    }

    /// Whether this run may have changed.
    pub fn concerns_run(&self, id: RunId) -> bool {
        self.any(|leaf| leaf.run == Some(id))
    }

    fn any(&self, is_meant: impl Fn(&Leaf) -> bool) -> bool {
        match self {
            Self::Leaves(leaves) => leaves.iter().any(is_meant),
            Self::Reset(_) => true,
            Self::Presence(_) => false,
        }
    }
}

fn is_of_escalations(leaf: &Leaf) -> bool {
    leaf.kind.starts_with("escalation.")
}

fn is_of_follow_ups(leaf: &Leaf) -> bool {
    leaf.kind.starts_with("follow_up.")
}

fn is_of_inbox(leaf: &Leaf) -> bool {
    leaf.kind == "notification.made"
}

/// What tabs of one browser say to each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// A tab has come that knows the log up to here.
    Hello(i64),
    /// The one that listens heard this.
    Told(News),
    /// The one that listens knows that the server is there.
    Alive,
}

/// The last events, for those who missed them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recent {
    leaves: VecDeque<Leaf>,
    /// Everything after this place and up to `position` is in `leaves`.
    after: i64,
    position: i64,
}

impl Recent {
    /// Knows the log up to here, and nothing of what was before.
    pub const fn new(position: i64) -> Self {
        Self { leaves: VecDeque::new(), after: position, position }
    }

    /// How far the log is known.
    pub const fn position(&self) -> i64 {
        self.position
    }

    /// Keeps what is new in this, and gives it back.
    pub fn add(&mut self, news: News) -> Option<News> {
        let news = news.after(self.position)?;
        match &news {
            News::Leaves(leaves) => {
                self.position = news.up_to();
                self.leaves.extend(leaves.iter().cloned());
                while self.leaves.len() > KEPT {
                    self.after = self.leaves.pop_front().map_or(self.after, |leaf| leaf.place);
                }
            }
            News::Reset(up_to) => {
                self.position = *up_to;
                self.leaves.clear();
                self.after = *up_to;
            }
            News::Presence(_) => {}
        }
        Some(news)
    }

    /// What somebody missed who knows the log up to `place`.
    pub fn since(&self, place: i64) -> Option<News> {
        if place >= self.after {
            News::Leaves(self.leaves.iter().cloned().collect()).after(place)
        } else {
            News::Reset(self.position).after(place)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(place: i64) -> Leaf {
        Leaf { place, kind: "fact.written".to_owned(), run: None, approval: None }
    }

    fn leaves(places: impl IntoIterator<Item = i64>) -> News {
        News::Leaves(places.into_iter().map(leaf).collect())
    }

    #[test]
    fn messages_are_read_as_the_server_writes_them() {
        let data = r#"[{"leaf_index":7,"kind":"approval.opened","run":"run_01j0000000e00800000000000r",
            "approval":"apr_01j0000000e00800000000000r"},{"leaf_index":8,"kind":"person.added","run":null,"approval":null}]"#;
        let news = News::read(data, 8);
        let approval = "apr_01j0000000e00800000000000r".parse().expect("an id");
        let other = "apr_01j0000000e00800000000001r".parse().expect("an id");
        assert_eq!(news.up_to(), 8);
        assert!(news.concerns_lists() && news.concerns_approval(approval) && !news.concerns_approval(other));
        assert!(news.concerns_run("run_01j0000000e00800000000000r".parse().expect("an id")));
        let rest = news.after(7).expect("one is left");
        assert!(!rest.concerns_lists() && !rest.concerns_approval(approval));
        assert_eq!(rest.after(8), None);
        for unreadable in ["", "{}", "[{}]", "0"] {
            assert_eq!(News::read(unreadable, 9), News::Reset(9), "{unreadable}");
        }
    }

    #[test]
    fn a_reset_concerns_everything_that_is_older() {
        let reset = News::Reset(5);
        assert!(
            reset.concerns_lists() && reset.concerns_approval("apr_01j0000000e00800000000000r".parse().expect("id"))
        );
        assert_eq!((reset.clone().after(4), reset.after(5)), (Some(News::Reset(5)), None));
    }

    #[test]
    fn what_was_missed_is_told_as_long_as_it_is_kept() {
        let mut recent = Recent::new(10);
        assert_eq!(recent.add(leaves(9..=12)), Some(leaves(11..=12)));
        assert_eq!(recent.add(leaves(11..=12)), None, "nothing is heard twice");
        assert_eq!(recent.since(10), Some(leaves(11..=12)));
        assert_eq!(recent.since(11), Some(leaves(12..=12)));
        assert_eq!(recent.since(12), None);
        assert_eq!(recent.since(9), Some(News::Reset(12)));
        recent.add(leaves(13..=520));
        assert_eq!(recent.since(20), Some(leaves(21..=520)));
        assert_eq!(recent.since(19), Some(News::Reset(520)));
        recent.add(News::Reset(600));
        assert_eq!((recent.since(599), recent.since(600), recent.position()), (Some(News::Reset(600)), None, 600));
    }
}
