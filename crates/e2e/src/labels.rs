//! Every label of the derivations, in one place. FLOATER/1.0 §4.3
//!
//! No label is a prefix of another one that is used in the same position.

/// The one suite. There is no agility.
pub(crate) const NOISE: &str = "Noise_KKpsk2_25519_ChaChaPoly_SHA256";
/// Begins the prologue.
pub(crate) const PROLOGUE: &[u8] = b"FLOATER/1.0 prologue";
/// The pre-shared key from ML-KEM.
pub(crate) const PQ: &[u8] = b"FLOATER/1.0 pq";
/// The session secret S.
pub(crate) const SESSION: &[u8] = b"FLOATER/1.0 session";
/// The key of the frames of side A.
pub(crate) const RECORD_A: &[u8] = b"FLOATER/1.0 record A";
/// The key of the frames of side B.
pub(crate) const RECORD_B: &[u8] = b"FLOATER/1.0 record B";
/// The key of the proofs on direct connections.
pub(crate) const PATH: &[u8] = b"FLOATER/1.0 path";
/// Begins what A's commitment hashes.
pub(crate) const COMMITMENT: &[u8] = b"FLOATER/1.0 safety commitment";
/// The seven indices of the safety code.
pub(crate) const SAFETY: &[u8] = b"FLOATER/1.0 safety code";
