//! What the fuzzers found worth keeping is checked again by each ordinary run.

use std::path::Path;

/// Checks each file of a corpus, of which there must be at least so many.
pub(crate) fn replay(corpus: &str, least: usize, check: fn(&[u8])) {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = own.join("../../fuzz/corpus").join(corpus);
    let mut seeds = 0;
    for entry in std::fs::read_dir(&corpus).expect("a corpus") {
        check(&std::fs::read(entry.expect("an entry").path()).expect("a seed"));
        seeds += 1;
    }
    assert!(seeds >= least, "{seeds} seeds in {}", corpus.display());
}
