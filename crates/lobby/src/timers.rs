//! Moments to come: each kind lasts equally long, so a queue is in order by itself.

use std::collections::VecDeque;

#[derive(Debug)]
pub(crate) struct Timers<T> {
    queue: VecDeque<(u64, T)>,
}

impl<T> Default for Timers<T> {
    fn default() -> Self {
        Self {
            queue: VecDeque::new(),
        }
    }
}

impl<T> Timers<T> {
    pub(crate) fn push(&mut self, at: u64, what: T) {
        self.queue.push_back((at, what));
    }

    pub(crate) fn next_at(&self) -> Option<u64> {
        self.queue.front().map(|(at, _)| *at)
    }

    pub(crate) fn pop_due(&mut self, now: u64) -> Option<(u64, T)> {
        self.queue.pop_front_if(|(at, _)| *at <= now)
    }
}
