//! Where the session is kept, as the page has words for it: `Kept` in `web/src/engine/host.ts`.

use floater_client::{self as client, SafeError};
use serde::Serialize;

/// In the keyring, in a file, or in a file because of what the keyring is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kept {
    Keyring,
    File,
    Locked,
    Silent,
    Absent,
}

impl From<client::Kept> for Kept {
    fn from(kept: client::Kept) -> Self {
        match kept {
            client::Kept::Safe => Self::Keyring,
            client::Kept::File => Self::File,
            client::Kept::Instead(SafeError::Locked) => Self::Locked,
            client::Kept::Instead(SafeError::Silent) => Self::Silent,
            client::Kept::Instead(_) => Self::Absent,
        }
    }
}
