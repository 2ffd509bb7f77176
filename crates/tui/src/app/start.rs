//! What the program begins with.

use crate::clock::Clock;
use crate::settings::Settings;
use floater_client::proto::Secret;
use floater_client::proto::body::Language;

/// How the program begins.
pub(crate) struct Start {
    pub(crate) language: Language,
    pub(crate) settings: Settings,
    /// To log in with.
    pub(crate) email: Option<String>,
    pub(crate) password: Option<Secret<String>>,
    pub(crate) manner: Manner,
    pub(crate) clock: Clock,
}

/// How a person is talked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Nobody sits there: a script is piped in.
    Piped,
    /// A line at a time.
    Lines,
    /// The full screen.
    Screen,
}
