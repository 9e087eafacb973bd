//! `countersign key …`

use chrono::TimeDelta;
use clap::{Args, Subcommand};
use domain::{
    Scope,
    key::{Begins, KeyState},
};

use super::{Stopped, storage::Storage};
use crate::{
    desk::{
        Caller, Desk,
        key::{NewKey, page::state},
    },
    store,
};

#[derive(Subcommand)]
pub(super) enum Key {
    /// Create a key and print it, alone, on standard output; it is shown this once
    Create(Create),
    /// Revoke a key
    Revoke {
        /// Its name, or its `key_…` id
        key: String,
    },
    /// List keys, tab-separated: id, name, scopes, source, expiry, state, how the secret begins, last use,
    /// whether its hooks begin runs, workflows
    List,
}

#[derive(Args)]
pub(super) struct Create {
    #[arg(long)]
    name: String,
    /// hook, agent, system, runner, reviewer, `support_lead`, auditor or admin; may be repeated
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    scopes: Vec<Scope>,
    /// Who answers for it: an email
    #[arg(long)]
    owner: Option<String>,
    /// The system of record it speaks for; with the scope system only
    #[arg(long)]
    source: Option<String>,
    /// Let its hooks begin runs for sessions that nobody has registered; with the scope hook only
    #[arg(long)]
    begins_runs: bool,
    /// A workflow of whose runs it may be a part; may be repeated, every one when left out; with the scope hook only
    #[arg(long = "workflow", value_name = "NAME")]
    workflows: Vec<String>,
    /// How long it lives, such as 30d, 12h or 90m
    #[arg(long, value_parser = lifetime)]
    expires: Option<TimeDelta>,
}

fn lifetime(text: &str) -> Result<TimeDelta, &'static str> {
    let expected = "expected a number and s, m, h, d or w, such as 30d";
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or(expected)?;
    let number: u32 = number.parse().map_err(|_| expected)?;
    let number = i64::from(number);
    match unit {
        _ if number == 0 => Err("expected a time to come"),
        "s" => Ok(TimeDelta::seconds(number)),
        "m" => Ok(TimeDelta::minutes(number)),
        "h" => Ok(TimeDelta::hours(number)),
        "d" => Ok(TimeDelta::days(number)),
        "w" => Ok(TimeDelta::weeks(number)),
        _ => Err(expected),
    }
}

impl Key {
    pub(super) async fn run(self, storage: &Storage) -> Result<(), Stopped> {
        let desk = storage.open().await?;
        let done = self.apply(&desk).await;
        desk.database.close().await;
        done
    }

    async fn apply(self, desk: &Desk) -> Result<(), Stopped> {
        let caller = &Caller::CommandLine;
        match self {
            Self::Create(Create { name, scopes, owner, source, begins_runs, workflows, expires }) => {
                let begins = Begins { unregistered: begins_runs, workflows };
                let new = NewKey { name, scopes, owner, source, lives: expires, begins };
                println!("{}", desk.create_key(caller, new).await?.secret.reveal());
            }
            Self::Revoke { key } => println!("revoked {}", desk.revoke_key(caller, &key).await?),
            Self::List => {
                let now = desk.database.clock().now();
                for key in desk.list_keys(caller).await? {
                    println!("{}", line(&key, now));
                }
            }
        }
        Ok(())
    }
}

fn line(key: &store::key::Key, now: domain::Time) -> String {
    let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.as_str()).collect();
    let state = match state(key, now) {
        KeyState::Active => "active",
        KeyState::Revoked => "revoked",
        KeyState::Expired => "expired",
        KeyState::OwnerDisabled => "owner disabled",
    };
    let source = key.source.as_deref().unwrap_or("-");
    let hint = key.hint.as_deref().unwrap_or("-");
    let time = |at: Option<domain::Time>| at.map_or_else(|| "-".to_owned(), |at| at.to_rfc3339());
    let (expires, used) = (time(key.expires_at), time(key.last_used_at));
    let begins = if key.begins.unregistered { "begins-runs" } else { "-" };
    let workflows = if key.begins.workflows.is_empty() { "-".to_owned() } else { key.begins.workflows.join(",") };
    format!(
        "{}\t{}\t{}\t{source}\t{expires}\t{state}\t{hint}\t{used}\t{begins}\t{workflows}",
        key.id,
        key.name,
        scopes.join(",")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_are_a_number_and_a_unit() {
        assert_eq!(lifetime("30d"), Ok(TimeDelta::days(30)));
        assert_eq!(lifetime("90m"), Ok(TimeDelta::minutes(90)));
        assert_eq!(lifetime("4294967295w"), Ok(TimeDelta::weeks(4_294_967_295)));
        for bad in ["", "d", "30", "-1d", "0d", "1.5h", "1é", "30 d", "99999999999d"] {
            assert!(lifetime(bad).is_err(), "{bad}");
        }
    }
}
