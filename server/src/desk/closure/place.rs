//! Where a step writes: a registered target, a folder, or a channel.

use std::path::PathBuf;

use domain::{
    channel::Channel,
    closure::{
        Reason,
        rule::{Planned, StepKind},
    },
    id::PersonId,
    target::TargetKind,
};
use url::Url;

use super::intake::target_of;
use crate::{
    desk::{Desk, channel::Target as Sends},
    error::Result,
    store::{self, Tx, target::Stored as Target},
};

/// Where a step writes.
pub(super) enum Place {
    /// A record that is JSON.
    Record {
        /// The target.
        target: Box<Target>,
        /// The record's address.
        url: String,
    },
    /// A file at an address.
    File {
        /// The target.
        target: Box<Target>,
        /// The file's address.
        url: String,
    },
    /// A file in a folder.
    Folder {
        /// The file.
        path: PathBuf,
    },
    /// A channel that people read.
    Told(Box<Sends>),
    /// A mail to each of the people of a group.
    Mailed {
        /// The people of the group who may sign in.
        people: Vec<PersonId>,
    },
}

impl Place {
    /// Whether something that comes twice with the same key has one effect.
    pub(super) fn honours_keys(&self) -> bool {
        match self {
            Self::Record { target, .. } | Self::File { target, .. } => target.row.honours_keys,
            // A file that is there already is not written over, and a mail that is in the outbox not put there again.
            Self::Folder { .. } | Self::Mailed { .. } => true,
            // Receivers of Standard Webhooks tell repeats by their id.
            Self::Told(sends) => matches!(**sends, Sends::Webhook { .. }),
        }
    }
}

impl Desk {
    /// Where a step writes, or why nobody knows.
    pub(super) async fn place_of(&self, tx: &mut Tx, plan: &Planned) -> Result<Result<Place, (Reason, String)>> {
        let missing = |detail: String| Ok(Err((Reason::MappingMissing, detail)));
        if let Some(group) = plan.mailed_group() {
            return self.mailed_to(tx, group).await;
        }
        if plan.kind == StepKind::Notification {
            let channel = plan.target.parse::<Channel>().ok();
            let sends = match channel {
                Some(channel) => self.target(tx, channel).await?,
                None => None,
            };
            return match sends {
                Some(sends) if !sends.is_disabled() => Ok(Ok(Place::Told(Box::new(sends)))),
                _ => missing(format!("The channel {} is not set.", plan.target)),
            };
        }
        let Some(target) = store::target::find_by_name(tx, &plan.target).await? else {
            return missing(format!("No target {} is registered.", plan.target));
        };
        if target.row.disabled_at.is_some() {
            return missing(format!("The target {} is disabled.", plan.target));
        }
        let url = format!("{}/{}", target.row.url.trim_end_matches('/'), plan.record);
        if target.row.kind == TargetKind::Http && target_of(std::slice::from_ref(&target), &url).is_none() {
            let detail = format!("{:?} leads out of the target {}.", plan.record, plan.target);
            return Ok(Err((Reason::TargetAmbiguous, detail)));
        }
        let target = Box::new(target);
        Ok(match (target.row.kind, plan.kind) {
            (TargetKind::Http, _) => Ok(Place::Record { target, url }),
            (TargetKind::Archive, StepKind::ArchiveLink) if url.starts_with("file:") => {
                match Url::parse(&target.row.url).ok().and_then(|folder| folder.to_file_path().ok()) {
                    // A file by the name that is encoded: it cannot lead out of the folder.
                    Some(folder) => Ok(Place::Folder { path: folder.join(plan.record.replace('/', "_")) }),
                    None => return missing(format!("{} is no folder.", target.row.url)),
                }
            }
            (TargetKind::Archive, StepKind::ArchiveLink) => Ok(Place::File { target, url }),
            (TargetKind::Archive, _) => {
                return missing(format!("{} is an archive: only archive_link writes there.", plan.target));
            }
        })
    }
}
