//! The systems of record: only they say whether an identity check passed and how risky a customer is.

use serde_json::{Value, json};

use super::{Trouble, client::Client};

/// A system of record with its own key.
#[derive(Clone)]
pub struct System {
    client: Client,
}

impl System {
    /// The system behind this key.
    pub const fn new(client: Client) -> Self {
        Self { client }
    }

    /// Writes facts about a run, once.
    pub async fn record(&self, run: &str, reference: &str, facts: Value) -> Result<(), Trouble> {
        let body = json!({"reference": reference, "facts": facts});
        self.client.post(&format!("/runs/{run}/facts"), &body, Some(&format!("{run}-{reference}"))).await.map(drop)
    }
}
