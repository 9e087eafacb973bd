//! The benchmarks: each a ratio of ours to a limit measured beside it in the same run. `cargo xtask bench` builds what
//! is measured and runs this.

mod agents;
mod console;
mod correct;
mod gates;
mod machine;
mod open_loop;
mod pages;
mod peers;
mod plot;
mod report;
mod restart;
mod resume;
mod rounds;
mod stats;
mod stress;
mod wire;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use console::Product;
use report::Line;
use rounds::Plan;

#[derive(Parser)]
#[command(about = "Measures a release build of Countersign against what the machine can do")]
struct Options {
    #[command(subcommand)]
    role: Option<Role>,
    /// The release binary
    #[arg(long, value_name = "FILE", default_value = "target/release/countersign")]
    binary: PathBuf,
    /// The built console: its bytes are counted
    #[arg(long, value_name = "DIR", default_value = "target/site")]
    site: PathBuf,
    /// Whether the binary has no console in it, and is to serve that folder
    #[arg(long)]
    serve_site: bool,
    /// The folder whose disk is measured
    #[arg(long, value_name = "DIR", default_value = "target")]
    disk: PathBuf,
    /// The script that drives a browser
    #[arg(long, value_name = "FILE")]
    vitals: Option<PathBuf>,
    /// Short rounds, for orientation only
    #[arg(long)]
    quick: bool,
    /// Only these, such as `B1,B2`
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    only: Vec<String>,
    /// Where to write the page and its picture
    #[arg(long, value_name = "DIR")]
    publish: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Role {
    /// A bare server to measure against
    #[command(hide = true)]
    Peer,
}

/// What every measurement needs, and what it has to say beside its lines.
pub struct Bench {
    product: Product,
    built: Option<PathBuf>,
    disk: PathBuf,
    vitals: Option<PathBuf>,
    plan: Plan,
    notes: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    if matches!(options.role, Some(Role::Peer)) {
        return peers::serve().await;
    }
    let absolute = |path: &PathBuf| std::path::absolute(path);
    let binary = options.binary.canonicalize().with_context(|| format!("no {}", options.binary.display()))?;
    let site = absolute(&options.site)?;
    std::fs::create_dir_all(&options.disk)?;
    let scratch = tempfile::Builder::new().prefix("bench-").tempdir_in(&options.disk)?;
    let mut bench = Bench {
        product: Product { binary, site: options.serve_site.then(|| site.clone()) },
        built: site.join("manifest.json").is_file().then_some(site),
        disk: absolute(&scratch.path().to_owned())?,
        vitals: options.vitals.as_ref().map(absolute).transpose()?,
        plan: Plan::new(options.quick),
        notes: Vec::new(),
    };
    println!("{}; load {:.1}", machine::described(), machine::load());
    println!("checking that answers are right and outlive a crash");
    correct::check(&bench.product, &bench.disk).await.context("answers are wrong: nothing is measured")?;
    let mut lines = Vec::new();
    for id in ["B1", "B2", "B3", "memory", "B12", "B13", "B14", "B15", "B16", "B17"] {
        if options.only.is_empty() || options.only.iter().any(|only| only.eq_ignore_ascii_case(id)) {
            println!("{id}");
            lines.extend(measure(&mut bench, id).await.with_context(|| id.to_owned())?);
        }
    }
    println!("\n{}", report::table(&lines));
    for note in &bench.notes {
        println!("- {note}");
    }
    options.publish.map_or(Ok(()), |docs| publish(&bench, &lines, &docs))
}

async fn measure(bench: &mut Bench, id: &str) -> Result<Vec<Line>> {
    Ok(match id {
        "B1" => vec![gates::throughput(bench).await?],
        "B2" => vec![gates::latency(bench).await?],
        "B3" => vec![gates::efficiency(bench).await?],
        "memory" => vec![gates::memory(bench).await?],
        "B12" => vec![pages::queue(bench).await?],
        "B13" => vec![pages::bytes(bench)?],
        "B14" => pages::vitals(bench).await?,
        "B15" => vec![stress::logins(bench).await?, stress::checkpoints(bench).await?],
        "B16" => vec![resume::resume(bench).await?],
        _ => vec![restart::restart(bench).await?],
    })
}

fn publish(bench: &Bench, lines: &[Line], docs: &std::path::Path) -> Result<()> {
    std::fs::create_dir_all(docs)?;
    std::fs::write(docs.join("benchmarks.md"), report::page(lines, &bench.notes, bench.plan))?;
    std::fs::write(docs.join("benchmarks.svg"), plot::svg(lines))?;
    println!("wrote {}", docs.join("benchmarks.md").display());
    Ok(())
}
