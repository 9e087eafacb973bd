//! The demo: sample people, and sample agents that arrive over HTTP, stop where code says so, and go on once somebody
//! has decided.
//!
//! People, keys and endpoints are made by the same use cases as on the command line. Everything the agents do goes through the
//! public API, and they obey its answers.

mod agent;
mod cast;
mod client;
mod colleague;
mod customers;
mod dice;
mod dispute;
mod intro;
mod memory;
mod onboarding;
mod receiver;
mod refund;
mod stage;
mod story;
mod systems;
mod voice;

pub use stage::{Address, Options, play};
pub use voice::Voice;

/// What can end a story, or the whole demo.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The server refused what it was asked.
    #[error("{code}: {message}")]
    Refused {
        /// The stable code.
        code: String,
        /// The sentence that came with it.
        message: String,
    },
    /// The server could not be reached, or broke, again and again.
    #[error("the server does not answer: {0}")]
    Unreachable(String),
    /// The server answered something this demo does not know. Nothing is run on such an answer.
    #[error("an answer that cannot be understood: {0}")]
    Unclear(String),
    /// The demo's memory could not be read or written.
    #[error("{0}")]
    Memory(String),
    /// There is no port to receive webhooks at.
    #[error("no port for webhooks: {0}")]
    Receiver(String),
    /// A person, a key or an endpoint could not be made.
    #[error(transparent)]
    Server(#[from] crate::error::Error),
}

#[cfg(test)]
mod tests;
