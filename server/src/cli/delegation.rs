//! `countersign delegation …`

use clap::{Args, Subcommand};
use domain::{delegations::DelegationRow, id::DelegationId};

use super::{Stopped, storage::Storage};
use crate::desk::{Caller, Desk, delegation::NewDelegation};

#[derive(Subcommand)]
pub(super) enum Delegation {
    /// Name who decides in somebody's place while they are away
    Add(Add),
    /// End a delegation before its time
    End {
        /// Its id, `dlg_…`
        id: DelegationId,
    },
    /// List delegations in force and to come, tab-separated: id, who is away, who decides, first day, last day, groups,
    /// state; then, on standard error, policies that could not be met meanwhile
    List,
}

#[derive(Args)]
pub(super) struct Add {
    /// Who is away
    #[arg(long, value_name = "EMAIL")]
    from: String,
    /// Who decides in their place
    #[arg(long, value_name = "EMAIL")]
    to: String,
    /// The first day, in UTC, as 2026-11-23
    #[arg(long, value_name = "DAY")]
    start: String,
    /// The last day; at most 90 days in all
    #[arg(long, value_name = "DAY")]
    until: String,
    /// A group it is for, all of theirs without; may be repeated
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
}

impl Delegation {
    pub(super) async fn run(self, storage: &Storage) -> Result<(), Stopped> {
        let desk = storage.open().await?;
        let done = self.apply(&desk).await;
        desk.database.close().await;
        done
    }

    async fn apply(self, desk: &Desk) -> Result<(), Stopped> {
        let caller = &Caller::CommandLine;
        match self {
            Self::Add(Add { from, to, start, until, groups }) => {
                let new = NewDelegation { principal: Some(from), delegate: to, start, until, groups };
                let id = desk.add_delegation(caller, new).await?;
                println!("set {id}");
                let page = desk.delegations_page(caller).await?;
                page.rows.iter().filter(|row| row.id == id).for_each(warn);
            }
            Self::End { id } => {
                desk.end_delegation(caller, id).await?;
                println!("{id} is over");
            }
            Self::List => {
                let page = desk.delegations_page(caller).await?;
                for row in &page.rows {
                    println!("{}", line(row));
                }
                page.rows.iter().for_each(warn);
            }
        }
        Ok(())
    }
}

fn line(row: &DelegationRow) -> String {
    let terms = &row.terms;
    let groups = if terms.groups.is_empty() { "all".to_owned() } else { terms.groups.join(",") };
    let (first, last) = (terms.from.date_naive(), terms.last_day());
    let state = if row.is_in_force { "in force" } else { "to come" };
    format!("{}\t{}\t{}\t{first}\t{last}\t{groups}\t{state}", row.id, terms.principal.name, terms.delegate.name)
}

/// Tells what could not be decided meanwhile.
fn warn(row: &DelegationRow) {
    for unmet in &row.warnings {
        let (groups, short) = (unmet.shortage.groups.join(" and "), &unmet.shortage);
        eprintln!(
            "{}: policy {} of {}@{} cannot be met meanwhile: {groups} must give {} approvals and have {} who may decide",
            row.id, unmet.policy, unmet.workflow, unmet.version, short.needed, short.has
        );
    }
}
