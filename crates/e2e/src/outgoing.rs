use bytes::Bytes;
use std::collections::VecDeque;

/// One's own records: encrypted once, kept as ciphertext until the peer acknowledges them.
pub(crate) struct Outgoing {
    /// The number of the next record. 0 was `/hello`.
    next: u64,
    kept: VecDeque<Record>,
    bytes: usize,
    /// Of these, frame bytes that were put on a path and not called back.
    flying: usize,
}

/// A record that the peer has not acknowledged yet.
pub(crate) struct Record {
    pub(crate) n: u64,
    pub(crate) frame: Bytes,
    /// When it was last put on a path, in the count of all transmissions; 0 while it waits for one.
    mark: u64,
    /// The message number, if it carries a signed message and was never put on a path.
    pub(crate) number: Option<u64>,
}

impl Outgoing {
    pub(crate) const fn new() -> Self {
        Self {
            next: 1,
            kept: VecDeque::new(),
            bytes: 0,
            flying: 0,
        }
    }

    /// The number of the next record.
    pub(crate) const fn next(&self) -> u64 {
        self.next
    }

    /// Frame bytes that are not acknowledged.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Keeps the record with the number [`Outgoing::next`].
    pub(crate) fn push(&mut self, frame: Bytes, number: Option<u64>) {
        self.bytes = self.bytes.saturating_add(frame.len());
        self.kept.push_back(Record {
            n: self.next,
            frame,
            mark: 0,
            number,
        });
        self.next = self.next.saturating_add(1);
    }

    /// Lets go of everything below `next`; whether that was anything. A number that was never
    /// sent counts for nothing, and none ever takes back.
    pub(crate) fn acknowledge(&mut self, next: u64) -> bool {
        if next > self.next {
            return false;
        }
        let before = self.kept.len();
        while let Some(record) = self.kept.pop_front_if(|record| record.n < next) {
            self.bytes = self.bytes.saturating_sub(record.frame.len());
            if record.mark > 0 {
                self.flying = self.flying.saturating_sub(record.frame.len());
            }
        }
        self.kept.len() < before
    }

    /// What was last put on a path at this mark or before it waits for a path again.
    pub(crate) fn call_back(&mut self, mark: u64) {
        for record in &mut self.kept {
            if (1..=mark).contains(&record.mark) {
                record.mark = 0;
                self.flying = self.flying.saturating_sub(record.frame.len());
            }
        }
    }

    /// Records that wait for a path, in order, as many as `window` lets fly; each is marked with
    /// the next of all transmissions.
    pub(crate) fn fly<'a>(
        &'a mut self,
        window: usize,
        transmissions: &'a mut u64,
    ) -> impl Iterator<Item = &'a mut Record> {
        let (waits, flying) = (self.flying < self.bytes, &mut self.flying);
        let waiting = self.kept.iter_mut().filter(|record| record.mark == 0);
        waiting.map_while(move |record| {
            let after = flying.saturating_add(record.frame.len());
            if !waits || after > window {
                return None;
            }
            *flying = after;
            *transmissions = transmissions.saturating_add(1);
            record.mark = *transmissions;
            Some(record)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: usize = 100;

    fn holding(records: usize) -> Outgoing {
        let mut outgoing = Outgoing::new();
        for _ in 0..records {
            outgoing.push(Bytes::from_static(&[0; FRAME]), None);
        }
        outgoing
    }

    /// The numbers of what flies now.
    fn fly(outgoing: &mut Outgoing, window: usize) -> Vec<u64> {
        let mut transmissions = 10;
        let flying = outgoing.fly(window, &mut transmissions);
        flying.map(|record| record.n).collect()
    }

    #[test]
    fn as_many_fly_as_the_window_holds() {
        let mut outgoing = holding(4);
        assert_eq!(fly(&mut outgoing, 3 * FRAME - 1), [1, 2]);
        assert_eq!(fly(&mut outgoing, 3 * FRAME - 1), [] as [u64; 0]);
        assert_eq!(fly(&mut outgoing, 3 * FRAME), [3]);
        assert_eq!(fly(&mut outgoing, 9 * FRAME), [4]);
    }

    #[test]
    fn what_was_called_back_flies_no_more() {
        let mut outgoing = holding(3);
        assert_eq!(fly(&mut outgoing, 2 * FRAME), [1, 2]);
        outgoing.call_back(11);
        // It has come after all: the room that it took is free once, not twice.
        assert!(outgoing.acknowledge(2));
        assert_eq!(fly(&mut outgoing, FRAME), [] as [u64; 0]);
        assert_eq!(fly(&mut outgoing, 2 * FRAME), [3]);
        assert_eq!(outgoing.bytes(), 2 * FRAME);
    }

    #[test]
    fn what_is_known_already_acknowledges_nothing() {
        let mut outgoing = holding(3);
        assert!(!outgoing.acknowledge(0));
        assert!(!outgoing.acknowledge(1));
        assert!(!outgoing.acknowledge(5), "that was never sent");
        assert!(outgoing.acknowledge(3));
        assert!(!outgoing.acknowledge(3));
        assert!(outgoing.acknowledge(4));
        assert!(outgoing.is_empty());
    }
}
