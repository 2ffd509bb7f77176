use crate::{DecodeError, Message, decode};

/// Cuts a byte stream into messages. One decoder serves TCP, TLS and WebSocket alike: the borders
/// of what arrives mean nothing. It holds at most one message and what was pushed behind it.
///
/// Push bytes, then call [`Decoder::next`] until it returns `None`.
#[derive(Debug)]
pub struct Decoder {
    buffer: Vec<u8>,
    consumed: usize,
    max: usize,
}

impl Decoder {
    /// A decoder for messages of at most `max` bytes, head and body.
    #[must_use]
    pub const fn new(max: usize) -> Self {
        Self { buffer: Vec::new(), consumed: 0, max }
    }

    /// Takes bytes as they arrived.
    ///
    /// # Errors
    /// [`DecodeError::MessageTooLong`] if the caller pushes on without taking messages out.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        self.compact();
        if self.buffer.len() > self.max {
            return Err(DecodeError::MessageTooLong { max: self.max });
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// The next complete message, or `None` while more bytes are needed.
    ///
    /// # Errors
    /// [`DecodeError`]: framing is lost, close the link.
    #[expect(clippy::should_implement_trait, reason = "lends from the buffer; no Iterator can")]
    pub fn next(&mut self) -> Result<Option<Message<'_>>, DecodeError> {
        let pending = self.buffer.get(self.consumed..).unwrap_or_default();
        let Some((message, length)) = decode(pending, self.max)? else {
            return Ok(None);
        };
        self.consumed = self.consumed.saturating_add(length);
        Ok(Some(message))
    }

    /// Whether a message has begun and is not complete: its head then has
    /// [`crate::limits::HEAD_TIMEOUT`] to end.
    #[must_use]
    pub fn is_inside_message(&self) -> bool {
        self.consumed < self.buffer.len()
    }

    fn compact(&mut self) {
        self.buffer.drain(..self.consumed.min(self.buffer.len()));
        self.consumed = 0;
        if self.buffer.is_empty() {
            self.buffer = Vec::new();
        }
    }
}
