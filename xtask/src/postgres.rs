//! A throw-away PostgreSQL for the tests.
//!
//! A small shell script keeps it: it starts the cluster, waits until its standard input closes,
//! then stops the cluster and removes its folder. The pipe closes when this process ends, however
//! it ends, so nothing is left behind after an interrupted or killed run either.

use crate::install;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

const KEEPER: &str = r#"
trap '' INT HUP TERM
dir=$(mktemp -d /tmp/countersign-postgres-XXXXXX) || exit 1
if [ "$(id -u)" = 0 ]; then
    chown postgres "$dir"
    as() { runuser -u postgres -- "$@"; }
else
    as() { "$@"; }
fi
cd "$dir"
settings="-c listen_addresses=127.0.0.1 -c port=$2 -c unix_socket_directories=$dir -c max_connections=200
  -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"
if as "$1/initdb" -D "$dir/data" -U countersign -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/log" 2>&1 &&
    as "$1/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -t 60 -o "$settings" start >>"$dir/log" 2>&1; then
    echo ready
    cat >/dev/null
    as "$1/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1
else
    echo failed
    cat "$dir/log" "$dir/server.log" 2>/dev/null
fi
cd /
rm -rf "$dir"
"#;

/// A running cluster; it goes when this value does.
pub struct Cluster {
    keeper: Child,
    port: u16,
}

impl Cluster {
    /// Starts one, installing PostgreSQL if that is possible.
    pub fn start() -> Result<Self> {
        let binaries = install::postgres()?;
        let port = free_port()?;
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "postgres-keeper"]).arg(&binaries).arg(port.to_string());
        // A group of its own: an interrupt at the terminal must not reach the server before the keeper.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut keeper = command.spawn().context("cannot start the PostgreSQL keeper")?;
        let mut lines = BufReader::new(keeper.stdout.take().context("no pipe")?);
        let mut first = String::new();
        lines.read_line(&mut first)?;
        let cluster = Self { keeper, port };
        if first.trim() == "ready" {
            println!("  PostgreSQL from {} on port {port}", binaries.display());
            return Ok(cluster);
        }
        let mut log = String::new();
        lines.read_to_string(&mut log)?;
        bail!("PostgreSQL did not start:\n{log}");
    }

    /// The superuser's address of the cluster.
    pub fn url(&self) -> String {
        format!("postgres://countersign@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Waiting is a courtesy: the keeper does its work all the same.
        let _ = self.keeper.wait();
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process;

    #[test]
    fn ports_differ_from_those_in_use() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        assert_ne!(free_port().unwrap(), taken.local_addr().unwrap().port());
    }

    #[test]
    fn the_keeper_is_valid_shell() {
        assert!(process::succeeds(Command::new("sh").args(["-n", "-c", KEEPER])));
    }
}
