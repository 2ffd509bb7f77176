use crate::limits;

/// Who types, and what was seen: told now and then, never answered. FLOATER/1.0 §6.5
pub(crate) struct Signs {
    /// When the peer was last told that one types.
    told: Option<u64>,
    /// Until when the peer counts as typing.
    until: Option<u64>,
    /// The highest message number that the peer was told one has seen.
    seen_told: u64,
    /// The highest message number that the peer has seen.
    seen_heard: u64,
}

impl Signs {
    pub(crate) const fn new() -> Self {
        Self {
            told: None,
            until: None,
            seen_told: 0,
            seen_heard: 0,
        }
    }

    /// Whether the peer should be told now.
    pub(crate) fn tell(&mut self, now: u64, typing: bool) -> bool {
        let again = |at: u64| now >= at.saturating_add(limits::TYPING_EVERY);
        let tell = if typing {
            self.told.is_none_or(again)
        } else {
            self.told.is_some()
        };
        if tell {
            self.told = typing.then_some(now);
        }
        tell
    }

    /// One has said it: the peer knows that one does not type any more.
    pub(crate) const fn said(&mut self) {
        self.told = None;
    }

    /// The peer tells. Whether that is news.
    pub(crate) fn hear(&mut self, now: u64, typing: bool) -> bool {
        let before = self.until.is_some();
        self.until = typing.then_some(now.saturating_add(limits::TYPING_FOR));
        before != typing
    }

    /// Whether the peer has stopped without saying so.
    pub(crate) fn expire(&mut self, now: u64) -> bool {
        let expired = self.until.is_some_and(|until| until <= now);
        if expired {
            self.until = None;
        }
        expired
    }

    pub(crate) const fn wake_at(&self) -> Option<u64> {
        self.until
    }

    /// Whether the peer should be told that one has seen this.
    pub(crate) const fn tell_seen(&mut self, number: u64) -> bool {
        let news = number > self.seen_told;
        if news {
            self.seen_told = number;
        }
        news
    }

    /// Whether it is news that the peer has seen this.
    pub(crate) const fn hear_seen(&mut self, number: u64) -> bool {
        let news = number > self.seen_heard;
        if news {
            self.seen_heard = number;
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_is_told_again_after_a_while_or_a_line() {
        let mut signs = Signs::new();
        assert!(!signs.tell(0, false), "nobody was told of any");
        assert!(signs.tell(0, true));
        assert!(!signs.tell(limits::TYPING_EVERY - 1, true));
        assert!(signs.tell(limits::TYPING_EVERY, true));
        assert!(signs.tell(limits::TYPING_EVERY, false));
        assert!(!signs.tell(limits::TYPING_EVERY, false));
        assert!(signs.tell(limits::TYPING_EVERY, true));
        signs.said();
        assert!(signs.tell(limits::TYPING_EVERY, true));
    }

    #[test]
    fn typing_that_is_heard_lasts_a_while() {
        let mut signs = Signs::new();
        assert!(!signs.hear(0, false));
        assert!(signs.hear(0, true));
        assert!(!signs.hear(1, true), "that is no news");
        let until = 1 + limits::TYPING_FOR;
        assert_eq!(signs.wake_at(), Some(until));
        assert!(!signs.expire(until - 1));
        assert!(signs.expire(until));
        assert!(!signs.expire(until));
        assert_eq!(signs.wake_at(), None);
        assert!(signs.hear(until, true));
        assert!(signs.hear(until, false));
    }

    #[test]
    fn what_was_seen_is_news_once() {
        let mut signs = Signs::new();
        let told = [0, 2, 2, 1, 3].map(|number| signs.tell_seen(number));
        assert_eq!(told, [false, true, false, false, true]);
        let heard = [0, 2, 2, 1, 3].map(|number| signs.hear_seen(number));
        assert_eq!(heard, told);
    }
}
