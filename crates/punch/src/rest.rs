//! How rounds follow each other, and attempts.

use crate::Punch;
use crate::attempt::Standing;
use crate::seam::Event;

/// What happens between attempts.
pub(crate) enum Rest {
    /// Nothing by itself; what was prepared stays.
    Still,
    /// All was tried. Another network may change that.
    Exhausted,
    /// Quiet attempts: the next begins then.
    Quiet { at: u64, done: usize },
    /// A quiet attempt waits for its offer.
    Offered { until: u64, done: usize },
}

impl Punch {
    pub(crate) fn tick_attempt(&mut self) {
        let Some(attempt) = &mut self.attempt else {
            return;
        };
        let standing = attempt.tick(&mut self.cx);
        let ahead = self.cx.config.timers.prepare_ahead;
        let is_soon = self.cx.after(ahead) >= attempt.round_ends() && !attempt.is_decided();
        match standing {
            Standing::Going if is_soon => self.prepare_ahead(),
            Standing::Going => {}
            Standing::FreshDue => self.fresh_due(),
            Standing::Failed | Standing::Done => self.attempt_over(),
        }
    }

    fn prepare_ahead(&mut self) {
        let was_wanted = self.is_wanted;
        self.want();
        self.is_wanted = was_wanted;
    }

    /// Once for each round: an offer answers it.
    fn fresh_due(&mut self) {
        if let Some(attempt) = &mut self.attempt
            && attempt.ask_fresh()
        {
            self.want();
        }
    }

    fn attempt_over(&mut self) {
        let Some(attempt) = self.attempt.take() else {
            return;
        };
        let is_decided = attempt.is_decided();
        attempt.close(&mut self.cx);
        if !is_decided {
            let done = match self.rest {
                Rest::Quiet { done, .. } => done,
                Rest::Still | Rest::Exhausted | Rest::Offered { .. } => 0,
            };
            self.no_path(Some(done));
        }
    }

    /// `done` says how many quiet attempts were made; without it there will be none.
    pub(crate) fn no_path(&mut self, done: Option<usize>) {
        self.drop_sets();
        let quiet = &self.cx.config.timers.quiet;
        let wait = done.and_then(|done| Some((quiet.get(done)?, done)));
        let again = wait.map(|(wait, done)| (self.cx.after(*wait), done));
        self.rest = match again {
            Some((at, done)) => Rest::Quiet { at, done },
            None => Rest::Exhausted,
        };
        let again = again.map(|(at, _)| at);
        self.cx.tell(Event::NoPath { again });
    }

    pub(crate) fn tick_rest(&mut self) {
        if self.attempt.is_some() {
            return;
        }
        match self.rest {
            Rest::Quiet { at, done } if self.cx.now >= at => {
                let patience = self.cx.config.timers.attempt;
                let until = self
                    .cx
                    .after(patience.saturating_add(self.cx.config.timers.prepare));
                let done = done.saturating_add(1);
                self.rest = Rest::Offered { until, done };
                self.want();
            }
            Rest::Offered { until, done } if self.cx.now >= until => self.no_path(Some(done)),
            _ => {}
        }
    }

    /// What was prepared is seen from elsewhere now.
    pub(crate) fn network(&mut self) {
        let is_trying = self.attempt.as_ref().is_some_and(|it| !it.is_decided());
        let is_resting = !matches!(self.rest, Rest::Still);
        if is_trying || is_resting || self.retry.is_some() {
            self.drop_sets();
            self.rest = Rest::Still;
            self.want();
        }
    }

    pub(crate) fn rest_wake_at(&self) -> Option<u64> {
        match (&self.attempt, &self.rest) {
            (Some(_), _) | (None, Rest::Still | Rest::Exhausted) => None,
            (None, Rest::Quiet { at, .. } | Rest::Offered { until: at, .. }) => Some(*at),
        }
    }
}
