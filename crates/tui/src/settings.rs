use crate::app::Manner;
use crate::options::Tongue;
use floater_client::proto::body::Policy;
use floater_client::{Profile, ProfileError, Signs};
use serde::{Deserialize, Serialize};

/// The file in the data directory.
const FILE: &str = "settings.json";

/// What a person chose, kept between two starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    /// Nothing: it was not chosen yet, and the address is hidden.
    pub(crate) policy: Option<Policy>,
    /// Whether the other one is told what was shown here.
    pub(crate) seen: bool,
    /// Whether the other one is told that one types.
    pub(crate) typing: bool,
    /// Whether received pictures are shown at once.
    pub(crate) pictures: bool,
    /// Whether the terminal's bell tells.
    pub(crate) sounds: bool,
    /// Nothing: as the system says.
    pub(crate) language: Option<Tongue>,
    pub(crate) theme: Theme,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            policy: None,
            seen: false,
            typing: true,
            pictures: false,
            sounds: true,
            language: None,
            theme: Theme::Terminal,
        }
    }
}

/// What colours are chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    /// The background that the terminal has.
    Terminal,
    Light,
    Dark,
}

/// One thing that is chosen on the screen alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    Typing(bool),
    Pictures(bool),
    Sounds(bool),
    Language(Tongue),
    Theme(Theme),
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
    pub(crate) fn signs(self, manner: Manner) -> Signs {
        Signs {
            typing: self.typing && manner == Manner::Screen,
            seen: self.seen,
        }
    }
}
