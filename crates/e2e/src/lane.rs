use crate::limits;
use crate::pull::Wanted;
use floater_proto::Id;
use std::collections::{BTreeMap, VecDeque};
use zeroize::Zeroizing;

/// A message that is written and waits for the window.
pub(crate) struct Pending {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    /// Its message number, if it is signed.
    pub(crate) number: Option<u64>,
}

/// What was asked, so that the answer finds its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    Greeting,
    Text { number: u64 },
    Offer { number: u64, id: Id },
    Range(Wanted),
}

/// What waits to go into the stream, and what waits for an answer.
pub(crate) struct Lane {
    pending: VecDeque<Pending>,
    bytes: usize,
    next_id: u64,
    open: BTreeMap<u64, Asked>,
}

impl Lane {
    pub(crate) const fn new() -> Self {
        Self {
            pending: VecDeque::new(),
            bytes: 0,
            next_id: 1,
            open: BTreeMap::new(),
        }
    }

    pub(crate) fn push(&mut self, bytes: Zeroizing<Vec<u8>>, number: Option<u64>) {
        self.bytes = self.bytes.saturating_add(bytes.len());
        self.pending.push_back(Pending { bytes, number });
    }

    /// The length of the next message.
    pub(crate) fn next_length(&self) -> Option<usize> {
        self.pending.front().map(|pending| pending.bytes.len())
    }

    pub(crate) fn pop(&mut self) -> Option<Pending> {
        let pending = self.pending.pop_front()?;
        self.bytes = self.bytes.saturating_sub(pending.bytes.len());
        Some(pending)
    }

    /// The peer lets us say nothing and goes on asking: nothing it asks is answered any more.
    pub(crate) fn is_full(&self) -> bool {
        self.pending.len() >= limits::LANE_MAX || self.bytes >= limits::LANE_BYTES_MAX
    }

    pub(crate) fn clear(&mut self) {
        self.pending.clear();
        self.bytes = 0;
    }

    /// Opens a request.
    pub(crate) fn ask(&mut self, asked: Asked) -> u64 {
        let id = self.next_id;
        self.next_id = self.next_id.saturating_add(1);
        self.open.insert(id, asked);
        id
    }

    /// Closes a request; `None` for an id that is not open.
    pub(crate) fn answered(&mut self, id: u64) -> Option<Asked> {
        self.open.remove(&id)
    }

    /// Signed messages that wait for their answer.
    pub(crate) fn signed_open(&self) -> usize {
        let signed = |asked: &&Asked| matches!(asked, Asked::Text { .. } | Asked::Offer { .. });
        self.open.values().filter(signed).count()
    }
}
