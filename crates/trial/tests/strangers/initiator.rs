//! The half of side A of the handshake, beside that of side B. FLOATER/1.0 §4.3

use crate::noise::{Noise, Secrets, dh, hkdf, open, public, seal};

impl Noise {
    /// Writes message 1; `b` is B's static key.
    pub(crate) fn write_first(&mut self, own: &Secrets, b: [u8; 32], payload: &[u8]) -> Vec<u8> {
        let ephemeral = public(own.ephemeral);
        self.mix(&ephemeral);
        self.mix_key(&ephemeral);
        self.mix_key(&dh(own.ephemeral, b));
        self.mix_key(&dh(own.fixed, b));
        let sealed = seal(&self.k, 0, &self.h, payload);
        self.mix(&sealed);
        [ephemeral.as_slice(), &sealed].concat()
    }

    /// Reads message 2, which has no payload.
    pub(crate) fn read_second(
        &mut self,
        own: &Secrets,
        message: &[u8],
        psk: &[u8; 32],
    ) -> Option<()> {
        let (ephemeral, tag) = message.split_first_chunk::<32>()?;
        self.mix(ephemeral);
        self.mix_key(ephemeral);
        self.mix_key(&dh(own.ephemeral, *ephemeral));
        self.mix_key(&dh(own.fixed, *ephemeral));
        let three: [u8; 96] = hkdf(Some(&self.ck), psk, &[]);
        self.ck.copy_from_slice(&three[..32]);
        self.mix(&three[32..64]);
        self.k.copy_from_slice(&three[64..]);
        open(&self.k, 0, &self.h, tag)?;
        self.mix(tag);
        Some(())
    }
}
