//! P30: who is slow on purpose slows nobody else down. Heads and bodies that never end, answers that are
//! hardly read (`slowhttptest`), heads of a byte a second at the native door, and `FLOATER_HALF_OPEN`
//! connections that say nothing at all, with the bound of links of one address lifted: meanwhile
//! others throw lines to and fro, here and on a server that nobody attacks. `FLOATER_SLOW` connections
//! are slow at once. The heads at the native door are cut; what is cut at the others, and when, is in
//! `door/floods.rs` of the server's tests.

use crate::count;
use crate::crowd::{Compared, Twins, raise_file_limit};
use floater_trial::{Floaterd, Outcome, PATIENCE, Setup};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};

const HALF_OPEN: usize = 500;
const SLOW: usize = 200;
const OTHERS: usize = 10;
/// Pairs are measured at least so often while an attack goes on; the median counts.
const ROUNDS: usize = 9;
/// So many times as slow as where nobody attacks.
const SLOWER_MAX: f64 = 1.5;
/// An attack during which others were slower is made again, so many times in all.
const ATTACKS_MAX: usize = 3;
const A_BYTE_EVERY: Duration = Duration::from_secs(1);
const SECONDS: &str = "8";

/// What `slowhttptest` does: its mode, its verb and where.
const MODES: [(&str, &[&str], &str); 3] = [
    ("heads that never end", &["-H", "-i", "1"], "/"),
    ("bodies that never end", &["-B", "-i", "1"], "/cookie"),
    ("answers that are hardly read", &["-X", "-k", "3"], "/"),
];

async fn slow_http(words: &[&str], at: String, slow: usize) -> String {
    let slow = slow.to_string();
    let mut program = Command::new("slowhttptest");
    program
        .args(words)
        .args([
            "-c", &slow, "-r", &slow, "-l", SECONDS, "-v", "1", "-u", &at,
        ])
        .kill_on_drop(true);
    let output = timeout(PATIENCE, program.output()).await;
    let output = output.expect("slowhttptest ends").unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A head at the native door, a byte a second, until it is cut.
async fn drip(at: SocketAddr) -> Outcome<()> {
    let mut stream = TcpStream::connect(at).await?;
    let (mut reader, mut writer) = stream.split();
    let dripping = async {
        let mut ticks = interval(A_BYTE_EVERY);
        loop {
            ticks.tick().await;
            if writer.write_all(b"R").await.is_err() {
                return;
            }
        }
    };
    let mut told = Vec::new();
    tokio::select! {
        () = dripping => {}
        // A reset is an end too.
        ended = timeout(PATIENCE, reader.read_to_end(&mut told)) => {
            ended.map_err(|_| std::io::Error::other("it is not cut"))?.ok();
        }
    }
    Ok(())
}

fn is_unharmed(compared: &Compared, what: &str) {
    println!("P30 {what}: others' {compared}");
    assert!(compared.ratio <= SLOWER_MAX, "{what}: {compared}");
}

#[tokio::test(flavor = "multi_thread")]
async fn p30_who_is_slow_slows_nobody_else_down() -> Outcome<()> {
    raise_file_limit();
    let (half_open, slow) = (
        count("FLOATER_HALF_OPEN", HALF_OPEN),
        count("FLOATER_SLOW", SLOW),
    );
    let setup = Setup::on_loopback()?.with_links_by_address(32_000);
    let server = Floaterd::start_as(setup).await?;
    let (native, web) = (server.native(), server.web());
    let mut others = Twins::on(&server, OTHERS).await?;
    let before = others.compare(ROUNDS, || true).await?;
    println!("P30 before: others' {before}");

    for (what, words, path) in MODES {
        for attacks_left in (0..ATTACKS_MAX).rev() {
            let attack = tokio::spawn(slow_http(words, format!("http://{web}{path}"), slow));
            let during = others.compare(ROUNDS, || attack.is_finished()).await?;
            let told = attack.await.map_err(std::io::Error::other)?;
            assert!(told.contains("YES") && !told.contains("NO\u{1b}"), "{told}");
            // The machine may have been busy elsewhere during one, not during each.
            if during.ratio <= SLOWER_MAX || attacks_left == 0 {
                is_unharmed(&during, what);
                break;
            }
        }
    }

    let mut dripping = JoinSet::new();
    for _ in 0..slow {
        dripping.spawn(drip(native));
    }
    let during = others.compare_with(ROUNDS, SLOWER_MAX).await?;
    is_unharmed(&during, "heads of a byte a second at the native door");
    let mut silent = Vec::with_capacity(half_open);
    for number in 0..half_open {
        let door = if number % 2 == 0 { native } else { web };
        silent.push(TcpStream::connect(door).await?);
    }
    let during = others.compare_with(ROUNDS, SLOWER_MAX).await?;
    is_unharmed(&during, &format!("{half_open} that say nothing"));
    while let Some(cut) = dripping.join_next().await {
        cut.map_err(std::io::Error::other)??;
    }
    println!("P30: all of {slow} heads of a byte a second were cut");
    drop(silent);
    others.exchange().await
}
