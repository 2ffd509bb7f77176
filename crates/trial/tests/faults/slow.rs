//! P11: who does not read harms only their own conversation. `FLOATER_READERS` stop to read while the
//! other of each pair writes as much as their window lets them; others throw lines to and fro and are as
//! fast as before, and the server holds no more for each than its queue. When those who stopped come
//! back, all is there in order.

use crate::count;
use crate::crowd::{kib, p99, people, raise_file_limit, talk, talking};
use floater_core::{Event, Message, Misuse, Stage};
use floater_trial::{Cable, Client, Door, Floaterd, Harm, Outcome, Trouble, say};

const READERS: usize = 20;
/// Pairs that go on.
const OTHERS: usize = 10;
/// What the server queues for one, and what a link takes besides.
const KIB_FOR_ONE: u64 = 192 + 64;
/// What is allowed in any case.
const KIB_FOR_ALL: u64 = 16 * 1024;
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

#[tokio::test(flavor = "multi_thread")]
async fn p11_who_does_not_read_harms_only_their_own_conversation() -> Outcome<()> {
    raise_file_limit();
    let readers = count("FLOATER_READERS", READERS);
    let server = Floaterd::start().await?;
    let process = server.process().unwrap();
    let others = talking(&server, OTHERS, Door::Native(server.native())).await?;
    let names: Vec<String> = (0..2 * readers).map(|n| format!("s{n}")).collect();
    let mut cables = Vec::with_capacity(names.len());
    for _ in &names {
        cables.push(Cable::to(server.native()).await?);
    }
    let slow = people(&server, &names, |it| Door::Native(cables[it].address())).await?;
    let mut slow = talk(slow).await?;
    let (others, before) = p99(others).await?;
    let resident = kib(process, "VmRSS");

    let mut filled = Vec::new();
    for pair in &mut slow {
        cables[own_number(&pair.sides[1])?].spoil(Harm::Stall);
        filled.push(fill(&mut pair.sides[0]).await?);
    }
    let (mut others, during) = p99(others).await?;
    let grown = kib(process, "VmRSS").saturating_sub(resident);
    for cable in &cables {
        cable.spoil(Harm::Cut);
    }
    for (pair, said) in slow.iter_mut().zip(&filled) {
        drains(&mut pair.sides[1], *said).await?;
    }
    for pair in &mut others {
        pair.exchange().await?;
    }
    println!(
        "P11: {readers} readers stopped, {} lines of {LINE} bytes waited for them: others' p99 \
         {during:?}, before {before:?}; the server grew by {grown} KiB",
        filled.iter().sum::<usize>(),
    );
    let most = readers as u64 * KIB_FOR_ONE + KIB_FOR_ALL;
    assert!(grown <= most, "{grown} KiB, at most {most}");
    assert!(filled.iter().all(|said| *said > 0), "something waited");
    Ok(())
}
