//! What the fuzzer found worth keeping is checked again by each ordinary run.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

use std::path::Path;

#[path = "../../../fuzz/checks/decode.rs"]
mod check;

#[test]
fn p20_the_corpus_of_the_decoder_holds() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/decode");
    let mut seeds = 0;
    for entry in std::fs::read_dir(&corpus).unwrap() {
        check::check(&std::fs::read(entry.unwrap().path()).unwrap());
        seeds += 1;
    }
    assert!(seeds >= 20, "{seeds} seeds in {}", corpus.display());
}
