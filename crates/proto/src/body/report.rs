use crate::{Binary, Id, MessageRef, Secret, Username};
use serde::{Deserialize, Serialize};

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Offence {
    /// Sexual content without consent.
    Sexual,
    /// A child is in danger, or shown.
    Minor,
    /// Hate, threat, harassment.
    Abuse,
    /// Advertising, fraud.
    Spam,
    /// Anything else; the note says what.
    Other,
}

/// The protocol's word.
impl std::fmt::Display for Offence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.serialize(f)
    }
}

/// `POST /report`. Idempotent by `id`; the messages of several requests with one id add up.
#[derive(Clone, Serialize, Deserialize)]
pub struct Report {
    /// Drawn by the reporter.
    pub id: Id,
    /// The match it is about.
    pub ticket: Secret<String>,
    /// What happened.
    pub offence: Offence,
    /// In the reporter's words.
    #[serde(default)]
    pub note: String,
    /// What the reporter chose to open.
    #[serde(default)]
    pub messages: Vec<SignedMessage>,
}

/// A text or a picture offer with what proves it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedMessage {
    /// Who sent it, and its number.
    #[serde(flatten)]
    pub of: MessageRef,
    /// The last message of the other side that its sender had seen; 0 for none.
    pub seen: u64,
    /// `/text` or `/picture`.
    pub resource: String,
    /// `Content-type`.
    pub content_type: String,
    /// `Referrer`, if it quoted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    /// The body: text, or the JSON of an offer. In JSON it is base64url of its bytes, so that a
    /// text of any characters fits a report.
    #[serde(with = "utf8")]
    pub body: String,
    /// `Evidence-Key`.
    pub key: Binary<32>,
    /// `Signature`.
    pub signature: Binary<64>,
}

/// A text as base64url of its bytes.
mod utf8 {
    use data_encoding::BASE64URL_NOPAD;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};
    use std::borrow::Cow;

    pub(super) fn serialize<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&BASE64URL_NOPAD.encode_display(text.as_bytes()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes());
        let utf8 = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        utf8.ok_or_else(|| D::Error::custom("expected UTF-8 as base64url"))
    }
}

impl std::fmt::Debug for Report {
    /// Without what people said, and without the ticket.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Report")
            .field("id", &self.id)
            .field("offence", &self.offence)
            .field("messages", &self.messages.len())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for SignedMessage {
    /// Without what was said and what proves it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedMessage")
            .field("of", &self.of)
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}

/// The answer to [`Report`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReportKept {
    /// Signed messages kept so far.
    pub messages: usize,
}

/// `POST /block`: by a ticket, because nobody knows accounts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Block {
    /// Of the match with whom to block.
    pub ticket: Secret<String>,
    /// The name then shown.
    pub name: Username,
}

/// `POST /block/end`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndBlock {
    /// From the list.
    pub id: Id,
}

/// The answer to `GET /blocks`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Blocks {
    /// The newest first.
    pub blocks: Vec<BlockLine>,
}

/// Somebody whom one never meets again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct BlockLine {
    /// Names the block.
    pub id: Id,
    /// The name then shown.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub name: Username,
    /// When it was blocked.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub date: u64,
}
