//! Uniform draws.

use rand_core::Rng;

/// A uniform number below `bound`, by rejection (Lemire 2019); `None` if `bound` is 0.
pub(crate) fn below(rng: &mut impl Rng, bound: usize) -> Option<usize> {
    let bound = u64::try_from(bound).ok().filter(|&bound| bound > 0)?;
    let threshold = bound.wrapping_neg() % bound;
    loop {
        let product = u128::from(rng.next_u64()) * u128::from(bound);
        let low = u64::try_from(product & u128::from(u64::MAX)).unwrap_or(0);
        if low >= threshold {
            return usize::try_from(product >> 64).ok();
        }
    }
}
