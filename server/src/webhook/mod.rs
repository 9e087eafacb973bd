//! Sending to registered endpoints, and nowhere else: signed, to a checked address, within bounds.

mod exchange;
mod guard;
mod outbound;
mod signature;

pub use exchange::{Ask, Exchange};
pub use guard::{check_url, is_private};
pub use outbound::{Answer, Message, Outbound, Resolve};
pub use signature::Secret;
