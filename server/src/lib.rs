//! How Countersign runs: HTTP in front, use cases behind it, storage below.
//!
//! `http → desk → store`: `http` opens no transaction, `store` never asks who is asking, only `desk` authorises,
//! calls the rules and the domain, stores and records.

pub mod cli;
pub mod clock;
pub mod demo;
pub mod desk;
pub mod error;
pub mod http;
pub mod ids;
pub mod password;
pub mod rules;
pub mod store;
pub mod vault;
pub mod webhook;
pub mod workers;
