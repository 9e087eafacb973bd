//! Power loss: whatever part of the unsynced writes reached the disk, nothing that was answered is lost.

use std::{path::PathBuf, time::Duration};

use rand::{RngExt as _, rngs::StdRng};
use tempfile::TempDir;

use crate::support::{
    disk::Disk,
    load::Load,
    process::{self, Installation, Running},
    shim::{ANY, Deed, Plan, Record, Shim, Way},
    sound::{self, Acknowledged},
    trials::{random, trials},
};

/// Connections asking at the same time.
const AT_ONCE: usize = 8;
/// Power losses of the short form.
const LOSSES: u64 = 40;
/// How long a server that must end may take.
const END: Duration = Duration::from_secs(20);
/// The log's number among the files.
const LOG: usize = 1;
/// The database's name in an image's folder.
const NAME: &str = "countersign.db";

fn start(site: &Installation, shim: &Shim) -> Running {
    site.start_as(|command| shim.record(command)).expect("a server that is ready")
}

/// A recorded story: the disk before it, what was written, and what was answered.
struct Story {
    before: TempDir,
    records: Vec<Record>,
    answered: Vec<Acknowledged>,
}

impl Story {
    /// A copy of a data folder as it is now.
    fn of(folder: &std::path::Path) -> TempDir {
        let before = TempDir::new().expect("a folder");
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file")) {
            if entry.file_name().to_string_lossy().starts_with(NAME) {
                std::fs::copy(entry.path(), before.path().join(entry.file_name())).expect("a copy");
            }
        }
        before
    }

    fn database(&self) -> PathBuf {
        self.before.path().join(NAME)
    }

    /// Loses the power so many times, each time opens what is left, and says what is wrong with it first.
    async fn lose_power(&self, disk: impl Fn() -> Disk, losses: u64, random: &mut StdRng) -> Result<(), String> {
        let mut places: Vec<usize> = (0..losses).map(|_| random.random_range(0..=self.records.len())).collect();
        places.sort_unstable();
        let (mut disk, mut followed) = (disk(), 0);
        for place in places {
            self.records[followed..place].iter().for_each(|record| disk.follow(record));
            followed = place;
            let image = TempDir::new().expect("a folder");
            let file = image.path().join(NAME);
            disk.lose_power(&file, random);
            let now = self.records[..place].last().map_or(0, |record| record.ends_at);
            let known: Vec<Acknowledged> = self.answered.iter().filter(|known| known.at <= now).cloned().collect();
            let opened = match sound::open(&file).await {
                Ok(()) => sound::check_answers(&file, &known).await,
                Err(why) => Err(why),
            };
            opened.map_err(|why| format!("power lost after record {place}, {} answers: {why}", known.len()))?;
        }
        Ok(())
    }

    fn commits(&self) -> usize {
        self.records.iter().filter(|record| record.deed == Deed::Sync && record.file == LOG).count()
    }
}

/// A server under load, recorded until it has synced its log so often; `end` says how it ends.
async fn recorded(syncs: u64, is_killed: bool) -> Option<Story> {
    let site = Installation::new();
    let shim = Shim::on(site.folder())?;
    let before = Story::of(site.folder());
    let server = start(&site, &shim);
    let load = Load::start(&site, Some(&shim), &server).await;
    // Each call is answered after a sync; eight at once share some.
    let wanted = usize::try_from(syncs).expect("a count") * 2;
    load.ask_on(&server, AT_ONCE, |answered| answered >= wanted / 2).await;
    load.ask_at_once(&server, AT_ONCE).await;
    // The log is folded into the database now and then: the second half begins once that has been done.
    let folded = || shim.trace().iter().any(|record| record.deed == Deed::Sync && record.file == 0);
    while !folded() {
        load.ask_at_once(&server, 2).await;
    }
    load.ask_on(&server, AT_ONCE, |answered| answered >= wanted).await;
    if is_killed {
        server.kill();
    } else {
        assert!(server.terminate().await.success());
    }
    Some(Story { before, records: shim.trace(), answered: load.answered() })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_loss_has_lost_no_answered_check() {
    let mut random = random();
    for is_killed in [true, false] {
        let Some(story) = recorded(trials(LOSSES).min(200), is_killed).await else { return };
        let disk = || Disk::of(&story.database());
        story.lose_power(disk, trials(LOSSES) / 2, &mut random).await.expect("nothing is lost");
        eprintln!(
            "{} records, {} syncs of the log, {} answers",
            story.records.len(),
            story.commits(),
            story.answered.len()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_campaign_finds_a_disk_that_ignores_syncs() {
    let mut random = random();
    let Some(story) = recorded(LOSSES, true).await else { return };
    let disk = || Disk::that_ignores_syncs(&story.database());
    let found = story.lose_power(disk, LOSSES * 5, &mut random).await;
    assert!(found.is_err(), "syncs made no difference");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_loss_while_the_database_is_made_leaves_one_that_can_be_made() {
    let mut random = random();
    let folder = TempDir::new().expect("a folder");
    let Some(shim) = Shim::on(folder.path()) else { return };
    let before = Story::of(folder.path());
    let mut command = process::binary(folder.path());
    shim.record(command.args(["person", "list"]));
    assert!(command.status().expect("the command").success());
    let story = Story { before, records: shim.trace(), answered: Vec::new() };
    let disk = || Disk::of(&story.database());
    story.lose_power(disk, trials(LOSSES), &mut random).await.expect("a database");
}

/// A log whose sync failed holds, for whoever starts next, what the disk does not: it must not be answered from before
/// it is on the disk by another way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_loss_after_a_failed_sync_has_lost_no_answered_check() {
    let mut random = random();
    for _ in 0..trials(LOSSES).div_ceil(40).min(20) {
        let site = Installation::new();
        let Some(shim) = Shim::on(site.folder()) else { return };
        let before = Story::of(site.folder());
        let server = start(&site, &shim);
        let load = Load::start(&site, Some(&shim), &server).await;
        load.ask_on(&server, AT_ONCE, |answered| answered >= 20).await;
        let nth = random.random_range(1..10);
        shim.arm(Plan { deeds: &[Deed::Sync], files: ANY, nth, times: 1, way: Way::Broken });
        load.ask_on(&server, AT_ONCE, |_| shim.failed() > 0).await;
        tokio::time::timeout(END, server.ended()).await.expect("it ends by itself");
        let server = start(&site, &shim);
        load.ask_on(&server, AT_ONCE, |answered| answered >= 60).await;
        server.kill();
        let story = Story { before, records: shim.trace(), answered: load.answered() };
        let disk = || Disk::of(&story.database());
        story.lose_power(disk, LOSSES / 2, &mut random).await.expect("nothing is lost");
    }
}
