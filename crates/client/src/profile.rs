use crate::proto::{Binary, Id, Secret};
use crate::{Address, Kept, Safe};
use etcetera::BaseStrategy;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

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
///
/// The token is in the directory, or in a [`Safe`] where the program has one and it works. A file
/// counts before the safe: it is what the safe did not take.
#[derive(Debug)]
pub struct Profile {
    folder: PathBuf,
    instance: Id,
    safe: Option<Box<dyn Safe>>,
    kept: Mutex<Kept>,
    _lock: File,
}

impl Profile {
    /// Opens the directory of a server within a data directory, and locks it.
    ///
    /// # Errors
    /// [`ProfileError`].
    pub fn open(data: &Path, server: &Address) -> Result<Self, ProfileError> {
        let folder = data.join(server.folder());
        make_private(&folder).map_err(|error| system(&folder, error))?;
        let lock = lock(&folder)?;
        let instance = instance(&folder)?;
        Ok(Self {
            folder,
            instance,
            safe: None,
            kept: Mutex::new(Kept::File),
            _lock: lock,
        })
    }

    /// Keeps the token in a safe. One that is in the directory moves there when it is read.
    #[must_use]
    pub fn with_safe(mut self, safe: impl Safe + 'static) -> Self {
        self.safe = Some(Box::new(safe));
        self
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

    /// The token of the session of last time. It takes as long as the safe does.
    ///
    /// # Errors
    /// [`ProfileError::System`].
    pub fn token(&self) -> Result<Option<Secret<String>>, ProfileError> {
        match (self.read(TOKEN)?, &self.safe) {
            (None, None) => Ok(None),
            (None, Some(safe)) => match safe.read() {
                Ok(token) => {
                    self.note(Kept::Safe);
                    Ok(token)
                }
                Err(error) => {
                    self.note(Kept::Instead(error));
                    Ok(None)
                }
            },
            // What the safe was to forget, and could not.
            (Some(left), _) if left.is_empty() => self.keep_token(None).map(|()| None),
            (Some(left), None) => Ok(Some(Secret::new(left))),
            (Some(left), Some(_)) => {
                let token = Secret::new(left);
                self.keep_token(Some(&token))?;
                Ok(Some(token))
            }
        }
    }

    /// Keeps the token, or forgets it. It takes as long as the safe does.
    ///
    /// # Errors
    /// [`ProfileError::System`].
    pub fn keep_token(&self, token: Option<&Secret<String>>) -> Result<(), ProfileError> {
        let left = token.map_or("", |token| token.expose());
        let done = self.safe.as_deref().map(|safe| match token {
            Some(token) => safe.keep(token),
            None => safe.forget(),
        });
        match done {
            Some(Ok(())) => self.note(Kept::Safe),
            Some(Err(error)) => {
                self.note(Kept::Instead(error));
                return self.write(TOKEN, left);
            }
            None if token.is_some() => return self.write(TOKEN, left),
            None => {}
        }
        remove(&self.folder.join(TOKEN))
    }

    /// Where the token is kept, as far as it was read or kept.
    #[must_use]
    pub fn kept(&self) -> Kept {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, kept: Kept) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = kept;
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
        write_whole(&self.folder, name, text)
    }
}

/// Makes a folder, and those above it, where there is none: what is made is its owner's only.
///
/// # Errors
/// The system's.
pub fn make_private(folder: &Path) -> io::Result<()> {
    let mut maker = DirBuilder::new();
    owners::folder(&mut maker);
    maker.recursive(true).create(folder)
}

/// By the modes of files.
#[cfg(unix)]
mod owners {
    use super::{DirBuilder, OpenOptions};
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};

    pub(super) fn folder(maker: &mut DirBuilder) {
        maker.mode(0o700);
    }

    pub(super) fn file(options: &mut OpenOptions) {
        options.mode(0o600);
    }
}

/// Elsewhere what is in a person's folder is that person's by the rights that it inherits.
#[cfg(not(unix))]
mod owners {
    use super::{DirBuilder, OpenOptions};

    pub(super) const fn folder(_: &mut DirBuilder) {}

    pub(super) const fn file(_: &mut OpenOptions) {}
}

