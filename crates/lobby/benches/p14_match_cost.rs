//! P14: what a match costs, by how many wait. `cargo bench -p floater-lobby`.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a benchmark prints, reads the clock and fails by a panic"
)]

use floater_lobby::{Account, Join, LinkKey, Lobby, Moment, Output, Setup, bounds};
use floater_proto::{Binary, Username};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const MATCHES: usize = 400_000;
const WALL: u64 = 1_800_000_000;
/// A digest that everybody has blocked.
const BLOCKED: Binary<32> = Binary([1; 32]);

fn main() {
    println!("P14: draw to proposal");
    let mut first = None;
    for waiting in [1_000_usize, 10_000, 100_000, 1_000_000] {
        let (matches, time) = measure(waiting);
        let rate = matches as f64 / time.as_secs_f64();
        let against = rate / *first.get_or_insert(rate);
        println!(
            "{waiting:>9} waiting: {:.2} M matches/s ({against:.2} of the first)",
            rate / 1e6
        );
    }
    let waiting = 100_000;
    println!(
        "where everybody blocks everybody each looks at {:.2} of {waiting} (bar: {})",
        candidates(waiting),
        bounds::CANDIDATES
    );
}

/// How many candidates each who is drawn looks at before they wait on.
fn candidates(waiting: usize) -> f64 {
    let looked = Arc::new(AtomicUsize::new(0));
    let looks = looked.clone();
    let setup = Setup {
        block_digest: Box::new(move |_, _| {
            looks.fetch_add(1, Ordering::Relaxed);
            BLOCKED
        }),
        ..Setup::for_tests(14)
    };
    let mut lobby = full(setup, waiting, &[BLOCKED]);
    let now = lobby.wake_at().expect("a round is due");
    while lobby.wake_at() == Some(now) {
        lobby.handle_wake(Moment { now, wall: WALL });
    }
    assert_eq!(lobby.waiting(), waiting, "nobody can be matched");
    looked.load(Ordering::Relaxed) as f64 / waiting as f64
}

/// Draws until half of those who wait are proposed, as often as it takes.
fn measure(waiting: usize) -> (usize, Duration) {
    let (mut matches, mut time) = (0, Duration::ZERO);
    while matches < MATCHES {
        let mut lobby = full(Setup::for_tests(14), waiting, &[]);
        let now = lobby.wake_at().expect("a round is due");
        let at = Moment { now, wall: WALL };
        while lobby.waiting() > waiting / 2 {
            let begin = Instant::now();
            lobby.handle_wake(at);
            time += begin.elapsed();
            let tells = lobby
                .drain()
                .filter(|output| matches!(output, Output::Tell { .. }));
            matches += tells.count() / 2;
        }
    }
    (matches, time)
}

fn full(setup: Setup, waiting: usize, blocks: &[Binary<32>]) -> Lobby {
    let mut lobby = Lobby::new(setup);
    let at = Moment { now: 0, wall: WALL };
    for n in 0..waiting {
        let link = LinkKey(n as u64);
        let mut id = [0; 16];
        id.iter_mut()
            .zip(n.to_le_bytes())
            .for_each(|(to, from)| *to = from);
        let id = Binary(id);
        lobby.join(
            at,
            Join {
                link,
                account: Account(n as u64),
                session: id,
                instance: id,
                username: Username::new("n").expect("a name"),
                ticket: None,
                tombstone: None,
            },
        );
        lobby
            .seek(at, link, blocks.to_vec())
            .expect("there is room");
    }
    lobby
}
