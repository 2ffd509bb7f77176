use crate::frame::Unsealed;
use crate::limits;
use crate::pull::Wanted;
use floater_proto::Id;
use std::collections::{BTreeMap, VecDeque};

/// A message that is written and waits for the window.
pub(crate) struct Pending {
    pub(crate) message: Unsealed,
    pub(crate) what: What,
}

/// What a message that waits is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// A signed message, with its number.
    Signed(u64),
    /// Something else that one says or asks.
    Said,
    /// The answer to what the peer asked.
    Answer,
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
    answers: usize,
    next_id: u64,
    open: BTreeMap<u64, Asked>,
}

impl Lane {
    pub(crate) const fn new() -> Self {
        Self {
            pending: VecDeque::new(),
            bytes: 0,
            answers: 0,
            next_id: 1,
            open: BTreeMap::new(),
        }
    }

    pub(crate) fn push(&mut self, message: Unsealed, what: What) {
        self.bytes = self.bytes.saturating_add(message.len());
        if what == What::Answer {
            self.answers = self.answers.saturating_add(1);
        }
        self.pending.push_back(Pending { message, what });
    }

    /// The length of the next message.
    pub(crate) fn next_length(&self) -> Option<usize> {
        self.pending.front().map(|pending| pending.message.len())
    }

    pub(crate) fn pop(&mut self) -> Option<Pending> {
        let pending = self.pending.pop_front()?;
        self.bytes = self.bytes.saturating_sub(pending.message.len());
        if pending.what == What::Answer {
            self.answers = self.answers.saturating_sub(1);
        }
        Some(pending)
    }

    /// Nothing more is said or asked until some of it has gone out. Answers are no part of this:
    /// a peer that was heard must be told so, however much one has to say oneself.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes >= limits::LANE_BYTES_MAX
    }

    /// The peer lets us say nothing and goes on asking: nothing it asks is answered any more.
    pub(crate) fn is_asked_too_much(&self) -> bool {
        self.answers >= limits::ANSWERS_MAX
    }

    pub(crate) fn clear(&mut self) {
        self.pending.clear();
        self.bytes = 0;
        self.answers = 0;
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

    /// Closes the requests for ranges of a picture: what still answers them counts for nothing.
    pub(crate) fn forget_ranges(&mut self, id: Id) {
        self.open
            .retain(|_, asked| !matches!(asked, Asked::Range(wanted) if wanted.id == id));
    }

    /// Signed messages that wait for their answer.
    pub(crate) fn signed_open(&self) -> usize {
        let signed = |asked: &&Asked| matches!(asked, Asked::Text { .. } | Asked::Offer { .. });
        self.open.values().filter(signed).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(lane: &mut Lane, what: What) {
        let mut message = Unsealed::with_capacity(1);
        message.end().push(b'x');
        lane.push(message, what);
    }

    #[test]
    fn answers_are_counted_while_they_wait_and_nothing_else_is() {
        let mut lane = Lane::new();
        push(&mut lane, What::Said);
        push(&mut lane, What::Signed(1));
        for _ in 0..limits::ANSWERS_MAX {
            assert!(!lane.is_asked_too_much());
            push(&mut lane, What::Answer);
        }
        assert!(lane.is_asked_too_much());
        for _ in 0..2 {
            lane.pop();
            assert!(lane.is_asked_too_much(), "that was no answer");
        }
        lane.pop();
        assert!(!lane.is_asked_too_much());
    }
}
