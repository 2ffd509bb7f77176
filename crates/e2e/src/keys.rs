use floater_evidence::Signer;
use floater_proto::body::{Policy, PublicKeys};
use floater_proto::{Binary, Id, Role};
use ml_kem::{DecapsulationKey, KeyExport, MlKem768};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// Opens ML-KEM-768 ciphertexts.
pub(crate) type Decapsulator = Box<DecapsulationKey<MlKem768>>;

/// The secrets of one side, made for one match. They print as nothing and are wiped when dropped.
pub struct MatchKeys {
    pub(crate) x25519: Zeroizing<[u8; 32]>,
    pub(crate) signer: Signer,
    pub(crate) kem: Option<Decapsulator>,
}

impl MatchKeys {
    /// Makes fresh keys for a proposal. FLOATER/1.0 §4.1
    #[must_use]
    pub fn generate(role: Role, policy: Policy, rng: &mut impl CryptoRng) -> (Self, PublicKeys) {
        let mut x25519 = Zeroizing::new([0; 32]);
        rng.fill_bytes(x25519.as_mut());
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        let signer = Signer::from_seed(seed);
        let kem = (role == Role::B).then(|| {
            let mut seed = Zeroizing::new([0_u8; 64]);
            rng.fill_bytes(seed.as_mut());
            Box::new(DecapsulationKey::<MlKem768>::from_seed((*seed).into()))
        });
        let keys = Self {
            x25519,
            signer,
            kem,
        };
        let public = keys.public(policy);
        (keys, public)
    }

    /// The public half.
    pub(crate) fn public(&self, policy: Policy) -> PublicKeys {
        use curve25519_dalek::MontgomeryPoint;
        let ek = self.kem.as_ref().map(|kem| {
            let mut ek = Box::new(Binary([0; 1184]));
            ek.0.copy_from_slice(&kem.encapsulation_key().to_bytes());
            ek
        });
        PublicKeys {
            x25519: Binary(MontgomeryPoint::mul_base_clamped(*self.x25519).to_bytes()),
            ed25519: self.signer.public(),
            ek,
            policy,
        }
    }
}

impl std::fmt::Debug for MatchKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MatchKeys([redacted])")
    }
}

/// What a conversation begins with.
pub struct Setup {
    /// The match.
    pub match_id: Id,
    /// One's own role.
    pub role: Role,
    /// One's own secrets.
    pub keys: MatchKeys,
    /// What `/match/accept` carried.
    pub own: PublicKeys,
    /// What `/match` brought.
    pub peer: PublicKeys,
    /// Uniformly random, of this conversation alone: every random bit of it comes from here.
    pub seed: [u8; 32],
}

impl std::fmt::Debug for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Setup([redacted])")
    }
}
