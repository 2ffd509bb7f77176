//! Signs of life, and how fast a link may ask.

use crate::config::{Links, Spans};
use std::time::Duration;
use tokio::time::Instant;

/// A request that is being answered puts the end of a link off by so much.
const LOG_IN_PUT_OFF: Duration = Duration::from_secs(1);

/// Signs of life. FLOATER/1.0 §2.4
pub(super) struct Life {
    heard: Instant,
    pinged: Instant,
    head_since: Option<Instant>,
    /// Until somebody has logged in: when the link is closed.
    log_in_by: Option<Instant>,
}

impl Life {
    pub(super) fn new(config: &Links) -> Self {
        let now = Instant::now();
        Self {
            heard: now,
            pinged: now,
            head_since: None,
            log_in_by: Some(now + Duration::from_secs(config.log_in_seconds)),
        }
    }

    pub(super) fn heard(&mut self) {
        self.heard = Instant::now();
    }

    pub(super) fn set_inside_head(&mut self, inside: bool) {
        self.head_since = if inside {
            self.head_since.or(Some(self.heard))
        } else {
            None
        };
    }

    /// When something of this may have come to an end.
    pub(super) fn next_look(&self, spans: &Spans) -> Instant {
        let ping = self.pinged + spans.ping_every;
        let dead = self.heard + spans.dead_after;
        let head = self.head_since.map(|since| since + spans.head);
        let others = head.into_iter().chain(self.log_in_by);
        others.fold(ping.min(dead), Instant::min)
    }

    pub(super) fn is_head_late(&self, spans: &Spans) -> bool {
        self.head_since
            .is_some_and(|since| since.elapsed() >= spans.head)
    }

    pub(super) fn is_dead(&self, spans: &Spans) -> bool {
        self.heard.elapsed() >= spans.dead_after
    }

    /// Somebody logged in: the link may stay.
    pub(super) fn logged_in(&mut self) {
        self.log_in_by = None;
    }

    /// Whether nobody logged in in time. A link that is being answered is looked at again.
    pub(super) fn take_log_in_late(&mut self, answering: bool) -> bool {
        let now = Instant::now();
        let late = self.log_in_by.is_some_and(|by| by <= now);
        if late {
            self.log_in_by = Some(now + LOG_IN_PUT_OFF);
        }
        late && !answering
    }

    /// Whether a ping is due; the next one is due a span later.
    pub(super) fn take_ping(&mut self, spans: &Spans) -> bool {
        let due = self.pinged.elapsed() >= spans.ping_every;
        if due {
            self.pinged = Instant::now();
        }
        due
    }
}

/// How fast a link may ask: so many at once, and so many a second in the long run.
pub(super) struct Pace {
    /// When the allowance is whole again.
    whole_at: Instant,
    each: Duration,
    burst: u32,
    refusals: u32,
}

impl Pace {
    pub(super) fn new(config: &Links) -> Self {
        let each = Duration::from_secs(1) / config.requests_per_second.max(1);
        Self {
            whole_at: Instant::now(),
            each,
            burst: config.requests_at_once,
            refusals: 0,
        }
    }

    /// Counts one; or says in how many milliseconds there is room for it.
    pub(super) fn check(&mut self) -> Result<(), u64> {
        let now = Instant::now();
        let next = self.whole_at.max(now) + self.each;
        let over = (next - now).saturating_sub(self.each.saturating_mul(self.burst));
        if over.is_zero() {
            self.whole_at = next;
            self.refusals = 0;
            return Ok(());
        }
        Err(u64::try_from(over.as_millis()).unwrap_or(u64::MAX).max(1))
    }

    pub(super) fn count_refusal(&mut self) -> u32 {
        self.refusals = self.refusals.saturating_add(1);
        self.refusals
    }
}
