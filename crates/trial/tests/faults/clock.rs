//! The clock of the server's machine jumps, an hour and ten years, forth and back, while it runs: two
//! talk on, come back with their tickets on new links, a third registers and logs in, a rate does not open,
//! and nothing fails.

use crate::crowd::{people, talking};
use floater_core::{Command, Stage};
use floater_proto::Secret;
use floater_proto::body::Fault;
use floater_trial::{Around, Client, Door, Floaterd, Outcome, Setup, Trouble, sever};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Wrong passwords at once, and how many more an hour.
const TRIES: u32 = 3;
const JUMPS: [&str; 8] = ["+1h", "+0", "-1h", "+0", "+10y", "+0", "-10y", "+0"];

/// What lies between a program and its clock; from the package `faketime`.
fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap().flatten();
    let mut files = folders.map(|it| it.path().join("faketime/libfaketimeMT.so.1"));
    files
        .find(|it| it.exists())
        .expect("faketime, which `make setup` installs")
}

fn jump(file: &Path, to: &str) -> Outcome<()> {
    let fresh = file.with_extension("fresh");
    std::fs::File::create(&fresh)?.write_all(to.as_bytes())?;
    Ok(std::fs::rename(fresh, file)?)
}

/// The year in which the server's log is now.
fn year(server: &Floaterd) -> Outcome<String> {
    let log = std::fs::read_to_string(server.log())?;
    let mut years = log.lines().rev().filter_map(|line| line.split_once('-'));
    let is_year = |it: &(&str, &str)| it.0.len() == 4 && it.0.parse::<u16>().is_ok();
    let (year, _) = years.find(is_year).ok_or(Trouble::Gone)?;
    Ok(year.to_owned())
}

/// How a wrong password is refused.
async fn guess(client: &mut Client) -> Outcome<Fault> {
    let (email, password) = ("p0@example.org".to_owned(), Secret::from("not this one"));
    match client.ask(Command::LogIn { email, password }).await {
        Err(Trouble::Refused(problem)) => Ok(problem.error),
        Err(other) => Err(other),
        Ok(_) => Err(Trouble::Wrong("a wrong password is right".to_owned())),
    }
}

#[tokio::test]
async fn the_clock_jumps_and_everything_goes_on() -> Outcome<()> {
    let home = tempfile::tempdir()?;
    let file = home.path().join("clock");
    jump(&file, "+0")?;
    let around = Around::default()
        .with("LD_PRELOAD", library())
        .with("FAKETIME_TIMESTAMP_FILE", &file)
        .with("FAKETIME_NO_CACHE", "1")
        .with("DONT_FAKE_MONOTONIC", "1")
        .with("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let setup = Setup::on_loopback()?.with_rate("login_by_email", TRIES, 1);
    let mut server = Floaterd::start_in(around, setup).await?;
    let door = Door::Native(server.native());
    let mut pairs = talking(&server, 1, door).await?;
    let mut guesser = Client::start(door)?;
    guesser
        .stage("the door", |it| matches!(it, Stage::Door))
        .await?;
    while guess(&mut guesser).await? != Fault::TooMany {}

    let mut years = Vec::new();
    for (number, to) in JUMPS.into_iter().enumerate() {
        jump(&file, to)?;
        let told = |trouble| Trouble::Wrong(format!("after {to}: {trouble}"));
        pairs[0].exchange().await.map_err(told)?;
        sever(server.process().ok_or(Trouble::Gone)?, 0)?;
        pairs[0].exchange().await.map_err(told)?;
        let name = format!("n{number}");
        people(&server, &[name], |_| door).await.map_err(told)?;
        assert_eq!(guess(&mut guesser).await?, Fault::TooMany, "after {to}");
        years.push(year(&server)?);
    }
    pairs[0].say().await?;
    server.kill().await?;
    server.start_again().await?;
    pairs[0].hear().await?;
    let log = std::fs::read_to_string(server.log())?;
    println!("the clock jumped {JUMPS:?}, the years were {years:?}");
    let first = &years[1];
    assert!(
        years[4] > *first && years[6] < *first,
        "the clock did not jump"
    );
    for wrong in ["panicked", "ERROR"] {
        assert!(!log.contains(wrong), "{wrong} in the log:\n{log}");
    }
    Ok(())
}
