//! One attempt: some rounds of dials, and the connections that come of them.

mod election;
mod round;
mod spray;

use crate::address::canonical;
use crate::candidate::Kind;
use crate::limits::{EARLY_MAX, PROVEN_MAX, SOCKETS_MAX, UNPROVEN_MAX};
use crate::plan::{Plan, round_trip};
use crate::prepare::Set;
use crate::proof::{NONCE, PROOF_LENGTH, Role, check, prove};
use crate::report::Report;
use crate::seam::{ConnId, Context, Event, Failure, Offer, Output, PortId};
use core::net::SocketAddr;
use election::Election;
use round::Round;
use std::collections::{BTreeMap, BTreeSet};

/// All rounds from the first start to the choice of a connection, or to the end of the time.
pub(crate) struct Attempt {
    role: Role,
    /// When its first offer came.
    offered: u64,
    until: u64,
    rtt: u64,
    rounds: Vec<Round>,
    flights: BTreeMap<ConnId, Flight>,
    open: BTreeMap<ConnId, Conn>,
    /// Nonces of the other side's proofs.
    seen: BTreeSet<[u8; NONCE]>,
    election: Election,
    /// The round is to be replaced before its time.
    is_spent: bool,
    /// A fresh round was asked for.
    is_asked_for: bool,
}

/// A dial that neither succeeded nor failed. Nothing ends it before its time: a SYN that is
/// taken back takes its mapping with it.
#[derive(Clone, Copy)]
struct Flight {
    round: usize,
    /// Which target; a dial of the birthday has none.
    aim: Option<usize>,
}

/// An open connection.
struct Conn {
    round: usize,
    aim: Option<usize>,
    kind: Kind,
    /// It comes from an address that was told.
    is_expected: bool,
    is_accepted: bool,
    since: u64,
    /// The random bytes of one's own proof.
    nonce: [u8; NONCE],
    step: Step,
}

enum Step {
    Proving(Vec<u8>),
    Proven { early: usize },
}

/// How an attempt stands.
pub(crate) enum Standing {
    /// It goes on.
    Going,
    /// It goes on, and a round with fresh ports is due.
    FreshDue,
    /// Its time is over.
    Failed,
    /// A connection was chosen, and the losers are closed.
    Done,
}

/// What a new round begins with.
pub(crate) struct Start {
    pub(crate) offer: Offer,
    pub(crate) plan: Plan,
    pub(crate) own: Report,
    pub(crate) set: Set,
}

impl Attempt {
    pub(crate) fn new(start: Start, cx: &mut Context) -> Self {
        let began = cx.after(start.offer.delay);
        let mut attempt = Self {
            role: start.offer.role,
            offered: cx.now,
            until: began.saturating_add(cx.config.timers.attempt),
            rtt: round_trip(&start.own, &start.offer.peer),
            rounds: Vec::new(),
            flights: BTreeMap::new(),
            open: BTreeMap::new(),
            seen: BTreeSet::new(),
            election: Election::Open,
            is_spent: false,
            is_asked_for: false,
        };
        attempt.next_round(start, cx);
        attempt
    }

    pub(crate) fn role(&self) -> Role {
        self.role
    }

    pub(crate) fn rounds(&self) -> usize {
        self.rounds.len()
    }

    pub(crate) fn is_decided(&self) -> bool {
        matches!(self.election, Election::Elected { .. })
    }

    /// Dials of older rounds go on; only what was to be dialled later is not, and the random
    /// ports of a birthday give room to the new ones.
    pub(crate) fn next_round(&mut self, start: Start, cx: &mut Context) {
        self.rounds.iter_mut().for_each(Round::stop);
        let birthdays: Vec<ConnId> = self
            .flights
            .iter()
            .filter(|(_, flight)| flight.aim.is_none())
            .map(|(conn, _)| *conn)
            .collect();
        for conn in birthdays {
            self.flights.remove(&conn);
            cx.put(Output::Close(conn));
        }
        self.is_spent = false;
        self.is_asked_for = false;
        let refused = self.rounds.last().map_or(0, Round::refused);
        self.rounds.push(Round::new(start, refused, cx));
    }

    /// Whether a fresh round is to be asked for: once for each round.
    pub(crate) fn ask_fresh(&mut self) -> bool {
        !std::mem::replace(&mut self.is_asked_for, true)
    }

    /// When the next round should begin.
    pub(crate) fn round_ends(&self) -> u64 {
        self.rounds.last().map_or(self.until, |it| it.ends)
    }

    pub(crate) fn owns(&self, conn: ConnId) -> bool {
        self.flights.contains_key(&conn) || self.open.contains_key(&conn)
    }

    pub(crate) fn has_port(&self, port: PortId) -> bool {
        self.rounds.iter().any(|it| it.set.has(port))
    }

