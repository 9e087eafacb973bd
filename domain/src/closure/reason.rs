//! Why something stopped.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::actor::{UnknownWord, words};

words! {
    /// Why a closure, or a step of it, stopped.
    Reason {
        /// What settled it was taken back.
        SourceRevoked = "source_revoked",
        /// Something newer has taken its place.
        SourceSuperseded = "source_superseded",
        /// The source says something else by now.
        SourceChanged = "source_changed",
        /// The source cannot be read.
        SourceUnreachable = "source_unreachable",
        /// Whether it should happen at all could not be found out.
        ConditionFailed = "condition_failed",
        /// Nobody has said where it goes, or there is no such record.
        MappingMissing = "mapping_missing",
        /// The record is there, and is not the one that is meant.
        MappingStale = "mapping_stale",
        /// More than one record could be meant, or it holds something else.
        TargetAmbiguous = "target_ambiguous",
        /// It may have been written or not.
        OutcomeAmbiguous = "outcome_ambiguous",
        /// The target does not take it.
        TargetRefused = "target_refused",
        /// No try is left.
        TargetUnreachable = "target_unreachable",
        /// Whoever looked at it as a sample found that it is not in order.
        SampleNotInOrder = "sample_not_in_order",
    }
}

impl Reason {
    /// Why, in a few words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::SourceRevoked => "The decision was taken back",
            Self::SourceSuperseded => "A newer decision stands",
            Self::SourceChanged => "Source changed",
            Self::SourceUnreachable => "The source cannot be read",
            Self::ConditionFailed => "The condition could not be evaluated",
            Self::MappingMissing => "Mapping missing",
            Self::MappingStale => "Mapping is stale",
            Self::TargetAmbiguous => "Target is ambiguous",
            Self::OutcomeAmbiguous => "Outcome is ambiguous",
            Self::TargetRefused => "The target refuses",
            Self::TargetUnreachable => "The target cannot be reached",
            Self::SampleNotInOrder => "A sample is not in order",
        }
    }
}
