//! P2: nobody in two matches, nobody matched to nobody, over random sequences of what clients do.
//! `FLOATER_SEEDS` says how many; what the fuzzer found worth keeping is checked too.
#![expect(clippy::expect_used, reason = "a test fails by a panic")]

use rand_chacha::ChaCha12Rng;
use rand_core::{Rng, SeedableRng};
use replay::replay;

#[path = "../../../fuzz/checks/lobby.rs"]
mod check;
#[path = "../../../fuzz/checks/replay.rs"]
mod replay;

#[test]
fn p2_nobody_in_two_matches_nobody_matched_to_nobody() {
    let seeds = std::env::var("FLOATER_SEEDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(300);
    for seed in 0..seeds {
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        let mut bytes = vec![0; 2000];
        rng.fill_bytes(&mut bytes);
        let outcome = std::panic::catch_unwind(|| check::check(&bytes));
        assert!(outcome.is_ok(), "seed {seed}");
    }
}

#[test]
fn p2_the_corpus_of_the_lobby_holds() {
    replay("lobby", 5, check::check);
}
