//! What the demo tells on the terminal: short lines, as agents act.

use std::sync::{Arc, Mutex, PoisonError};

/// Where the lines go; cheap to clone.
#[derive(Debug, Clone)]
pub enum Voice {
    /// To standard output.
    Aloud,
    /// Into memory, for tests.
    Kept(Arc<Mutex<Vec<String>>>),
}

impl Voice {
    /// Tells one thing an agent did.
    pub fn tell(&self, agent: &str, about: &str, what: &str) {
        self.line(&format!("{agent:<17} {about:<22} {what}"));
    }

    /// Tells anything.
    pub fn line(&self, line: &str) {
        let line = line.trim_end();
        match self {
            Self::Aloud => println!("{line}"),
            Self::Kept(lines) => lines.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned()),
        }
    }
}
