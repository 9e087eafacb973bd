//! What a process holds in memory.

/// Kilobytes in memory.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Now.
    pub resident: u64,
    /// The most since the process began.
    pub peak: u64,
}

impl Memory {
    /// Of the process with this id, or of `self`; `None` where the system does not tell.
    pub fn of(process: &str) -> Option<Self> {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
            line.split_whitespace().next()?.parse().ok()
        };
        Some(Self { resident: number("VmRSS")?, peak: number("VmHWM")? })
    }
}
