use crate::attempt::{Attempt, Start};
use crate::limits::UNPROVEN_MAX;
use crate::plan::Plan;
use crate::prepare::Set;
use crate::proof::PROOF_LENGTH;
use crate::rest::Rest;
use crate::seam::{ConnId, Context, Drain, Event, Failure, Input, Misuse, Offer, Output, PortId};
use crate::{Config, Report};
use core::net::SocketAddr;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

/// Rounds of one attempt.
const ROUNDS_MAX: usize = 8;

/// The engine: one side of a hole.
///
/// - Arrived: [`Punch::handle`].
/// - Wanted: [`Punch::prepare`], [`Punch::offer`], [`Punch::say`], [`Punch::elected`],
///   [`Punch::let_go`], [`Punch::stop`].
/// - To do: the [`Drain`] that each of these returns.
/// - Nouns: [`Punch::report`], [`Punch::is_mapping`].
///
/// Time is the driver's: milliseconds that never run backwards. The generator is seeded once.
pub struct Punch {
    pub(crate) cx: Context,
    /// What the next offer is answered with.
    ready: Option<Set>,
    preparing: Option<Set>,
    /// Whether a report is to be told as soon as there is one.
    pub(crate) is_wanted: bool,
    /// When what failed to be prepared is prepared again, and the wait after that.
    pub(crate) retry: Option<Retry>,
    pub(crate) attempt: Option<Attempt>,
    /// The highest number of an offer.
    number: Option<u32>,
    /// Accepted before the offer came: the other side may hear of it earlier.
    early: Vec<Early>,
    pub(crate) rest: Rest,
    woken_for: Option<u64>,
}

pub(crate) struct Retry {
    at: Option<u64>,
    wait: u64,
}

struct Early {
    conn: ConnId,
    port: PortId,
    from: SocketAddr,
    since: u64,
    bytes: Vec<u8>,
}

impl core::fmt::Debug for Punch {
    /// Engines hold keys.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Punch([redacted])")
    }
}

impl Punch {
    /// An engine that does nothing yet. The seed is 32 random bytes of a cryptographic source.
    #[must_use]
    pub fn new(config: Config, seed: [u8; 32]) -> Self {
        Self {
            cx: Context::new(config, ChaCha20Rng::from_seed(seed)),
            ready: None,
            preparing: None,
            is_wanted: false,
            retry: None,
            attempt: None,
            number: None,
            early: Vec::new(),
            rest: Rest::Still,
            woken_for: None,
        }
    }

