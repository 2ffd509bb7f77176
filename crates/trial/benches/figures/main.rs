//! The figures of a running server, taken from outside: what an idle link holds (P12), what the
//! relay carries (P13), how fast a direct path is (P17), how soon a start is open (P22).
//!
//! `make release && cargo bench -p floater-trial --bench figures [-- start|idle|relay|session|transfer]`
#![expect(clippy::print_stdout, reason = "a benchmark tells what it found")]

mod idle;
mod people;
mod raw;
mod relay;
mod start;
mod transfer;

use floater_trial::{Floaterd, Outcome, Setup};
use rustix::process::{Resource, getrlimit, setrlimit};

/// Accounts: two for each pair of the relay, and sixteen idle links in session for each.
const PEOPLE: usize = 500;
/// Descriptors of this process and, inherited, of the server.
const FILES: u64 = 9_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Cargo says `--bench`.
    let words: Vec<String> = std::env::args().skip(1).collect();
    let wanted = words.iter().find(|word| !word.starts_with('-'));
    let wanted = wanted.map_or("all", String::as_str);
    match wanted {
        relay::YARDSTICK => relay::carry_bytes().await?,
        "all" | "start" | "idle" | "relay" | "session" | "transfer" => figures(wanted).await?,
        other => println!("`{other}` is none of start, idle, relay, session, transfer"),
    }
    Ok(())
}

async fn figures(wanted: &str) -> Outcome<()> {
    raise_file_limit()?;
    let setup = Setup::on_loopback()?.with_reflectors_here()?;
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
    if !wants("relay") && !wants("session") {
        return Ok(());
    }
    let people = people::register(&server, PEOPLE).await?;
    if wants("relay") {
        relay::measure(&mut server, &people).await?;
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
