//! Whatever becomes of frames on the way, and whatever a stranger seals: what the fuzzer found
//! worth keeping, and sequences that no fuzzer chose.

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

#[path = "../../../../fuzz/checks/frame.rs"]
mod check;
#[path = "../../../../fuzz/checks/replay.rs"]
mod replay;

#[test]
fn the_corpus_of_frames_holds() {
    replay::replay("frame", 20, check::check);
}

#[test]
fn random_sequences_hold() {
    for seed in 0..200 {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut sequence = vec![0; 1_000];
        rng.fill_bytes(&mut sequence);
        sequence[0] = u8::try_from(seed % 2).unwrap();
        let outcome = std::panic::catch_unwind(|| check::check(&sequence));
        assert!(outcome.is_ok(), "seed {seed}");
    }
}
