//! Why a view cannot show what was asked for.

use crate::calls::carried::Carried;
use domain::Refusal;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::Serialize;

domain::tagged! {
    "Failure", "failure", "failure@";
    /// The error a view matches on.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    #[serde(tag = "failure", rename_all = "snake_case")]
    pub enum Failure {
        /// The server understood and said no.
        Refused {
            /// The refusal.
            refusal: Refusal,
        },
        /// The server broke; the id finds the cause in its log.
        Broken {
            /// The request's id.
            request_id: String,
        },
        /// The server could not be reached.
        Offline {
            /// What the transport said.
            detail: String,
        },
    }
}

impl Failure {
    /// The HTTP status that says the same.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Refused { refusal } => refusal.code.status(),
            Self::Broken { .. } => 500,
            Self::Offline { .. } => 502,
        }
    }
}

impl FromServerFnError for Failure {
    type Encoder = Carried;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self::Offline { detail: error.to_string() }
    }
}
