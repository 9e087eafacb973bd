//! How Countersign runs: HTTP in front, use cases behind it, storage below.
//!
//! `http, agents → desk → store`: `http` opens no transaction, `store` never asks who is asking, only `desk` authorises,
//! calls the rules and the domain, stores and records.

// Optimised and with debug assertions, as the fuzzers build it, pages are types as deep as in `app`.
#![recursion_limit = "256"]

pub mod agents;
pub mod cli;
pub mod clock;
pub mod demo;
pub mod desk;
pub mod error;
pub mod http;
pub mod ids;
pub mod mail;
pub mod password;
pub mod rules;
pub mod store;
pub mod vault;
pub mod webhook;
pub mod workers;
