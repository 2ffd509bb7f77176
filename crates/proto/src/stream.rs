use crate::decode::{Step, printable, step};
use crate::{DecodeError, Head, Message, limits};

/// Cuts a byte stream into messages. One decoder serves TCP, TLS and WebSocket alike: the borders
/// of what arrives mean nothing. It holds at most one message and what was pushed behind it, and
/// nothing at all while the link is idle.
///
/// Push bytes, then call [`Decoder::next`] until it returns `None`.
pub struct Decoder {
    buffer: Vec<u8>,
    consumed: usize,
    max: usize,
    wait: Wait,
}

/// What must come before the pending bytes are worth reading again, so that a message that
/// trickles in byte by byte is not read anew for each of them.
#[derive(Clone, Copy)]
enum Wait {
    /// Nothing is known of them.
    Nothing,
    /// More of the line that begins at `line`; up to `printable` nothing can end it.
    Line { line: usize, printable: usize },
    /// Bytes up to `end`: the head is complete.
    Body { end: usize },
}

/// A buffer larger than this is given back when little of it is in use.
const KEPT: usize = 4 * 1024;

impl Decoder {
    /// A decoder for messages of at most `max` bytes, head and body.
    #[must_use]
    pub const fn new(max: usize) -> Self {
        Self {
            buffer: Vec::new(),
            consumed: 0,
            max,
            wait: Wait::Nothing,
        }
    }

    /// Takes bytes as they arrived.
    ///
    /// # Errors
    /// [`DecodeError::MessageTooLong`] if the caller pushes on without taking messages out.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        if self.pending().len() > self.max {
            return Err(DecodeError::MessageTooLong { max: self.max });
        }
        self.compact();
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// The next complete message, or `None` while more bytes are needed.
    ///
    /// # Errors
    /// [`DecodeError`]: framing is lost, close the link. Asked again, it says the same.
    #[expect(
        clippy::should_implement_trait,
        reason = "lends from the buffer; no Iterator can"
    )]
    pub fn next(&mut self) -> Result<Option<Message<'_>>, DecodeError> {
        if self.pending().is_empty() {
            self.buffer = Vec::new();
            self.consumed = 0;
        }
        if self.must_wait() {
            return Ok(None);
        }
        let pending = self.buffer.get(self.consumed..).unwrap_or_default();
        let mut head = Head::new(pending);
        self.wait = match step(&mut head, self.max)? {
            Step::Whole {
                start,
                request_id,
                body,
                end,
            } => {
                self.wait = Wait::Nothing;
                self.consumed = self.consumed.saturating_add(end);
                return Ok(Some(Message {
                    start,
                    head,
                    body,
                    request_id,
                }));
            }
            Step::Head { line, printable } => Wait::Line { line, printable },
            Step::Body { end } => Wait::Body { end },
        };
        Ok(None)
    }

    /// Whether a message has begun and is not complete.
    #[must_use]
    pub fn is_inside_message(&self) -> bool {
        !self.pending().is_empty()
    }

    /// Whether a message has begun and its head is not complete: it then has
    /// [`limits::HEAD_TIMEOUT`] to end. Asked after [`Decoder::next`] returned `None`.
    #[must_use]
    pub fn is_inside_head(&self) -> bool {
        self.is_inside_message() && !matches!(self.wait, Wait::Body { .. })
    }

    fn pending(&self) -> &[u8] {
        self.buffer.get(self.consumed..).unwrap_or_default()
    }

    /// Whether what is pending can be neither a whole message nor an error yet.
    fn must_wait(&mut self) -> bool {
        let pending = self.buffer.get(self.consumed..).unwrap_or_default();
        match &mut self.wait {
            Wait::Nothing => pending.is_empty(),
            Wait::Body { end } => pending.len() < *end,
            Wait::Line {
                line,
                printable: known,
            } => {
                let fresh = pending.get(*known..).unwrap_or_default();
                *known = known.saturating_add(printable(fresh));
                let length = pending.len().saturating_sub(*line);
                let near_limit = pending.len().saturating_add(4) > limits::HEAD_MAX;
                *known == pending.len() && length <= limits::LINE_MAX && !near_limit
            }
        }
    }

    /// Moves what is pending to the front once that costs less than what was consumed.
    fn compact(&mut self) {
        let pending = self.pending().len();
        if self.consumed < pending {
            return;
        }
        self.buffer.drain(..self.consumed.min(self.buffer.len()));
        self.consumed = 0;
        if self.buffer.capacity() > KEPT && pending < self.buffer.capacity() / 4 {
            self.buffer.shrink_to(pending);
        }
    }
}

impl std::fmt::Debug for Decoder {
    /// Sizes only: the bytes may be what people say.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoder")
            .field("pending", &self.pending().len())
            .finish_non_exhaustive()
    }
}
