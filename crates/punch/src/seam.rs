use crate::candidate::Kind;
use crate::config::Config;
use crate::proof::{Binding, NONCE, PathKey, Role};
use crate::report::Report;
use core::net::SocketAddr;
use rand_chacha::ChaCha20Rng;
use rand_core::Rng;
use std::collections::VecDeque;

/// Names a local port. The engine draws it with [`Output::Listen`] and never uses it twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortId(pub u32);

/// Names a connection, never twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConnId {
    /// Drawn by the engine with [`Output::Dial`].
    Dialled(u32),
    /// Drawn by the driver with [`Input::Accepted`].
    Accepted(u32),
}

/// A family of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6, and nothing mapped into it.
    V6,
}

impl Family {
    /// Of an address.
    #[must_use]
    pub fn of(address: SocketAddr) -> Self {
        if address.is_ipv4() {
            Self::V4
        } else {
            Self::V6
        }
    }
}

/// From where a connection is dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum From {
    /// A port of [`Output::Listen`], which it shares with the listener.
    Port(PortId),
    /// A port of the system's choice.
    Fresh,
}

/// Why a dial failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// RST, or ICMP that says the same (`ECONNREFUSED`, `ECONNRESET`).
    Refused,
    /// ICMP: no way there (`EHOSTUNREACH`).
    Unreachable,
    /// The tuple is taken: the peer's SYN has arrived already, and the connection comes through
    /// the listener (`EADDRNOTAVAIL`).
    Crossed,
    /// Anything else: a dial that is tried again would fail alike.
    Other,
}

/// What a driver tells the engine.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// The port is bound and listens; its port number counts, its address is not looked at.
    Listening(PortId, SocketAddr),
    /// The port could not be bound.
    NotListening(PortId),
    /// The dial succeeded, from this local endpoint.
    Connected(ConnId, SocketAddr),
    /// The dial failed.
    Failed(ConnId, Failure),
    /// The listener of this port brought a connection from there.
    Accepted(PortId, ConnId, SocketAddr),
    /// Bytes arrived, cut anywhere.
    Bytes(ConnId, &'a [u8]),
    /// The connection is closed, by the other side or by a failure.
    Closed(ConnId),
    /// The router maps this endpoint to the port.
    Mapped(PortId, SocketAddr),
    /// No router maps the port.
    NotMapped(PortId),
    /// The network has changed.
    Network,
    /// The moment of the latest [`Output::Wake`] has come.
    Wake,
}

/// What a driver must do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Bind a port of the system's choice to the unspecified address, for sharing, and listen.
    Listen(PortId, Family),
    /// Stop to listen there. Connections of the port go on.
    Shut(PortId),
    /// Connect without waiting. The dial is never ended before it failed, but by `Close`.
    Dial(ConnId, From, SocketAddr),
    /// Send bytes, after all earlier ones of this connection.
    Send(ConnId, Vec<u8>),
    /// Close the connection, or end the dial. Nothing more is expected of it.
    Close(ConnId),
    /// Ask the router to map a port to this endpoint of one's own, answered by
    /// [`Input::Mapped`] or [`Input::NotMapped`]; nothing else waits for that. It ends with `Shut`.
    Map(PortId, SocketAddr),
    /// Give [`Input::Wake`] at this moment. It replaces the earlier one.
    Wake(u64),
    /// Tell the caller.
    Event(Event),
}

