//! What the fuzzer found worth keeping is checked again by each ordinary run.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

use replay::replay;

#[path = "../../../fuzz/checks/decode.rs"]
mod check;
#[path = "../../../fuzz/checks/replay.rs"]
mod replay;

#[test]
fn p20_the_corpus_of_the_decoder_holds() {
    replay("decode", 20, check::check);
}
