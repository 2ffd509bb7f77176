//! The one place that reads the clock.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Wall seconds for what is kept, monotonic milliseconds for what runs.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock whose milliseconds begin now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the driver's clock")]
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    /// Seconds since 1970.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the driver's clock")]
    pub fn seconds(&self) -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |span| span.as_secs())
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
