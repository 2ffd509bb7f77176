//! Two write numbered lines to each other, as fast as their windows allow, and one sends pictures.
//! Meanwhile connections are dropped, dropped in the midst of a frame, swallow what they carry, or
//! are not read any more, and the server is killed and started again. Every line arrives exactly
//! once and in order, and every picture as it was sent.
//!
//! `FLOATER_ROUNDS` harms are done, and `FLOATER_SEED` says which.

mod pen;

use floater_trial::{Floaterd, Harm, Outcome};
use pen::{Pair, Side};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

/// Lines of each side that must arrive after a harm was done.
const AFTER: u64 = 8;
/// Up to so many lines arrive before a harm is done.
const BEFORE_MAX: u64 = 60;
/// The bytes of a cut in the midst.
const MIDST_MAX: u64 = 20_000;
const ROUNDS: u64 = 6;

/// What is done in a round.
#[derive(Debug, Clone, Copy)]
enum Blow {
    One(Side, Harm),
    Both(Harm),
    /// The server is killed and started again.
    Kill,
    /// It is killed again as soon as it is up.
    KillTwice,
    /// A connection is spoilt, and the server killed.
    OneAndKill(Side, Harm),
    /// Spoilt again as soon as it is whole.
    OneTwice(Side, Harm),
}

fn draw(rng: &mut ChaCha20Rng) -> Blow {
    let side = if rng.next_u32().is_multiple_of(2) {
        Side::A
    } else {
        Side::B
    };
    let harm = match rng.next_u32() % 5 {
        0 => Harm::Cut,
        1 | 2 => Harm::CutAfter(rng.next_u64() % MIDST_MAX),
        3 => Harm::Swallow,
        _ => Harm::Stall,
    };
    match rng.next_u32() % 10 {
        0..=3 => Blow::One(side, harm),
        4 | 5 => Blow::Both(harm),
        6 => Blow::OneTwice(side, harm),
        7 => Blow::Kill,
        8 => Blow::KillTwice,
        _ => Blow::OneAndKill(side, harm),
    }
}

async fn deal(blow: Blow, pair: &mut Pair, server: &mut Floaterd) -> Outcome<()> {
    match blow {
        Blow::One(side, harm) => pair.spoil(side, harm),
        Blow::Both(harm) => {
            pair.spoil(Side::A, harm);
            pair.spoil(Side::B, harm);
        }
        Blow::Kill => restart(server).await?,
        Blow::KillTwice => {
            restart(server).await?;
            restart(server).await?;
        }
        Blow::OneAndKill(side, harm) => {
            pair.spoil(side, harm);
            restart(server).await?;
        }
        Blow::OneTwice(side, harm) => {
            pair.spoil(side, harm);
            pair.until_arrived(1).await?;
            pair.spoil(side, harm);
        }
    }
    Ok(())
}

async fn restart(server: &mut Floaterd) -> Outcome<()> {
    server.kill().await?;
    server.start_again().await
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[tokio::test]
async fn p1_random_cuts_and_kills_lose_double_and_reorder_nothing()
-> Result<(), Box<dyn std::error::Error>> {
    let rounds = number("FLOATER_ROUNDS").unwrap_or(ROUNDS);
    let seed = match number("FLOATER_SEED") {
        Some(seed) => seed,
        None => getrandom::u64()?,
    };
    println!("FLOATER_SEED={seed} FLOATER_ROUNDS={rounds}");
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut server = Floaterd::start().await?;
    let mut pair = Pair::talking(&server, &mut rng).await?;
    for round in 0..rounds {
        pair.until_arrived(rng.next_u64() % BEFORE_MAX).await?;
        let blow = draw(&mut rng);
        let began = tokio::time::Instant::now();
        deal(blow, &mut pair, &mut server).await?;
        pair.until_arrived(AFTER)
            .await
            .map_err(|trouble| format!("round {round}, {blow:?}, seed {seed}: {trouble}"))?;
        println!(
            "{round}: {blow:?}, whole after {} ms: {pair:?}",
            began.elapsed().as_millis()
        );
    }
    pair.finish().await?;
    println!("{rounds} rounds: {pair:?}");
    assert!(pair.pictures() > 0, "no picture came whole");
    Ok(())
}