    /// Prepares ports, if none are prepared, and tells [`Event::Report`] as soon as they are. Call
    /// it while waiting for a partner, when the other side asks for a fresh start, and when a
    /// direct path was lost.
    pub fn prepare(&mut self, now: u64) -> Drain<'_> {
        self.clock(now);
        self.want();
        self.settle()
    }

    /// What the next offer should be made of; `None` while nothing is prepared.
    #[must_use]
    pub fn report(&self) -> Option<Report> {
        self.ready.as_ref()?.report(&self.cx)
    }

    /// Whether a router was asked to map a port, and it is not known what it says: a report may
    /// follow that is better, or [`Event::NotMapped`].
    #[must_use]
    pub fn is_mapping(&self) -> bool {
        let mut sets = self.ready.iter().chain(&self.preparing);
        sets.any(Set::is_mapping)
    }

    /// The other side is known: begins an attempt, or the next round of one.
    ///
    /// # Errors
    /// [`Misuse`], if nothing is prepared, or the offer does not fit the ones before.
    pub fn offer(&mut self, now: u64, offer: Offer) -> Result<Drain<'_>, Misuse> {
        self.clock(now);
        self.check(&offer)?;
        let own = self.report().ok_or(Misuse::NotPrepared)?;
        let set = self.ready.take().ok_or(Misuse::NotPrepared)?;
        self.number = Some(offer.number);
        self.rest = match self.rest {
            Rest::Offered { until, done } => Rest::Quiet { at: until, done },
            Rest::Quiet { at, done } if self.attempt.is_some() => Rest::Quiet { at, done },
            Rest::Quiet { .. } | Rest::Still | Rest::Exhausted => Rest::Still,
        };
        let plan = Plan::new(&own, &offer.peer, &self.cx.config);
        let start = Start {
            offer,
            plan,
            own,
            set,
        };
        self.begin(start);
        Ok(self.settle())
    }

    /// Says something on a proven connection: the choice, or its answer.
    ///
    /// # Errors
    /// [`Misuse::NotProven`].
    pub fn say(&mut self, now: u64, conn: ConnId, bytes: Vec<u8>) -> Result<Drain<'_>, Misuse> {
        self.clock(now);
        let attempt = self.attempt.as_ref();
        if !attempt.is_some_and(|it| it.is_proven(conn)) {
            return Err(Misuse::NotProven);
        }
        self.cx.put(Output::Send(conn, bytes));
        Ok(self.settle())
    }

    /// Both sides know of the choice: the responder was told, or the initiator was answered. The
    /// connection becomes the caller's, with [`Event::Direct`]; the others are closed.
    ///
    /// # Errors
    /// [`Misuse`], if it is not proven or was not chosen.
    pub fn elected(&mut self, now: u64, conn: ConnId) -> Result<Drain<'_>, Misuse> {
        self.clock(now);
        let attempt = self.attempt.as_mut().ok_or(Misuse::NotProven)?;
        attempt.elected(conn, &mut self.cx)?;
        self.rest = Rest::Still;
        self.drop_sets();
        Ok(self.settle())
    }

    /// Closes a proven connection of which the caller has no use; the waiting for another one goes
    /// on. One that is not known is closed already.
    pub fn let_go(&mut self, now: u64, conn: ConnId) -> Drain<'_> {
        self.clock(now);
        if let Some(attempt) = &mut self.attempt {
            attempt.let_go(conn, &mut self.cx);
        }
        self.settle()
    }

    /// Closes all that is open. The engine can be used again: for another partner, and under
    /// another key.
    pub fn stop(&mut self, now: u64) -> Drain<'_> {
        self.clock(now);
        self.rest = Rest::Still;
        self.number = None;
        self.drop_sets();
        if let Some(attempt) = self.attempt.take() {
            attempt.close(&mut self.cx);
        }
        self.settle()
    }

    /// Something arrived.
    pub fn handle(&mut self, now: u64, input: Input<'_>) -> Drain<'_> {
        self.clock(now);
        match input {
            Input::Listening(port, at) => self.listening(port, Some(at.port())),
            Input::NotListening(port) => self.listening(port, None),
            Input::Connected(conn, local) => self.connected(conn, local),
            Input::Failed(conn, failure) => self.failed(conn, failure),
            Input::Accepted(port, conn, from) => self.accepted(port, conn, from),
            Input::Bytes(conn, bytes) => self.bytes(conn, bytes),
            Input::Closed(conn) => self.closed(conn),
            Input::Mapped(port, to) => self.mapped(port, to),
            Input::NotMapped(port) => self.not_mapped(port),
            Input::Network => self.network(),
            Input::Wake => self.woken_for = None,
        }
        self.settle()
    }

    fn clock(&mut self, now: u64) {
        self.cx.now = self.cx.now.max(now);
    }

    pub(crate) fn want(&mut self) {
        self.is_wanted = true;
        let retry = self.retry.get_or_insert(Retry {
            at: None,
            wait: self.cx.config.timers.prepare_retry,
        });
        if self.ready.is_none() && self.preparing.is_none() && retry.at.is_none() {
            self.preparing = Some(Set::begin(&mut self.cx));
        }
    }

    fn check(&self, offer: &Offer) -> Result<(), Misuse> {
        if self.number.is_some_and(|number| offer.number <= number) {
            return Err(Misuse::OldNumber);
        }
        match self.attempt.as_ref().filter(|it| !it.is_decided()) {
            Some(attempt) if attempt.role() != offer.role => Err(Misuse::OtherRole),
            Some(attempt) if attempt.rounds() >= ROUNDS_MAX => Err(Misuse::TooManyRounds),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, start: Start) {
        self.is_wanted = false;
        let cx = &mut self.cx;
        if let Some(decided) = self.attempt.take_if(|it| it.is_decided()) {
            decided.close(cx);
        }
        match self.attempt.as_mut() {
            Some(attempt) => attempt.next_round(start, cx),
            None if start.plan.is_empty() => {
                start.set.close(cx);
                return self.no_path(None);
            }
            None => self.attempt = Some(Attempt::new(start, cx)),
        }
        for early in std::mem::take(&mut self.early) {
            if let Some(attempt) = &mut self.attempt {
                attempt.accepted(early.port, early.conn, early.from, &mut self.cx);
                attempt.bytes(early.conn, &early.bytes, &mut self.cx);
            }
        }
    }

    /// All sets, whose connections lead to reflectors.
    fn sets(&mut self) -> impl Iterator<Item = &mut Set> {
        let rounds = self.attempt.iter_mut().flat_map(Attempt::sets);
        self.ready
            .iter_mut()
            .chain(&mut self.preparing)
            .chain(rounds)
    }

    fn listening(&mut self, port: PortId, number: Option<u16>) {
        if let Some(set) = &mut self.preparing {
            set.listening(port, number);
        }
    }

    fn connected(&mut self, conn: ConnId, local: SocketAddr) {
        let cx = &mut self.cx;
        match &mut self.attempt {
            Some(attempt) if attempt.owns(conn) => attempt.connected(conn, cx),
            _ => {
                let mut sets = self.preparing.iter_mut().chain(&mut self.ready);
                sets.any(|it| it.connected(conn, local, cx));
            }
        }
    }

    fn failed(&mut self, conn: ConnId, failure: Failure) {
        match &mut self.attempt {
            Some(attempt) if attempt.owns(conn) => attempt.failed(conn, failure, &mut self.cx),
            _ => {
                self.sets().any(|it| it.failed(conn, failure));
            }
        }
    }

    fn accepted(&mut self, port: PortId, conn: ConnId, from: SocketAddr) {
        if let Some(attempt) = self.attempt.as_mut().filter(|it| it.has_port(port)) {
            return attempt.accepted(port, conn, from, &mut self.cx);
        }
        if self.early.len() >= UNPROVEN_MAX || !self.sets().any(|it| it.has(port)) {
            return self.cx.put(Output::Close(conn));
        }
        self.early.push(Early {
            conn,
            port,
            from,
            since: self.cx.now,
            bytes: Vec::new(),
        });
    }

    fn bytes(&mut self, conn: ConnId, bytes: &[u8]) {
        let cx = &mut self.cx;
        if let Some(attempt) = self.attempt.as_mut().filter(|it| it.owns(conn)) {
            return attempt.bytes(conn, bytes, cx);
        }
        if let Some(early) = self.early.iter_mut().find(|it| it.conn == conn) {
            early.bytes.extend_from_slice(bytes);
            if early.bytes.len() > PROOF_LENGTH {
                self.close_early(|it| it.conn == conn);
            }
            return;
        }
        let rounds = self.attempt.iter_mut().flat_map(Attempt::sets);
        let mut sets = self
            .ready
            .iter_mut()
            .chain(&mut self.preparing)
            .chain(rounds);
        sets.any(|it| it.bytes(conn, bytes, cx));
    }

    fn closed(&mut self, conn: ConnId) {
        self.early.retain(|it| it.conn != conn);
        match &mut self.attempt {
            Some(attempt) if attempt.owns(conn) => attempt.closed(conn, &mut self.cx),
            _ => {
                self.sets().any(|it| it.failed(conn, Failure::Refused));
            }
        }
    }

    fn mapped(&mut self, port: PortId, to: SocketAddr) {
        let is_ready = |it: &mut Set| it.mapped(port, to);
        if self.ready.as_mut().is_some_and(is_ready) {
            self.is_wanted = true;
        } else if let Some(set) = &mut self.preparing {
            set.mapped(port, to);
        }
    }

    fn not_mapped(&mut self, port: PortId) {
        let mut sets = self.ready.iter_mut().chain(&mut self.preparing);
        if sets.any(|it| it.unmapped(port)) {
            self.cx.tell(Event::NotMapped);
        }
    }

    pub(crate) fn drop_sets(&mut self) {
        self.is_wanted = false;
        self.retry = None;
        for set in [self.ready.take(), self.preparing.take()]
            .into_iter()
            .flatten()
        {
            set.close(&mut self.cx);
        }
        self.close_early(|_| true);
    }

    fn close_early(&mut self, is_it: impl Fn(&Early) -> bool) {
        let cx = &mut self.cx;
        self.early.retain(|early| {
            let is_over = is_it(early);
            if is_over {
                cx.put(Output::Close(early.conn));
            }
            !is_over
        });
    }

    /// Does what is due, and asks to be woken for the rest.
    fn settle(&mut self) -> Drain<'_> {
        let (now, timers) = (self.cx.now, self.cx.config.timers.clone());
        self.close_early(|it| now >= it.since.saturating_add(timers.proof));
        self.tick_attempt();
        self.tick_rest();
        self.tick_sets();
        self.tell_report();
        self.want_wake();
        Drain(&mut self.cx.out)
    }

    fn tick_sets(&mut self) {
        let cx = &mut self.cx;
        let Some(retry) = &mut self.retry else {
            return;
        };
        if let Some(set) = &mut self.ready {
            set.tick(cx);
            let is_stale = set.is_broken() || set.is_older_than(cx.config.timers.refresh, cx);
            if is_stale && self.preparing.is_none() && retry.at.is_none() {
                self.preparing = Some(Set::begin(cx));
            }
        }
        if retry.at.is_some_and(|at| cx.now >= at) {
            retry.at = None;
            self.preparing.get_or_insert_with(|| Set::begin(cx));
        }
        if let Some(set) = &mut self.preparing {
            set.tick(cx);
        }
        if let Some(set) = self.preparing.take_if(|it| it.is_complete(cx)) {
            self.prepared(set);
        }
    }

    /// What was prepared takes the place of what was ready, or is tried again after a while.
    fn prepared(&mut self, set: Set) {
        let cx = &mut self.cx;
        if set.report(cx).is_some() {
            if let Some(old) = self.ready.replace(set) {
                old.close(cx);
                self.is_wanted = true;
            }
            if let Some(retry) = &mut self.retry {
                retry.wait = cx.config.timers.prepare_retry;
            }
            return;
        }
        set.close(cx);
        if let Some(old) = self.ready.take() {
            old.close(cx);
        }
        if let Some(retry) = &mut self.retry {
            retry.at = Some(cx.after(retry.wait));
            let cap = cx.config.timers.prepare_retry_cap;
            retry.wait = retry.wait.saturating_mul(2).min(cap);
        }
        cx.tell(Event::Unseen);
    }

    fn tell_report(&mut self) {
        if let (true, Some(report)) = (self.is_wanted, self.report()) {
            self.is_wanted = false;
            self.cx.tell(Event::Report(report));
        }
    }

    fn want_wake(&mut self) {
        let cx = &self.cx;
        let timers = &cx.config.timers;
        let retry = self.retry.as_ref().and_then(|it| it.at);
        let ready = self.ready.as_ref().and_then(|it| it.wake_at(cx));
        let is_refreshed = self.retry.is_some() && self.preparing.is_none();
        let stale = self
            .ready
            .as_ref()
            .filter(|_| is_refreshed && retry.is_none());
        let stale = stale.map(|it| it.expires(timers.refresh));
        let preparing = self.preparing.as_ref().and_then(|it| it.wake_at(cx));
        let attempt = self.attempt.as_ref().and_then(|it| it.wake_at(cx));
        let ahead = self.attempt.as_ref().filter(|it| !it.is_decided());
        let ahead = ahead.map(|it| it.round_ends().saturating_sub(timers.prepare_ahead));
        let rest = self.rest_wake_at();
        let early = self
            .early
            .iter()
            .map(|it| it.since.saturating_add(timers.proof));
        let once = [stale, ahead]
            .into_iter()
            .flatten()
            .filter(|at| *at > cx.now);
        let parts = [retry, ready, preparing, attempt, rest]
            .into_iter()
            .flatten();
        let soonest = cx.now.saturating_add(1);
        let at = parts
            .chain(once)
            .chain(early)
            .min()
            .map(|at| at.max(soonest));
        if let Some(at) = at.filter(|_| at != self.woken_for) {
            self.woken_for = Some(at);
            self.cx.put(Output::Wake(at));
        }
    }
}
