use crate::Address;
use crate::proto::{Binary, Id, Secret};
use etcetera::BaseStrategy;
use std::fs::{DirBuilder, File, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// No file of ours is longer.
const FILE_MAX: u64 = 4096;
const INSTANCE: &str = "instance";
const TOKEN: &str = "token";

/// Why the data directory cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// This person has no home directory.
    #[error("there is no home directory")]
    NoHome,
    /// Another program runs with it.
    #[error("another program uses {0}")]
    InUse(PathBuf),
    /// The system.
    #[error("{path}: {error}")]
    System {
        /// What.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// No random bytes.
    #[error("the system has no random bytes: {0}")]
    Random(#[from] getrandom::Error),
}

/// Where programs keep data: `$XDG_DATA_HOME/floater`, else `~/.local/share/floater`.
///
/// # Errors
/// [`ProfileError::NoHome`].
pub fn data_directory() -> Result<PathBuf, ProfileError> {
    let strategy = etcetera::choose_base_strategy().map_err(|_| ProfileError::NoHome)?;
    Ok(strategy.data_dir().join("floater"))
}

/// What a program keeps of one server between two starts: its instance and the token of the
/// session. A directory that only its owner can read, locked while the program runs. Nothing of a
/// conversation is in it.
#[derive(Debug)]
pub struct Profile {
    folder: PathBuf,
    instance: Id,
    _lock: File,
}

impl Profile {
    /// Opens the directory of a server within a data directory, and locks it.
    ///
    /// # Errors
    /// [`ProfileError`].
    pub fn open(data: &Path, server: &Address) -> Result<Self, ProfileError> {
        let folder = data.join(server.folder());
        let made = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder);
        made.map_err(|error| system(&folder, error))?;
        let lock = lock(&folder)?;
        let instance = instance(&folder)?;
        Ok(Self {
            folder,
            instance,
            _lock: lock,
        })
    }

    /// Drawn at the first start.
    #[must_use]
    pub const fn instance(&self) -> Id {
        self.instance
    }

    /// The directory, for whatever else a program keeps.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The token of the session of last time.
    ///
    /// # Errors
    /// [`ProfileError::System`].
    pub fn token(&self) -> Result<Option<Secret<String>>, ProfileError> {
        let text = self.read(TOKEN)?.filter(|text| !text.is_empty());
        Ok(text.map(Secret::new))
    }

    /// Keeps the token, or forgets it.
    ///
    /// # Errors
    /// [`ProfileError::System`].
    pub fn keep_token(&self, token: Option<&Secret<String>>) -> Result<(), ProfileError> {
        match token {
            Some(token) => self.write(TOKEN, token.expose()),
            None => remove(&self.folder.join(TOKEN)),
        }
    }

    /// A short text that was kept under a name.
    ///
    /// # Errors
    /// [`ProfileError::System`].
    pub fn read(&self, name: &str) -> Result<Option<String>, ProfileError> {
        read(&self.folder.join(name))
    }

    /// Keeps a short text under a name: the old one or the new one is there, whatever happens.
    ///
    /// # Errors
    /// [`ProfileError::System`].
    pub fn write(&self, name: &str, text: &str) -> Result<(), ProfileError> {
        write(&self.folder, name, text)
    }
}

fn lock(folder: &Path) -> Result<File, ProfileError> {
    let path = folder.join("lock");
    let mut options = File::options();
    let options = options.create(true).truncate(false).write(true).mode(0o600);
    let file = options.open(&path).map_err(|error| system(&path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ProfileError::InUse(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(system(&path, error)),
    }
}

/// What cannot be read any more is drawn anew: the server then takes this for another program.
fn instance(folder: &Path) -> Result<Id, ProfileError> {
    let kept = read(&folder.join(INSTANCE))?;
    if let Some(id) = kept.and_then(|text| Id::parse(&text)) {
        return Ok(id);
    }
    let mut drawn: Id = Binary([0; 16]);
    getrandom::fill(&mut drawn.0)?;
    write(folder, INSTANCE, &drawn.to_string())?;
    Ok(drawn)
}

fn read(path: &Path) -> Result<Option<String>, ProfileError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(system(path, error)),
    };
    let mut text = String::new();
    match file.take(FILE_MAX).read_to_string(&mut text) {
        Ok(_) => Ok(Some(text)),
        Err(error) => Err(system(path, error)),
    }
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), ProfileError> {
    let path = folder.join(name);
    let written = || {
        // Readable by its owner only, as all that tempfile makes.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        Ok(())
    };
    written().map_err(|error| system(&path, error))
}

fn remove(path: &Path) -> Result<(), ProfileError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(system(path, error)),
        _ => Ok(()),
    }
}

fn system(path: &Path, error: io::Error) -> ProfileError {
    ProfileError::System {
        path: path.to_owned(),
        error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    const TOKEN_TEXT: &str = "a-token-that-nobody-may-see";

    #[test]
    fn a_profile_outlives_the_program_and_belongs_to_one() {
        let data = tempfile::tempdir().unwrap();
        let here: Address = "floater://127.0.0.1:1".parse().unwrap();
        let there: Address = "floater://127.0.0.1:2".parse().unwrap();
        let profile = Profile::open(data.path(), &here).unwrap();
        let instance = profile.instance();
        assert!(profile.token().unwrap().is_none());
        profile.keep_token(Some(&Secret::from(TOKEN_TEXT))).unwrap();
        assert!(!format!("{profile:?}").contains(TOKEN_TEXT));
        let second = Profile::open(data.path(), &here);
        assert!(matches!(second, Err(ProfileError::InUse(_))), "{second:?}");
        // Another server never sees what this one gave.
        let other = Profile::open(data.path(), &there).unwrap();
        assert!(other.token().unwrap().is_none());
        assert_ne!(other.instance(), instance);
        let mode = |name: &str| {
            let file = std::fs::metadata(profile.folder().join(name)).unwrap();
            file.permissions().mode() & 0o777
        };
        assert_eq!(
            ["", TOKEN, INSTANCE, "lock"].map(mode),
            [0o700, 0o600, 0o600, 0o600]
        );
        drop(profile);
        let again = Profile::open(data.path(), &here).unwrap();
        assert_eq!(again.instance(), instance);
        assert_eq!(again.token().unwrap(), Some(Secret::from(TOKEN_TEXT)));
        again.keep_token(None).unwrap();
        again.keep_token(None).unwrap();
        assert!(again.token().unwrap().is_none());
    }
}
