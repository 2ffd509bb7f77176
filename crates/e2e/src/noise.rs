//! The primitives that snow works with, and a generator that is seeded.

use crate::aead::Aead;
use curve25519_dalek::MontgomeryPoint;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};
use snow::params::{CipherChoice, DHChoice, HashChoice};
use snow::resolvers::CryptoResolver;
use snow::types::{Cipher, Dh, Hash, Random};
use zeroize::{Zeroize, Zeroizing};

/// Gives snow its primitives. One handshake draws from one seed.
pub(crate) struct Primitives {
    pub(crate) seed: Zeroizing<[u8; 32]>,
}

impl CryptoResolver for Primitives {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        Some(Box::new(Seeded(ChaCha20Rng::from_seed(*self.seed))))
    }

    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        matches!(choice, DHChoice::Curve25519).then(|| Box::new(X25519::default()) as Box<dyn Dh>)
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        matches!(choice, HashChoice::SHA256).then(|| Box::new(Sha(Sha256::new())) as Box<dyn Hash>)
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        matches!(choice, CipherChoice::ChaChaPoly)
            .then(|| Box::new(ChaCha(Aead::new(&[0; 32]))) as Box<dyn Cipher>)
    }
}

struct Seeded(ChaCha20Rng);

impl Random for Seeded {
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), snow::Error> {
        self.0.fill_bytes(dest);
        Ok(())
    }
}

#[derive(Default)]
struct X25519 {
    private: Zeroizing<[u8; 32]>,
    public: [u8; 32],
}

impl X25519 {
    fn publish(&mut self) {
        self.public = MontgomeryPoint::mul_base_clamped(*self.private).to_bytes();
    }
}

impl Dh for X25519 {
    fn name(&self) -> &'static str {
        "25519"
    }
    fn pub_len(&self) -> usize {
        32
    }
    fn priv_len(&self) -> usize {
        32
    }
    fn set(&mut self, privkey: &[u8]) {
        self.private
            .iter_mut()
            .zip(privkey)
            .for_each(|(to, from)| *to = *from);
        self.publish();
    }
    fn generate(&mut self, rng: &mut dyn Random) -> Result<(), snow::Error> {
        rng.try_fill_bytes(self.private.as_mut())?;
        self.publish();
        Ok(())
    }
    fn pubkey(&self) -> &[u8] {
        &self.public
    }
    fn privkey(&self) -> &[u8] {
        self.private.as_ref()
    }
    /// An all-zero result means a point of low order, static or ephemeral: refused, so that no
    /// peer can choose the outcome. FLOATER/1.0 §4.2, RFC 7748 §6.1
    fn dh(&self, pubkey: &[u8], out: &mut [u8]) -> Result<(), snow::Error> {
        let point = pubkey.first_chunk::<32>().ok_or(snow::Error::Dh)?;
        let mut shared = MontgomeryPoint(*point)
            .mul_clamped(*self.private)
            .to_bytes();
        if shared.iter().fold(0, |all, byte| all | byte) == 0 {
            return Err(snow::Error::Dh);
        }
        out.iter_mut()
            .zip(&shared)
            .for_each(|(to, from)| *to = *from);
        shared.zeroize();
        Ok(())
    }
}

struct Sha(Sha256);

impl Hash for Sha {
    fn name(&self) -> &'static str {
        "SHA256"
    }
    fn block_len(&self) -> usize {
        64
    }
    fn hash_len(&self) -> usize {
        32
    }
    fn reset(&mut self) {
        self.0 = Sha256::new();
    }
    fn input(&mut self, data: &[u8]) {
        self.0.update(data);
    }
    fn result(&mut self, out: &mut [u8]) {
        let digest = self.0.finalize_reset();
        out.iter_mut()
            .zip(&digest)
            .for_each(|(to, from)| *to = *from);
    }
}

struct ChaCha(Aead);

impl Cipher for ChaCha {
    fn name(&self) -> &'static str {
        "ChaChaPoly"
    }
    fn set(&mut self, key: &[u8; 32]) {
        self.0 = Aead::new(key);
    }
    fn encrypt(&self, n: u64, data: &[u8], plaintext: &[u8], out: &mut [u8]) -> usize {
        let mut sealed = plaintext.to_vec();
        self.0.seal(n, data, &mut sealed, 0);
        out.iter_mut()
            .zip(&sealed)
            .for_each(|(to, from)| *to = *from);
        sealed.len()
    }
    fn decrypt(
        &self,
        n: u64,
        data: &[u8],
        sealed: &[u8],
        out: &mut [u8],
    ) -> Result<usize, snow::Error> {
        let plain = self.0.open(n, data, sealed).ok_or(snow::Error::Decrypt)?;
        out.iter_mut()
            .zip(plain.iter())
            .for_each(|(to, from)| *to = *from);
        Ok(plain.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Zero is refused, and not whatever looks like it where bytes are added up.
    #[test]
    fn a_shared_secret_is_refused_if_it_is_zero_and_only_then() {
        let mut ours = X25519::default();
        ours.set(&[1; 32]);
        let mut shared = [0; 32];
        assert!(ours.dh(&[0; 32], &mut shared).is_err());
        let mut cancelled = 0;
        let mut rng = Seeded(ChaCha20Rng::from_seed([5; 32]));
        for _ in 0..2_000 {
            let mut theirs = X25519::default();
            theirs.generate(&mut rng).unwrap();
            ours.dh(theirs.pubkey(), &mut shared).unwrap();
            let sum = shared.iter().fold(0, |all, byte| all ^ byte);
            cancelled += u32::from(sum == 0);
        }
        assert!(cancelled > 0, "none of them was of that kind");
    }
}
