//! `countersign person …`

use clap::{Args, Subcommand};
use domain::Role;

use super::{
    Stopped,
    storage::{Storage, read_password},
};
use crate::{
    desk::{
        Caller, Desk,
        person::{NewPerson, PersonChange},
    },
    store,
};

#[derive(Subcommand)]
pub(super) enum Person {
    /// Add a person
    Add(Add),
    /// Change a person's name or roles; whoever loses a role is signed out
    Change {
        /// Whose
        email: String,
        /// Their name from now on
        #[arg(long)]
        name: Option<String>,
        /// Their roles from now on, all of them; may be repeated
        #[arg(long = "role", value_name = "ROLE", required_unless_present = "name")]
        roles: Vec<Role>,
    },
    /// Put a person into groups or take them out; joining counts for approvals that open later, leaving at once
    Groups {
        /// Whom
        email: String,
        /// A group to join, created if it is missing; may be repeated
        #[arg(long, value_name = "GROUP", required_unless_present = "remove")]
        add: Vec<String>,
        /// A group to leave; may be repeated
        #[arg(long, value_name = "GROUP")]
        remove: Vec<String>,
    },
    /// Bar a person from signing in and end their sessions
    Disable {
        /// Whom
        email: String,
    },
    /// Let a disabled person sign in again
    Enable {
        /// Whom
        email: String,
    },
    /// Give a person another password, end their sessions and let them sign in at once
    Password {
        /// Whose
        email: String,
        /// Read the password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// List people, tab-separated: email, name, roles, groups, state
    List,
}

#[derive(Args)]
pub(super) struct Add {
    #[arg(long)]
    email: String,
    #[arg(long)]
    name: String,
    /// reviewer, `support_lead`, auditor or admin; may be repeated
    #[arg(long = "role", value_name = "ROLE", required = true)]
    roles: Vec<Role>,
    /// A group to belong to, created if it is missing; may be repeated
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
    /// Read the password from standard input
    #[arg(long, required = true)]
    password_stdin: bool,
}

impl Person {
    pub(super) async fn run(self, storage: &Storage) -> Result<(), Stopped> {
        let desk = storage.open().await?;
        let done = self.apply(&desk).await;
        desk.database.close().await;
        done
    }

    async fn apply(self, desk: &Desk) -> Result<(), Stopped> {
        let caller = &Caller::CommandLine;
        match self {
            Self::Add(add) => return add.run(desk).await,
            Self::Change { email, name, roles } => {
                let change = PersonChange { name, roles: (!roles.is_empty()).then_some(roles) };
                desk.change_person(caller, &email, change).await?;
                println!("{email} is changed");
            }
            Self::Groups { email, add, remove } => {
                for group in desk.change_groups(caller, &email, add, remove).await? {
                    println!("group {group} did not exist and was created");
                }
                println!("{email} belongs to the groups as told");
            }
            Self::Enable { email } => {
                desk.enable_person(caller, &email).await?;
                println!("{email} may sign in again");
            }
            Self::Disable { email } => {
                desk.disable_person(caller, &email).await?;
                println!("{email} may not sign in any more");
            }
            Self::Password { email, password_stdin: _ } => {
                desk.change_password(caller, &email, read_password()?).await?;
                println!("{email} has another password");
            }
            Self::List => {
                for person in desk.list_people(caller).await? {
                    println!("{}", line(&person));
                }
            }
        }
        Ok(())
    }
}

fn line(person: &store::person::Person) -> String {
    let roles: Vec<&str> = person.roles.iter().map(|role| role.as_str()).collect();
    let state = if person.disabled_at.is_some() { "disabled" } else { "active" };
    let (roles, groups) = (roles.join(","), person.groups.join(","));
    format!("{}\t{}\t{roles}\t{groups}\t{state}", person.email, person.name)
}

impl Add {
    async fn run(self, desk: &Desk) -> Result<(), Stopped> {
        let Self { email, name, roles, groups, password_stdin: _ } = self;
        let new = NewPerson { email: email.clone(), name, roles, groups, password: read_password()? };
        let added = desk.add_person(&Caller::CommandLine, new).await?;
        for group in added.created_groups {
            println!("group {group} did not exist and was created");
        }
        println!("added {email} as {}", added.id);
        Ok(())
    }
}
