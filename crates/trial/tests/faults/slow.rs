//! P11: who does not read harms only their own conversation. `FLOATER_READERS` stop to read while the
//! other of each pair writes as much as their window lets them, and then as much as the server takes,
//! whatever their window; others throw lines to and fro and are as fast as on a server of their own,
//! and the server holds no more for each than its queue. When those who stopped come back, all is
//! there in order.

use crate::count;
use crate::crowd::{Pair, Twins, kib, people, raise_file_limit, talk};
use floater_core::{Event, Message, Misuse, Stage};
use floater_trial::{Cable, Client, Door, Floaterd, Harm, Outcome, PATIENCE, Trouble, say};
use std::time::Duration;
use tokio::time::{sleep, timeout};

const READERS: usize = 20;
/// Pairs that go on.
const OTHERS: usize = 10;
/// What the server queues for one, and messages of up to 48 KiB: the one that has no room in the queue, the
/// one that is being decoded and those that are being written, each with room to grow.
const KIB_FOR_ONE: u64 = 192 + 4 * 64;
/// What is allowed in any case.
const KIB_FOR_ALL: u64 = 16 * 1024;
/// Pairs are measured so often; the median counts.
const ROUNDS: usize = 15;
/// So many times as slow as on a server of their own.
const SLOWER_MAX: f64 = 1.1;
/// A flood stands still when it has not moved for so long: the server reads no more of it.
const STANDS: Duration = Duration::from_millis(500);
/// What the server may take of one flood: its queue, and what its machine holds for a connection, twice.
const FLOOD_MAX: u64 = 24 * 1024 * 1024;
/// As long as a line may be for this.
const LINE: usize = 4_000;

/// Says lines until the window is full; how many.
async fn fill(client: &mut Client) -> Outcome<usize> {
    let mut said = 0;
    loop {
        let text = format!("{said} {}", "x".repeat(LINE));
        match say(client, &text).await {
            Ok(()) => said += 1,
            Err(Trouble::Misuse(Misuse::Line)) => return Ok(said),
            Err(other) => return Err(other),
        }
    }
}

/// The lines of [`fill`], each once and in order.
async fn drains(client: &mut Client, said: usize) -> Outcome<()> {
    for number in 0..said {
        let is_it = |event: &Event| match event {
            Event::Line { line } if !line.own => match &line.message {
                Message::Text { text } => Some(text.starts_with(&format!("{number} x"))),
                Message::Picture { .. } => None,
            },
            _ => None,
        };
        let right = client.until("a line that waited", is_it).await?;
        assert!(right, "line {number} is in its place");
    }
    Ok(())
}

/// Of `s7` seven.
fn own_number(client: &Client) -> Outcome<usize> {
    let number = match client.stands() {
        Some(Stage::Talk { own, .. }) => own.strip_prefix('s').and_then(|it| it.parse().ok()),
        _ => None,
    };
    number.ok_or(Trouble::Gone)
}

/// Each first of a pair writes without regard to anything, until the server reads no more; how many
/// bytes it took of all of them.
async fn flood(slow: &[Pair], cables: &[Cable]) -> Outcome<u64> {
    let mut writers = Vec::with_capacity(slow.len());
    for pair in slow {
        let number = own_number(&pair.sides[0])?;
        writers.push(cables.get(number).ok_or(Trouble::Gone)?);
    }
    let all = || writers.iter().map(|it| it.carried()).sum::<u64>();
    let before = all();
    for writer in &writers {
        writer.spoil(Harm::Flood);
    }
    let still = async {
        let mut last = before;
        loop {
            sleep(STANDS).await;
            let now = all();
            if now == last && now > before {
                return now - before;
            }
            last = now;
        }
    };
    timeout(PATIENCE, still).await.map_err(|_| Trouble::Gone)
}

#[tokio::test(flavor = "multi_thread")]
async fn p11_who_does_not_read_harms_only_their_own_conversation() -> Outcome<()> {
    raise_file_limit();
    let readers = count("FLOATER_READERS", READERS);
    let server = Floaterd::start().await?;
    let process = server.process().unwrap();
    let mut others = Twins::on(&server, OTHERS).await?;
    let names: Vec<String> = (0..2 * readers).map(|n| format!("s{n}")).collect();
    let mut cables = Vec::with_capacity(names.len());
    for _ in &names {
        cables.push(Cable::to(server.native()).await?);
    }
    let slow = people(&server, &names, |it| Door::Native(cables[it].address())).await?;
    let mut slow = talk(slow).await?;
    let before = others.compare(ROUNDS, || true).await?;
    let resident = kib(process, "VmRSS");
    let grown = || kib(process, "VmRSS").saturating_sub(resident);
    let most = readers as u64 * KIB_FOR_ONE + KIB_FOR_ALL;

    let mut filled = Vec::new();
    for pair in &mut slow {
        cables[own_number(&pair.sides[1])?].spoil(Harm::Stall);
        filled.push(fill(&mut pair.sides[0]).await?);
    }
    let during = others.compare_with(ROUNDS, SLOWER_MAX).await?;
    println!(
        "P11: {readers} readers stopped, {} lines of {LINE} bytes waited for them: others' {during}; \
         before: {before}; the server grew by {} KiB",
        filled.iter().sum::<usize>(),
        grown(),
    );
    assert!(filled.iter().all(|said| *said > 0), "something waited");
    assert!(during.ratio <= SLOWER_MAX, "{during}");
    assert!(grown() <= most, "{} KiB, at most {most}", grown());

    let flooded = flood(&slow, &cables).await?;
    let during = others.compare_with(ROUNDS, SLOWER_MAX).await?;
    println!(
        "P11: their writers ignored every window, {} KiB were taken of each: others' {during}; the \
         server grew by {} KiB",
        flooded / 1024 / readers as u64,
        grown(),
    );
    assert!(flooded <= readers as u64 * FLOOD_MAX, "{flooded} bytes");
    assert!(during.ratio <= SLOWER_MAX, "{during}");
    assert!(grown() <= most, "{} KiB, at most {most}", grown());

    for cable in &cables {
        cable.spoil(Harm::Cut);
    }
    for (pair, said) in slow.iter_mut().zip(&filled) {
        drains(&mut pair.sides[1], *said).await?;
    }
    others.exchange().await
}
