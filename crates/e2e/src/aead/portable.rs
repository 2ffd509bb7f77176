use super::{TAG, nonce};
use crate::plain::Plain;
use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};

/// A key.
pub(crate) struct Aead(ChaCha20Poly1305);

impl Aead {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(ChaCha20Poly1305::new(key.into()))
    }

    /// Encrypts `out[at..]` in place and appends the tag. What cannot be sealed is wiped.
    pub(crate) fn seal(&self, n: u64, data: &[u8], out: &mut Vec<u8>, at: usize) {
        let body = out.get_mut(at..).unwrap_or_default();
        let sealed = self
            .0
            .encrypt_inout_detached(&nonce(n).into(), data, (&mut *body).into());
        match sealed {
            Ok(tag) => out.extend_from_slice(&tag),
            Err(_) => body.fill(0),
        }
    }

    /// The plaintext, if the tag holds.
    pub(crate) fn open(&self, n: u64, data: &[u8], sealed: &[u8]) -> Option<Plain> {
        let (body, tag) = sealed.split_last_chunk::<TAG>()?;
        let mut plain = Plain::zeros(body.len());
        let buffer = InOutBuf::new(body, &mut plain).ok()?;
        let opened = self
            .0
            .decrypt_inout_detached(&nonce(n).into(), data, buffer, tag.into());
        opened.ok().map(|()| plain)
    }
}
