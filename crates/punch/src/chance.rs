//! Uniform draws.

use rand_core::Rng;

/// A uniform number of the range, both ends included.
pub(crate) fn between(rng: &mut impl Rng, from: u64, to: u64) -> u64 {
    let Some(span) = to.checked_sub(from).and_then(|it| it.checked_add(1)) else {
        return from;
    };
    // The span is far below 2^32: the bias of the product is below 2^-32.
    let product = u128::from(rng.next_u64()) * u128::from(span);
    from.saturating_add(u64::try_from(product >> 64).unwrap_or(0))
}
