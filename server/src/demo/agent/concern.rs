//! Several matters of one request: opened, looked into, and settled together.

use serde_json::{Value, json};

use super::{Agent, unclear};
use crate::demo::Trouble;

impl Agent {
    /// Opens a concern; gives its id. The same one again finds the one that was opened before.
    pub async fn open_concern(&self, name: &str, matter: &Value) -> Result<String, Trouble> {
        let once = format!("{}-concern-{name}", self.session);
        let opened = self.client.post(&self.path("concerns"), matter, Some(&once)).await?;
        let id = opened["concern_id"].as_str().ok_or_else(|| unclear("a concern", &opened))?;
        Ok(id.to_owned())
    }

    /// Looks into a concern for a while, and says what was found and how it is settled. One that was resolved before
    /// stays as it is.
    pub async fn investigate(&self, concern: &str, found: &Value) -> Result<(), Trouble> {
        let path = format!("/concerns/{concern}");
        match self.client.patch(&path, &json!({"status": "investigating"})).await {
            Err(Trouble::Refused { .. }) => return Ok(()),
            other => other?,
        };
        tokio::time::sleep(self.thinking).await;
        self.client.patch(&path, found).await.map(drop)
    }

    /// Gives all concerns one resolution.
    pub async fn unify(&self, resolution: &str) -> Result<(), Trouble> {
        self.client.post(&self.path("concerns/unify"), &json!({"resolution": resolution}), None).await.map(drop)
    }
}
