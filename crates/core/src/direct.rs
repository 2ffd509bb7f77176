//! What an engine and a driver that can find direct paths say to each other. FLOATER/1.0 §8
//!
//! The way of one path, from waiting to its end:
//!
//! 1. [`DirectOutput::Prepare`], while one waits and does not hide. [`DirectInput::Report`] says
//!    what was prepared, then and whenever it was prepared anew.
//! 2. When both have greeted the engine tells the server. Its offer becomes
//!    [`DirectOutput::Offer`]: the attempt begins, with what the latest report says. When a fresh
//!    start is due the driver reports what it prepared for that, and another offer follows.
//! 3. [`DirectInput::Proven`] names a connection. What it brings from now on is
//!    [`DirectInput::Bytes`], what it takes [`DirectOutput::Send`], in order and nothing else.
//! 4. [`DirectInput::Elect`], at A: which of them to choose. The two say so to each other on the
//!    connection; [`DirectOutput::Elected`] tells the driver at each end, before anything else is
//!    sent there. It carries the conversation.
//! 5. [`DirectOutput::Close`] or [`DirectInput::Closed`] ends it. Later everything begins again
//!    with [`DirectOutput::Prepare`].

use bytes::Bytes;
use floater_proto::body::{PathReport, Reflectors};
use floater_proto::{Binary, Role, Secret};

/// Names a connection to the other one. The driver draws it with [`DirectInput::Proven`] and never
/// uses it twice for one engine. It has nothing to do with a [`crate::LinkId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DirectId(pub u32);

/// What a driver tells of direct paths.
#[derive(Debug, Clone, Copy)]
pub enum DirectInput<'a> {
    /// What was prepared: the next offer is answered with it. It replaces the earlier one, which is
    /// of no use any more. After [`DirectOutput::Rest`] nothing is reported.
    Report(&'a PathReport),
    /// On a new connection both have proved themselves with the key and the number of an offer. With
    /// it come the 16 random bytes of A's proof, then those of B's (§8.4).
    Proven(DirectId, [u8; 32]),
    /// At A: of all proven connections this one is to be chosen.
    Elect(DirectId),
    /// Bytes arrived after the proof, cut anywhere.
    Bytes(DirectId, &'a [u8]),
    /// The driver's buffer of an elected connection has room for so many bytes. Said after
    /// [`DirectOutput::Elected`] and whenever the buffer got emptier; lets pieces of pictures out,
    /// and is a sign of life. All else always fits.
    Room(DirectId, usize),
    /// The connection is closed, by whomever but the engine.
    Closed(DirectId),
}

/// What a driver must do for direct paths.
#[derive(Debug)]
pub enum DirectOutput {
    /// Prepare ports, asking these reflectors, and report them; if some are prepared already and
    /// the reflectors are the same, report them again. What is prepared is kept alive, renewed when
    /// its time has come, and prepared again when it failed, until [`DirectOutput::Rest`].
    Prepare(Reflectors),
    /// Let go of all that is prepared or being tried: ports, dials, and every connection that was
    /// not elected. Another match or nothing follows.
    Rest,
    /// Begin, or begin the next round, with what the latest report said.
    Offer(Box<Offer>),
    /// Send bytes, after all earlier ones of this connection.
    Send(DirectId, Bytes),
    /// Both agree on the connection: the engine keeps it. The driver lets go of the other ones of
    /// the attempt, at once at A, after a while at B, and of all that was prepared.
    Elected(DirectId),
    /// Close the connection when what was given to it before is sent, but within a bounded time.
    /// Nothing more is expected of it.
    Close(DirectId),
}

/// An attempt, or a further round of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// A chooses, B confirms, whoever dialled.
    pub role: Role,
    /// Equal on both sides; it grows within a match.
    pub number: u32,
    /// Begin after so many milliseconds.
    pub delay: u64,
    /// What the other one prepared.
    pub peer: PathReport,
    /// What the two know and nobody else. Another one follows for another match.
    pub key: Secret<Binary<32>>,
}
