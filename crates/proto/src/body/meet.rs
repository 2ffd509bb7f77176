use crate::{Binary, Id, Role, Secret, Username};
use serde::{Deserialize, Serialize};

/// An ML-KEM-768 encapsulation key.
pub type EncapsulationKey = Binary<1184>;

/// Whether a direct path may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// Yes: the other one's program may learn one's network address.
    Direct,
    /// No: everything goes through the server.
    Hidden,
}

impl Policy {
    /// One byte for transcripts.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Direct => 1,
            Self::Hidden => 0,
        }
    }
}

/// `POST /match/proposal`, from the server: accept within two seconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Proposal {
    /// Names the match.
    pub r#match: Id,
    /// Which of the two one is.
    pub role: Role,
}

/// `POST /match/accept`: the keys made for this match.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Accept {
    /// The match of the proposal.
    pub r#match: Id,
    /// One's keys and policy.
    #[serde(flatten)]
    pub keys: PublicKeys,
}

/// The public half of what a side made for one match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeys {
    /// Static key of the handshake.
    pub x25519: Binary<32>,
    /// Verifies the evidence.
    pub ed25519: Binary<32>,
    /// Of role B, and of role B only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ek: Option<Box<EncapsulationKey>>,
    /// Whether a direct path may be tried.
    pub policy: Policy,
}

/// `POST /match`, from the server: it begins.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Matched {
    /// The match of the proposal.
    pub r#match: Id,
    /// The other one.
    pub peer: Peer,
    /// Resumes and reports.
    pub ticket: Secret<String>,
    /// Nobody new was there: this may be somebody whom one met today.
    #[serde(default)]
    pub met_before: bool,
}

/// The other one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// How they are called.
    pub username: Username,
    /// Their keys and policy.
    #[serde(flatten)]
    pub keys: PublicKeys,
}

/// How a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Somebody pressed the red button, closed the page, or logged out.
    Left,
    /// Somebody did not come back within the grace.
    Lost,
    /// Somebody did not greet in time.
    Silent,
    /// The two programs never reached each other.
    Unreachable,
    /// Whoever runs the server ended it.
    Moderator,
}

/// How a match ended, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Over {
    /// How.
    pub reason: Reason,
    /// Whose doing it was, where it was one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub by: Option<Role>,
}

/// `POST /match/end`, to the server. Idempotent by match; the first that arrives decides.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndMatch {
    /// The match; without it, whatever conversation the account is in (from another instance).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#match: Option<Id>,
    /// `left`, `silent` or `unreachable`.
    pub reason: Reason,
}

/// `POST /match/end`, from the server, to both.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MatchEnded {
    /// The match.
    pub r#match: Id,
    /// How it ended.
    #[serde(flatten)]
    pub over: Over,
}

/// `POST /notice`, from the server, never answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Notice {
    /// The partner's link was lost, or is back.
    Peer {
        /// The match.
        r#match: Id,
        /// Whether the partner is connected.
        here: bool,
    },
    /// The partner has prepared for a direct path and waits for this side to.
    Path {
        /// The match.
        r#match: Id,
    },
    /// Nobody new was there for some rounds: whoever one met today may come again.
    Widened,
    /// This instance's seat was taken over on a newer link.
    Replaced,
    /// The session of this link is over.
    SessionEnded {
        /// Why.
        why: SessionEnd,
    },
    /// The server stops: come back at a random moment within the span.
    Shutdown {
        /// Milliseconds.
        spread: u64,
    },
}

/// Why a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum SessionEnd {
    /// It was ended here or from another session.
    LoggedOut,
    /// The password was changed.
    Password,
    /// The account was deleted.
    Deleted,
    /// The account was suspended.
    Suspended,
    /// It is too old.
    Expired,
}
