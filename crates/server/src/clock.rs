//! The one place that reads the clock.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A leap of the system's clock by more than this, in seconds, is not believed at once. Sessions, tickets,
/// sealing keys and what is removed live by this clock: one that is wrong for a while must not end them.
const LEAP: u64 = 24 * 3600;
/// It is believed when it has lasted so long, in seconds.
const LASTS: u64 = 600;

/// Wall seconds for what is kept, monotonic milliseconds for what runs.
#[derive(Debug)]
pub struct Clock {
    start: Instant,
    wall: Wall,
}

impl Clock {
    /// A clock whose milliseconds begin now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the driver's clock")]
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
            wall: Wall::new(system()),
        }
    }

    /// Seconds since 1970, as the system tells them unless it has just leapt.
    #[must_use]
    pub fn seconds(&self) -> u64 {
        self.wall.read(system(), self.start.elapsed().as_secs())
    }

    /// Milliseconds since this clock was made; never goes back.
    #[must_use]
    pub fn millis(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the driver's clock")]
fn system() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |span| span.as_secs())
}

/// What is believed of the time of day. Two who read at once may both find a leap: they find the same.
#[derive(Debug)]
struct Wall {
    /// The seconds that are believed at the start, as far as is known now.
    started: AtomicI64,
    /// One more than the running seconds at which the system leapt; 0 while it has not.
    leapt: AtomicU64,
}

impl Wall {
    fn new(system: u64) -> Self {
        Self {
            started: AtomicI64::new(signed(system)),
            leapt: AtomicU64::new(0),
        }
    }

    /// What is believed when the system says this after so many seconds.
    fn read(&self, system: u64, running: u64) -> u64 {
        let started = self.started.load(Ordering::Acquire);
        let believed = started.saturating_add_unsigned(running);
        if believed.abs_diff(signed(system)) <= LEAP {
            self.believe(system, running);
            return system;
        }
        let leapt = self.leapt.load(Ordering::Acquire);
        if leapt == 0 {
            self.leapt.store(running + 1, Ordering::Release);
            tracing::warn!(
                LASTS,
                "the system's clock leapt: it is believed if it stays"
            );
        } else if running.saturating_sub(leapt - 1) >= LASTS {
            self.believe(system, running);
            tracing::warn!("the system's clock leapt and stayed: it is believed");
            return system;
        }
        u64::try_from(believed).unwrap_or(0)
    }

    fn believe(&self, system: u64, running: u64) {
        let started = signed(system).saturating_sub_unsigned(running);
        self.started.store(started, Ordering::Release);
        self.leapt.store(0, Ordering::Release);
    }
}

fn signed(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;
    const YEARS: u64 = 10 * 365 * 24 * 3600;

    #[test]
    fn an_hour_forth_or_back_is_believed_at_once() {
        let wall = Wall::new(NOW);
        assert_eq!(wall.read(NOW + 1, 1), NOW + 1);
        assert_eq!(wall.read(NOW + 3602, 2), NOW + 3602);
        assert_eq!(wall.read(NOW + 3, 3), NOW + 3);
        assert_eq!(wall.read(NOW - 3596, 4), NOW - 3596);
    }

    #[test]
    fn ten_years_are_believed_when_they_last() {
        for leapt in [NOW + YEARS, NOW - YEARS, 0] {
            let wall = Wall::new(NOW);
            assert_eq!(wall.read(leapt, 10), NOW + 10);
            assert_eq!(wall.read(leapt + LASTS - 1, 9 + LASTS), NOW + 9 + LASTS);
            assert_eq!(wall.read(leapt + LASTS, 10 + LASTS), leapt + LASTS);
            assert_eq!(wall.read(leapt + LASTS + 1, 11 + LASTS), leapt + LASTS + 1);
        }
    }

    #[test]
    fn a_leap_that_is_taken_back_counts_anew() {
        let wall = Wall::new(NOW);
        assert_eq!(wall.read(NOW + YEARS, 10), NOW + 10);
        assert_eq!(wall.read(NOW + 20, 20), NOW + 20);
        assert_eq!(wall.read(NOW + YEARS, LASTS + 15), NOW + LASTS + 15);
    }
}
