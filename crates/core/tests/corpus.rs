//! What the fuzzer found worth keeping is checked again by each ordinary run.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

use replay::replay;

#[path = "../../../fuzz/checks/core.rs"]
mod check;
#[path = "../../../fuzz/checks/replay.rs"]
mod replay;

#[test]
fn the_corpus_of_the_engine_holds() {
    replay("core", 20, check::check);
}

/// Sequences that no fuzzer chose: so the check runs where there is none.
#[test]
fn random_sequences_hold() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for length in 0..2_000_usize {
        let sequence: Vec<u8> = (0..length % 700)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state.to_be_bytes()[0]
            })
            .collect();
        check::check(&[&[0, 0, 1, 9, 2, 0][..], &sequence].concat());
    }
}
