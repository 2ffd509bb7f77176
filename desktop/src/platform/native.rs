//! The keychain of macOS and the credentials of Windows.

use crate::platform::APPLICATION;
use floater_client::proto::Secret;
use floater_client::{Safe, SafeError};
use keyring::{Entry, Error};

/// The token of one profile, in the keyring.
#[derive(Debug)]
pub(crate) struct Keyring {
    profile: String,
}

impl Keyring {
    /// Of the profile of this name.
    pub(crate) const fn of(profile: String) -> Self {
        Self { profile }
    }

    fn entry(&self) -> Result<Entry, SafeError> {
        Entry::new(APPLICATION, &self.profile).map_err(failed)
    }
}

fn failed(error: Error) -> SafeError {
    match error {
        Error::NoStorageAccess(_) => SafeError::Locked,
        _ => SafeError::Absent,
    }
}

impl Safe for Keyring {
    fn read(&self) -> Result<Option<Secret<String>>, SafeError> {
        match self.entry()?.get_password() {
            Ok(token) => Ok(Some(Secret::new(token))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    fn keep(&self, secret: &Secret<String>) -> Result<(), SafeError> {
        let entry = self.entry()?;
        entry.set_password(secret.expose()).map_err(failed)
    }

    fn forget(&self) -> Result<(), SafeError> {
        match self.entry()?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }
}
