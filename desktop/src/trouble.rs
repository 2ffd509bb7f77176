//! What goes wrong with the server or at the start, as the page has words for it: `Trouble` and
//! `Failure` in `web/src/engine/engine.ts`.

use floater_client::{DialError, ProfileError};
use serde::Serialize;

/// Why the server was not reached.
#[derive(Debug, Serialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub(crate) enum Trouble {
    Unknown,
    Unreachable,
    NotPinned { pinned: String, shown: String },
    Untrusted,
    NoTls,
    Tls,
}

impl From<DialError> for Trouble {
    fn from(error: DialError) -> Self {
        match error {
            DialError::Unknown => Self::Unknown,
            DialError::Unreachable(_) => Self::Unreachable,
            DialError::NotPinned { pinned, shown } => Self::NotPinned {
                pinned: pinned.to_string(),
                shown: shown.to_string(),
            },
            DialError::Untrusted(_) => Self::Untrusted,
            DialError::NoTls => Self::NoTls,
            _ => Self::Tls,
        }
    }
}

/// Why nothing can begin. What the system said stands below the page's words.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub(crate) enum Failure {
    /// Nobody said yet where to go.
    NoServer { said: String },
    /// No address of a server.
    Address { said: String },
    /// Somebody else uses the data directory, and does not answer.
    InUse { said: String },
    /// The data directory cannot be used.
    Data { said: String },
    /// Two talk, and go nowhere else.
    Talking { said: String },
    /// Anything else.
    System { said: String },
}

impl Failure {
    /// Whatever has no words of its own.
    pub(crate) fn system(error: impl ToString) -> Self {
        let said = error.to_string();
        Self::System { said }
    }
}

impl From<ProfileError> for Failure {
    fn from(error: ProfileError) -> Self {
        let said = error.to_string();
        match error {
            ProfileError::InUse(_) => Self::InUse { said },
            ProfileError::System { .. } | ProfileError::NoHome => Self::Data { said },
            _ => Self::System { said },
        }
    }
}
