use crate::limits;
use crate::plain::Plain;
use std::collections::BTreeMap;

/// The peer's records: delivered strictly in order, each once.
pub(crate) struct Incoming {
    /// The next number that is expected. 0 was `/hello`.
    next: u64,
    held: BTreeMap<u64, Held>,
    held_bytes: usize,
    unacked_bytes: usize,
    unacked_records: u32,
    /// When an acknowledgement is due.
    due: Option<u64>,
}

struct Held {
    plain: Plain,
    frame: usize,
}

impl Incoming {
    pub(crate) const fn new() -> Self {
        Self {
            next: 1,
            held: BTreeMap::new(),
            held_bytes: 0,
            unacked_bytes: 0,
            unacked_records: 0,
            due: None,
        }
    }

    pub(crate) const fn next(&self) -> u64 {
        self.next
    }

    pub(crate) const fn due(&self) -> Option<u64> {
        self.due
    }

    /// An acknowledgement was sent.
    pub(crate) const fn acknowledged(&mut self) {
        self.unacked_bytes = 0;
        self.unacked_records = 0;
        self.due = None;
    }

    /// An acknowledgement is due at this moment, or earlier.
    pub(crate) fn owe(&mut self, at: u64) {
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// Whether a record with this number could be taken: not had yet, and not further ahead than
    /// an honest window reaches. Asked before anything is decrypted.
    pub(crate) fn wants(&self, n: u64) -> Want {
        if n < self.next || self.held.contains_key(&n) {
            Want::Duplicate
        } else if n.saturating_sub(self.next) >= limits::AHEAD_MAX {
            Want::TooFar
        } else {
            Want::Yes
        }
    }

    /// Keeps a record whose tag held. The one that is expected always fits; of the future, as
    /// much as the window.
    pub(crate) fn keep(&mut self, n: u64, plain: Plain, frame: usize, window: usize) {
        let held = self.held_bytes.saturating_add(frame);
        if n != self.next && held > window {
            return;
        }
        self.held_bytes = held;
        self.held.insert(n, Held { plain, frame });
    }

    /// The next record in order, if it is here.
    pub(crate) fn deliver(&mut self) -> Option<Plain> {
        let held = self.held.remove(&self.next)?;
        self.held_bytes = self.held_bytes.saturating_sub(held.frame);
        self.next = self.next.saturating_add(1);
        self.unacked_bytes = self.unacked_bytes.saturating_add(held.frame);
        self.unacked_records = self.unacked_records.saturating_add(1);
        Some(held.plain)
    }

    /// Sets when the delivered records are acknowledged. FLOATER/1.0 §5.3
    pub(crate) fn schedule(&mut self, now: u64, ack_bytes: usize) {
        if self.unacked_records == 0 {
            return;
        }
        let at_once =
            self.unacked_bytes >= ack_bytes || self.unacked_records >= limits::ACK_RECORDS;
        self.owe(if at_once {
            now
        } else {
            now.saturating_add(limits::ACK_DELAY)
        });
    }
}

/// Whether a record is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    Yes,
    Duplicate,
    TooFar,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a frame ahead of the expected one is held beside one of 600 bytes.
    fn is_held(frame: usize) -> bool {
        let mut incoming = Incoming::new();
        incoming.keep(2, Plain::default(), 600, 1000);
        incoming.keep(3, Plain::default(), frame, 1000);
        incoming.wants(3) == Want::Duplicate
    }

    #[test]
    fn the_future_is_held_to_the_last_byte_of_the_window() {
        assert!(is_held(399));
        assert!(is_held(400));
        assert!(!is_held(401));
    }

    #[test]
    fn the_expected_one_always_fits() {
        let mut incoming = Incoming::new();
        incoming.keep(2, Plain::default(), 1000, 1000);
        incoming.keep(1, Plain::default(), 1000, 1000);
        assert!(incoming.deliver().is_some());
        assert!(incoming.deliver().is_some());
        assert!(incoming.deliver().is_none());
    }
}