    /// The sets of all rounds, whose reflector connections are still open.
    pub(crate) fn sets(&mut self) -> impl Iterator<Item = &mut Set> {
        self.rounds.iter_mut().map(|it| &mut it.set)
    }

    pub(crate) fn connected(&mut self, conn: ConnId, cx: &mut Context) {
        let Some(flight) = self.flights.remove(&conn) else {
            return;
        };
        let Some(round) = self.rounds.get_mut(flight.round) else {
            return;
        };
        let kind = round.connected(flight.aim);
        let opened = Conn {
            round: flight.round,
            aim: flight.aim,
            kind,
            is_expected: true,
            is_accepted: false,
            since: cx.now,
            nonce: cx.nonce(),
            step: Step::Proving(Vec::new()),
        };
        self.opened(conn, opened, cx);
    }

    pub(crate) fn failed(&mut self, conn: ConnId, failure: Failure, cx: &mut Context) {
        let Some(flight) = self.flights.remove(&conn) else {
            return;
        };
        if let Some(round) = self.rounds.get_mut(flight.round) {
            round.failed(flight.aim, failure, cx);
        }
    }

    pub(crate) fn accepted(
        &mut self,
        port: PortId,
        conn: ConnId,
        from: SocketAddr,
        cx: &mut Context,
    ) {
        let from = canonical(from);
        let round = self.rounds.iter().position(|it| it.set.has(port));
        let is_full = !self.make_room(cx);
        let Some(index) = round.filter(|_| !is_full && !self.is_decided()) else {
            cx.put(Output::Close(conn));
            return;
        };
        let known = self.rounds.get(index).and_then(|it| it.kind_of(from));
        let opened = Conn {
            round: index,
            aim: None,
            kind: known.unwrap_or(Kind::Observed),
            is_expected: known.is_some(),
            is_accepted: true,
            since: cx.now,
            nonce: cx.nonce(),
            step: Step::Proving(Vec::new()),
        };
        self.opened(conn, opened, cx);
    }

    /// Whether one more may be accepted. Who comes from nowhere gives way.
    fn make_room(&mut self, cx: &mut Context) -> bool {
        let is_unproven = |it: &Conn| it.is_accepted && matches!(it.step, Step::Proving(_));
        let unproven = self.open.values().filter(|it| is_unproven(it)).count();
        if unproven < UNPROVEN_MAX {
            return true;
        }
        let strangers = self
            .open
            .iter()
            .filter(|(_, it)| is_unproven(it) && !it.is_expected);
        let oldest = strangers.min_by_key(|(_, it)| it.since).map(|(id, _)| *id);
        if let Some(conn) = oldest {
            self.open.remove(&conn);
            cx.put(Output::Close(conn));
        }
        oldest.is_some()
    }

    fn opened(&mut self, conn: ConnId, opened: Conn, cx: &mut Context) {
        let Some(round) = self.rounds.get(opened.round) else {
            return;
        };
        let proof = prove(&round.key, self.role, round.number, opened.nonce);
        cx.put(Output::Send(conn, proof));
        self.open.insert(conn, opened);
    }

    pub(crate) fn bytes(&mut self, conn: ConnId, bytes: &[u8], cx: &mut Context) {
        let Some(opened) = self.open.get_mut(&conn) else {
            return;
        };
        match &mut opened.step {
            Step::Proving(heard) => {
                let missing = PROOF_LENGTH.saturating_sub(heard.len());
                let (proof, rest) = bytes.split_at(missing.min(bytes.len()));
                heard.extend_from_slice(proof);
                if let Some(proof) = heard.first_chunk().copied() {
                    self.judge(conn, &proof, cx);
                    if !rest.is_empty() {
                        self.bytes(conn, rest, cx);
                    }
                }
            }
            Step::Proven { early } => {
                *early = early.saturating_add(bytes.len());
                if *early > EARLY_MAX {
                    self.drop_open(conn, cx);
                    cx.put(Output::Close(conn));
                } else if !bytes.is_empty() {
                    cx.tell(Event::Bytes(conn, bytes.to_vec()));
                }
            }
        }
    }

    /// R17.5: who cannot prove itself is closed, and the waiting goes on.
    fn judge(&mut self, conn: ConnId, proof: &[u8; PROOF_LENGTH], cx: &mut Context) {
        let proven = self.open.values().filter(|it| it.is_proven()).count();
        let Some(opened) = self.open.get_mut(&conn) else {
            return;
        };
        let round = self.rounds.get(opened.round);
        let nonce = round.and_then(|it| check(&it.key, self.role.other(), it.number, proof));
        let fresh = nonce.filter(|nonce| proven < PROVEN_MAX && self.seen.insert(*nonce));
        if let Some(nonce) = fresh {
            opened.step = Step::Proven { early: 0 };
            let binding = self.role.bind(opened.nonce, nonce);
            cx.tell(Event::Proven { conn, binding });
        } else {
            self.open.remove(&conn);
            cx.put(Output::Close(conn));
        }
    }

