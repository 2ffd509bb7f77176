use crate::limits;
use floater_proto::MessageRef;
use floater_proto::body::SignedMessage;
use std::collections::VecDeque;
use zeroize::Zeroize;

/// The last signed messages of both sides, so that they can be reported.
pub(crate) struct Archive {
    messages: VecDeque<SignedMessage>,
    bytes: usize,
}

impl Archive {
    pub(crate) const fn new() -> Self {
        Self {
            messages: VecDeque::new(),
            bytes: 0,
        }
    }

    pub(crate) fn keep(&mut self, message: SignedMessage) {
        self.bytes = self.bytes.saturating_add(message.body.len());
        self.messages.push_back(message);
        while self.messages.len() > limits::ARCHIVE_MESSAGES_MAX
            || self.bytes > limits::ARCHIVE_BYTES_MAX
        {
            let Some(mut oldest) = self.messages.pop_front() else {
                return;
            };
            self.bytes = self.bytes.saturating_sub(oldest.body.len());
            oldest.body.zeroize();
        }
    }

    pub(crate) fn find(&self, of: MessageRef) -> Option<&SignedMessage> {
        self.messages.iter().find(|message| message.of == of)
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        self.messages
            .iter_mut()
            .for_each(|message| message.body.zeroize());
    }
}
