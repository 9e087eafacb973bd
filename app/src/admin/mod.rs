//! Administration: people, groups, keys, endpoints, deliveries.

mod channels;
mod connect;
mod connect_lines;
mod deliveries;
mod done;
mod endpoints;
mod first_call;
mod group;
mod groups;
mod key_scopes;
mod keys;
mod log_table;
mod new_key;
mod new_person;
mod people;
mod person;
mod refused;
mod roles;
mod tabs;

pub use channels::ChannelsView;
pub use connect::ConnectView;
pub use deliveries::DeliveriesView;
pub use done::Done;
pub use endpoints::EndpointsView;
pub use group::GroupView;
pub use groups::GroupsView;
pub use keys::KeysView;
pub use new_key::NewKeyView;
pub use new_person::NewPersonView;
pub use people::PeopleView;
pub use person::PersonView;
pub use refused::Refused;
pub use roles::titles as role_titles;
pub use tabs::{AdminTab, AdminTabs};
