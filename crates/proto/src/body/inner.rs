use super::Reason;
use crate::{Binary, Id};
use serde::{Deserialize, Serialize};

/// The body of `/greeting`, exactly.
pub const GREETING: &str = "你好";

/// `POST /typing`, never answered.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Typing {
    /// Whether the other one writes now.
    pub typing: bool,
}

/// `POST /seen`, never answered.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Seen {
    /// The highest message number of the other side that was shown.
    pub number: u64,
}

/// What a picture is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum PictureKind {
    /// PNG.
    #[serde(rename = "image/png")]
    Png,
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// WebP.
    #[serde(rename = "image/webp")]
    Webp,
}

impl PictureKind {
    /// The MIME type.
    #[must_use]
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }

    /// Tells by the magic bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Some(Self::Webp),
            _ => None,
        }
    }
}

/// `POST /picture`: the offer. The receiver pulls the bytes from `/picture/<id>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PictureOffer {
    /// Names the picture.
    pub id: Id,
    /// What it is made of.
    pub kind: PictureKind,
    /// In bytes.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub size: u64,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Of all bytes.
    pub sha256: Binary<32>,
    /// What to show until it is opened; base64url, at most 25 bytes.
    pub thumbhash: String,
    /// The original moved; this is its first frame.
    #[serde(default)]
    pub still: bool,
}

/// `POST /safety`: commit (A), nonce (B), reveal (A).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Safety {
    /// The SHA-256 of A's nonce under its label.
    Commit {
        /// 32 bytes.
        commitment: Binary<32>,
    },
    /// B's nonce.
    Nonce {
        /// 32 bytes.
        nonce: Binary<32>,
    },
    /// A's nonce.
    Reveal {
        /// 32 bytes.
        nonce: Binary<32>,
    },
}

/// `POST /end`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct End {
    /// Why.
    pub reason: Reason,
}
