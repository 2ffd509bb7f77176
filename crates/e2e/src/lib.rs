//! Stranger to stranger: handshake, records, acks, greeting gate, text, pictures.
//!
//! A [`Conversation`] is one side of one match. It is given [`MatchKeys`] made for this match,
//! the peer's public keys, a seed and the time; it takes bytes from paths and gives bytes for
//! paths, and says in [`Event`]s what happened. The paths are the driver's: the relay of the
//! server now, a direct path beside it as soon as there is one. No socket, clock or random
//! source is touched.

mod conversation;
mod error;
mod event;
mod keys;
mod words;

// The parts of a conversation, from the wire upwards.
mod aead;
mod archive;
mod control;
mod frame;
mod handshake;
mod hear;
mod incoming;
mod labels;
mod lane;
mod limits;
mod link;
mod noise;
mod outgoing;
mod path;
mod plain;
mod pull;
mod replay;
mod safety;
mod shelf;
mod signed;
mod signs;
mod talk;

pub use bytes::Bytes;
pub use conversation::Conversation;
pub use error::{Misuse, SetupError};
pub use event::{Event, NewPicture, Output, PathId, PathKind};
pub use keys::{MatchKeys, Setup};
pub use words::SafetyWord;
