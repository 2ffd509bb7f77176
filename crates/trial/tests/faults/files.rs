//! No file can be opened any more: who talks talks on, who comes waits or is turned away, the log says
//! it and does not fill the disk, and when files are free again everything goes on by itself.

use crate::crowd::{people, talking};
use floater_trial::{Door, Floaterd, Outcome, Trouble};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::{Instant, interval};

/// Files that are left when the limit comes.
const LEFT: usize = 4;
/// Who comes in vain, at each door.
const IN_VAIN: usize = 40;
/// So long nothing can be opened; the doors try each tenth of a second.
const SPAN: Duration = Duration::from_secs(5);
/// Lines of the log in that span, of all doors together.
const LINES_MAX: usize = 12;
const LINE_EVERY: Duration = Duration::from_millis(50);

/// The most files that a process may have from now on.
async fn allow(process: u32, files: &str) -> Outcome<()> {
    let mut prlimit = Command::new("prlimit");
    prlimit.args(["--pid", &process.to_string(), &format!("--nofile={files}:")]);
    let done = prlimit.status().await?.success();
    done.then_some(()).ok_or(Trouble::Gone)
}

fn open_files(process: u32) -> Outcome<usize> {
    Ok(std::fs::read_dir(format!("/proc/{process}/fd"))?.count())
}

fn log_lines(server: &Floaterd) -> Outcome<usize> {
    Ok(std::fs::read_to_string(server.log())?.lines().count())
}

async fn come_in_vain(doors: [SocketAddr; 2]) -> Outcome<Vec<TcpStream>> {
    let mut all = Vec::new();
    for door in doors {
        for _ in 0..IN_VAIN {
            all.push(TcpStream::connect(door).await?);
        }
    }
    Ok(all)
}

#[tokio::test]
async fn without_files_who_talks_talks_on_and_the_doors_open_again() -> Outcome<()> {
    let server = Floaterd::start().await?;
    let process = server.process().unwrap();
    let door = Door::Native(server.native());
    let mut pairs = talking(&server, 2, door).await?;
    allow(process, &(open_files(process)? + LEFT).to_string()).await?;
    let in_vain = come_in_vain([server.native(), server.web()]).await?;
    pairs[0].exchange().await?;
    let (before, begin) = (log_lines(&server)?, Instant::now());
    let (mut lines, mut ticks) = (0, interval(LINE_EVERY));
    while begin.elapsed() < SPAN {
        ticks.tick().await;
        pairs[0].exchange().await?;
        lines += 1;
    }
    let told = log_lines(&server)? - before;
    let open = open_files(process)?;
    pairs[1].part().await?;

    drop(in_vain);
    let free = Instant::now();
    people(&server, &["late".to_owned()], |_| door).await?;
    let after = free.elapsed();
    pairs[0].exchange().await?;
    println!(
        "no files: {open} open, {IN_VAIN} at each door in vain for {SPAN:?}: {lines} lines each way, \
         {told} lines of log; somebody new is in {after:?} after files were free"
    );
    assert!(told <= LINES_MAX, "{told} lines of log in {SPAN:?}");
    let log = std::fs::read_to_string(server.log())?;
    assert!(log.contains("cannot accept"), "the log does not say it");
    Ok(())
}
