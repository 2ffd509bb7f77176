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
const TURNS: usize = 3;
const WALL: u64 = 1_800_000_000;
/// A digest that everybody has blocked.
const BLOCKED: Binary<32> = Binary([1; 32]);

/// Matches a second that are promised where the most wait.
const BAR: f64 = 1e6;
/// How much dearer one may be there than where the fewest wait (P32).
const FLAT: f64 = 1.3;
const WAITING: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// The lines that start with `figure` and `point` are for the table of `cargo xtask bench`.
fn main() {
    let mut rates = [const { Vec::new() }; WAITING.len()];
    for _ in 0..TURNS {
        for (waiting, rates) in WAITING.into_iter().zip(&mut rates) {
            rates.push(measure(waiting));
        }
    }
    let rates = rates.map(median);
    for (waiting, rate) in WAITING.into_iter().zip(rates) {
        let (million, cost) = (rate / 1e6, 1e6 / rate);
        println!("{waiting:>9} waiting: {million:.2} M matches/s");
        println!("point\tcost\ta match drawn\t{waiting}\t{cost:.3}");
    }
    let [few, .., many] = rates;
    tell_rate(many);
    tell_growth(few / many);
    let looked = candidates(100_000);
    let held = verdict(looked <= bounds::CANDIDATES as f64);
    let bar = bounds::CANDIDATES;
    let what = "candidates looked at, where everybody blocks everybody";
    println!("figure\tP14\t{what}\t{looked:.2}\t\t\t≤ {bar}\t{held}");
}

fn tell_rate(many: f64) {
    let (million, held) = (many / 1e6, verdict(many >= BAR));
    let what = "matches drawn, 10⁶ waiting";
    println!("figure\tP14\t{what}\t{million:.2} M/s\t\t\t≥ 1 M/s\t{held}");
}

fn tell_growth(ratio: f64) {
    let held = verdict(ratio <= FLAT);
    let what = "time for a match drawn, 10⁶ waiting";
    println!("figure\tP32\t{what}\t{ratio:.2} times\t10³ waiting: 1\t{ratio:.2}\t≤ {FLAT}\t{held}");
}

const fn verdict(held: bool) -> &'static str {
    if held { "held" } else { "MISSED" }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
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

/// Draws until half of those who wait are proposed, as often as it takes. Matches a second.
fn measure(waiting: usize) -> f64 {
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
    matches as f64 / time.as_secs_f64()
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
