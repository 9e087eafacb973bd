//! The whole server through its public interface, on SQLite and, where there is one, on PostgreSQL.

mod support;

mod audit;
mod audit_filters;
mod bad_input;
mod calls;
mod cancellation;
mod deadlines;
mod decisions;
mod dev;
mod drafts;
mod facts;
mod found;
mod groups;
mod information;
mod keys;
mod kills;
mod live;
mod openapi;
mod origins;
mod people;
mod polls;
mod profile;
mod publish;
mod races;
mod requests;
mod routes;
mod runs;
mod sessions;
mod set_up;
mod story;
mod vault;
mod walk;
mod workflows;
mod vault;
