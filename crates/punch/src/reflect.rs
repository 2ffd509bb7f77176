//! The reflector: a server that says from which address and port it is asked, and dials there once
//! if it is asked to.
//!
//! It is asked on a fresh TCP connection from the port whose mapping, or filtering, is to be known.
//! All messages have a fixed length and a MAC under a key that client and server know; the README
//! has them byte by byte. An observed endpoint goes XORed with the nonce, so that no NAT rewrites
//! it on the way.

mod dials;

pub use dials::{Arrivals, DIALLED_LENGTH, Dial, Dials, RECORD_LENGTH, Whence, dialled};

use core::net::{IpAddr, Ipv6Addr, SocketAddr};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroize;

/// Bytes of a question.
pub const ASK_LENGTH: usize = 65;
/// Bytes of an answer.
pub const ANSWER_LENGTH: usize = 51;
/// Questions that a server answers on one connection: a client asks every 20 s for 4 minutes.
pub const ASKS_MAX: usize = 32;

const LABEL_ANSWER: &[u8] = b"punch reflect answer 1";
/// Bytes of a MAC, which ends every message.
const TAG: usize = 32;
/// Bytes before the MAC.
const ASK_HEAD: usize = ASK_LENGTH - TAG;
const ANSWER_HEAD: usize = ANSWER_LENGTH - TAG;

/// What client and server know of each other. It prints as nothing and is wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct ReflectKey(pub [u8; 32]);

impl Drop for ReflectKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl core::fmt::Debug for ReflectKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ReflectKey([redacted])")
    }
}

/// Why a message is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReflectError {
    /// It begins with what nobody knows, or with what is no answer to the question.
    #[error("messages that begin with {0} are not spoken here")]
    Foreign(u8),
    /// It was not made under this key, or for this question.
    #[error("the MAC is wrong")]
    Mac,
}

/// What a question is about. Its answer begins with the same byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Whence the connection is seen to come.
    Source,
    /// Which dials from elsewhere come in there.
    Filtering,
}

impl About {
    /// The first byte.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Source => 1,
            Self::Filtering => 2,
        }
    }

    const fn of(byte: u8) -> Result<Self, ReflectError> {
        match byte {
            1 => Ok(Self::Source),
            2 => Ok(Self::Filtering),
            other => Err(ReflectError::Foreign(other)),
        }
    }

    const fn label(self) -> &'static [u8] {
        match self {
            Self::Source => b"punch reflect ask 1",
            Self::Filtering => b"punch filter ask 1",
        }
    }
}

/// A question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// What it is about.
    pub about: About,
    /// Names the key to the server.
    pub id: [u8; 16],
    /// Random, fresh for each question.
    pub nonce: [u8; 16],
}

impl Ask {
    /// The bytes of the question.
    #[must_use]
    pub fn encode(&self, key: &ReflectKey) -> [u8; ASK_LENGTH] {
        let parts = [&[self.about.byte()][..], &self.id];
        let head: [u8; ASK_HEAD] = joined(&parts.concat(), &self.nonce);
        let tag = mac(key, &[self.about.label(), &head]).finalize();
        joined(&head, &tag.into_bytes())
    }

    /// Reads a question from the beginning of what came: `None` if more bytes are needed. What it
    /// says counts only after [`Ask::verify`], with the key that its id names.
    ///
    /// # Errors
    /// [`ReflectError::Foreign`]: the peer is at fault.
    pub fn decode(bytes: &[u8]) -> Result<Option<Self>, ReflectError> {
        let Some((first, rest)) = bytes.split_first() else {
            return Ok(None);
        };
        let about = About::of(*first)?;
        let rest = rest.first_chunk::<{ ASK_LENGTH - 1 }>();
        Ok(rest.and_then(|rest| {
            let (id, rest) = rest.split_first_chunk()?;
            let nonce = rest.first_chunk()?;
            Some(Self {
                about,
                id: *id,
                nonce: *nonce,
            })
        }))
    }

    /// Whether the question was made under the key. `bytes` are those of [`Ask::decode`].
    ///
    /// # Errors
    /// [`ReflectError::Mac`]: the peer is at fault.
    pub fn verify(&self, bytes: &[u8], key: &ReflectKey) -> Result<(), ReflectError> {
        let message = bytes.first_chunk::<ASK_LENGTH>().ok_or(ReflectError::Mac)?;
        let (head, tag) = message.split_at(ASK_HEAD);
        mac(key, &[self.about.label(), head])
            .verify_slice(tag)
            .map_err(|_| ReflectError::Mac)
    }

    /// The answer: whence it is seen to come.
    #[must_use]
    pub fn source(&self, observed: SocketAddr, key: &ReflectKey) -> [u8; ANSWER_LENGTH] {
        let head = answer_head(self, crate::address::canonical(observed));
        self.seal(LABEL_ANSWER, &head, key)
    }

