use std::ops::{Deref, DerefMut};
use zeroize::Zeroize;

/// Bytes of a plaintext. They print as nothing and are wiped when dropped: all at once, where
/// `Zeroizing<Vec<u8>>` wipes each byte alone.
#[derive(Default)]
pub(crate) struct Plain(Vec<u8>);

impl Plain {
    /// With room, so that nothing is left behind where it grows.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    pub(crate) fn zeros(length: usize) -> Self {
        Self(vec![0; length])
    }
}

impl Deref for Plain {
    type Target = Vec<u8>;
    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Plain {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.0.as_mut_slice().zeroize();
    }
}

impl std::fmt::Debug for Plain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Plain([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::Plain;

    #[test]
    fn a_plaintext_has_room_from_the_start_and_prints_as_nothing() {
        let mut plain = Plain::with_capacity(100);
        let place = plain.as_ptr();
        plain.extend_from_slice(&[b'x'; 100]);
        assert_eq!(plain.as_ptr(), place, "it did not move");
        assert_eq!(format!("{plain:?}"), "Plain([redacted])");
    }
}
