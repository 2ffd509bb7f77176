/// Accepts each control number once, in any order, within a sliding window. RFC 6479.
pub(crate) struct Replay {
    /// One more than the highest number accepted.
    next: u64,
    blocks: [u64; BLOCKS],
}

/// One block more than the window: the block that is being filled.
const BLOCKS: usize = crate::limits::CONTROL_WINDOW as usize / 64 + 1;

impl Replay {
    pub(crate) const fn new() -> Self {
        Self {
            next: 0,
            blocks: [0; BLOCKS],
        }
    }

    /// Whether this number is new. It never is again. Ask only after the tag held.
    pub(crate) fn accept(&mut self, number: u64) -> bool {
        if number.saturating_add(crate::limits::CONTROL_WINDOW) < self.next {
            return false;
        }
        if number >= self.next {
            self.advance(number);
        }
        let bit = 1_u64 << (number % 64);
        let Some(block) = self.blocks.get_mut(slot(number / 64)) else {
            return false;
        };
        let fresh = *block & bit == 0;
        *block |= bit;
        fresh
    }

    /// Clears the blocks between the highest number and the new one.
    fn advance(&mut self, number: u64) {
        let from = self.next.checked_sub(1).map_or(0, |last| last / 64 + 1);
        let to = number / 64;
        for block in from.max(to.saturating_sub(BLOCKS as u64 - 1))..=to {
            if let Some(cleared) = self.blocks.get_mut(slot(block)) {
                *cleared = 0;
            }
        }
        self.next = number.saturating_add(1);
    }
}

fn slot(block: u64) -> usize {
    usize::try_from(block % BLOCKS as u64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Replay;

    #[test]
    fn each_number_once_in_any_order_within_the_window() {
        let mut replay = Replay::new();
        for number in [0, 1, 5, 4, 1023, 2, 1024, 64, 63] {
            assert!(replay.accept(number), "{number} is new");
            assert!(!replay.accept(number), "{number} is old");
        }
        assert!(replay.accept(10_000));
        assert!(!replay.accept(1), "fell out of the window");
        assert!(replay.accept(10_000 - 1023));
        assert!(!replay.accept(10_000 - 1025));
    }

    #[test]
    fn agrees_with_a_set_of_numbers() {
        let (mut replay, mut seen, mut highest) = (Replay::new(), Vec::new(), 0_u64);
        let mut state = 7_u64;
        for _ in 0..20_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let number = (highest + 40).saturating_sub(state >> 53);
            let expected = number + 1024 > highest && !seen.contains(&number);
            if number + 1023 > highest {
                assert_eq!(replay.accept(number), expected, "{number} at {highest}");
                seen.push(number);
                highest = highest.max(number);
                seen.retain(|&n| n + 1100 > highest);
            }
        }
    }
}