fn lock(folder: &Path) -> Result<File, ProfileError> {
    let path = folder.join("lock");
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    owners::file(&mut options);
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
    write_whole(folder, INSTANCE, &drawn.to_string())?;
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

/// Keeps a short text in a file of a folder: the old one or the new one is there, whatever happens.
///
/// # Errors
/// [`ProfileError::System`].
pub fn write_whole(folder: &Path, name: &str, text: &str) -> Result<(), ProfileError> {
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
    use crate::SafeError;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Arc;

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
        assert_eq!(again.kept(), Kept::File);
    }

    /// A safe that works or does not.
    #[derive(Debug, Clone, Default)]
    struct Chest(Arc<Mutex<Inside>>);

    #[derive(Debug, Default)]
    struct Inside {
        held: Option<Secret<String>>,
        fails: Option<SafeError>,
    }

    impl Chest {
        fn held(&self) -> Option<Secret<String>> {
            self.0.lock().unwrap().held.clone()
        }

        fn fail(&self, why: Option<SafeError>) {
            self.0.lock().unwrap().fails = why;
        }

        fn put(&self, secret: Option<Secret<String>>) -> Result<(), SafeError> {
            let mut inside = self.0.lock().unwrap();
            inside.fails.map_or(Ok(()), Err)?;
            inside.held = secret;
            Ok(())
        }
    }

    impl Safe for Chest {
        fn read(&self) -> Result<Option<Secret<String>>, SafeError> {
            let inside = self.0.lock().unwrap();
            inside.fails.map_or(Ok(inside.held.clone()), Err)
        }

        fn keep(&self, secret: &Secret<String>) -> Result<(), SafeError> {
            self.put(Some(secret.clone()))
        }

        fn forget(&self) -> Result<(), SafeError> {
            self.put(None)
        }
    }

    #[test]
    fn a_token_is_in_one_place_and_moves_to_the_safe_when_that_works() {
        let data = tempfile::tempdir().unwrap();
        let here: Address = "floater://127.0.0.1:1".parse().unwrap();
        let [first, second] = [TOKEN_TEXT, "another-one"].map(Secret::from);
        let profile = Profile::open(data.path(), &here).unwrap();
        profile.keep_token(Some(&first)).unwrap();
        drop(profile);
        // What an earlier start left in the file moves.
        let chest = Chest::default();
        let profile = Profile::open(data.path(), &here).unwrap();
        let profile = profile.with_safe(chest.clone());
        assert_eq!(profile.token().unwrap().as_ref(), Some(&first));
        let file = profile.folder().join(TOKEN);
        assert!(!file.exists());
        assert_eq!(
            (chest.held().as_ref(), profile.kept()),
            (Some(&first), Kept::Safe)
        );
        // What a locked safe does not take is in the file, and counts before what the safe has.
        chest.fail(Some(SafeError::Locked));
        assert!(profile.token().unwrap().is_none());
        profile.keep_token(Some(&second)).unwrap();
        assert_eq!(profile.kept(), Kept::Instead(SafeError::Locked));
        assert_eq!(profile.token().unwrap().as_ref(), Some(&second));
        chest.fail(None);
        assert_eq!(profile.token().unwrap().as_ref(), Some(&second));
        assert!(!file.exists());
        assert_eq!(chest.held().as_ref(), Some(&second));
    }

    #[test]
    fn what_a_safe_did_not_forget_does_not_come_back() {
        let data = tempfile::tempdir().unwrap();
        let here: Address = "floater://127.0.0.1:1".parse().unwrap();
        let chest = Chest::default();
        let profile = Profile::open(data.path(), &here).unwrap();
        let profile = profile.with_safe(chest.clone());
        let token = Secret::from(TOKEN_TEXT);
        profile.keep_token(Some(&token)).unwrap();
        chest.fail(Some(SafeError::Silent));
        profile.keep_token(None).unwrap();
        chest.fail(None);
        assert_eq!(chest.held(), Some(token));
        assert!(profile.token().unwrap().is_none());
        assert!(chest.held().is_none());
        assert!(!profile.folder().join(TOKEN).exists());
    }
}
