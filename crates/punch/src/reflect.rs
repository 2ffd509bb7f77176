//! The reflector: a server that says from which address and port it is asked.
//!
//! It is asked on a fresh TCP connection from the port whose mapping is to be known. Both
//! messages have a fixed length, a version byte, and a MAC under a key that client and server
//! know; the README has them byte by byte. An observed endpoint goes XORed with the nonce, so
//! that no NAT rewrites it on the way.

use core::net::{IpAddr, Ipv6Addr, SocketAddr};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroize;

/// The version of both messages.
pub const VERSION: u8 = 1;
/// Bytes of a question.
pub const ASK_LENGTH: usize = 65;
/// Bytes of an answer.
pub const ANSWER_LENGTH: usize = 51;
/// Questions that a server answers on one connection: a client asks every 20 s for 4 minutes.
pub const ASKS_MAX: usize = 32;

const LABEL_ASK: &[u8] = b"punch reflect ask 1";
const LABEL_ANSWER: &[u8] = b"punch reflect answer 1";
/// Bytes before the MAC.
const ASK_HEAD: usize = ASK_LENGTH - 32;
const ANSWER_HEAD: usize = ANSWER_LENGTH - 32;

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
    /// It begins with another version.
    #[error("version {0} is not spoken")]
    Version(u8),
    /// It was not made under this key, or for this question.
    #[error("the MAC is wrong")]
    Mac,
}

/// A question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// Names the key to the server.
    pub id: [u8; 16],
    /// Random, fresh for each question.
    pub nonce: [u8; 16],
}

impl Ask {
    /// The bytes of the question.
    #[must_use]
    pub fn encode(&self, key: &ReflectKey) -> [u8; ASK_LENGTH] {
        let mut head = [0; ASK_HEAD];
        let parts = [&[VERSION][..], &self.id, &self.nonce];
        fill(&mut head, &parts.concat());
        let mut bytes = [0; ASK_LENGTH];
        let mac = mac(key, &[LABEL_ASK, &head]).finalize().into_bytes();
        fill(&mut bytes, &[&head[..], &mac].concat());
        bytes
    }

    /// Reads a question from the beginning of what came: `None` if more bytes are needed. What it
    /// says counts only after [`Ask::verify`], with the key that its id names.
    ///
    /// # Errors
    /// [`ReflectError::Version`]: the peer is at fault.
    pub fn decode(bytes: &[u8]) -> Result<Option<Self>, ReflectError> {
        match bytes {
            [] => Ok(None),
            [VERSION, rest @ ..] => Ok(rest.first_chunk::<{ ASK_LENGTH - 1 }>().and_then(|rest| {
                let (id, rest) = rest.split_first_chunk()?;
                let nonce = rest.first_chunk()?;
                Some(Self {
                    id: *id,
                    nonce: *nonce,
                })
            })),
            [version, ..] => Err(ReflectError::Version(*version)),
        }
    }

    /// Whether the question was made under the key. `bytes` are those of [`Ask::decode`].
    ///
    /// # Errors
    /// [`ReflectError::Mac`]: the peer is at fault.
    pub fn verify(&self, bytes: &[u8], key: &ReflectKey) -> Result<(), ReflectError> {
        let message = bytes.first_chunk::<ASK_LENGTH>().ok_or(ReflectError::Mac)?;
        let (head, tag) = message.split_at(ASK_HEAD);
        mac(key, &[LABEL_ASK, head])
            .verify_slice(tag)
            .map_err(|_| ReflectError::Mac)
    }
}

/// The server's part, whole: the answer to a question, from where it was seen to come. `None` if
/// more bytes are needed; otherwise the question counts [`ASK_LENGTH`] bytes. `key` finds the key
/// of an id, `None` if there is none.
///
/// # Errors
/// [`ReflectError`]: the asker is at fault, close the connection without a word.
pub fn answer(
    bytes: &[u8],
    observed: SocketAddr,
    key: impl FnOnce(&[u8; 16]) -> Option<ReflectKey>,
) -> Result<Option<(Ask, [u8; ANSWER_LENGTH])>, ReflectError> {
    let Some(ask) = Ask::decode(bytes)? else {
        return Ok(None);
    };
    let key = key(&ask.id).ok_or(ReflectError::Mac)?;
    ask.verify(bytes, &key)?;
    let head = answer_head(&ask, crate::address::canonical(observed));
    let tag = mac(&key, &[LABEL_ANSWER, &ask.id, &ask.nonce, &head]);
    let mut message = [0; ANSWER_LENGTH];
    fill(
        &mut message,
        &[&head[..], &tag.finalize().into_bytes()].concat(),
    );
    Ok(Some((ask, message)))
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
    match bytes.first() {
        Some(&version) if version != VERSION => return Err(ReflectError::Version(version)),
        _ => {}
    }
    let Some(message) = bytes.first_chunk::<ANSWER_LENGTH>() else {
        return Ok(None);
    };
    let (head, tag) = message.split_at(ANSWER_HEAD);
    mac(key, &[LABEL_ANSWER, &ask.id, &ask.nonce, head])
        .verify_slice(tag)
        .map_err(|_| ReflectError::Mac)?;
    let hidden = head.get(1..).and_then(|it| it.first_chunk::<18>());
    Ok(hidden.map(|hidden| endpoint(unmasked(*hidden, &ask.nonce))))
}

fn answer_head(ask: &Ask, observed: SocketAddr) -> [u8; ANSWER_HEAD] {
    let address = match observed.ip() {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    let mut plain = [0; 18];
    fill(
        &mut plain,
        &[&address.octets()[..], &observed.port().to_be_bytes()].concat(),
    );
    let mut head = [VERSION; ANSWER_HEAD];
    if let Some((_, rest)) = head.split_first_mut() {
        fill(rest, &unmasked(plain, &ask.nonce));
    }
    head
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

fn fill(into: &mut [u8], from: &[u8]) {
    for (to, from) in into.iter_mut().zip(from) {
        *to = *from;
    }
}

fn mac(key: &ReflectKey, parts: &[&[u8]]) -> Hmac<Sha256> {
    crate::proof::keyed(&key.0, parts)
}
