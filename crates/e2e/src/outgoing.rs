use std::collections::VecDeque;

/// One's own records: encrypted once, kept as ciphertext until the peer acknowledges them.
pub(crate) struct Outgoing {
    /// The number of the next record. 0 was `/hello`.
    next: u64,
    kept: VecDeque<Record>,
    bytes: usize,
}

/// A record that the peer has not acknowledged yet.
pub(crate) struct Record {
    pub(crate) n: u64,
    pub(crate) frame: Vec<u8>,
    /// When it was last put on a path, in the count of all transmissions; 0 for never.
    pub(crate) mark: u64,
    /// The message number, if it carries a signed message.
    pub(crate) number: Option<u64>,
}

impl Outgoing {
    pub(crate) const fn new() -> Self {
        Self {
            next: 1,
            kept: VecDeque::new(),
            bytes: 0,
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
    pub(crate) fn push(&mut self, frame: Vec<u8>, number: Option<u64>) {
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
        }
        self.kept.len() < before
    }

    /// The records that were last put on a path before this mark, or never.
    pub(crate) fn before(&mut self, mark: u64) -> impl Iterator<Item = &mut Record> {
        self.kept
            .iter_mut()
            .filter(move |record| record.mark < mark)
    }
}
