//! P21: what those who talk notice of a storm of log-ins.

use crate::median;
use crate::meet::{Links, matched};
use crate::people::{Person, log_in};
use crate::raw::Door;
use crate::throw::{Game, Score, play};
use floater_trial::{Figure, Floaterd, Outcome, Trouble};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

const PAIRS: usize = 20;
/// Log-ins that are tried at the same time: more than are hashed at once.
const AT_ONCE: usize = 32;
/// Those who talk, and those who log in.
pub(crate) const PEOPLE: usize = 2 * PAIRS + AT_ONCE;
const TURNS: usize = 5;
const BAR: f64 = 2.0;
const TALK: Game = Game::talk(Duration::from_secs(4));

pub(crate) async fn measure(server: &Floaterd, people: &[Person]) -> Outcome<()> {
    let door = Door::Plain(server.native());
    let people = people.get(..2 * PAIRS).unwrap_or_default();
    let mut links = matched(&door, people).await?;
    let (mut quiet, mut stormy, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let mut count = 0;
    for turn in 0..=TURNS {
        let calm = talk(&mut links).await?.at(0.99);
        let (storm, logged_in) = rage(server.native());
        let rough = talk(&mut links).await?.at(0.99);
        drop(storm);
        // The first turn is for the caches.
        if turn > 0 {
            count += logged_in.load(Ordering::Relaxed);
            quiet.push(calm);
            stormy.push(rough);
            ratios.push(rough / calm);
        }
    }
    // Whoever lets nobody log in has no storm, and nothing to be compared with.
    if count == 0 {
        return Err(Trouble::Wrong("nobody could log in".to_owned()));
    }
    let ratio = median(ratios);
    let rate = count as f64 / TALK.lasts.as_secs_f64() / TURNS as f64;
    let what = format!("p99 of {PAIRS} pairs, with {rate:.0} log-ins/s");
    let figure = Figure::new("P21", what, format!("{:.2} ms", median(stormy)));
    let figure = figure.beside("without", &format!("{:.2} ms", median(quiet)), ratio);
    println!("{}", figure.at_most(BAR, ratio));
    Ok(())
}

async fn talk(links: &mut Links) -> Outcome<Score> {
    let (back, score) = play(std::mem::take(links), TALK).await?;
    *links = back;
    Ok(score)
}

/// Log-ins with a password, one after the other and many at the same time, until it is dropped.
/// How many succeeded.
fn rage(address: SocketAddr) -> (JoinSet<()>, Arc<AtomicUsize>) {
    let logged_in = Arc::new(AtomicUsize::new(0));
    let mut storm = JoinSet::new();
    for number in 0..AT_ONCE {
        let counted = logged_in.clone();
        storm.spawn(async move {
            // The last ones of those who are registered do not talk. A refusal for too many at
            // once is an answer, too.
            loop {
                if log_in(address, 2 * PAIRS + number).await.is_ok() {
                    counted.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
    }
    (storm, logged_in)
}
