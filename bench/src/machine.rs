//! The machine that is measured on.

use std::process::Command;

/// The load average of the last minute; 0 where there is none.
pub fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or_default()
}

/// Processors, kernel and memory in one line.
pub fn described() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpus = read("/proc/cpuinfo");
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown processor");
    let memory = read("/proc/meminfo");
    let kib = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")).unwrap_or_default();
    let gib = kib.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() >> 20;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let model = model.trim_start_matches([' ', '\t', ':']);
    format!("{cores} × {model}, {gib} GiB, Linux {}", read("/proc/sys/kernel/osrelease").trim())
}

/// Today, as the machine says.
pub fn today() -> String {
    let date = Command::new("date").arg("+%-d %B %Y").env("LC_ALL", "C").output();
    date.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}