/// What the caller is told.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Give this to the server, for the other side. It replaces the earlier one. Told when ports
    /// were prepared, and when a fresh start is due.
    Report(Report),
    /// No reflector answered. It is tried again later.
    Unseen,
    /// No router has mapped a port: the report stays as it is.
    NotMapped,
    /// The connection leads to the other side. What it says from now on comes as
    /// [`Event::Bytes`], until it is elected.
    Proven {
        /// Which.
        conn: ConnId,
        /// The random bytes of the initiator's proof, then of the responder's: equal on both
        /// sides, and never twice. A choice that names them can be of no other connection.
        binding: Binding,
    },
    /// Bytes of a proven connection, after its proof.
    Bytes(ConnId, Vec<u8>),
    /// A proven connection is closed.
    Lost(ConnId),
    /// To the initiator: say on this connection that it is chosen, with [`crate::Punch::say`].
    /// When the answer has come, call [`crate::Punch::elected`].
    Elect(ConnId),
    /// The connection is the caller's, and the engine knows it no more.
    Direct {
        /// Which.
        conn: ConnId,
        /// How it was found.
        kind: Kind,
        /// Milliseconds after the attempt's first offer.
        after: u64,
    },
    /// There is no direct way for now.
    NoPath {
        /// When the next quiet attempt begins, if there is one.
        again: Option<u64>,
    },
}

/// What both sides need for an attempt, or for a further round of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Who one is; the server says so to both.
    pub role: Role,
    /// The number of this round, equal on both sides and never used twice under a key. It grows.
    pub number: u32,
    /// What the other side reported.
    pub peer: Report,
    /// Begin after so many milliseconds: see [`crate::start_delay`].
    pub delay: u64,
    /// What the two know and nobody else.
    pub key: PathKey,
}

/// A command that does not fit where the engine stands. The caller is at fault; nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// No ports are prepared.
    #[error("no ports are prepared")]
    NotPrepared,
    /// The number was used, or is lower than one that was.
    #[error("the number of an offer must grow")]
    OldNumber,
    /// Within an attempt roles stay.
    #[error("the role changed within an attempt")]
    OtherRole,
    /// There are too many rounds in this attempt.
    #[error("too many rounds in one attempt")]
    TooManyRounds,
    /// The connection has not proven itself, or is closed.
    #[error("no such proven connection")]
    NotProven,
    /// The initiator confirms only what it chose; nothing is elected twice.
    #[error("this connection was not chosen")]
    NotChosen,
}

/// What the driver must do, in order. It pops from the engine's queue: dropping it loses nothing,
/// the rest comes first the next time.
#[derive(Debug)]
#[must_use = "the driver must do what the engine wants"]
pub struct Drain<'a>(pub(crate) &'a mut VecDeque<Output>);

impl Iterator for Drain<'_> {
    type Item = Output;
    fn next(&mut self) -> Option<Output> {
        self.0.pop_front()
    }
}

/// What all parts of the engine work with.
pub(crate) struct Context {
    pub(crate) config: Config,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) now: u64,
    pub(crate) out: VecDeque<Output>,
    conns: u32,
    ports: u32,
}

impl Context {
    pub(crate) fn new(config: Config, rng: ChaCha20Rng) -> Self {
        Self {
            config,
            rng,
            now: 0,
            out: VecDeque::new(),
            conns: 0,
            ports: 0,
        }
    }

    pub(crate) fn put(&mut self, output: Output) {
        self.out.push_back(output);
    }

    pub(crate) fn tell(&mut self, event: Event) {
        self.put(Output::Event(event));
    }

    pub(crate) fn listen(&mut self, family: Family) -> PortId {
        let id = PortId(self.ports);
        self.ports = self.ports.wrapping_add(1);
        self.put(Output::Listen(id, family));
        id
    }

    pub(crate) fn dial(&mut self, from: From, to: SocketAddr) -> ConnId {
        let id = ConnId::Dialled(self.conns);
        self.conns = self.conns.wrapping_add(1);
        self.put(Output::Dial(id, from, to));
        id
    }

    /// Fresh random bytes for a proof.
    pub(crate) fn nonce(&mut self) -> [u8; NONCE] {
        let mut nonce = [0; NONCE];
        self.rng.fill_bytes(&mut nonce);
        nonce
    }

    /// The moment so far from now.
    pub(crate) fn after(&self, span: u64) -> u64 {
        self.now.saturating_add(span)
    }
}
