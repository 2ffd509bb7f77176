use super::{TAG, nonce};
use crate::plain::Plain;
use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};

/// A key. There is none where it could not be had: then nothing is sealed and nothing opens.
pub(crate) struct Aead(Option<LessSafeKey>);

impl Aead {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&CHACHA20_POLY1305, key);
        Self(key.ok().map(LessSafeKey::new))
    }

    /// Encrypts `out[at..]` in place and appends the tag. What cannot be sealed is wiped.
    pub(crate) fn seal(&self, n: u64, data: &[u8], out: &mut Vec<u8>, at: usize) {
        let body = out.get_mut(at..).unwrap_or_default();
        let nonce = Nonce::assume_unique_for_key(nonce(n));
        let seal = |key: &LessSafeKey| {
            let tag = key.seal_in_place_separate_tag(nonce, Aad::from(data), &mut *body);
            tag.ok()
        };
        match self.0.as_ref().and_then(seal) {
            Some(tag) => out.extend_from_slice(tag.as_ref()),
            None => body.fill(0),
        }
    }

    /// The plaintext, if the tag holds.
    pub(crate) fn open(&self, n: u64, data: &[u8], sealed: &[u8]) -> Option<Plain> {
        let (body, tag) = sealed.split_last_chunk::<TAG>()?;
        let mut plain = Plain::zeros(body.len());
        let nonce = Nonce::assume_unique_for_key(nonce(n));
        let key = self.0.as_ref()?;
        let opened = key.open_separate_gather(nonce, Aad::from(data), body, tag, &mut plain);
        opened.ok().map(|()| plain)
    }
}
