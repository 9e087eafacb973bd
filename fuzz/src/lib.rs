//! What must hold of everything that comes from outside, whatever it is. libFuzzer looks for bytes of which it does not
//! (`fuzz_targets/`); the server's tests take these files in by their path and hold what was found before against them.

pub mod canonical;
pub mod condition;
pub mod gate_body;
pub mod oracle;
pub mod outside;
pub mod rewrite;
pub mod workflow;

/// What must hold of some bytes; panics where it does not.
pub type Property = fn(&[u8]);

/// Each target by its name, which is also that of its corpus.
pub const TARGETS: [(&str, Property); 5] = [
    ("canonical", canonical::holds),
    ("condition", condition::holds),
    ("gate_body", gate_body::holds),
    ("outside", outside::holds),
    ("workflow", workflow::holds),
];
