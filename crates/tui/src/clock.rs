//! The engine's milliseconds as times of day.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What time it is when the engine says 0, and where.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    /// Milliseconds since 1970.
    zero: i64,
    zone: TimeZone,
}

impl Clock {
    /// `wall`: milliseconds since 1970 when the engine says `now`.
    pub(crate) fn new(wall: u64, now: u64, zone: TimeZone) -> Self {
        let at = |moment: u64| i64::try_from(moment).unwrap_or(i64::MAX);
        let zero = at(wall).saturating_sub(at(now));
        Self { zero, zone }
    }

    /// `21:07`
    pub(crate) fn minute(&self, moment: u64) -> String {
        self.told(moment, "%H:%M")
    }

    /// `2026-11-24 21:07`
    pub(crate) fn day_and_minute(&self, moment: u64) -> String {
        self.told(moment, "%Y-%m-%d %H:%M")
    }

    /// The same for a file's name, to the second: `20261124-210733`
    pub(crate) fn stamp(&self, moment: u64) -> String {
        self.told(moment, "%Y%m%d-%H%M%S")
    }

    fn told(&self, moment: u64, how: &str) -> String {
        let moment = i64::try_from(moment).unwrap_or(i64::MAX);
        let at = Timestamp::from_millisecond(self.zero.saturating_add(moment));
        let at = at.unwrap_or(Timestamp::UNIX_EPOCH);
        at.to_zoned(self.zone.clone()).strftime(how).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_become_times_of_day() {
        let clock = Clock::new(1_795_000_000_000, 5000, TimeZone::UTC);
        assert_eq!(clock.minute(5000), "11:06");
        assert_eq!(clock.day_and_minute(65_000), "2026-11-18 11:07");
        assert_eq!(clock.stamp(5000), "20261118-110640");
        // A clock that is beside itself shows something, and harms nobody.
        assert_eq!(clock.minute(u64::MAX), "00:00");
    }
}
