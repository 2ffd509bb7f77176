//! The data directory: one program runs with it, and it remembers the server.

use crate::platform::Calls;
use crate::trouble::Failure;
use floater_client::{Address, make_private, write_whole};
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The file that remembers where one was last.
const SERVER: &str = "server";
const LOCK: &str = "window.lock";
/// No address of a server is longer.
pub(crate) const ADDRESS_MAX: usize = 512;

/// A data directory that is this program's own as long as it runs.
#[derive(Debug)]
pub(crate) struct Home {
    folder: PathBuf,
    /// Nothing where there can be none: a later start then says that the directory is in use.
    calls: Mutex<Option<Calls>>,
    _lock: File,
}

/// Why it is not ours.
pub(crate) enum HomeError {
    /// Another program runs with it.
    InUse,
    /// The system.
    Failed(Failure),
}

impl Home {
    /// Makes the directory where there is none.
    pub(crate) fn open(folder: &Path) -> Result<Self, HomeError> {
        let failed = |error| HomeError::Failed(failure(folder, &error));
        make_private(folder).map_err(failed)?;
        let mut options = File::options();
        let options = options.create(true).truncate(false).write(true);
        let lock = options.open(folder.join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                folder: folder.to_owned(),
                calls: Mutex::new(Calls::open(folder).ok()),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(HomeError::InUse),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// The directory, for whatever else is kept.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where later starts call, for who answers.
    pub(crate) fn take_calls(&self) -> Option<Calls> {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.take()
    }

    /// The server of last time.
    pub(crate) fn server(&self) -> Result<Address, Failure> {
        match std::fs::read_to_string(self.folder.join(SERVER)) {
            Ok(last) => parse(last.trim()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Failure::NoServer {
                said: String::new(),
            }),
            Err(error) => Err(failure(&self.folder, &error)),
        }
    }

    /// The next start goes there again.
    pub(crate) fn remember(&self, server: &Address) -> Result<(), Failure> {
        write_whole(&self.folder, SERVER, &server.link()).map_err(Failure::from)
    }
}

/// Whoever opens a wrong link sees no terminal: the window says so.
pub(crate) fn parse(text: &str) -> Result<Address, Failure> {
    let shown: String = text.chars().take(ADDRESS_MAX).collect();
    text.parse().map_err(|error| Failure::Address {
        said: format!("{shown}: {error}"),
    })
}

fn failure(path: &Path, error: &io::Error) -> Failure {
    Failure::Data {
        said: format!("{}: {error}", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_remembered_with_its_fingerprint_and_the_directory_is_ones_own() {
        let folder = std::env::temp_dir().join(format!("floater-home-{}", std::process::id()));
        let home = Home::open(&folder).ok().unwrap();
        assert!(matches!(home.server(), Err(Failure::NoServer { .. })));
        assert!(matches!(Home::open(&folder), Err(HomeError::InUse)));
        let link = format!("floater://floater.example:7000#{}", "a".repeat(64));
        home.remember(&parse(&link).unwrap()).unwrap();
        drop(home);
        let again = Home::open(&folder).ok().unwrap();
        assert_eq!(again.server().unwrap().link(), link);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_is_no_address_is_said_in_short() {
        let said = |text: &str| match parse(text) {
            Err(Failure::Address { said }) => said,
            other => panic!("{other:?}"),
        };
        assert!(said("https://floater.example").starts_with("https://floater.example: "));
        assert!(said(&"a".repeat(100_000)).len() < 2 * ADDRESS_MAX);
    }
}