    /// The caller has no use for a proven connection. The waiting goes on; if it was the choice,
    /// the choice falls back.
    pub(crate) fn let_go(&mut self, conn: ConnId, cx: &mut Context) {
        if self.is_proven(conn) {
            self.open.remove(&conn);
            cx.put(Output::Close(conn));
        }
    }

    /// The other side or the network closed it. A dial that got that far is tried again.
    pub(crate) fn closed(&mut self, conn: ConnId, cx: &mut Context) {
        if self.flights.contains_key(&conn) {
            return self.failed(conn, Failure::Refused, cx);
        }
        let Some(opened) = self.drop_open(conn, cx) else {
            return;
        };
        let is_unproven = !opened.is_proven();
        if let (true, Some(round)) = (is_unproven, self.rounds.get_mut(opened.round)) {
            round.failed(opened.aim, Failure::Refused, cx);
        }
    }

    fn drop_open(&mut self, conn: ConnId, cx: &mut Context) -> Option<Conn> {
        let opened = self.open.remove(&conn)?;
        if opened.is_proven() {
            cx.tell(Event::Lost(conn));
        }
        Some(opened)
    }

    pub(crate) fn is_proven(&self, conn: ConnId) -> bool {
        self.open.get(&conn).is_some_and(Conn::is_proven)
    }

    pub(crate) fn tick(&mut self, cx: &mut Context) -> Standing {
        self.close_unproven(cx);
        self.elect(cx);
        let is_over = cx.now >= self.until;
        if let Election::Elected { linger_until } = self.election {
            return match cx.now >= linger_until {
                true => Standing::Done,
                false => Standing::Going,
            };
        }
        if !is_over {
            self.dial(cx);
            let is_due = self.is_spent || cx.now >= self.round_ends();
            return match is_due && !self.is_asked() {
                true => Standing::FreshDue,
                false => Standing::Going,
            };
        }
        self.rounds.iter_mut().for_each(Round::stop);
        // The other side may be choosing.
        let is_waiting = self.open.values().any(Conn::is_proven) && cx.now < self.last_word(cx);
        match is_waiting || self.is_asked() {
            true => Standing::Going,
            false => Standing::Failed,
        }
    }

    fn dial(&mut self, cx: &mut Context) {
        let is_won = self.open.values().any(Conn::is_proven);
        let room = SOCKETS_MAX.saturating_sub(self.flights.len().saturating_add(self.open.len()));
        let Some(at) = self.rounds.len().checked_sub(1) else {
            return;
        };
        if let Some(round) = self.rounds.get_mut(at) {
            let begun = round.dial(room, is_won, cx);
            let flights = begun
                .into_iter()
                .map(|(conn, aim)| (conn, Flight { round: at, aim }));
            self.flights.extend(flights);
        }
    }

    fn close_unproven(&mut self, cx: &mut Context) {
        let deadline = cx.config.timers.proof;
        let is_late = |it: &Conn| !it.is_proven() && cx.now >= it.since.saturating_add(deadline);
        let late: Vec<ConnId> = self
            .open
            .iter()
            .filter(|(_, it)| is_late(it))
            .map(|(id, _)| *id)
            .collect();
        for conn in late {
            self.open.remove(&conn);
            cx.put(Output::Close(conn));
        }
    }

    fn last_word(&self, cx: &Context) -> u64 {
        self.until.saturating_add(self.answer_within(cx))
    }

    pub(crate) fn wake_at(&self, cx: &Context) -> Option<u64> {
        let proof = cx.config.timers.proof;
        let unproven = self.open.values().filter(|it| !it.is_proven());
        let proofs = unproven.map(|it| it.since.saturating_add(proof));
        let dials = self.rounds.last().filter(|_| !self.is_decided());
        let dials = dials.and_then(|it| it.wake_at(cx));
        let end = match cx.now < self.until {
            true => self.until,
            false => self.last_word(cx),
        };
        let end = (!self.is_decided()).then_some(end);
        let elections = self.election_wake_at();
        proofs.chain(dials).chain(end).chain(elections).min()
    }

    /// Closes all that is open, and what is in flight: the time is over.
    pub(crate) fn close(self, cx: &mut Context) {
        let conns = self.flights.keys().chain(self.open.keys());
        conns.for_each(|conn| cx.put(Output::Close(*conn)));
        self.rounds.into_iter().for_each(|it| it.set.close(cx));
    }
}

impl Conn {
    fn is_proven(&self) -> bool {
        matches!(self.step, Step::Proven { .. })
    }
}