    /// What answers this question: its head, and a MAC that binds it to the question.
    fn seal<const N: usize>(&self, label: &[u8], head: &[u8], key: &ReflectKey) -> [u8; N] {
        let tag = mac(key, &[label, &self.id, &self.nonce, head]).finalize();
        joined(head, &tag.into_bytes())
    }

    /// The head of what was so sealed.
    fn open<'a, const N: usize>(
        &self,
        label: &[u8],
        message: &'a [u8; N],
        key: &ReflectKey,
    ) -> Result<&'a [u8], ReflectError> {
        let split = N
            .checked_sub(TAG)
            .and_then(|at| message.split_at_checked(at));
        let (head, tag) = split.ok_or(ReflectError::Mac)?;
        mac(key, &[label, &self.id, &self.nonce, head])
            .verify_slice(tag)
            .map_err(|_| ReflectError::Mac)?;
        Ok(head)
    }
}

/// The server's part: a question that counts, and the key of its id. `None` if more bytes are
/// needed; otherwise it took [`ASK_LENGTH`]. `key` finds the key of an id, `None` if there is none.
///
/// # Errors
/// [`ReflectError`]: the asker is at fault, close the connection without a word.
pub fn asked(
    bytes: &[u8],
    key: impl FnOnce(&[u8; 16]) -> Option<ReflectKey>,
) -> Result<Option<(Ask, ReflectKey)>, ReflectError> {
    let Some(ask) = Ask::decode(bytes)? else {
        return Ok(None);
    };
    let key = key(&ask.id).ok_or(ReflectError::Mac)?;
    ask.verify(bytes, &key)?;
    Ok(Some((ask, key)))
}

/// A server's part, whole, that only says whence it is asked: a question as of [`asked`], and its
/// answer.
///
/// # Errors
/// [`ReflectError`]: the asker is at fault, close the connection without a word.
pub fn answer(
    bytes: &[u8],
    observed: SocketAddr,
    key: impl FnOnce(&[u8; 16]) -> Option<ReflectKey>,
) -> Result<Option<(Ask, [u8; ANSWER_LENGTH])>, ReflectError> {
    match asked(bytes, key)? {
        Some((ask, key)) if ask.about == About::Source => {
            Ok(Some((ask, ask.source(observed, &key))))
        }
        Some((ask, _)) => Err(ReflectError::Foreign(ask.about.byte())),
        None => Ok(None),
    }
}

/// The client's part: the observed endpoint out of the answer to its question. `None` if more
/// bytes are needed; otherwise the answer counts [`ANSWER_LENGTH`] bytes.
///
/// # Errors
/// [`ReflectError`]: not from the server, close the connection.
pub fn observed(
    bytes: &[u8],
    ask: &Ask,
    key: &ReflectKey,
) -> Result<Option<SocketAddr>, ReflectError> {
    let Some(message) = answer_of::<ANSWER_LENGTH>(bytes, About::Source)? else {
        return Ok(None);
    };
    let head = ask.open(LABEL_ANSWER, message, key)?;
    let hidden = head.get(1..).and_then(|it| it.first_chunk::<18>());
    Ok(hidden.map(|hidden| endpoint(unmasked(*hidden, &ask.nonce))))
}

/// The bytes of an answer to such a question; `None` if more are needed.
fn answer_of<const N: usize>(bytes: &[u8], about: About) -> Result<Option<&[u8; N]>, ReflectError> {
    match bytes.first() {
        Some(&first) if first != about.byte() => Err(ReflectError::Foreign(first)),
        _ => Ok(bytes.first_chunk()),
    }
}

fn answer_head(ask: &Ask, observed: SocketAddr) -> [u8; ANSWER_HEAD] {
    let address = match observed.ip() {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    let plain = joined(&address.octets(), &observed.port().to_be_bytes());
    joined(&[ask.about.byte()], &unmasked(plain, &ask.nonce))
}

/// XOR with the nonce, whose first bytes come again at the end. Its own inverse.
fn unmasked(mut bytes: [u8; 18], nonce: &[u8; 16]) -> [u8; 18] {
    for (byte, mask) in bytes.iter_mut().zip(nonce.iter().cycle()) {
        *byte ^= mask;
    }
    bytes
}

fn endpoint(plain: [u8; 18]) -> SocketAddr {
    let [address @ .., high, low] = plain;
    let address = IpAddr::V6(Ipv6Addr::from(address));
    let port = u16::from_be_bytes([high, low]);
    crate::address::canonical(SocketAddr::new(address, port))
}

fn joined<const N: usize>(head: &[u8], tail: &[u8]) -> [u8; N] {
    let mut whole = [0; N];
    fill(&mut whole, &[head, tail].concat());
    whole
}

fn fill(into: &mut [u8], from: &[u8]) {
    for (to, from) in into.iter_mut().zip(from) {
        *to = *from;
    }
}

fn mac(key: &ReflectKey, parts: &[&[u8]]) -> Hmac<Sha256> {
    crate::proof::keyed(&key.0, parts)
}
