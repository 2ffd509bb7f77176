use crate::Id;
use serde::{Deserialize, Serialize};

/// Which of the two: the server's draw, never who dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Role {
    /// Begins the handshake.
    A,
    /// Brings the ML-KEM key.
    B,
}

impl Role {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// One byte for transcripts: `A` or `B`.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::A => b'A',
            Self::B => b'B',
        }
    }
}

/// A signed message of a conversation: who sent it, and its message number (1, 2, 3 …).
/// Written `A/7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct MessageRef {
    /// Who sent it.
    pub by: Role,
    /// Its number among the signed messages of that side.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub number: u64,
}

/// What a request names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "docs/protocol lists each resource by the path it spells"
)]
pub enum Resource {
    Account,
    AccountActivation,
    AccountActivationAgain,
    AccountRecovery,
    AccountPassword,
    AccountUsername,
    AccountDeletion,
    AccountExport,
    Session,
    SessionEnd,
    Sessions,
    Status,
    Seek,
    SeekEnd,
    MatchProposal,
    MatchAccept,
    Match,
    MatchEnd,
    Relay,
    Path,
    PathOffer,
    Reflectors,
    Notice,
    Report,
    ReportPicture(Id),
    Block,
    BlockEnd,
    Blocks,
    Hello,
    Greeting,
    Text,
    /// A signed message, in `Referrer`: `/message/A/7`.
    Message(MessageRef),
    Typing,
    Seen,
    Picture,
    PictureBytes(Id),
    Safety,
    Hide,
    End,
}

/// Resources without a variable part.
const FIXED: &[(&str, Resource)] = &[
    ("/account", Resource::Account),
    ("/account/activation", Resource::AccountActivation),
    (
        "/account/activation/again",
        Resource::AccountActivationAgain,
    ),
    ("/account/recovery", Resource::AccountRecovery),
    ("/account/password", Resource::AccountPassword),
    ("/account/username", Resource::AccountUsername),
    ("/account/deletion", Resource::AccountDeletion),
    ("/account/export", Resource::AccountExport),
    ("/session", Resource::Session),
    ("/session/end", Resource::SessionEnd),
    ("/sessions", Resource::Sessions),
    ("/status", Resource::Status),
    ("/seek", Resource::Seek),
    ("/seek/end", Resource::SeekEnd),
    ("/match/proposal", Resource::MatchProposal),
    ("/match/accept", Resource::MatchAccept),
    ("/match", Resource::Match),
    ("/match/end", Resource::MatchEnd),
    ("/relay", Resource::Relay),
    ("/path", Resource::Path),
    ("/path/offer", Resource::PathOffer),
    ("/reflectors", Resource::Reflectors),
    ("/notice", Resource::Notice),
    ("/report", Resource::Report),
    ("/block", Resource::Block),
    ("/block/end", Resource::BlockEnd),
    ("/blocks", Resource::Blocks),
    ("/hello", Resource::Hello),
    ("/greeting", Resource::Greeting),
    ("/text", Resource::Text),
    ("/typing", Resource::Typing),
    ("/seen", Resource::Seen),
    ("/picture", Resource::Picture),
    ("/safety", Resource::Safety),
    ("/hide", Resource::Hide),
    ("/end", Resource::End),
];

impl Resource {
    /// Reads a resource; `None` if the protocol has no such resource.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fixed = FIXED
            .iter()
            .find(|(path, _)| *path == text)
            .map(|(_, resource)| *resource);
        fixed.or_else(|| Self::parse_variable(text))
    }

    fn parse_variable(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix('/')?.split('/');
        let parts = (parts.next()?, parts.next()?, parts.next(), parts.next());
        match parts {
            ("picture", id, None, None) => Some(Self::PictureBytes(Id::parse(id)?)),
            ("report", id, Some("picture"), None) => Some(Self::ReportPicture(Id::parse(id)?)),
            ("message", by, Some(number), None) => {
                let by = match by {
                    "A" => Role::A,
                    "B" => Role::B,
                    _ => return None,
                };
                let number = crate::head::number(number).ok().filter(|&n| n > 0)?;
                Some(Self::Message(MessageRef { by, number }))
            }
            _ => None,
        }
    }
}

impl std::fmt::Display for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::PictureBytes(id) => write!(f, "/picture/{id}"),
            Self::ReportPicture(id) => write!(f, "/report/{id}/picture"),
            Self::Message(m) => write!(f, "/message/{}/{}", char::from(m.by.byte()), m.number),
            fixed => {
                let path = FIXED.iter().find(|(_, resource)| resource == fixed);
                f.write_str(path.map_or("/", |(path, _)| path))
            }
        }
    }
}
