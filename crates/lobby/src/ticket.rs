//! The ticket: what a match was, sealed by the server and kept by the two who were in it.

use crate::Account;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::BASE64URL_NOPAD;
use floater_proto::{Binary, Id, Role, Secret, limits};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A hash of a client instance: it recognises the instance and cannot be presented as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct InstanceHash(pub(crate) [u8; 16]);

impl InstanceHash {
    /// Of the instance that `POST /session` names.
    #[must_use]
    pub fn of(instance: &Id) -> Self {
        let hash = Sha256::new()
            .chain_update(b"FLOATER/1.0 instance")
            .chain_update(instance.0);
        let mut short = [0; 16];
        short
            .iter_mut()
            .zip(hash.finalize())
            .for_each(|(to, from)| *to = from);
        Self(short)
    }
}

/// A key that seals tickets for [`SealingKey::SEALS`] seconds, opens them as long again, and is
/// then destroyed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SealingKey {
    /// Names the key in a ticket.
    pub id: u32,
    /// When it was made, in Unix seconds.
    pub born: u64,
    /// 256 random bits.
    pub secret: [u8; 32],
}

impl SealingKey {
    /// Seconds for which it seals.
    pub const SEALS: u64 = 7 * 24 * 3600;
    /// Seconds after which it is destroyed.
    pub const LIVES: u64 = 2 * Self::SEALS;

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.secret.into())
    }

    const fn age(&self, wall: u64) -> u64 {
        wall.saturating_sub(self.born)
    }
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealingKey({}, [redacted])", self.id)
    }
}

/// What a ticket ties together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// The match.
    pub match_id: Id,
    /// Whose ticket it is: its role.
    pub role: Role,
    /// Its account.
    pub account: Account,
    /// Its instance.
    pub instance: InstanceHash,
    /// Verifies what it said.
    pub key: Binary<32>,
    /// The other account.
    pub peer: Account,
    /// The other instance.
    pub peer_instance: InstanceHash,
    /// Verifies what the other one said.
    pub peer_key: Binary<32>,
    /// When it was sealed, in Unix seconds.
    pub sealed: u64,
}

/// Why a ticket does not count. Whoever presents it is at fault, or late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TicketError {
    /// It is of another account, or of another instance.
    #[error("the ticket is of somebody else")]
    Foreign,
    /// It was sealed too long ago, by a key that is gone, or it was never one.
    #[error("the ticket cannot be opened, or its time is over")]
    Expired,
}

/// Seals and opens tickets.
#[derive(Debug, Clone, Default)]
pub struct Sealer {
    /// The newest first; two at most.
    keys: Vec<SealingKey>,
}

const CONTEXT: &[u8] = b"FLOATER/1.0 ticket";
const NONCE: usize = 24;

impl Sealer {
    /// Keys that exist at once.
    pub const KEYS_MAX: usize = 2;

    /// A sealer with the keys that were kept; those whose time is over are left out.
    #[must_use]
    pub fn new(mut keys: Vec<SealingKey>, wall: u64) -> Self {
        keys.sort_by_key(|key| std::cmp::Reverse(key.born));
        keys.retain(|key| key.age(wall) < SealingKey::LIVES);
        keys.truncate(Self::KEYS_MAX);
        Self { keys }
    }

    /// Whether a new key must be made, kept durably, and given to [`Sealer::new`] with the rest.
    #[must_use]
    pub fn needs_key(&self, wall: u64) -> bool {
        self.keys
            .first()
            .is_none_or(|key| key.age(wall) >= SealingKey::SEALS)
    }

    /// The number for the next key.
    #[must_use]
    pub fn next_id(&self) -> u32 {
        self.keys
            .iter()
            .map(|key| key.id)
            .max()
            .unwrap_or(0)
            .wrapping_add(1)
    }

    /// Those born before this second are to be destroyed.
    #[must_use]
    pub const fn destroy_before(wall: u64) -> u64 {
        wall.saturating_sub(SealingKey::LIVES).saturating_add(1)
    }

    /// Seals with the newest key. `None` while there is none.
    pub fn seal(&self, ticket: &Ticket, rng: &mut impl CryptoRng) -> Option<Secret<String>> {
        let key = self.keys.first()?;
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        let plain = ticket.to_bytes();
        let payload = Payload {
            msg: &plain,
            aad: CONTEXT,
        };
        let sealed = key.cipher().encrypt(&XNonce::from(nonce), payload).ok()?;
        let bytes = [&key.id.to_be_bytes()[..], &nonce, &sealed].concat();
        Some(Secret::new(BASE64URL_NOPAD.encode(&bytes)))
    }

    /// Opens a ticket that a session of `account` presents.
    ///
    /// # Errors
    /// [`TicketError`].
    pub fn open(&self, account: Account, text: &str, wall: u64) -> Result<Ticket, TicketError> {
        let ticket = self.unseal(text, wall).ok_or(TicketError::Expired)?;
        if ticket.account != account {
            return Err(TicketError::Foreign);
        }
        let age = wall.saturating_sub(ticket.sealed);
        if age >= limits::TICKET_LIFE.as_secs() {
            return Err(TicketError::Expired);
        }
        Ok(ticket)
    }

    fn unseal(&self, text: &str, wall: u64) -> Option<Ticket> {
        if text.len() > limits::TICKET_MAX {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (id, rest) = bytes.split_first_chunk::<4>()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
        let id = u32::from_be_bytes(*id);
        let living = |key: &&SealingKey| key.id == id && key.age(wall) < SealingKey::LIVES;
        let key = self.keys.iter().find(living)?;
        let payload = Payload {
            msg: sealed,
            aad: CONTEXT,
        };
        let plain = key.cipher().decrypt(&XNonce::from(*nonce), payload).ok()?;
        Ticket::from_bytes(&plain)
    }
}

impl Ticket {
    fn to_bytes(self) -> Vec<u8> {
        let parts: [&[u8]; 9] = [
            &self.match_id.0,
            &[self.role.byte()],
            &self.account.0.to_be_bytes(),
            &self.instance.0,
            &self.key.0,
            &self.peer.0.to_be_bytes(),
            &self.peer_instance.0,
            &self.peer_key.0,
            &self.sealed.to_be_bytes(),
        ];
        parts.concat()
    }

    fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let bytes = &mut bytes;
        let ticket = Self {
            match_id: Binary(take(bytes)?),
            role: match take::<1>(bytes)? {
                [b'A'] => Role::A,
                [b'B'] => Role::B,
                _ => return None,
            },
            account: Account(u64::from_be_bytes(take(bytes)?)),
            instance: InstanceHash(take(bytes)?),
            key: Binary(take(bytes)?),
            peer: Account(u64::from_be_bytes(take(bytes)?)),
            peer_instance: InstanceHash(take(bytes)?),
            peer_key: Binary(take(bytes)?),
            sealed: u64::from_be_bytes(take(bytes)?),
        };
        bytes.is_empty().then_some(ticket)
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (front, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*front)
}
