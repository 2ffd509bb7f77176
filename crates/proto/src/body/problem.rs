use super::Over;
use crate::Status;
use serde::{Deserialize, Serialize};

/// Why a request failed, in one word for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fault {
    /// The bytes or the body are not what the resource takes.
    Malformed,
    /// No such resource here.
    UnknownResource,
    /// The resource does not take this method, or not from this side.
    WrongMethod,
    /// The body has a `Content-type` that the resource does not take.
    WrongType,
    /// Nobody is logged in on this link.
    NotLoggedIn,
    /// Somebody is logged in on this link already.
    LoggedIn,
    /// E-mail and password do not match an account.
    WrongCredentials,
    /// The password is right; the account waits for its activation.
    NotActivated,
    /// The password is right; the account is suspended. `message` says why.
    Suspended,
    /// The session is unknown, expired or ended.
    SessionEnded,
    /// The code or token does not match.
    CodeWrong,
    /// The code is used up, expired, or was tried too often: ask for a new one.
    CodeExpired,
    /// The link was opened elsewhere than where it was asked for: type the code.
    TypeCode,
    /// A value is not acceptable: `field` names it.
    Invalid,
    /// The password is among the most common ones.
    PasswordCommon,
    /// Too often; `retry_after` says when it may be tried again.
    TooMany,
    /// The account is in a conversation or waits, here.
    Seated,
    /// The account is in a conversation or waits, in another instance.
    Elsewhere,
    /// There is no such match, or not any more.
    NoMatch,
    /// The ticket is of another account.
    TicketForeign,
    /// The ticket cannot be opened, or its time is over.
    TicketExpired,
    /// The match is over; `over` says how.
    MatchOver,
    /// Both must say 你好 first.
    GreetFirst,
    /// No such picture, or it was taken back.
    NoPicture,
    /// Larger than the limit.
    TooLarge,
    /// The evidence does not hold: a signature, a key or a hash is wrong.
    NotProved,
    /// A head did not end in time.
    Slow,
    /// The server cannot now; trying again later may help.
    Unavailable,
    /// The server failed.
    Internal,
    /// A fault that this program does not know yet.
    #[serde(other)]
    Unknown,
}

impl Fault {
    /// The status it is answered with.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::Malformed => Status::BAD_REQUEST,
            Self::UnknownResource | Self::NoMatch | Self::NoPicture => Status::NOT_FOUND,
            Self::WrongMethod => Status::METHOD_NOT_ALLOWED,
            Self::WrongType => Status::UNSUPPORTED_TYPE,
            Self::NotLoggedIn | Self::WrongCredentials | Self::SessionEnded => Status::UNAUTHORIZED,
            Self::NotActivated | Self::Suspended | Self::TypeCode | Self::TicketForeign => {
                Status::FORBIDDEN
            }
            Self::LoggedIn | Self::Seated | Self::Elsewhere => Status::CONFLICT,
            Self::CodeExpired | Self::TicketExpired | Self::MatchOver => Status::GONE,
            Self::CodeWrong | Self::Invalid | Self::PasswordCommon | Self::NotProved => {
                Status::UNPROCESSABLE
            }
            Self::TooMany => Status::TOO_MANY,
            Self::GreetFirst => Status::TOO_EARLY,
            Self::TooLarge => Status::TOO_LARGE,
            Self::Slow => Status::TIMEOUT,
            Self::Unavailable => Status::UNAVAILABLE,
            Self::Internal | Self::Unknown => Status::INTERNAL,
        }
    }
}

/// The body of every answer that is not 2xx.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Problem {
    /// In one word, for programs.
    pub error: Fault,
    /// In a sentence, for who writes one: what was expected.
    pub message: String,
    /// The key of the body that is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub field: Option<String>,
    /// When it may be tried again, in milliseconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional, type = "number"))]
    pub retry_after: Option<u64>,
    /// How the match ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub over: Option<Over>,
}

impl Problem {
    /// A problem with its word and sentence.
    pub fn new(error: Fault, message: impl Into<String>) -> Self {
        Self {
            error,
            message: message.into(),
            field: None,
            retry_after: None,
            over: None,
        }
    }

    /// A value that is not acceptable.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(Fault::Invalid, message)
        }
    }
}
