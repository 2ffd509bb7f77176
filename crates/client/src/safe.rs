use crate::proto::Secret;
use std::fmt;

/// A place of the system's for one secret, safer than a file: a keyring. It may take as long as the
/// system does, and is not for the thread of a window.
pub trait Safe: fmt::Debug + Send + Sync {
    /// What is kept there.
    ///
    /// # Errors
    /// [`SafeError`].
    fn read(&self) -> Result<Option<Secret<String>>, SafeError>;

    /// Keeps a secret in the place of the one before.
    ///
    /// # Errors
    /// [`SafeError`].
    fn keep(&self, secret: &Secret<String>) -> Result<(), SafeError>;

    /// Forgets what is kept there.
    ///
    /// # Errors
    /// [`SafeError`].
    fn forget(&self) -> Result<(), SafeError>;
}

/// Why a safe is of no use just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SafeError {
    /// Its owner has to open it first.
    #[error("the keyring is locked")]
    Locked,
    /// Nothing came back in time.
    #[error("the keyring does not answer")]
    Silent,
    /// The system has none, or none that works.
    #[error("there is no keyring")]
    Absent,
}

/// Where the token of the session is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// In a file that only its owner can read: the program uses no safe.
    File,
    /// In the safe.
    Safe,
    /// In such a file, because the safe is of no use.
    Instead(SafeError),
}
