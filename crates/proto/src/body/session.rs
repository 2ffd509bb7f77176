use super::{Over, Reflectors};
use crate::{Email, Id, Secret, Username};
use serde::{Deserialize, Serialize};

/// How a session is to be found again on the next link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// By a cookie: the answer has a code for `POST /cookie`.
    Cookie,
    /// By a token: the answer has it.
    Token,
}

/// `POST /session`: log in with [`LogIn`], or resume with a token, or, without either, with the
/// cookie that came with the WebSocket.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenSession {
    /// Log in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<LogIn>,
    /// Resume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret<String>>,
    /// How to find it again.
    pub keep: Keep,
    /// Who talks: drawn once by each tab or program.
    pub instance: Id,
    /// The ticket of the match one is in, or none.
    #[serde(default)]
    pub ticket: Option<Secret<String>>,
}

/// E-mail and password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogIn {
    /// The address.
    pub email: Email,
    /// The password.
    pub password: Secret<String>,
}

/// The answer to [`OpenSession`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionOpened {
    /// Names the session in `GET /sessions`.
    pub session: Id,
    /// How one is called.
    pub username: Username,
    /// For the next link, if [`Keep::Token`] was asked and the session is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret<String>>,
    /// For `POST /cookie`, within 60 s, if [`Keep::Cookie`] was asked and the session is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cookie_code: Option<Secret<String>>,
    /// Where the account stands.
    pub seat: Seat,
    /// If the server helps to find direct paths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reflectors: Option<Reflectors>,
}

/// Where an account stands, seen from one instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Seat {
    /// Nowhere: `/seek` will be taken.
    Free,
    /// In the pool.
    Waiting,
    /// In the match of the ticket.
    Talking {
        /// Whether the partner is connected, or held.
        peer_here: bool,
        /// Renewed: it replaces the one that was sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ticket: Option<Secret<String>>,
    },
    /// The server lost its memory of the match; this seat is held until the partner's ticket comes.
    Awaiting,
    /// The match of the ticket is over (what `410` says of a match).
    Over(Over),
    /// In a conversation or waiting in another instance: `/seek` is refused with `409`.
    Elsewhere,
}

/// `POST /session/end`: one's own without a name, `all_others`, or another by its name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct EndSession {
    /// The session to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Id>,
    /// Every session but this.
    #[serde(default)]
    pub all_others: bool,
}

/// The answer to `GET /sessions`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sessions {
    /// The newest first.
    pub sessions: Vec<SessionLine>,
}

/// One session of the account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SessionLine {
    /// Its name.
    pub session: Id,
    /// The `User-Agent` it was opened with.
    pub agent: String,
    /// When it was opened.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub created: u64,
    /// When it was last used, to the hour.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub used: u64,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// `GET /status`: the body may report a direct path that is alive.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AskStatus {
    /// A direct path of this conversation carried bytes within the last seconds.
    #[serde(default)]
    pub direct: bool,
}

/// The answer to `GET /status`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StatusNow {
    /// How many are here.
    pub here: Here,
    /// Where this account stands.
    pub seat: Seat,
}

/// An honest range: at least, and below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Here {
    /// So many at least.
    pub at_least: u32,
    /// Fewer than so many; none above the last step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub below: Option<u32>,
}

impl Here {
    /// The borders between the ranges.
    pub const STEPS: [u32; 7] = [10, 30, 100, 300, 1000, 3000, 10_000];

    /// The range that `count` lies in.
    #[must_use]
    pub fn range_of(count: usize) -> Self {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let below = Self::STEPS.iter().copied().find(|&step| count < step);
        let at_least = Self::STEPS
            .iter()
            .copied()
            .rev()
            .find(|&step| count >= step)
            .unwrap_or(0);
        Self { at_least, below }
    }
}
