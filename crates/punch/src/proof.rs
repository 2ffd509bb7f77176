//! What a connection begins with: a proof that it is the one wanted.
//!
//! 16 random bytes, then HMAC-SHA256(path key, label ‖ role ‖ attempt ‖ these bytes): to anyone
//! without the key it is noise. The label parts the roles, so a proof that is sent back proves
//! nothing; who has seen a nonce refuses it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroize;

/// Bytes of a proof.
pub const PROOF_LENGTH: usize = 48;

const LABEL: &[u8] = b"punch proof 1";
pub(crate) const NONCE: usize = 16;

/// The random bytes of both proofs of a connection, the initiator's first.
pub type Binding = [u8; 2 * NONCE];
const BLOCK: usize = 64;

/// What the two know and nobody else. It prints as nothing and is wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct PathKey(pub [u8; 32]);

impl Drop for PathKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl core::fmt::Debug for PathKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("PathKey([redacted])")
    }
}

/// Who one is in this attempt. It comes from the server, never from who dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Chooses the connection.
    Initiator,
    /// Confirms the choice.
    Responder,
}

impl Role {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Initiator => Self::Responder,
            Self::Responder => Self::Initiator,
        }
    }

    fn byte(self) -> u8 {
        match self {
            Self::Initiator => 0,
            Self::Responder => 1,
        }
    }

    /// What both have proved with, in the order of the roles.
    pub(crate) fn bind(self, own: [u8; NONCE], peer: [u8; NONCE]) -> Binding {
        let (first, second) = match self {
            Self::Initiator => (own, peer),
            Self::Responder => (peer, own),
        };
        let mut binding = [0; 2 * NONCE];
        for (to, from) in binding.iter_mut().zip(first.into_iter().chain(second)) {
            *to = from;
        }
        binding
    }
}

/// Makes a proof of the attempt in this role, with these random bytes.
#[must_use]
pub fn prove(key: &PathKey, role: Role, attempt: u32, nonce: [u8; NONCE]) -> Vec<u8> {
    let tag = mac(key, role, attempt, &nonce).finalize().into_bytes();
    [&nonce[..], &tag].concat()
}

/// The nonce of a proof that the one in this role has made of the attempt; `None` if it has not.
#[must_use]
pub fn check(
    key: &PathKey,
    role: Role,
    attempt: u32,
    proof: &[u8; PROOF_LENGTH],
) -> Option<[u8; NONCE]> {
    let (nonce, tag) = proof.split_first_chunk()?;
    let mac = mac(key, role, attempt, nonce);
    mac.verify_slice(tag).is_ok().then_some(*nonce)
}

fn mac(key: &PathKey, role: Role, attempt: u32, nonce: &[u8]) -> Hmac<Sha256> {
    let parts = [LABEL, &[role.byte()], &attempt.to_be_bytes(), nonce];
    keyed(&key.0, &parts)
}

/// HMAC-SHA256 over the parts. A key shorter than a block is padded with zeros (RFC 2104 §2).
pub(crate) fn keyed(key: &[u8; 32], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut block = [0; BLOCK];
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    block.zeroize();
    for part in parts {
        mac.update(part);
    }
    mac
}
