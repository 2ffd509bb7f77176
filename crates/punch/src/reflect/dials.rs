//! Dials from elsewhere, to the port that asks: which of them a NAT lets in.
//!
//! The port must be a fresh one that has spoken to this reflector only: a NAT whose filter goes by
//! addresses lets in the second one if it was spoken to. What counts is what comes in and proves
//! itself, never what the server saw: a NAT may answer a SYN itself.

use super::{About, Ask, ReflectError, ReflectKey, TAG, answer_of};
use crate::address::canonical;
use crate::mapping::Filtering;
use core::net::SocketAddr;

/// Bytes of an answer about dials.
pub const DIALLED_LENGTH: usize = 3 + TAG;
/// Bytes of a record, which is all that is said on a connection that was so dialled.
pub const RECORD_LENGTH: usize = 1 + TAG;

const LABEL_ANSWER: &[u8] = b"punch filter answer 1";
const LABEL_RECORD: &[u8] = b"punch filter record 1";

/// Whence a dial comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whence {
    /// From another port of the address that was asked.
    OtherPort,
    /// From another address.
    OtherAddress,
}

/// What the server knows of one dial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dial {
    /// It was not made.
    #[default]
    Unmade,
    /// Nothing answered in time, or a refusal did.
    Unanswered,
    /// Something took it.
    Connected,
}

/// Both dials, when they are over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dials {
    /// From another port.
    pub port: Dial,
    /// From another address.
    pub address: Dial,
}

impl Whence {
    const fn byte(self) -> u8 {
        match self {
            Self::OtherPort => 1,
            Self::OtherAddress => 2,
        }
    }

    const fn of(byte: u8) -> Result<Self, ReflectError> {
        match byte {
            1 => Ok(Self::OtherPort),
            2 => Ok(Self::OtherAddress),
            other => Err(ReflectError::Foreign(other)),
        }
    }
}

impl Dial {
    const fn byte(self) -> u8 {
        match self {
            Self::Unmade => 0,
            Self::Unanswered => 1,
            Self::Connected => 2,
        }
    }

    const fn of(byte: u8) -> Result<Self, ReflectError> {
        match byte {
            0 => Ok(Self::Unmade),
            1 => Ok(Self::Unanswered),
            2 => Ok(Self::Connected),
            other => Err(ReflectError::Foreign(other)),
        }
    }
}

impl Ask {
    /// The answer to [`About::Filtering`]: what was dialled, when it is over.
    #[must_use]
    pub fn dialled(&self, dials: Dials, key: &ReflectKey) -> [u8; DIALLED_LENGTH] {
        let Dials { port, address } = dials;
        let head = [About::Filtering.byte(), port.byte(), address.byte()];
        self.seal(LABEL_ANSWER, &head, key)
    }

    /// What the server says on a dial that was taken, before it closes.
    #[must_use]
    pub fn record(&self, whence: Whence, key: &ReflectKey) -> [u8; RECORD_LENGTH] {
        self.seal(LABEL_RECORD, &[whence.byte()], key)
    }
}

/// The client's part: what was dialled, out of the answer to its question. `None` if more bytes are
/// needed; otherwise the answer counts [`DIALLED_LENGTH`] bytes.
///
/// # Errors
/// [`ReflectError`]: not from the server, close the connection.
pub fn dialled(bytes: &[u8], ask: &Ask, key: &ReflectKey) -> Result<Option<Dials>, ReflectError> {
    let Some(message) = answer_of::<DIALLED_LENGTH>(bytes, About::Filtering)? else {
        return Ok(None);
    };
    let [_, port, address] = ask.open(LABEL_ANSWER, message, key)? else {
        return Err(ReflectError::Mac);
    };
    let (port, address) = (Dial::of(*port)?, Dial::of(*address)?);
    Ok(Some(Dials { port, address }))
}

/// What came in at the port that asked.
#[derive(Debug, Clone)]
pub struct Arrivals {
    ask: Ask,
    /// Whom it was asked.
    reflector: SocketAddr,
    port: Option<Came>,
    address: Option<Came>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    Rightly,
    /// From where it does not say to come: the server's own network has changed that, or ours, and
    /// nothing follows from it.
    Oddly,
}

impl Arrivals {
    /// Nothing has come yet. The reflector is the only one that this port has spoken to.
    #[must_use]
    pub const fn new(ask: Ask, reflector: SocketAddr) -> Self {
        Self {
            ask,
            reflector,
            port: None,
            address: None,
        }
    }

    /// A connection came in from there, and said this.
    ///
    /// # Errors
    /// [`ReflectError`]: a stranger's. It counts for nothing.
    pub fn count(
        &mut self,
        from: SocketAddr,
        record: &[u8; RECORD_LENGTH],
        key: &ReflectKey,
    ) -> Result<(), ReflectError> {
        let [whence] = self.ask.open(LABEL_RECORD, record, key)? else {
            return Err(ReflectError::Mac);
        };
        let (from, reflector) = (canonical(from), canonical(self.reflector));
        let is_same = from.ip() == reflector.ip();
        let (to, is_right) = match Whence::of(*whence)? {
            Whence::OtherPort => (&mut self.port, is_same && from != reflector),
            Whence::OtherAddress => (&mut self.address, !is_same),
        };
        *to = Some(if is_right { Came::Rightly } else { Came::Oddly });
        Ok(())
    }

    /// Whether all has come that was taken by somebody.
    #[must_use]
    pub fn is_whole(&self, dials: Dials) -> bool {
        let is_there = |dial, came: Option<Came>| dial != Dial::Connected || came.is_some();
        is_there(dials.port, self.port) && is_there(dials.address, self.address)
    }

    /// What follows, when nothing more comes; [`Filtering::Unknown`] if it was not dialled.
    #[must_use]
    pub fn filtering(&self, dials: Dials) -> Filtering {
        let test = |dial, came| match (dial, came) {
            (_, Some(Came::Rightly)) => Some(true),
            (_, Some(Came::Oddly)) | (Dial::Unmade, None) => None,
            (Dial::Unanswered | Dial::Connected, None) => Some(false),
        };
        let port = test(dials.port, self.port);
        Filtering::from_tests(port, test(dials.address, self.address))
    }
}
