//! The client that asks: the parent of this command, which it starts without a shell between.

use std::time::Duration;

/// What is known of it.
pub(super) struct Client {
    /// Which process it is, among all of all machines: two may have resumed one session. `None` where that cannot be
    /// told.
    pub(super) name: Option<String>,
    /// How long it has run. `None` where that cannot be told.
    pub(super) age: Option<Duration>,
    /// Whether it may ask somebody to permit a call: then no answer that leads to a question keeps a tool from running.
    pub(super) asks_somebody: bool,
}

impl Client {
    /// The parent, on this host.
    pub(super) fn of_this_command(host: Option<&str>, entry: Option<&str>) -> Self {
        let parent = parent();
        let (started, line) = parent.map_or((None, None), |parent| (started(parent), line(parent)));
        let name = parent.zip(started).map(|(parent, started)| {
            format!("{}/{parent}/{}", host.unwrap_or("localhost"), started.trim().replace(char::is_whitespace, "-"))
        });
        Self { name, age: parent.and_then(age), asks_somebody: asks_somebody(entry, line.as_deref()) }
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere nobody knows")]
fn parent() -> Option<u32> {
    Some(std::os::unix::process::parent_id())
}

#[cfg(not(unix))]
const fn parent() -> Option<u32> {
    None
}

/// When a process was started: its number alone is given away again.
fn started(process: u32) -> Option<String> {
    match std::fs::read_to_string(format!("/proc/{process}/stat")) {
        // The name stands in brackets and may hold anything; the twentieth word after it counts from the boot.
        Ok(stat) => stat.rsplit_once(')')?.1.split_whitespace().nth(19).map(str::to_owned),
        Err(_) => told(process, "lstart="),
    }
}

/// How long a process has run.
fn age(process: u32) -> Option<Duration> {
    #[cfg(target_os = "linux")]
    {
        let uptime: f64 = std::fs::read_to_string("/proc/uptime").ok()?.split_whitespace().next()?.parse().ok()?;
        #[expect(clippy::cast_precision_loss, reason = "centuries of ticks are counted exactly")]
        let began = started(process)?.parse::<u64>().ok()? as f64 / rustix::param::clock_ticks_per_second() as f64;
        Duration::try_from_secs_f64(uptime - began).ok()
    }
    #[cfg(not(target_os = "linux"))]
    elapsed(&told(process, "etime=")?)
}

/// What `ps` writes as the time a process has run: days, hours, minutes and seconds, as far as there are any.
#[cfg(any(test, not(target_os = "linux")))]
fn elapsed(written: &str) -> Option<Duration> {
    let (days, clock) = written.split_once('-').unwrap_or(("0", written));
    let clock = clock.split(':').try_fold(0, |seconds, part| Some(seconds * 60 + part.parse::<u64>().ok()?))?;
    Some(Duration::from_secs(days.parse::<u64>().ok()? * 86_400 + clock))
}

/// The words it was started with.
fn line(process: u32) -> Option<Vec<String>> {
    match std::fs::read(format!("/proc/{process}/cmdline")) {
        Ok(words) => {
            Some(words.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect())
        }
        Err(_) => Some(told(process, "args=")?.split_whitespace().map(str::to_owned).collect()),
    }
}

/// What the system's `ps` tells, where there is no `/proc`.
fn told(process: u32, what: &str) -> Option<String> {
    let told = std::process::Command::new("ps").args(["-ww", "-o", what, "-p", &process.to_string()]).output().ok()?;
    let text = String::from_utf8(told.stdout).ok()?.trim().to_owned();
    (told.status.success() && !text.is_empty()).then_some(text)
}

/// Whether somebody may be asked: in a terminal, and where the client is told whom to ask. A client that runs for a
/// program says so with `-p` or the format of what it prints. What cannot be told counts as if somebody were there.
fn asks_somebody(entry: Option<&str>, line: Option<&[String]>) -> bool {
    let Some(words) = line.filter(|_| entry != Some("cli")) else { return true };
    let words = words.iter().take_while(|word| *word != "--");
    let mut is_for_a_program = false;
    for word in words {
        if word.starts_with("--permission-prompt") {
            return true;
        }
        let is_short =
            word.len() > 1 && word.starts_with('-') && word[1..].chars().all(|letter| letter.is_ascii_alphabetic());
        let says_so = ["--print", "--output-format", "--input-format"].iter().any(|flag| word.starts_with(flag));
        is_for_a_program |= says_so || (is_short && word.contains('p'));
    }
    !is_for_a_program
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(entry: &str, line: &str) -> bool {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        asks_somebody(Some(entry), Some(&words))
    }

    #[test]
    fn who_is_asked_is_read_from_how_the_client_was_started() {
        for nobody in [
            "claude -p --output-format json -- Go.",
            "claude --print Go.",
            "node /opt/cli.js --output-format stream-json --verbose --input-format stream-json",
            "claude -cp Go.",
            "claude -p -- --permission-prompt-tool",
        ] {
            assert!(!asks("sdk-cli", nobody), "{nobody}");
            assert!(asks("cli", nobody), "{nobody}");
        }
        for somebody in [
            "claude",
            "claude --resume a-p",
            "claude -p --permission-prompt-tool mcp__gate__approve -- Go.",
            "claude --output-format stream-json --permission-prompt-tool stdio",
            "claude -p --permission-prompt-tool=stdio",
        ] {
            assert!(asks("sdk-ts", somebody), "{somebody}");
        }
        assert!(asks_somebody(None, None), "what cannot be told");
    }

    #[test]
    fn how_long_a_process_has_run_is_told() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().expect("a process");
        let [young, own] = [child.id(), std::process::id()].map(|process| age(process).expect("an age"));
        assert!(young <= own && own < Duration::from_hours(1), "{young:?} {own:?}");
        child.kill().and_then(|()| child.wait()).expect("ended");
        let written = ["00:07", "01:02:03", "2-00:00:01", "soon"].map(elapsed);
        assert_eq!(written.map(|age| age.map(|age| age.as_secs())), [Some(7), Some(3_723), Some(172_801), None]);
    }

    #[test]
    fn a_process_is_told_from_another() {
        let own = Client::of_this_command(Some("host"), None);
        let again = Client::of_this_command(Some("host"), None);
        assert_eq!(own.name, again.name);
        let name = own.name.expect("a name");
        assert!(name.starts_with("host/") && name.split('/').count() == 3 && !name.ends_with('/'), "{name}");
    }
}
