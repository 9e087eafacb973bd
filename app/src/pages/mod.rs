//! The screens, one a file: what a URL asks for, and what is shown while it is not there.

pub mod approval;
pub mod approvals;
pub mod audit;
pub mod bulk;
pub mod channels;
pub mod closures;
pub mod connect;
pub mod deliveries;
pub mod endpoints;
pub mod escalations;
pub mod failed;
pub mod groups;
pub mod inbox;
pub mod keys;
pub mod not_found;
pub mod out_of_office;
pub mod people;
pub mod person;
pub mod profile;
pub mod run;
pub mod runs;
pub mod set_up;
pub mod sign_in;
pub mod workflow;
pub mod workflow_draft;
pub mod workflows;
