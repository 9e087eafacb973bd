//! Workflow definitions as the API shows them.

use domain::{Digest, Time, workflow::standing::VersionStatus};
use schemars::JsonSchema;
use serde::Serialize;

use crate::store::workflow::Published;

/// A published version.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WorkflowSummary {
    /// The workflow's name.
    pub name: String,
    /// From 1.
    pub version: u32,
    /// The digest of the published text.
    pub digest: Digest,
    /// What people call it.
    pub title: String,
    /// When it was published.
    pub published_at: Time,
    /// Whether new runs begin on it.
    pub status: VersionStatus,
}

impl From<&Published> for WorkflowSummary {
    fn from(published: &Published) -> Self {
        Self {
            name: published.version.name.clone(),
            version: published.version.version,
            digest: published.version.digest,
            title: published.title.clone(),
            published_at: published.published_at,
            status: published.standing.status(),
        }
    }
}

/// A published version with its text.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WorkflowDetail {
    /// Which.
    #[serde(flatten)]
    pub summary: WorkflowSummary,
    /// The YAML text as it was published.
    pub source: String,
}

impl From<&Published> for WorkflowDetail {
    fn from(published: &Published) -> Self {
        Self { summary: published.into(), source: published.source.clone() }
    }
}
