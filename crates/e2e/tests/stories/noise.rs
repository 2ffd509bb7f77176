//! The handshake of side B, written from the pages 4 and 5 alone: hash, HKDF, AEAD and curve are
//! libraries, everything else stands here. FLOATER/1.0 §4.3

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};
use curve25519_dalek::montgomery::MontgomeryPoint;
use floater_proto::Id;
use floater_proto::body::PublicKeys;
use hkdf::Hkdf;
use sha2::{Digest, Sha256};

pub(crate) fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut sha = Sha256::new();
    parts.iter().for_each(|part| sha.update(part));
    sha.finalize().into()
}

pub(crate) fn hkdf<const N: usize>(salt: Option<&[u8]>, ikm: &[u8], info: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    Hkdf::<Sha256>::new(salt, ikm)
        .expand(info, &mut out)
        .unwrap();
    out
}

pub(crate) fn expand(secret: &[u8; 32], info: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    Hkdf::<Sha256>::from_prk(secret)
        .unwrap()
        .expand(info, &mut out)
        .unwrap();
    out
}

fn nonce(n: u64) -> Nonce {
    let mut nonce = Nonce::default();
    nonce[4..].copy_from_slice(&n.to_le_bytes());
    nonce
}

pub(crate) fn seal(key: &[u8; 32], n: u64, aad: &[u8], plain: &[u8]) -> Vec<u8> {
    let payload = Payload { msg: plain, aad };
    ChaCha20Poly1305::new(key.into())
        .encrypt(&nonce(n), payload)
        .unwrap()
}

pub(crate) fn open(key: &[u8; 32], n: u64, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let payload = Payload { msg: sealed, aad };
    ChaCha20Poly1305::new(key.into())
        .decrypt(&nonce(n), payload)
        .ok()
}

pub(crate) fn public(secret: [u8; 32]) -> [u8; 32] {
    MontgomeryPoint::mul_base_clamped(secret).to_bytes()
}

pub(crate) fn dh(secret: [u8; 32], public: [u8; 32]) -> [u8; 32] {
    MontgomeryPoint(public).mul_clamped(secret).to_bytes()
}

pub(crate) fn prologue(match_id: &Id, a: &PublicKeys, b: &PublicKeys) -> Vec<u8> {
    let mut out = b"FLOATER/1.0 prologue".to_vec();
    out.extend_from_slice(&match_id.0);
    for key in [&a.x25519, &b.x25519, &a.ed25519, &b.ed25519] {
        out.extend_from_slice(&key.0);
    }
    out.extend_from_slice(&b.ek.as_ref().unwrap().0);
    out.extend_from_slice(&[a.policy.byte(), b.policy.byte()]);
    out
}

pub(crate) fn psk(shared: &[u8], match_id: &Id, ek: &[u8], ciphertext: &[u8]) -> [u8; 32] {
    let mut info = b"FLOATER/1.0 pq".to_vec();
    info.extend_from_slice(&match_id.0);
    info.extend_from_slice(&hash(&[ek]));
    info.extend_from_slice(&hash(&[ciphertext]));
    hkdf(None, shared, &info)
}

/// Noise's symmetric state (revision 34, §5.2), with the key of its cipher.
pub(crate) struct Noise {
    pub(crate) h: [u8; 32],
    pub(crate) ck: [u8; 32],
    pub(crate) k: [u8; 32],
}

/// B's secrets of the handshake.
pub(crate) struct Secrets {
    pub(crate) fixed: [u8; 32],
    pub(crate) ephemeral: [u8; 32],
}

impl Noise {
    pub(crate) fn new(prologue: &[u8], a: &[u8; 32], b: &[u8; 32]) -> Self {
        let h = hash(&[b"Noise_KKpsk2_25519_ChaChaPoly_SHA256"]);
        let mut noise = Self {
            h,
            ck: h,
            k: [0; 32],
        };
        [prologue, a, b].iter().for_each(|part| noise.mix(part));
        noise
    }

    pub(crate) fn mix(&mut self, part: &[u8]) {
        self.h = hash(&[&self.h, part]);
    }

    pub(crate) fn mix_key(&mut self, ikm: &[u8]) {
        let both: [u8; 64] = hkdf(Some(&self.ck), ikm, &[]);
        self.ck.copy_from_slice(&both[..32]);
        self.k.copy_from_slice(&both[32..]);
    }

    /// Reads message 1: the payload.
    pub(crate) fn read_first(
        &mut self,
        own: &Secrets,
        a: [u8; 32],
        message: &[u8],
    ) -> Option<Vec<u8>> {
        let ephemeral: [u8; 32] = message[..32].try_into().unwrap();
        self.mix(&ephemeral);
        self.mix_key(&ephemeral);
        self.mix_key(&dh(own.fixed, ephemeral));
        self.mix_key(&dh(own.fixed, a));
        let plain = open(&self.k, 0, &self.h, &message[32..])?;
        self.mix(&message[32..]);
        Some(plain)
    }

    /// Writes message 2, without payload; `first` is A's ephemeral key.
    pub(crate) fn write_second(
        &mut self,
        own: &Secrets,
        a: [u8; 32],
        first: [u8; 32],
        psk: &[u8; 32],
    ) -> Vec<u8> {
        let ephemeral = public(own.ephemeral);
        self.mix(&ephemeral);
        self.mix_key(&ephemeral);
        self.mix_key(&dh(own.ephemeral, first));
        self.mix_key(&dh(own.ephemeral, a));
        let three: [u8; 96] = hkdf(Some(&self.ck), psk, &[]);
        self.ck.copy_from_slice(&three[..32]);
        self.mix(&three[32..64]);
        self.k.copy_from_slice(&three[64..]);
        let tag = seal(&self.k, 0, &self.h, &[]);
        self.mix(&tag);
        [ephemeral.as_slice(), &tag].concat()
    }

    /// The transport keys: of A, of B.
    pub(crate) fn split(&self) -> [[u8; 32]; 2] {
        let both: [u8; 64] = hkdf(Some(&self.ck), &[], &[]);
        [
            both[..32].try_into().unwrap(),
            both[32..].try_into().unwrap(),
        ]
    }
}
