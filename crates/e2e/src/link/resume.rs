//! What was on the way when a path came or went. FLOATER/1.0 §5.5

use super::{Link, Todo};
use crate::control::{Control, Why};
use crate::event::PathId;
use crate::limits;

/// The question after what the peer expects. One is open at a time.
pub(super) struct Probe {
    /// Of the last one.
    number: u64,
    /// What had been transmitted when it was asked; `None` once it is answered.
    mark: Option<u64>,
    /// It was asked because a path was joined.
    is_join: bool,
    /// When it was asked.
    asked: u64,
    /// When to ask next, if records still wait.
    pub(super) at: Option<u64>,
    wait: u64,
}

impl Probe {
    pub(super) const fn new() -> Self {
        Self {
            number: 0,
            mark: None,
            is_join: false,
            asked: 0,
            at: None,
            wait: limits::PROBE_FIRST,
        }
    }

    /// Whether it is not known yet what of the time before a path was joined has come.
    pub(super) const fn is_joining(&self) -> bool {
        self.is_join && self.mark.is_some()
    }

    pub(super) const fn begin(&mut self, now: u64) {
        self.wait = limits::PROBE_FIRST;
        self.at = Some(now.saturating_add(self.wait));
    }
}

impl Link {
    /// Another path carries, or the peer is there again: what was on the way may be lost.
    pub(crate) fn join(&mut self, now: u64) {
        if !self.secured {
            self.repeat(now);
        }
        if self.session.is_some() {
            self.probe.wait = limits::PROBE_FIRST;
            self.ask(now, Why::Join);
            self.transmit();
        }
    }

    pub(super) fn acknowledge(&mut self, now: u64, next: u64) {
        if self.outgoing.acknowledge(next) {
            self.probe.begin(now);
            self.waits_since = Some(now);
            if self.outgoing.is_empty() {
                self.probe.at = None;
                self.waits_since = None;
            }
            self.transmit();
        }
    }

    pub(super) fn handle_resume(&mut self, now: u64, path: PathId, why: Why, number: u64) {
        if why == Why::Answer {
            if number == self.probe.number
                && let Some(mark) = self.probe.mark.take()
            {
                self.outgoing.call_back(mark);
                self.transmit();
            }
            return;
        }
        let next = self.incoming.next();
        let answer = Control::Resume {
            why: Why::Answer,
            number,
            next,
        };
        self.control(Some(path), answer);
        self.incoming.acknowledged();
        if why == Why::Join && !self.outgoing.is_empty() {
            self.probe.wait = limits::PROBE_FIRST;
            // A peer that joins without end must not make us send the window without end.
            let earliest = self.probe.asked.saturating_add(limits::PROBE_APART);
            if now >= earliest {
                self.ask(now, Why::Probe);
            } else {
                self.probe.at = Some(earliest);
            }
        }
    }

    /// Asks what the peer expects; the answer lets everything go out again that was sent before
    /// the question and has not come.
    fn ask(&mut self, now: u64, why: Why) {
        self.probe.number = self.probe.number.saturating_add(1);
        self.probe.mark = Some(self.transmissions);
        self.probe.is_join = why == Why::Join;
        self.probe.asked = now;
        self.probe.at = Some(now.saturating_add(self.probe.wait));
        let (number, next) = (self.probe.number, self.incoming.next());
        self.control(None, Control::Resume { why, number, next });
        self.incoming.acknowledged();
    }

    /// Asks again, if the time has come and records still wait.
    pub(super) fn ask_if_due(&mut self, now: u64) {
        if self.probe.at.is_some_and(|at| at <= now) {
            self.probe.at = None;
            if !self.outgoing.is_empty() && self.session.is_some() {
                self.probe.wait = self.probe.wait.saturating_mul(2).min(limits::PROBE_MAX);
                self.ask(now, Why::Probe);
            }
        }
    }

    /// Puts on the best path what waits for one, as much as its window holds.
    pub(super) fn transmit(&mut self) {
        let window = self.paths.window();
        let Some(path) = self.paths.best().map(|path| path.id) else {
            return;
        };
        for record in self.outgoing.fly(window, &mut self.transmissions) {
            self.todo.push_back(Todo::Send(path, record.frame.clone()));
            self.sent_numbers.extend(record.number.take());
        }
    }
}
