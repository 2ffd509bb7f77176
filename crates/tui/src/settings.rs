use floater_client::proto::body::Policy;
use floater_client::{Profile, ProfileError, Signs};
use serde::{Deserialize, Serialize};

/// The file in the data directory.
const FILE: &str = "settings.json";

/// What a person chose, kept between two starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    /// Nothing: it was not chosen yet, and the address is hidden.
    pub(crate) policy: Option<Policy>,
    /// Whether the other one is told what was shown here.
    pub(crate) seen: bool,
}

impl Settings {
    /// Those that were kept. What cannot be read is as if it had not been chosen.
    pub(crate) fn of(profile: &Profile) -> Result<Self, ProfileError> {
        let kept = profile.read(FILE)?;
        let read = kept.and_then(|text| serde_json::from_str(&text).ok());
        Ok(read.unwrap_or_default())
    }

    pub(crate) fn keep(self, profile: &Profile) -> Result<(), ProfileError> {
        let text = serde_json::to_string(&self).unwrap_or_default();
        profile.write(FILE, &text)
    }

    /// A line at a time nobody can be told that one types.
    pub(crate) const fn signs(self) -> Signs {
        Signs {
            typing: false,
            seen: self.seen,
        }
    }
}
