//! Many worlds, each from its seed; one that fails is made as small as it gets.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use std::fmt::Debug;

/// A failing world is made smaller in at most so many tries.
const SHRINK_MAX: u32 = 3_000;

/// The smallest world that fails, and how.
#[derive(Debug)]
pub(crate) struct Found<T> {
    pub(crate) value: T,
    pub(crate) wrong: String,
}

/// Which seeds: `FLOATER_SEED` is one, `FLOATER_SEEDS` so many from zero, or as many as are said.
fn seeds(few: u64) -> std::ops::Range<u64> {
    let asked = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    match asked("FLOATER_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..asked("FLOATER_SEEDS").unwrap_or(few),
    }
}

/// Tries every seed; panics with the first one that fails, and the smallest world found for it.
pub(crate) fn hold<S>(few: u64, strategy: S, check: impl Fn(&S::Value) -> Result<(), String>)
where
    S: Strategy<Value: Debug>,
{
    for seed in seeds(few) {
        if let Some(Found { value, wrong }) = smallest(seed, &strategy, &check) {
            panic!("FLOATER_SEED={seed}: {wrong}\n{value:?}");
        }
    }
}

/// The smallest world of this seed that fails, if it does.
pub(crate) fn smallest<S>(
    seed: u64,
    strategy: &S,
    check: impl Fn(&S::Value) -> Result<(), String>,
) -> Option<Found<S::Value>>
where
    S: Strategy<Value: Debug>,
{
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    let config = Config {
        max_shrink_iters: SHRINK_MAX,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let tree = strategy.new_tree(&mut runner).expect("a world");
    drop(tree.current());
    match runner.run_one(tree, |value| check(&value).map_err(TestCaseError::fail)) {
        Ok(_) => None,
        Err(TestError::Fail(wrong, value)) => Some(Found {
            value,
            wrong: wrong.to_string(),
        }),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}
