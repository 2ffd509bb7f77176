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

#[cfg(test)]
mod tests {
    use super::*;
    use floater_proto::{Binary, Role};

    const fn nth(number: u64) -> MessageRef {
        let by = Role::A;
        MessageRef { by, number }
    }

    fn message(number: u64, length: usize) -> SignedMessage {
        SignedMessage {
            of: nth(number),
            seen: 0,
            resource: "/text".to_owned(),
            content_type: "text/plain; charset=utf-8".to_owned(),
            referrer: None,
            body: "x".repeat(length),
            key: Binary([0; 32]),
            signature: Binary([0; 64]),
        }
    }

    fn kept(count: u64, length: usize) -> Vec<u64> {
        let mut archive = Archive::new();
        (1..=count).for_each(|number| archive.keep(message(number, length)));
        let kept = |number: &u64| archive.find(nth(*number)).is_some();
        (1..=count).filter(kept).collect()
    }

    #[test]
    fn the_last_ones_can_be_reported_up_to_a_number_and_a_size_and_not_one_more() {
        let most = limits::ARCHIVE_MESSAGES_MAX as u64;
        assert_eq!(kept(most, 1).len() as u64, most);
        assert_eq!(kept(most + 1, 1), (2..=most + 1).collect::<Vec<_>>());
        let (eighth, whole) = (limits::ARCHIVE_BYTES_MAX / 8, (1..=8).collect::<Vec<_>>());
        assert_eq!(kept(8, eighth), whole, "just full");
        assert_eq!(kept(9, eighth), (2..=9).collect::<Vec<_>>());
        assert_eq!(kept(8, eighth + 1), (2..=8).collect::<Vec<_>>());
    }
}
