use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroize;

/// A value that prints as nothing and is wiped when dropped: a password, a token, a code.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Wraps the value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Lends the value to who really needs it.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> std::fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Secret<String> {
    /// The same in NFC, as a password is counted, hashed and compared: keyboards compose differently.
    #[must_use]
    pub fn composed(&self) -> Self {
        // NFC lengthens UTF-8 by at most this factor; nothing stays behind where a text grew.
        let room = self.0.len().saturating_mul(3);
        let mut composed = String::with_capacity(room);
        composed.extend(self.0.nfc());
        Self(composed)
    }
}

impl From<&str> for Secret<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}
