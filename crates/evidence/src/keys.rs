use crate::signer::strong_key;
use floater_proto::body::{EncapsulationKey, PublicKeys};
use floater_proto::{Binary, Role};

/// What is wrong with the public keys of a side. Who made them is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum WeakKey {
    /// The X25519 key is of low order, or not canonical.
    #[error("the X25519 key is of low order or not canonical")]
    X25519,
    /// The Ed25519 key is no point, not canonical, or of low order.
    #[error("the Ed25519 key is weak or malformed")]
    Ed25519,
    /// Role B without an ML-KEM key.
    #[error("role B brings an ML-KEM-768 key")]
    EkMissing,
    /// Role A with an ML-KEM key.
    #[error("role A brings no ML-KEM-768 key")]
    EkUnexpected,
    /// A coefficient of the ML-KEM key is not reduced (FIPS 203 §7.2).
    #[error("the ML-KEM-768 key is malformed")]
    EkMalformed,
}

/// Whether these keys may be used by the side `owner`: asked by the server before it passes them
/// on, and by the peer before the handshake. FLOATER/1.0 §4.2
///
/// # Errors
/// [`WeakKey`] names the first key that is refused.
pub fn check_keys(owner: Role, keys: &PublicKeys) -> Result<(), WeakKey> {
    if is_low_order(&keys.x25519) {
        return Err(WeakKey::X25519);
    }
    if strong_key(&keys.ed25519).is_none() {
        return Err(WeakKey::Ed25519);
    }
    match (owner, keys.ek.as_deref()) {
        (Role::A, None) => Ok(()),
        (Role::A, Some(_)) => Err(WeakKey::EkUnexpected),
        (Role::B, None) => Err(WeakKey::EkMissing),
        (Role::B, Some(ek)) if is_reduced(ek) => Ok(()),
        (Role::B, Some(_)) => Err(WeakKey::EkMalformed),
    }
}

/// u-coordinates of the points whose order divides 8, on the curve and on its twist, below p.
const LOW_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4,
        0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49,
        0xb8, 0x00,
    ],
    [
        0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef,
        0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f,
        0x11, 0x57,
    ],
    [
        0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0x7f,
    ],
];

/// Low order, or another spelling of some point: the top bit set, or at least p. An honest key
/// is the output of X25519 and is always reduced.
fn is_low_order(key: &Binary<32>) -> bool {
    let [first, middle @ .., last] = &key.0;
    let beyond = *last == 0x7f && middle.iter().all(|&b| b == 0xff) && *first >= 0xed;
    *last >= 0x80 || beyond || LOW_ORDER.contains(&key.0)
}

/// FIPS 203 §7.2, the modulus check: every 12-bit coefficient of the first 1,152 bytes is below
/// q = 3329.
fn is_reduced(ek: &EncapsulationKey) -> bool {
    let coefficients = ek.0.get(..1152).unwrap_or_default();
    coefficients.chunks_exact(3).all(|three| match three {
        &[a, b, c] => {
            let low = u16::from_le_bytes([a, b & 0x0f]);
            let high = u16::from_le_bytes([b, c]) >> 4;
            low < 3329 && high < 3329
        }
        _ => false,
    })
}
