use crate::Statement;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use floater_proto::body::SignedMessage;
use floater_proto::{Binary, Id};
use zeroize::Zeroizing;

/// The signing key of one side in one match. It prints as nothing and is wiped when dropped.
pub struct Signer(SigningKey);

/// What goes with a message so that it can be verified: the head's `Evidence-Key` and
/// `Signature`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// Random, of this message alone: without it the signature says nothing about the words.
    pub key: Binary<32>,
    /// Ed25519.
    pub signature: Binary<64>,
}

/// Why a proof was refused. Whoever presented it is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The key is no point, not canonical, or of low order.
    #[error("the verification key is weak or malformed")]
    Key,
    /// The signature does not belong to this statement and key, or is not canonical.
    #[error("the signature does not hold")]
    Signature,
}

impl Signer {
    /// The signer of a 32-byte seed (RFC 8032 §5.1.5).
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let seed = Zeroizing::new(seed);
        Self(SigningKey::from_bytes(&seed))
    }

    /// The key that verifies.
    #[must_use]
    pub fn public(&self) -> Binary<32> {
        Binary(self.0.verifying_key().to_bytes())
    }

    /// Signs a statement. `key` is fresh and random for each message.
    #[must_use]
    pub fn sign(&self, statement: &Statement<'_>, key: [u8; 32]) -> Proof {
        let signature = self.0.sign(&statement.bytes(&key));
        Proof {
            key: Binary(key),
            signature: Binary(signature.to_bytes()),
        }
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer([redacted])")
    }
}

/// Whether `signer` said this. FLOATER/1.0 §7.3
///
/// # Errors
/// [`Refused`].
pub fn verify(
    statement: &Statement<'_>,
    proof: &Proof,
    signer: &Binary<32>,
) -> Result<(), Refused> {
    let key = strong_key(signer).ok_or(Refused::Key)?;
    let signature = Signature::from_bytes(&proof.signature.0);
    key.verify_strict(&statement.bytes(&proof.key.0), &signature)
        .map_err(|_| Refused::Signature)
}

/// [`verify`] for a message as it stands in a report.
///
/// # Errors
/// [`Refused`].
pub fn verify_message(
    match_id: &Id,
    message: &SignedMessage,
    signer: &Binary<32>,
) -> Result<(), Refused> {
    let statement = Statement {
        match_id,
        role: message.of.by,
        number: message.of.number,
        seen: message.seen,
        resource: &message.resource,
        content_type: &message.content_type,
        referrer: message.referrer.as_deref(),
        body: message.body.as_bytes(),
    };
    verify(
        &statement,
        &Proof {
            key: message.key,
            signature: message.signature,
        },
        signer,
    )
}

/// A canonical point that is not of low order. Decompression alone would take `y` and `y + p`
/// for the same point, and one key would have two spellings.
pub(crate) fn strong_key(bytes: &Binary<32>) -> Option<VerifyingKey> {
    let key = VerifyingKey::from_bytes(&bytes.0).ok()?;
    let canonical = key.to_edwards().compress().to_bytes() == bytes.0;
    (canonical && !key.is_weak()).then_some(key)
}
