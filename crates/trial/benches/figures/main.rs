//! The figures of a running server, taken from outside: what an idle link holds (P12), what the
//! relay carries (P13), how soon somebody is met (P15), how fast a direct path is (P17), what a
//! storm of log-ins does (P21), how soon a start is open (P22), what growth costs (P32).
//!
//! `make release && cargo bench -p floater-trial --bench figures [-- PART]`; all of them in one table:
//! `make bench`.
#![expect(clippy::print_stdout, reason = "a benchmark tells what it found")]

mod growth;
mod idle;
mod matching;
mod meet;
mod nats;
mod peers;
mod people;
mod raw;
mod relay;
mod start;
mod storm;
mod throw;
mod transfer;
mod yardstick;

use floater_trial::{Floaterd, Outcome, Setup};
use rustix::process::{Resource, getrlimit, setrlimit};

/// What may be asked for.
const PARTS: [&str; 8] = [
    "start", "idle", "transfer", "growth", "relay", "match", "storm", "session",
];
/// Descriptors of this process and, inherited, of the server.
const FILES: u64 = 9_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Cargo says `--bench`.
    let words: Vec<String> = std::env::args().skip(1).collect();
    let wanted = words.iter().find(|word| !word.starts_with('-'));
    let wanted = wanted.map_or("all", String::as_str);
    match wanted {
        yardstick::YARDSTICK => yardstick::carry_bytes().await?,
        it if it == "all" || PARTS.contains(&it) => figures(wanted).await?,
        other => println!("`{other}` is none of {}", PARTS.join(", ")),
    }
    Ok(())
}

async fn figures(wanted: &str) -> Outcome<()> {
    raise_file_limit()?;
    let setup = Setup::on_loopback()?.with_reflectors_here();
    let mut server = Floaterd::start_as(setup).await?;
    let wants = |name| wanted == name || wanted == "all";
    if wants("start") {
        start::measure(&mut server).await?;
    }
    if wants("idle") {
        idle::measure_strangers(&mut server).await?;
    }
    if wants("transfer") {
        transfer::measure(&server).await?;
    }
    if wants("growth") {
        growth::measure().await?;
    }
    let needed = [
        ("relay", relay::PEOPLE),
        ("session", idle::PEOPLE),
        ("match", matching::PEOPLE),
        ("storm", storm::PEOPLE),
    ];
    let needed = needed.into_iter().filter(|(part, _)| wants(part));
    let Some(needed) = needed.map(|(_, people)| people).max() else {
        return Ok(());
    };
    let people = people::register(&server, needed).await?;
    if wants("relay") {
        relay::measure(&server, &people).await?;
    }
    if wants("match") {
        matching::measure(&server, &people).await?;
    }
    if wants("storm") {
        storm::measure(&server, &people).await?;
    }
    if wants("session") {
        idle::measure_in_session(&mut server, &people).await?;
    }
    Ok(())
}

fn raise_file_limit() -> Outcome<()> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).map_err(std::io::Error::from)?;
    if let Some(files) = limit.maximum.filter(|&files| files < FILES) {
        println!("ONLY {files} FILES MAY BE OPEN HERE: {FILES} are needed, expect a failure");
    }
    Ok(())
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}
