//! The keyring of the desktop's session, by freedesktop.org's Secret Service. One that is locked is
//! not asked to open: nobody is to type a second password before a stranger chat.

use crate::platform::{APPLICATION, TITLE};
use floater_client::proto::Secret;
use floater_client::{Safe, SafeError};
use secret_service::{EncryptionType, Error, SecretService};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// A keyring has answered by then, or counts as none until the next start.
const ANSWERED_WITHIN: Duration = Duration::from_secs(3);

/// The token of one profile, in the keyring.
#[derive(Debug)]
pub(crate) struct Keyring {
    profile: String,
    silent: AtomicBool,
}

/// What is wanted of it.
enum Wish<'a> {
    Read,
    Keep(&'a Secret<String>),
    Forget,
}

impl Keyring {
    /// Of the profile of this name.
    pub(crate) const fn of(profile: String) -> Self {
        Self {
            profile,
            silent: AtomicBool::new(false),
        }
    }

    /// In a thread of its own, because whoever asks may be within a runtime.
    fn ask(&self, wish: &Wish<'_>) -> Result<Option<Secret<String>>, SafeError> {
        if self.silent.load(Ordering::Relaxed) {
            return Err(SafeError::Silent);
        }
        let answer = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("keyring".to_owned());
            let asks = thread.spawn_scoped(scope, || self.wait(wish));
            asks.ok().and_then(|it| it.join().ok())
        });
        let answer = answer.unwrap_or(Err(SafeError::Absent));
        if answer == Err(SafeError::Silent) {
            self.silent.store(true, Ordering::Relaxed);
        }
        answer
    }

    fn wait(&self, wish: &Wish<'_>) -> Result<Option<Secret<String>>, SafeError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|_| SafeError::Absent)?;
        runtime.block_on(async {
            match timeout(ANSWERED_WITHIN, self.grant(wish)).await {
                Ok(Ok(secret)) => Ok(secret),
                Ok(Err(Error::Locked)) => Err(SafeError::Locked),
                Ok(Err(_)) => Err(SafeError::Absent),
                Err(_) => Err(SafeError::Silent),
            }
        })
    }

    async fn grant(&self, wish: &Wish<'_>) -> Result<Option<Secret<String>>, Error> {
        let about = HashMap::from([
            ("application", APPLICATION),
            ("profile", self.profile.as_str()),
        ]);
        let service = SecretService::connect(EncryptionType::Dh).await?;
        let collection = service.get_default_collection().await?;
        collection.ensure_unlocked().await?;
        let found = collection.search_items(about.clone()).await?;
        match wish {
            Wish::Read => {
                let Some(item) = found.first() else {
                    return Ok(None);
                };
                let secret = String::from_utf8(item.get_secret().await?);
                return Ok(secret.ok().map(Secret::new));
            }
            Wish::Keep(token) => {
                let (token, kind) = (token.expose().as_bytes(), "text/plain");
                collection
                    .create_item(TITLE, about, token, true, kind)
                    .await?;
            }
            Wish::Forget => {
                for item in &found {
                    item.delete().await?;
                }
            }
        }
        Ok(None)
    }
}

impl Safe for Keyring {
    fn read(&self) -> Result<Option<Secret<String>>, SafeError> {
        self.ask(&Wish::Read)
    }

    fn keep(&self, secret: &Secret<String>) -> Result<(), SafeError> {
        self.ask(&Wish::Keep(secret)).map(drop)
    }

    fn forget(&self) -> Result<(), SafeError> {
        self.ask(&Wish::Forget).map(drop)
    }
}
