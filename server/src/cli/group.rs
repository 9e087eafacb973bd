//! `countersign group …`

use clap::Subcommand;

use super::{Stopped, storage::Storage};
use crate::desk::{Caller, Desk};

#[derive(Subcommand)]
pub(super) enum Group {
    /// Create a group
    Create {
        /// Its name, as policies name it: lower-case letters, digits, `-` and `_`
        name: String,
    },
    /// List groups, tab-separated: name, people who may sign in, people who may decide, seats that policies ask for;
    /// then, on standard error, policies that nobody could satisfy
    List,
}

impl Group {
    pub(super) async fn run(self, storage: &Storage) -> Result<(), Stopped> {
        let desk = storage.open().await?;
        let done = self.apply(&desk).await;
        desk.database.close().await;
        done
    }

    async fn apply(self, desk: &Desk) -> Result<(), Stopped> {
        let caller = &Caller::CommandLine;
        match self {
            Self::Create { name } => {
                let id = desk.create_group(caller, &name).await?;
                println!("created group {name} as {id}");
            }
            Self::List => {
                let page = desk.groups_page(caller).await?;
                for row in page.rows {
                    let need = |need: &domain::group::Need| {
                        format!("{}@{} {}: {}", need.workflow, need.version, need.policy, need.count)
                    };
                    let needs: Vec<String> = row.needs.iter().map(need).collect();
                    println!("{}\t{}\t{}\t{}", row.name, row.people, row.reviewers, needs.join(", "));
                }
                for unmet in page.warnings {
                    let (groups, short) = (unmet.shortage.groups.join(" and "), &unmet.shortage);
                    eprintln!(
                        "policy {} of {}@{} cannot be met: {groups} must give {} approvals and have {} who may decide",
                        unmet.policy, unmet.workflow, unmet.version, short.needed, short.has
                    );
                }
            }
        }
        Ok(())
    }
}
