//! Where sessions are woken, and what was sent there: as the admin pages show it.

use serde::{Deserialize, Serialize};

use crate::{
    Refusal, Time,
    alert::Alert,
    id::{ApprovalId, DeliveryId, EndpointId, ResumptionId},
};

/// The longest name.
const NAME: usize = 64;

/// What may be said in the name of an endpoint.
///
/// # Errors
/// `invalid_field` of `name`.
pub fn check_name(name: &str) -> Result<(), Refusal> {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    if (1..=NAME).contains(&name.len()) && name.chars().all(is_word) {
        return Ok(());
    }
    let message = format!(
        "{name:?}: an endpoint is named with lower-case letters, digits, '-', '_' and '.', 1 to {NAME} of them"
    );
    Err(Refusal::invalid("name", message))
}

/// An endpoint without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointRow {
    /// Its id.
    pub id: EndpointId,
    /// Its name, as sessions say it.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Whether it may lie on a private network, without TLS.
    pub allow_private: bool,
    /// When it was added.
    pub created_at: Time,
    /// Until when the secret before signs too.
    pub rotating_until: Option<Time>,
    /// Since when nothing is sent.
    pub disabled_at: Option<Time>,
    /// Why.
    pub disabled_because: Option<String>,
}

/// Every endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointsPage {
    /// The server's time when the page was made.
    pub now: Time,
    /// The endpoints, by name.
    pub endpoints: Vec<EndpointRow>,
}

/// A try to send something, as it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRow {
    /// Its id.
    pub id: DeliveryId,
    /// The endpoint's name.
    pub endpoint: String,
    /// The resumption; `None` for a test.
    pub resumption: Option<ResumptionId>,
    /// The approval; `None` for a test.
    pub approval: Option<ApprovalId>,
    /// Which try, from 1.
    pub attempt: u32,
    /// The HTTP status of the answer; `None` when there was none.
    pub status: Option<u16>,
    /// Why it failed; `None` when it went well.
    pub cause: Option<String>,
    /// How long it took.
    pub millis: u32,
    /// When it was sent.
    pub sent_at: Time,
    /// Whether a person may have it sent again now.
    pub can_retry: bool,
}

/// What the page of deliveries is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryQuery {
    /// Only those that failed.
    pub failed_only: bool,
    /// Where the page begins; absent for the first.
    pub cursor: Option<DeliveryId>,
}

/// A page of deliveries, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveriesPage {
    /// The server's time when the page was made.
    pub now: Time,
    /// The deliveries.
    pub rows: Vec<DeliveryRow>,
    /// Where the next page begins.
    pub next_cursor: Option<DeliveryId>,
    /// Whether this is not the first page.
    pub is_continued: bool,
    /// What the reconciler found and cannot repair.
    pub alerts: Vec<Alert>,
}
