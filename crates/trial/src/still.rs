use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Who stood still for so long was late with whatever was due.
const STILL: Duration = Duration::from_millis(100);

/// Whether the machine stands still, or whatever else runs on it leaves this process no time.
#[derive(Debug, Clone, Default)]
pub struct Stillness {
    /// The longest time by which a look was late, in milliseconds.
    longest: Arc<AtomicU64>,
}

impl Stillness {
    /// Looks for as long as it is polled.
    pub async fn watch(self) {
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = looks.tick().await;
            let late = u64::try_from(due.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.longest.fetch_max(late, Ordering::Relaxed);
        }
    }

    /// What was until now is not asked about.
    pub fn begin(&self) {
        self.longest.store(0, Ordering::Relaxed);
    }

    /// Whether it stood still since [`Self::begin`].
    pub async fn stood_still(&self) -> bool {
        // What was just now has been seen then.
        sleep(2 * LOOK_EVERY).await;
        Duration::from_millis(self.longest.load(Ordering::Relaxed)) >= STILL
    }
}
