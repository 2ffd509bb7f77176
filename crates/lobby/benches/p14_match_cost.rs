//! P14: what a match costs, by how many wait. `cargo bench -p floater-lobby`.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a benchmark prints, reads the clock and fails by a panic"
)]

use floater_lobby::{Account, Join, LinkKey, Lobby, Moment, Output, Setup, bounds};
use floater_proto::{Binary, Username};
use std::time::{Duration, Instant};

const MATCHES: usize = 400_000;

fn main() {
    println!(
        "P14: draw to proposal, at most {} candidates each",
        bounds::CANDIDATES
    );
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
}

/// Draws until half of those who wait are proposed, as often as it takes.
fn measure(waiting: usize) -> (usize, Duration) {
    let (mut matches, mut time) = (0, Duration::ZERO);
    while matches < MATCHES {
        let mut lobby = full(waiting);
        let now = lobby.wake_at().expect("a round is due");
        let at = Moment {
            now,
            wall: 1_800_000_000,
        };
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

fn full(waiting: usize) -> Lobby {
    let mut lobby = Lobby::new(Setup::for_tests(14));
    let at = Moment {
        now: 0,
        wall: 1_800_000_000,
    };
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
        lobby.seek(at, link, Vec::new()).expect("there is room");
    }
    lobby
}
